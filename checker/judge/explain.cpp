#include "checker/judge/explain.hpp"

#include <memory>

#include <fmt/format.h>

#include <amdvi/spec/IRTE128.gen.hpp>

#include "checker/dut/basic_model_adapter.hpp"
#include "checker/judge/session.hpp"
#include "checker/wording/decode.hpp"
#include "checker/wording/program.hpp"

namespace amdvi::judge {
namespace {

constexpr std::string_view kRead = "  ";
constexpr std::string_view kRule = "  ";
constexpr std::string_view kAtom = "      ";

std::string_view structure_of(TableKind kind, std::span<const std::uint64_t> words) {
  switch (kind) {
    case TableKind::kDeviceTable:
      return "DeviceTableEntry";
    case TableKind::kV1Table:
      return "V1Pte";
    case TableKind::kGcr3Table:
      return "Gcr3Entry";
    case TableKind::kV2Table:
      return "V2Entry";
    case TableKind::kInterruptTable:
      if (words.size() == 1) return "IRTE32";
      return spec::field::IRTE128::GuestMode.get(words[0]) != 0 ? "IRTE128Guest" : "IRTE128";
    case TableKind::kDevIdMap:
      return "DevIdMapEntry";
    case TableKind::kDomIdMap:
      return "DomIdMapEntry";
    case TableKind::kCommand:
    case TableKind::kGuestCommand:
      break;
  }
  const auto* command = spec::command_of(words[0]);
  return command != nullptr ? command->name : "Command";
}

std::string atom_text(const spec::DecisionInfo& decision, const Explain::Atom& atom) {
  const std::string_view text = decision.atoms[atom.index].text;
  if (!atom.value.compared || atom.value.width == 1) {
    return fmt::format("{}: {}", text, atom.value.v);
  }
  return fmt::format("{}: {} ({:#x} and {:#x})", text, atom.value.v, atom.value.left,
                     atom.value.right);
}

// Writes down what an explaining device says.
class Scribe final : public Observer {
 public:
  explicit Scribe(std::string_view revision) : revision_(revision) {}

  void listen_to(const Explain& domain) { domain_ = &domain; }
  void add(std::string line) { lines_.push_back(std::move(line)); }
  std::vector<std::string> take() { return std::move(lines_); }

  void table_read(TableKind kind, std::uint64_t spa,
                  std::span<const std::uint64_t> words) override {
    const auto* info = spec::find_structure(structure_of(kind, words));
    add(fmt::format("{}{} at {:#x}: {}", kRead, info->name, spa,
                    wording::in_words(*info, words, revision_)));
  }

  void rule(const spec::DecisionInfo& decision, unsigned rule) override {
    const spec::RuleInfo& info = decision.rules[rule];
    add(fmt::format("{}{}/{}: {} [{}]", kRule, decision.name, info.id,
                    info.text.empty() ? "no rule before it fires" : info.text, info.clause->id));
    if (domain_ == nullptr || domain_->records().empty()) return;
    const Explain::Record& record = domain_->records().back();
    if (record.decision != &decision || record.trials.empty()) return;
    for (const Explain::Atom& atom : record.trials.back().atoms) {
      add(std::string(kAtom) + atom_text(decision, atom));
    }
  }

  void event(std::span<const std::uint64_t> words) override { logged("logged", words); }
  void guest_event(std::uint16_t guest, std::span<const std::uint64_t> words) override {
    logged(fmt::format("logged for guest {:#x}", guest), words);
  }
  void guest_ppr(std::uint16_t guest, std::span<const std::uint64_t> words) override {
    add(fmt::format("{}page request for guest {:#x}: {}", kRead, guest,
                    wording::in_words(*spec::find_structure("PPREntry"), words, revision_)));
  }

  void interrupt(InterruptCause cause) override {
    add(fmt::format("{}interrupt: {}", kRead, name_of(cause)));
  }
  void guest_interrupt(std::uint16_t guest, InterruptCause cause) override {
    add(fmt::format("{}interrupt for guest {:#x}: {}", kRead, guest, name_of(cause)));
  }

  void guest_command(const GuestCommand& command) override {
    const auto* info = spec::command_of(command.mapped[0]);
    add(fmt::format("{}for guest {:#x}, with the host's IDs: {} {}", kRead, command.guest,
                    info->name, wording::in_words(*info, command.mapped, revision_)));
  }
  void private_access(const PrivateAccess& access) override {
    const std::string place =
        access.ok ? fmt::format("is at {:#x}", access.spa) : "cannot be reached";
    add(fmt::format("{}private address {:#x} {}", kRead, access.address, place));
  }

 private:
  static std::string_view name_of(InterruptCause cause) {
    switch (cause) {
      case InterruptCause::kEventLog:
        return "event log";
      case InterruptCause::kPprLog:
        return "PPR log";
      case InterruptCause::kGaLog:
        return "GA log";
      case InterruptCause::kCompletionWait:
        break;
    }
    return "completion wait";
  }
  void logged(std::string_view where, std::span<const std::uint64_t> words) {
    const auto* info = spec::event_of(words[0]);
    add(fmt::format("{}{}: {} {}", kRead, where, info != nullptr ? info->name : "an unknown event",
                    info != nullptr ? wording::in_words(*info, words, revision_) : ""));
  }

  std::string_view revision_;
  const Explain* domain_ = nullptr;
  std::vector<std::string> lines_;
};

class ExplainingAdapter final : public dut::BasicModelAdapter<Explain> {
 public:
  ExplainingAdapter(const Config& config, Scribe& scribe) : BasicModelAdapter(config, &scribe) {
    scribe.listen_to(device_.domain());
  }
};

}  // namespace

std::vector<std::string> explain(const vector::Vector& vector, const profile::Profile& profile) {
  const bool driver = !vector.setup.empty() && vector.setup.front().kind == vector::StepKind::kOpen;
  if (driver) return explain_driver(vector);
  Scribe scribe(profile.revision);
  Session session(std::make_unique<ExplainingAdapter>(profile.config, scribe), profile);
  std::size_t next = 0;
  session.before_steps([&](const vector::Step* step) {
    if (step == nullptr) {
      (void)scribe.take();  // what the set-up did
    } else {
      scribe.add(fmt::format("step {}: {}", ++next,
                             wording::plain(wording::describe(*step, profile.revision))));
    }
  });
  // The model neither hangs nor fails; a vector that it cannot run explains nothing.
  (void)session.execute(vector, dut::ResetKind::kFresh);
  return scribe.take();
}

}  // namespace amdvi::judge
