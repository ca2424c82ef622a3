#include <algorithm>

#include <fmt/format.h>

#include "checker/prove/machine_text.hpp"
#include "checker/prove/prove.hpp"
#include "checker/prove/words.hpp"

namespace amdvi::prove {
namespace {

std::string rule_list(const spec::DecisionInfo& info, const std::vector<unsigned>& rules) {
  std::string text;
  for (const unsigned rule : rules) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", info.rules[rule].id);
  }
  return text;
}

std::string rule_line(const DecisionProof& proof, const RuleProof& rule) {
  const spec::DecisionInfo& info = *proof.info;
  const std::string_view id = info.rules[rule.rule].id;
  switch (rule.reach) {
    case Reach::kReachable:
      return fmt::format("    {:<36} {}\n", id, values_text(info, rule.witness));
    case Reach::kShadowed:
      return fmt::format("    {:<36} UNREACHABLE: shadowed by {}\n", id,
                         rule_list(info, rule.shadowed_by));
    case Reach::kContradiction:
      return fmt::format("    {:<36} UNREACHABLE: its condition holds for no input\n", id);
    case Reach::kExcludedByAssume:
      return fmt::format("    {:<36} UNREACHABLE: `assume` excludes its condition\n", id);
    case Reach::kUnknown:
      break;
  }
  return fmt::format("    {:<36} UNKNOWN: {}\n", id, rule.reason);
}

std::string pair_lines(const DecisionProof& proof) {
  const spec::DecisionInfo& info = *proof.info;
  std::string text =
      fmt::format("  pairs: {} where the order decides, {} overlap with one outcome, {} disjoint\n",
                  proof.priority_pairs.size(), proof.same_outcome_pairs, proof.disjoint_pairs);
  for (const PriorityPair& pair : proof.priority_pairs) {
    text += fmt::format("    {} before {}", info.rules[pair.winner].id, info.rules[pair.other].id);
    if (!pair.example.empty()) text += ": " + values_text(info, pair.example);
    text += "\n";
  }
  return text;
}

std::string advice_lines(const DecisionProof& proof) {
  if (proof.redundant.empty()) return {};
  std::string text = "  advice: conditions that change nothing where they stand\n";
  for (const RedundantAtom& item : proof.redundant) {
    text += fmt::format("    {}: `{}` could be {}\n", proof.info->rules[item.rule].id,
                        proof.info->atoms[item.atom].text, item.value);
  }
  return text;
}

std::string check_line(const DecisionProof& proof, const CheckResult& check) {
  std::string text = fmt::format("  {}: {}", check.name, word(check.status));
  if (!check.detail.empty()) text += fmt::format(" ({})", check.detail);
  if (!check.model.empty()) text += ": " + values_text(*proof.info, check.model);
  return text + "\n";
}

std::string decision_text(const DecisionProof& proof) {
  std::string text = fmt::format("{} {}: {} rules\n", failed(proof) ? "FAIL" : "ok  ",
                                 proof.info->name, proof.rules.size());
  text += "  rules, with the simplest input that reaches each\n";
  for (const RuleProof& rule : proof.rules) text += rule_line(proof, rule);
  for (const CheckResult& check : proof.checks) text += check_line(proof, check);
  text += pair_lines(proof);
  text += advice_lines(proof);
  for (const std::string& unknown : proof.unknowns) text += "  UNKNOWN: " + unknown + "\n";
  return text;
}

std::string layout_text(const LayoutProof& layouts) {
  if (!layouts.examined) return {};
  std::string text =
      fmt::format("{} layouts: {} fields of {} structures are read as written and share no bit\n",
                  layouts.failures.empty() ? "ok  " : "FAIL", layouts.fields, layouts.structures);
  for (const CheckResult& failure : layouts.failures) {
    text += fmt::format("  {}: {} ({})\n", failure.name, word(failure.status), failure.detail);
  }
  return text;
}

std::string times_text(const ProofReport& report) {
  std::string text = "times\n";
  for (const DecisionProof& proof : report.decisions) {
    std::uint64_t checks = 0;
    const QueryTime* slowest = nullptr;
    for (const QueryTime& query : proof.queries) {
      checks += query.checks;
      if (slowest == nullptr || query.seconds > slowest->seconds) slowest = &query;
    }
    text += fmt::format("  {:<24} {:.3f} s, {} questions, {} solver calls", proof.info->name,
                        proof.seconds, proof.queries.size(), checks);
    if (slowest != nullptr) {
      text += fmt::format("; slowest: {} ({:.1f} ms)", slowest->name, slowest->seconds * 1e3);
    }
    text += "\n";
  }
  if (report.layouts.examined) text += fmt::format("  layouts {:.3f} s\n", report.layouts.seconds);
  for (const MachineProof& proof : report.machines) text += cost_text(proof.info->name, proof.cost);
  for (const MistakeProof& proof : report.mistakes) {
    text += cost_text(proof.mistake->name, proof.cost);
  }
  return text;
}

// "9 decisions, 80 rules; 6 machines, 42 invariants, 500 obligations; 16 mistakes refuted".
std::string totals(const ProofReport& report) {
  std::vector<std::string> parts;
  std::size_t rules = 0;
  for (const DecisionProof& proof : report.decisions) rules += proof.rules.size();
  if (rules != 0) {
    parts.push_back(fmt::format("{} decisions, {} rules", report.decisions.size(), rules));
  }
  if (report.layouts.examined) parts.push_back(fmt::format("{} fields", report.layouts.fields));
  std::size_t invariants = 0;
  std::size_t obligations = 0;
  for (const MachineProof& proof : report.machines) {
    invariants += proof.invariants.size();
    obligations += proof.cost.obligations;
  }
  if (invariants != 0) {
    parts.push_back(fmt::format("{} machines, {} invariants, {} obligations",
                                report.machines.size(), invariants, obligations));
  }
  if (!report.mistakes.empty()) {
    const auto refuted = std::count_if(report.mistakes.begin(), report.mistakes.end(),
                                       [](const MistakeProof& proof) { return !failed(proof); });
    parts.push_back(fmt::format("{} of {} mistakes refuted", refuted, report.mistakes.size()));
  }
  return parts.empty() ? "nothing" : fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace

std::string to_text(const ProofReport& report) {
  std::string text;
  if (!report.problem.empty()) text += fmt::format("FAIL {}\n", report.problem);
  for (const DecisionProof& proof : report.decisions) text += decision_text(proof);
  text += layout_text(report.layouts);
  for (const MachineProof& proof : report.machines) text += machine_text(proof);
  for (const MistakeProof& proof : report.mistakes) text += mistake_text(proof);
  text += fmt::format("{}: {}\n", failed(report) ? "FAILED" : "proved", totals(report));
  if (report.with_times) text += times_text(report);
  return text;
}

}  // namespace amdvi::prove
