#include <fmt/core.h>

#include "checker/prove/machine_text.hpp"
#include "checker/prove/prove.hpp"
#include "checker/prove/words.hpp"

namespace amdvi::prove {
namespace {

using Json = nlohmann::ordered_json;

// As in json.cpp: values are hexadecimal text.
std::string hex(std::uint64_t value) { return fmt::format("{:#x}", value); }

Json step_json(const spec::MachineInfo& info, const MachineStep& step) {
  const spec::OperationInfo& operation = info.operations[step.operation];
  Json object;
  object["operation"] = std::string(operation.name);
  object["args"] = Json::object();
  for (std::size_t i = 0; i < step.args.size(); ++i) {
    object["args"][std::string(operation.args[i].name)] = hex(step.args[i]);
  }
  if (step.picked) object["picked"] = {{std::string(operation.pick.name), hex(*step.picked)}};
  return object;
}

Json sequence_json(const spec::MachineInfo& info, const spec::InvariantInfo& invariant,
                   const MachineSequence& sequence) {
  Json object;
  object["parameters"] = Json::object();
  std::size_t next = 0;
  for (const spec::CellInfo& cell : info.cells) {
    if (!cell.parameter) continue;
    object["parameters"][std::string(cell.name)] = hex(sequence.parameters[next++]);
  }
  object["steps"] = Json::array();
  for (const MachineStep& step : sequence.steps) object["steps"].push_back(step_json(info, step));
  object["broken_at"] = Json::object();
  for (std::size_t i = 0; i < sequence.at.size(); ++i) {
    object["broken_at"][std::string(invariant.forall[i].name)] = hex(sequence.at[i]);
  }
  return object;
}

Json induction_json(const spec::MachineInfo& info, const spec::InvariantInfo& invariant,
                    const InductionStep& step) {
  Json object;
  if (!step.first) {
    object["step"] = step_json(info, step.step);
    object["case"] = std::string(info.operations[step.step.operation].cases[step.number].id);
  }
  object["broken_at"] = Json::object();
  for (std::size_t i = 0; i < step.at.size(); ++i) {
    object["broken_at"][std::string(invariant.forall[i].name)] = hex(step.at[i]);
  }
  object["state"] = Json::array();
  for (const InductionStep::Entry& entry : step.entries) {
    object["state"].push_back({{"cell", std::string(info.cells[entry.cell].name)},
                               {"index", hex(entry.index)},
                               {"before", hex(entry.before)},
                               {"after", hex(entry.after)}});
  }
  return object;
}

Json axioms_json(const spec::MachineInfo& info) {
  Json axioms = Json::array();
  for (const spec::InvariantInfo& invariant : info.invariants) {
    if (invariant.axiom.empty()) continue;
    axioms.push_back(
        {{"name", std::string(invariant.name)}, {"because", std::string(invariant.axiom)}});
  }
  return axioms;
}

}  // namespace

Json machine_json(const MachineProof& proof) {
  const spec::MachineInfo& info = *proof.info;
  Json object;
  object["name"] = std::string(info.name);
  object["failed"] = failed(proof);
  object["obligations"] = proof.cost.obligations;
  object["invariants"] = Json::array();
  for (const InvariantProof& result : proof.invariants) {
    const spec::InvariantInfo& invariant = info.invariants[result.invariant];
    Json item;
    item["name"] = std::string(invariant.name);
    item["clause"] = std::string(invariant.clause);
    item["facts"] = std::string(invariant.facts);
    item["verdict"] = std::string(word(result.verdict));
    if (result.sequence) item["sequence"] = sequence_json(info, invariant, *result.sequence);
    if (invariant.refuted != 0) item["said_refuted"] = invariant.refuted;
    if (result.induction) item["induction"] = induction_json(info, invariant, *result.induction);
    if (!result.reason.empty()) item["reason"] = result.reason;
    object["invariants"].push_back(item);
  }
  object["axioms"] = axioms_json(info);
  return object;
}

Json mistake_json(const MistakeProof& proof) {
  const spec::MistakeInfo& mistake = *proof.mistake;
  const spec::InvariantInfo& invariant = proof.info->invariants[mistake.breaks];
  Json object;
  object["name"] = std::string(mistake.name);
  object["machine"] = std::string(mistake.machine);
  object["breaks"] = std::string(invariant.name);
  object["failed"] = failed(proof);
  if (proof.sequence) object["sequence"] = sequence_json(*proof.info, invariant, *proof.sequence);
  if (!proof.reason.empty()) object["reason"] = proof.reason;
  return object;
}

Json cost_json(std::string_view name, const ProofCost& cost) {
  Json object;
  object["name"] = std::string(name);
  object["seconds"] = cost.seconds;
  object["queries"] = Json::array();
  for (const ProofQuery& query : cost.queries) {
    object["queries"].push_back({{"name", query.name}, {"seconds", query.seconds}});
  }
  return object;
}

}  // namespace amdvi::prove
