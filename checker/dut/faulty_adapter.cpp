#include "checker/dut/faulty_adapter.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <tuple>

#include <fmt/format.h>

#include <amdvi/device_impl.hpp>
#include <amdvi/spec/EventLogBase.gen.hpp>

#include "checker/dut/basic_model_adapter.hpp"
#include "checker/dut/caching_adapter.hpp"
#include "checker/dut/fault.hpp"
#include "checker/dut/tampered_memory.hpp"

namespace amdvi::dut {
namespace {

constexpr std::uint64_t kPage = 4096;

class FaultyAdapter final : public BasicModelAdapter<Mutant> {
 public:
  FaultyAdapter(const Config& config, std::string_view name, const Fault& fault,
                const Mutant& mutant)
      : BasicModelAdapter(config, &tampered_, &kinds_),
        name_(name),
        fault_(fault),
        tampered_(memory_, fault, &kinds_) {
    device_.domain() = mutant;
  }

  Reply<Hello> hello() override {
    auto hello = BasicModelAdapter::hello();
    hello->name = fmt::format("amdvi model with fault '{}'", name_);
    return hello;
  }

  Reply<void> mmio_write(std::uint64_t offset, unsigned size, std::uint64_t value) override {
    if (fault_.write == nullptr) return BasicModelAdapter::mmio_write(offset, size, value);
    fault_.write(device_, {offset, size, value});
    return {};
  }

  Reply<std::uint64_t> mmio_read(std::uint64_t offset, unsigned size) override {
    MmioAccess access{offset, size, device_.mmio_read(offset, size)};
    if (fault_.read != nullptr) fault_.read(device_, access);
    return access.value;
  }

  Reply<void> config_write(std::uint16_t offset, std::uint32_t value) override {
    if (fault_.config_write != nullptr && !fault_.config_write(offset, value)) return {};
    return BasicModelAdapter::config_write(offset, value);
  }

  Reply<std::uint32_t> config_read(std::uint16_t offset) override {
    auto value = BasicModelAdapter::config_read(offset);
    if (fault_.config_read != nullptr) fault_.config_read(offset, *value);
    return value;
  }

  Reply<MsiReply> own_message() override {
    auto message = BasicModelAdapter::own_message();
    if (!message->arrived || fault_.own_message == nullptr) return message;
    if (!fault_.own_message(message->address, message->data)) return MsiReply{};
    return message;
  }

  Reply<void> vf_write(const VfAccess& access, std::uint64_t value) override {
    if (fault_.vf_write == nullptr) return BasicModelAdapter::vf_write(access, value);
    fault_.vf_write(device_, access, value);
    return {};
  }

  Reply<std::uint64_t> vf_read(const VfAccess& access) override {
    std::uint64_t value = vf_access_read(device_, access);
    if (fault_.vf_read != nullptr) fault_.vf_read(device_, access, value);
    return value;
  }

  Reply<MsiReply> msi(const MsiRequest& request) override {
    const InterruptRequest asked{request.device_id, request.address, request.data};
    begin(Activity::kInterrupt);
    InterruptResult result = device_.interrupt(asked);
    begin(Activity::kIdle);
    if (fault_.interrupted != nullptr) fault_.interrupted(asked, result);
    return message_of(result);
  }

  Reply<void> settle() override {
    begin(Activity::kCommands);
    device_.run();
    begin(Activity::kIdle);
    return {};
  }

 private:
  void begin(Activity activity) {
    tampered_.begin(activity, device_.mmio_read(spec::kOffset_EventLogBase, 8));
  }

  Translation translate(const Request& request, bool translated) override {
    const auto key = std::tuple(request.device_id, request.pasid, request.address / kPage);
    if (fault_.never_invalidates && !translated && cache_.contains(key)) {
      return {true, cache_[key] + request.address % kPage, kPage - 1, false};
    }
    begin(Activity::kTranslating);
    Translation result = BasicModelAdapter::translate(request, translated);
    begin(Activity::kIdle);
    if (fault_.translated != nullptr) fault_.translated(request, result);
    if (result.ok) cache_[key] = result.spa - request.address % kPage;
    return result;
  }

  AtsAnswer ask_ats(const Request& request) override {
    begin(Activity::kTranslating);
    AtsAnswer answer = device_.ats_translate(request);
    begin(Activity::kIdle);
    if (fault_.answered != nullptr) fault_.answered(request, answer);
    return answer;
  }
  void ask_page(const PageRequest& request) override {
    begin(Activity::kTranslating);
    device_.ppr(request);
    begin(Activity::kIdle);
  }

  std::string name_;
  Fault fault_;
  TableKinds kinds_;
  TamperedMemory tampered_;
  std::map<std::tuple<std::uint16_t, std::uint32_t, std::uint64_t>, std::uint64_t>
      cache_;  // device, PASID and page to SPA
};

std::vector<const Fault*> all_faults() {
  std::vector<const Fault*> all;
  for (const auto list :
       {table_faults(), guest_faults(), interrupt_faults(), event_faults(), register_faults(),
        cache_faults(), viommu_faults(), own_interrupt_faults(), pci_faults()}) {
    for (const Fault& fault : list) all.push_back(&fault);
  }
  return all;
}

std::optional<Mutation> mutation_of(std::string_view word) {
  if (word == "flip") return Mutation::kFlip;
  if (word == "true") return Mutation::kTrue;
  if (word == "false") return Mutation::kFalse;
  return std::nullopt;
}

constexpr std::string_view kAtom = "atom:";

std::optional<Mutant> parse_mutant(std::string_view name) {
  if (!name.starts_with(kAtom)) return std::nullopt;
  name.remove_prefix(kAtom.size());
  const std::size_t slash = name.find('/');
  const std::size_t colon = name.find(':');
  if (slash == std::string_view::npos || colon == std::string_view::npos || colon < slash) {
    return std::nullopt;
  }
  Mutant mutant;
  mutant.decision = spec::find_decision(name.substr(0, slash));
  const auto index = name.substr(slash + 1, colon - slash - 1);
  const auto [end, error] =
      std::from_chars(index.data(), index.data() + index.size(), mutant.index);
  const auto mutation = mutation_of(name.substr(colon + 1));
  const bool good = error == std::errc{} && end == index.data() + index.size() && mutation &&
                    mutant.decision != nullptr && mutant.index < mutant.decision->atoms.size();
  if (!good) return std::nullopt;
  mutant.mutation = *mutation;
  return mutant;
}

}  // namespace

std::vector<FaultInfo> faults() {
  std::vector<FaultInfo> result;
  for (const Fault* fault : all_faults()) result.push_back({fault->name, fault->text});
  return result;
}

std::vector<std::string> atom_faults() {
  std::vector<std::string> result;
  for (const spec::DecisionInfo* decision : spec::catalogue().decisions) {
    for (std::size_t i = 0; i < decision->atoms.size(); ++i) {
      result.push_back(fmt::format("{}{}/{}:flip", kAtom, decision->name, i));
    }
  }
  return result;
}

std::unique_ptr<Adapter> make_faulty_adapter(const Config& config, std::string_view name) {
  for (const Fault* fault : all_faults()) {
    if (fault->name != name) continue;
    if (fault->caches) return make_caching_adapter(config, fault);
    return std::make_unique<FaultyAdapter>(config, name, *fault, Mutant{});
  }
  const auto mutant = parse_mutant(name);
  if (!mutant) return nullptr;
  return std::make_unique<FaultyAdapter>(config, name, Fault{}, *mutant);
}

}  // namespace amdvi::dut

namespace amdvi {
template class BasicDevice<Mutant>;
}
