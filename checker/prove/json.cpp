#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "checker/prove/machine_text.hpp"
#include "checker/prove/prove.hpp"
#include "checker/prove/words.hpp"

namespace amdvi::prove {
namespace {

using Json = nlohmann::ordered_json;

// Of this text; a reader refuses one it does not know.
constexpr int kVersion = 1;

std::string text(std::string_view view) { return std::string(view); }

// 64-bit values as hexadecimal text: JSON readers round large numbers.
Json values_json(const spec::DecisionInfo& info, const Values& values) {
  Json object = Json::object();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != 0) object[text(info.inputs[i].name)] = fmt::format("{:#x}", values[i]);
  }
  return object;
}

Json rule_json(const spec::DecisionInfo& info, const RuleProof& rule) {
  Json object;
  object["id"] = text(info.rules[rule.rule].id);
  object["clause"] = text(info.rules[rule.rule].clause != nullptr ? info.rules[rule.rule].clause->id
                                                                  : std::string_view{});
  object["verdict"] = text(word(rule.reach));
  if (rule.reach == Reach::kReachable) object["witness"] = values_json(info, rule.witness);
  if (rule.reach == Reach::kShadowed) {
    Json earlier = Json::array();
    for (const unsigned other : rule.shadowed_by) earlier.push_back(text(info.rules[other].id));
    object["shadowed_by"] = earlier;
  }
  if (!rule.reason.empty()) object["reason"] = rule.reason;
  return object;
}

Json check_json(const spec::DecisionInfo& info, const CheckResult& check) {
  Json object;
  object["name"] = check.name;
  object["verdict"] = text(word(check.status));
  if (!check.detail.empty()) object["detail"] = check.detail;
  if (!check.model.empty()) object["model"] = values_json(info, check.model);
  return object;
}

Json pairs_json(const DecisionProof& proof) {
  const spec::DecisionInfo& info = *proof.info;
  Json priority = Json::array();
  for (const PriorityPair& pair : proof.priority_pairs) {
    Json object;
    object["winner"] = text(info.rules[pair.winner].id);
    object["other"] = text(info.rules[pair.other].id);
    if (!pair.example.empty()) object["example"] = values_json(info, pair.example);
    priority.push_back(object);
  }
  Json pairs;
  pairs["priority"] = priority;
  pairs["same_outcome"] = proof.same_outcome_pairs;
  pairs["disjoint"] = proof.disjoint_pairs;
  return pairs;
}

Json decision_json(const DecisionProof& proof) {
  const spec::DecisionInfo& info = *proof.info;
  Json object;
  object["name"] = text(info.name);
  object["failed"] = failed(proof);
  object["rules"] = Json::array();
  for (const RuleProof& rule : proof.rules) object["rules"].push_back(rule_json(info, rule));
  object["checks"] = Json::array();
  for (const CheckResult& check : proof.checks) object["checks"].push_back(check_json(info, check));
  object["pairs"] = pairs_json(proof);
  object["redundant"] = Json::array();
  for (const RedundantAtom& item : proof.redundant) {
    Json atom;
    atom["rule"] = text(info.rules[item.rule].id);
    atom["condition"] = text(info.atoms[item.atom].text);
    atom["value"] = item.value;
    object["redundant"].push_back(atom);
  }
  object["unknowns"] = proof.unknowns;
  return object;
}

Json layouts_json(const LayoutProof& layouts) {
  Json object;
  object["structures"] = layouts.structures;
  object["fields"] = layouts.fields;
  object["failures"] = Json::array();
  for (const CheckResult& failure : layouts.failures) {
    Json item;
    item["field"] = failure.name;
    item["verdict"] = text(word(failure.status));
    item["detail"] = failure.detail;
    object["failures"].push_back(item);
  }
  return object;
}

Json times_json(const ProofReport& report) {
  Json times;
  times["decisions"] = Json::array();
  for (const DecisionProof& proof : report.decisions) {
    Json object;
    object["name"] = text(proof.info->name);
    object["seconds"] = proof.seconds;
    object["questions"] = Json::array();
    for (const QueryTime& query : proof.queries) {
      Json item;
      item["name"] = query.name;
      item["solver_calls"] = query.checks;
      item["seconds"] = query.seconds;
      object["questions"].push_back(item);
    }
    times["decisions"].push_back(object);
  }
  if (report.layouts.examined) times["layouts_seconds"] = report.layouts.seconds;
  times["machines"] = Json::array();
  for (const MachineProof& proof : report.machines) {
    times["machines"].push_back(cost_json(proof.info->name, proof.cost));
  }
  times["mistakes"] = Json::array();
  for (const MistakeProof& proof : report.mistakes) {
    times["mistakes"].push_back(cost_json(proof.mistake->name, proof.cost));
  }
  return times;
}

}  // namespace

std::string to_json(const ProofReport& report) {
  Json root;
  root["format"] = "amdvi-proof";
  root["version"] = kVersion;
  root["failed"] = failed(report);
  if (!report.problem.empty()) root["problem"] = report.problem;
  root["decisions"] = Json::array();
  for (const DecisionProof& proof : report.decisions) {
    root["decisions"].push_back(decision_json(proof));
  }
  if (report.layouts.examined) root["layouts"] = layouts_json(report.layouts);
  root["machines"] = Json::array();
  for (const MachineProof& proof : report.machines) root["machines"].push_back(machine_json(proof));
  root["mistakes"] = Json::array();
  for (const MistakeProof& proof : report.mistakes) root["mistakes"].push_back(mistake_json(proof));
  if (report.with_times) root["timing"] = times_json(report);
  return root.dump(1) + "\n";
}

}  // namespace amdvi::prove
