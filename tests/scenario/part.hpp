// A driver, and beside it the machines of the specification that say what it should do.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <amdvi/host/calls.hpp>

#include "checker/driver/library.hpp"
#include "tests/scenario/hardware.hpp"

namespace amdvi::scenario {

struct Parameter {
  std::string name;
  std::uint64_t value = 0;
};

// The driver as a whole: which shared object, and what it was told.
struct DriverUnderTest {
  const driver::Library* library = nullptr;
  std::string options;
};

struct Answer {
  int error = 0;  // of the driver: 0 or a negative errno
  std::uint64_t result = 0;
  [[nodiscard]] bool ok() const { return error == 0; }
};

// Invariants of a machine that do not hold, where its variables have values out of `ids`.
std::vector<std::string> broken_of(const host::Machine& machine,
                                   const std::vector<std::uint64_t>& ids);

// What a driver opens that has everything, with pools that its capabilities share: not a capability
// of the specification.
inline constexpr const char* kHost = "host";

class Driver {
 public:
  // Throws std::runtime_error if it cannot be opened.
  Driver(const DriverUnderTest& driver, const char* capability, const amdvi_hardware& hardware,
         const std::vector<Parameter>& parameters = {});
  ~Driver();
  Driver(const Driver&) = delete;

  // Throws std::runtime_error if it is not offered.
  Answer call(const std::string& operation, const std::vector<std::uint64_t>& args);

 private:
  const driver::Library& library_;
  amdvi_driver* driver_ = nullptr;
};

// A capability of the driver, for one IOMMU or for all, beside the machine of the specification
// that says what it should do.
class Part {
 public:
  Part(Driver& driver, std::string capability, std::optional<unsigned> iommu,
       const host::MachineCode& code, const std::vector<std::uint64_t>& parameters = {});
  Part(Driver& driver, const std::string& capability)
      : Part(driver, capability, std::nullopt, host::machine_named(capability)) {}
  Part(const Part&) = delete;

  // An operation of the capability, in the driver and in the machine.
  Answer call(std::string_view operation, std::initializer_list<std::uint64_t> args);
  // The machine alone, and the driver alone: where two capabilities of a driver do the same, the
  // second must not hide what the first forgets.
  host::CallOutcome expect(std::string_view operation, std::initializer_list<std::uint64_t> args);
  Answer drive(std::string_view operation, const std::vector<std::uint64_t>& args);

  [[nodiscard]] const host::Machine& machine() const { return machine_; }
  // Entries of a cell that are not what they were first, by index.
  [[nodiscard]] std::map<std::uint64_t, std::uint64_t> entries(std::string_view cell) const;
  // Where driver and machine answered differently; emptied.
  std::vector<std::string> take_differences() { return std::exchange(differences_, {}); }

 private:
  Driver& driver_;
  std::string capability_;
  std::optional<unsigned> iommu_;
  host::Machine machine_;
  std::vector<std::string> differences_;
};

}  // namespace amdvi::scenario
