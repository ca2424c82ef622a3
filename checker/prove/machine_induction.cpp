#include "checker/prove/machine_induction.hpp"

#include <chrono>
#include <set>
#include <span>
#include <utility>

#include <fmt/core.h>

#include "checker/prove/machine_operation.hpp"
#include "checker/prove/machine_state.hpp"
#include "checker/smt/ops.hpp"
#include "checker/smt/solver.hpp"

namespace amdvi::prove {
namespace {

namespace u = smt::untyped;
using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Terms by id type, each once.
class IdTerms {
 public:
  void add(unsigned id, const smt::Term& term) {
    if (id == 0) return;
    if (id >= terms_.size()) terms_.resize(id + 1);
    for (const smt::Term& other : terms_[id]) {
      if (smt::same_node(other, term)) return;
    }
    terms_[id].push_back(term);
  }
  [[nodiscard]] std::vector<smt::Term> of(unsigned id) const {
    return id < terms_.size() ? terms_[id] : std::vector<smt::Term>{};
  }

 private:
  std::vector<std::vector<smt::Term>> terms_;
};

// One case of one operation from an arbitrary state, and one invariant asked after it.
class Obligation {
 public:
  Obligation(const MachineTerms& machine, unsigned operation, unsigned number)
      : machine_(machine),
        state_(domain_.context, machine, MachineState::Base::kArbitrary),
        run_(machine, domain_, state_, operation, "") {
    ids_of_operation(operation);
    facts_.push_back(run_.picks_right());
    facts_.push_back(run_.takes(number));
    run_.apply(number, domain_.lit(true));
  }
  // Of the initial state.
  explicit Obligation(const MachineTerms& machine)
      : machine_(machine), state_(domain_.context, machine, MachineState::Base::kInitial) {}

  smt::Bool broken(unsigned invariant) {
    std::vector<smt::Term> at;
    for (const spec::VariableInfo& v : machine_.info->invariants[invariant].forall) {
      at.push_back(domain_.context.bv_variable(v.width, fmt::format("at.{}", v.name)));
      ids_.add(v.id, at.back());
    }
    MachineTerms::State after = state_.at(state_.now());
    return smt::lnot(machine_.invariant(domain_.context, after, invariant, at));
  }

  void instantiate(unsigned rounds) {
    MachineTerms::State before = state_.at(0);
    for (unsigned round = 0; round < rounds; ++round) {
      for (const MachineState::Entry& entry : state_.entries()) {
        ids_.add(machine_.info->cells[entry.cell].index_id, entry.index);
      }
      const IdTerms ids = ids_;
      for (unsigned i = 0; i < machine_.info->invariants.size(); ++i) {
        std::vector<smt::Term> chosen;
        instantiate(before, i, ids, chosen);
      }
      for (const smt::Term& id : ids.of(run_.picked_id())) facts_.push_back(run_.no_better(id));
    }
  }

  smt::Verdict check(const smt::Bool& goal, unsigned rlimit) {
    smt::Solver solver(domain_.context, {smt::Engine::kBitBlast, 0, rlimit});
    for (const smt::Bool& fact : facts_) solver.require(fact);
    for (const smt::Bool& fact : state_.congruence()) solver.require(fact);
    solver.require(goal);
    return solver.check({});
  }

 private:
  void ids_of_operation(unsigned operation) {
    const spec::OperationInfo& info = machine_.info->operations[operation];
    for (std::size_t i = 0; i < info.args.size(); ++i) ids_.add(info.args[i].id, run_.values()[i]);
    if (info.pick.width != 0) ids_.add(info.pick.id, run_.values()[info.args.size()]);
  }

  // The invariant for all values of its variables among `ids`, the first of them `chosen` already.
  void instantiate(MachineTerms::State& before, unsigned invariant, const IdTerms& ids,
                   std::vector<smt::Term>& chosen) {
    const auto& forall = machine_.info->invariants[invariant].forall;
    if (chosen.size() == forall.size()) {
      std::vector<const void*> key;
      for (const smt::Term& term : chosen) key.push_back(term.node());
      if (!instantiated_.emplace(invariant, key).second) return;
      facts_.push_back(machine_.invariant(domain_.context, before, invariant, chosen));
      return;
    }
    for (const smt::Term& term : ids.of(forall[chosen.size()].id)) {
      chosen.push_back(term);
      instantiate(before, invariant, ids, chosen);
      chosen.pop_back();
    }
  }

  const MachineTerms& machine_;
  smt::Symbolic domain_;
  MachineState state_;
  OperationTerms run_;
  IdTerms ids_;
  std::set<std::pair<unsigned, std::vector<const void*>>> instantiated_;
  std::vector<smt::Bool> facts_;
};

// The invariants to ask about: axioms never are.
std::vector<unsigned> asked(const spec::MachineInfo& info, std::optional<unsigned> only) {
  std::vector<unsigned> numbers;
  for (unsigned i = 0; i < info.invariants.size(); ++i) {
    if (info.invariants[i].axiom.empty() && only.value_or(i) == i) numbers.push_back(i);
  }
  return numbers;
}

void ask(Induction& result, unsigned invariant, Obligation& obligation, const smt::Bool& goal,
         const std::string& what, unsigned rlimit) {
  const auto start = Clock::now();
  const smt::Verdict verdict = obligation.check(goal, rlimit);
  ++result.cost.obligations;
  result.cost.queries.push_back({what, since(start)});
  if (verdict.is_unsat() || !result.broken_by[invariant].empty()) return;
  result.broken_by[invariant] = verdict.is_sat() ? what : what + ": " + verdict.reason();
  result.gave_up[invariant] = verdict.is_unknown();
}

void prove_case(const MachineTerms& machine, unsigned operation, unsigned number,
                const InductionOptions& options, std::span<const unsigned> invariants,
                Induction& result) {
  const spec::OperationInfo& info = machine.info->operations[operation];
  for (const unsigned i : invariants) {
    Obligation obligation(machine, operation, number);
    const smt::Bool goal = obligation.broken(i);
    obligation.instantiate(options.rounds);
    ask(result, i, obligation, goal,
        fmt::format("{}.{} against {}", info.name, info.cases[number].id,
                    machine.info->invariants[i].name),
        options.rlimit);
  }
}

}  // namespace

Induction prove_induction(const MachineTerms& machine, const InductionOptions& options,
                          std::optional<unsigned> only) {
  const auto start = Clock::now();
  const spec::MachineInfo& info = *machine.info;
  const std::vector<unsigned> invariants = asked(info, only);
  Induction result;
  result.broken_by.resize(info.invariants.size());
  result.gave_up.resize(info.invariants.size());
  for (const unsigned i : invariants) {
    Obligation first(machine);
    const smt::Bool goal = first.broken(i);
    ask(result, i, first, goal, fmt::format("the start against {}", info.invariants[i].name),
        options.rlimit);
  }
  for (unsigned op = 0; op < info.operations.size(); ++op) {
    for (unsigned number = 0; number < info.operations[op].cases.size(); ++number) {
      // A case without updates keeps everything.
      if (info.operations[op].cases[number].changes) {
        prove_case(machine, op, number, options, invariants, result);
      }
    }
  }
  result.cost.seconds = since(start);
  return result;
}

}  // namespace amdvi::prove
