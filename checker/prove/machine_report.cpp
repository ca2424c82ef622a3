#include "checker/prove/machine_report.hpp"

#include <fmt/core.h>

namespace amdvi::prove {

void ProofCost::add(const ProofCost& part) {
  obligations += part.obligations;
  seconds += part.seconds;
  queries.insert(queries.end(), part.queries.begin(), part.queries.end());
}

bool as_said(const spec::InvariantInfo& invariant, const InvariantProof& proof) {
  if (invariant.refuted == 0) return proof.verdict == ProofVerdict::kProved;
  return proof.verdict == ProofVerdict::kRefuted &&
         proof.sequence->steps.size() == invariant.refuted;
}

std::string describe(const spec::MachineInfo& info, const MachineStep& step) {
  const spec::OperationInfo& operation = info.operations[step.operation];
  std::string text(operation.name);
  text += '(';
  for (std::size_t i = 0; i < operation.args.size(); ++i) {
    text += fmt::format("{}{}={:#x}", i == 0 ? "" : ", ", operation.args[i].name, step.args[i]);
  }
  text += ')';
  if (step.picked) text += fmt::format(" -> {}={:#x}", operation.pick.name, *step.picked);
  return text;
}

std::string describe(const spec::MachineInfo& info, const MachineSequence& sequence) {
  std::string text;
  std::size_t next = 0;
  for (const spec::CellInfo& cell : info.cells) {
    if (cell.parameter) text += fmt::format("{}={:#x}: ", cell.name, sequence.parameters[next++]);
  }
  for (std::size_t i = 0; i < sequence.steps.size(); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : "; ", describe(info, sequence.steps[i]));
  }
  return text;
}

Replay replay(const host::MachineCode& code, const MachineSequence& sequence) {
  Replay result{host::Machine(code, sequence.parameters), {}};
  for (const MachineStep& step : sequence.steps) {
    result.outcomes.push_back(result.machine.run(step.operation, step.args));
  }
  return result;
}

}  // namespace amdvi::prove
