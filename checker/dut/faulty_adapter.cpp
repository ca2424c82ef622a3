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
#include "checker/dut/fault.hpp"

namespace amdvi::dut {
namespace {

constexpr std::size_t kWordBytes = 8;
constexpr std::size_t kDteBytes = 32;
constexpr std::uint64_t kEntryBytes = 16;  // of a ring
constexpr std::uint64_t kPage = 4096;

std::uint64_t load(std::span<const std::uint8_t> bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = kWordBytes; i-- > 0;) word = word << 8 | bytes[i];
  return word;
}

void store(std::span<std::uint8_t> bytes, std::uint64_t word) {
  for (std::size_t i = 0; i < kWordBytes; ++i) {
    bytes[i] = static_cast<std::uint8_t>(word >> (8 * i));
  }
}

// What the device is at, which tells what it reads and writes.
enum class Activity { kIdle, kTranslating, kInterrupt, kCommands };

// Between the device and its memory: tells tables, commands and events apart, and lets the fault
// change them.
class TamperedMemory final : public Memory {
 public:
  TamperedMemory(SparseMemory& real, const Fault& fault) : real_(&real), fault_(fault) {}

  void begin(Activity activity, std::uint64_t event_base) {
    activity_ = activity;
    namespace B = spec::field::EventLogBase;
    log_start_ = B::Base.get(event_base) * kPage;
    log_end_ = log_start_ + (kEntryBytes << B::Len.get(event_base));
  }

  bool read(std::uint64_t spa, std::span<std::uint8_t> bytes) override {
    if (!real_->read(spa, bytes)) return false;
    const bool of_device =
        activity_ == Activity::kTranslating || activity_ == Activity::kInterrupt;
    if (of_device && bytes.size() == kDteBytes) read_dte(bytes);
    if (activity_ == Activity::kInterrupt && bytes.size() < kDteBytes) read_irte(bytes);
    if (activity_ == Activity::kTranslating && bytes.size() == kWordBytes) read_pte(bytes);
    if (activity_ == Activity::kCommands && bytes.size() == kEntryBytes) read_command(bytes);
    return true;
  }

  bool write(std::uint64_t spa, std::span<const std::uint8_t> bytes) override {
    const bool is_event = spa >= log_start_ && spa < log_end_ && bytes.size() == kWordBytes;
    if (activity_ == Activity::kIdle || !is_event || fault_.event == nullptr) {
      return real_->write(spa, bytes);
    }
    const std::size_t index = spa % kEntryBytes / kWordBytes;
    if (index == 0) event_ = {};
    event_[index] = load(bytes);
    std::array<std::uint64_t, 2> changed = event_;
    return !fault_.event(changed) || real_->write64(spa, changed[index]);
  }

 private:
  void read_dte(std::span<std::uint8_t> bytes) {
    std::array<std::uint64_t, kDteBytes / kWordBytes> words{};
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = load(bytes.subspan(i * kWordBytes));
    if (fault_.dte != nullptr) fault_.dte(words);
    level_ = static_cast<unsigned>(spec::field::DeviceTableEntry::Mode.get(words));
    for (std::size_t i = 0; i < words.size(); ++i) store(bytes.subspan(i * kWordBytes), words[i]);
  }

  void read_pte(std::span<std::uint8_t> bytes) {
    std::uint64_t entry = load(bytes);
    if (fault_.pte != nullptr) fault_.pte(entry, level_);
    level_ = static_cast<unsigned>(spec::field::V1Pte::NextLevel.get(entry));
    store(bytes, entry);
  }

  void read_irte(std::span<std::uint8_t> bytes) {
    if (fault_.irte == nullptr) return;
    std::array<std::uint8_t, kEntryBytes> padded{};
    std::copy(bytes.begin(), bytes.end(), padded.begin());
    const std::span all(padded);
    std::array<std::uint64_t, 2> words{load(all), load(all.subspan(kWordBytes))};
    fault_.irte(std::span(words).first(bytes.size() <= kWordBytes ? 1 : 2));
    store(all, words[0]);
    store(all.subspan(kWordBytes), words[1]);
    std::copy_n(padded.begin(), bytes.size(), bytes.begin());
  }

  void read_command(std::span<std::uint8_t> bytes) {
    if (fault_.command == nullptr) return;
    std::array<std::uint64_t, 2> words{load(bytes), load(bytes.subspan(kWordBytes))};
    fault_.command(words);
    store(bytes, words[0]);
    store(bytes.subspan(kWordBytes), words[1]);
  }

  SparseMemory* real_;
  Fault fault_;
  Activity activity_ = Activity::kIdle;
  std::uint64_t log_start_ = 0;
  std::uint64_t log_end_ = 0;
  unsigned level_ = 0;                    // of the table that is read next
  std::array<std::uint64_t, 2> event_{};  // the entry on its way to the log
};

class FaultyAdapter final : public BasicModelAdapter<Mutant> {
 public:
  FaultyAdapter(const Config& config, std::string_view name, const Fault& fault,
                const Mutant& mutant)
      : BasicModelAdapter(config, &tampered_, nullptr),
        name_(name),
        fault_(fault),
        tampered_(memory_, fault) {
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

  bool move(Request request, std::size_t length, auto access) {
    for (std::size_t done = 0; done < length;) {
      const std::size_t part = std::min(length - done, kPage - request.address % kPage);
      const Translation t = translate(request, false);
      if (!t.ok || !access(t.spa, done, part)) return false;
      done += part;
      request.address += part;
    }
    return true;
  }
  bool move_in(std::uint16_t device_id, std::uint64_t address,
               std::span<std::uint8_t> bytes) override {
    return move({device_id, address, true, false}, bytes.size(),
                [&](std::uint64_t spa, std::size_t done, std::size_t part) {
                  return memory_.read(spa, bytes.subspan(done, part));
                });
  }
  bool move_out(std::uint16_t device_id, std::uint64_t address,
                std::span<const std::uint8_t> bytes) override {
    return move({device_id, address, false, true}, bytes.size(),
                [&](std::uint64_t spa, std::size_t done, std::size_t part) {
                  return memory_.write(spa, bytes.subspan(done, part));
                });
  }

  std::string name_;
  Fault fault_;
  TamperedMemory tampered_;
  std::map<std::tuple<std::uint16_t, std::uint32_t, std::uint64_t>, std::uint64_t>
      cache_;  // device, PASID and page to SPA
};

std::vector<const Fault*> all_faults() {
  std::vector<const Fault*> all;
  for (const auto list : {table_faults(), interrupt_faults(), event_faults(), register_faults()}) {
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
    if (fault->name == name) {
      return std::make_unique<FaultyAdapter>(config, name, *fault, Mutant{});
    }
  }
  const auto mutant = parse_mutant(name);
  if (!mutant) return nullptr;
  return std::make_unique<FaultyAdapter>(config, name, Fault{}, *mutant);
}

}  // namespace amdvi::dut

namespace amdvi {
template class BasicDevice<Mutant>;
}
