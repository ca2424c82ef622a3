#include "tests/scenario/part.hpp"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace amdvi::scenario {

Driver::Driver(const DriverUnderTest& driver, const char* capability,
               const amdvi_hardware& hardware, const std::vector<Parameter>& parameters)
    : library_(*driver.library) {
  std::vector<amdvi_parameter> list;
  for (const Parameter& p : parameters) list.push_back({p.name.c_str(), p.value});
  const amdvi_setup setup{sizeof setup, capability,  driver.options.c_str(),
                          &hardware,    list.data(), static_cast<std::uint32_t>(list.size())};
  if (const int error = library_.table().open(&setup, &driver_); error != 0) {
    throw std::runtime_error(fmt::format("the driver does not open {}: {}", capability, error));
  }
}

Driver::~Driver() { library_.table().close(driver_); }

Answer Driver::call(const std::string& operation, const std::vector<std::uint64_t>& args) {
  const amdvi_operation_fn run = library_.find(operation);
  if (run == nullptr) throw std::runtime_error("the driver does not offer " + operation);
  Answer answer;
  answer.error = run(driver_, args.data(), &answer.result);
  return answer;
}

Part::Part(Driver& driver, std::string capability, std::optional<unsigned> iommu,
           const host::MachineCode& code, const std::vector<std::uint64_t>& parameters)
    : driver_(driver),
      capability_(std::move(capability)),
      iommu_(iommu),
      machine_(code, parameters) {}

Answer Part::drive(std::string_view operation, const std::vector<std::uint64_t>& args) {
  if (iommu_) driver_.call("host.use_iommu", {*iommu_});
  return driver_.call(fmt::format("{}.{}", capability_, operation), args);
}

host::CallOutcome Part::expect(std::string_view operation,
                               std::initializer_list<std::uint64_t> args) {
  return host::run_call(machine_, fmt::format("{}.{}", capability_, operation), std::vector(args));
}

Answer Part::call(std::string_view operation, std::initializer_list<std::uint64_t> args) {
  const Answer answer = drive(operation, args);
  const host::CallOutcome wanted = expect(operation, args);
  const bool same_error = -answer.error == static_cast<int>(wanted.error);
  const bool same_result = !answer.ok() || answer.result == wanted.result.value_or(0);
  if (!same_error || !same_result) {
    differences_.push_back(fmt::format("{}.{} answers {} and {:#x}, not {} and {:#x}", capability_,
                                       operation, answer.error, answer.result,
                                       -static_cast<int>(wanted.error), wanted.result.value_or(0)));
  }
  return answer;
}

std::map<std::uint64_t, std::uint64_t> Part::entries(std::string_view cell) const {
  constexpr std::size_t kWords = 3;  // of an entry in Machine::key: cell, index, value
  std::map<std::uint64_t, std::uint64_t> all;
  const std::vector<std::uint64_t> key = machine_.key();
  for (std::size_t i = 0; i + kWords <= key.size(); i += kWords) {
    if (machine_.info().cells[key[i]].name == cell) all[key[i + 1]] = key[i + 2];
  }
  return all;
}

namespace {

// The next choice of one value for each variable; false: it was the last.
bool next(std::vector<std::size_t>& at, std::size_t values) {
  for (std::size_t& index : at) {
    if (++index < values) return true;
    index = 0;
  }
  return false;
}

}  // namespace

std::vector<std::string> broken_of(const host::Machine& machine,
                                   const std::vector<std::uint64_t>& ids) {
  std::vector<std::string> all;
  const auto& invariants = machine.info().invariants;
  for (unsigned number = 0; number < invariants.size(); ++number) {
    const auto& variables = invariants[number].forall;
    if (invariants[number].refuted != 0) continue;
    std::vector<std::size_t> at(variables.size(), 0);
    bool holds = true;
    do {
      std::vector<std::uint64_t> values;
      for (std::size_t i = 0; i < variables.size(); ++i) {
        values.push_back(ids[at[i]] & spec::low_bits(variables[i].width));
      }
      holds = machine.holds(number, values);
    } while (holds && next(at, ids.size()));
    if (!holds) all.push_back(fmt::format("{}: {}", machine.info().name, invariants[number].name));
  }
  return all;
}

}  // namespace amdvi::scenario
