#include "checker/prove/machine_induction.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <span>
#include <tuple>
#include <utility>

#include <fmt/core.h>

#include "checker/prove/machine_operation.hpp"
#include "checker/prove/machine_state.hpp"
#include "checker/smt/canonical.hpp"
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
        run_(machine, domain_, state_, operation, ""),
        taken_(std::in_place, operation, number) {
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
    const smt::Bool holds = machine_.invariant(domain_.context, after, invariant, at);
    at_ = std::move(at);
    looked_at_ = state_.entries().size();
    return smt::lnot(holds);
  }

  void instantiate(unsigned rounds) {
    MachineTerms::State before = state_.at(0);
    for (unsigned round = 0; round < rounds; ++round) {
      for (const MachineState::Entry& entry : state_.entries()) {
        ids_.add(machine_.info->cells[entry.cell].index_id, entry.index);
      }
      const IdTerms ids = ids_;
      for (unsigned i = 0; i < machine_.info->invariants.size(); ++i) {
        if (machine_.info->invariants[i].refuted != 0) continue;
        std::vector<smt::Term> chosen;
        instantiate(before, i, ids, chosen);
      }
      for (const smt::Term& id : candidates(ids)) facts_.push_back(run_.no_better(id));
    }
  }

  smt::Verdict check(const smt::Bool& goal, unsigned rlimit) {
    smt::Solver solver(domain_.context, {smt::Engine::kBitBlast, 0, rlimit});
    for (const smt::Bool& fact : facts_) solver.require(fact);
    for (const smt::Bool& fact : state_.congruence()) solver.require(fact);
    solver.require(goal);
    return solver.check({});
  }

  // The canonical state and operation for which `goal` is true, if they are found in time.
  std::optional<InductionStep> show(const smt::Bool& goal, unsigned rlimit) {
    std::vector<smt::Term> terms = run_.values();
    terms.insert(terms.end(), at_.begin(), at_.end());
    for (std::size_t i = 0; i < looked_at_; ++i) {
      const MachineState::Entry entry = state_.entries()[i];
      const smt::Term after = state_.read(entry.cell, entry.index, state_.now());
      terms.insert(terms.end(), {entry.index, entry.value, after});
    }
    smt::Solver solver(domain_.context, {smt::Engine::kSmtCore, 0, rlimit});
    for (const smt::Bool& fact : facts_) solver.require(fact);
    for (const smt::Bool& fact : state_.congruence()) solver.require(fact);
    std::vector<smt::Field> fields;
    for (const smt::Term& term : terms) fields.push_back(smt::field_of({}, term));
    smt::Canonical canonical(solver, std::move(fields));
    const smt::Literal wanted = solver.define(goal);
    const smt::Assignment found = canonical.nearest(std::span(&wanted, 1));
    if (!found.is_found()) return std::nullopt;
    return read_step(found.values);
  }

 private:
  // In the order in which show() asks.
  InductionStep read_step(std::span<const std::uint64_t> values) const {
    InductionStep result;
    result.first = !taken_;
    if (taken_) std::tie(result.step.operation, result.number) = *taken_;
    const std::size_t picked = run_.picked_id() != 0 ? 2 : 0;
    const std::size_t args = run_.values().size() - picked;
    result.step.args.assign(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(args));
    if (picked != 0 && values[args + 1] != 0) result.step.picked = values[args];
    values = values.subspan(args + picked);
    result.at.assign(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at_.size()));
    values = values.subspan(at_.size());
    for (std::size_t i = 0; i < looked_at_; ++i) {
      const InductionStep::Entry entry{state_.entries()[i].cell, values[3 * i], values[3 * i + 1],
                                       values[3 * i + 2]};
      const bool known = std::any_of(
          result.entries.begin(), result.entries.end(), [&](const InductionStep::Entry& other) {
            return other.cell == entry.cell && other.index == entry.index;
          });
      if (!known) result.entries.push_back(entry);
    }
    return result;
  }

  // Ids that might have been picked: those that matter, also as a part of a joined id.
  std::vector<smt::Term> candidates(const IdTerms& ids) const {
    const unsigned picked = run_.picked_id();
    if (picked == 0) return {};
    std::vector<smt::Term> found = ids.of(picked);
    for (const spec::PartInfo& part : machine_.info->parts) {
      if (part.part != picked) continue;
      for (const smt::Term& joined : ids.of(part.joined)) {
        found.push_back(u::simplify(u::extract(joined, part.low + part.width - 1, part.low)));
      }
    }
    return found;
  }

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
  std::optional<std::pair<unsigned, unsigned>> taken_;  // operation and case
  IdTerms ids_;
  std::vector<smt::Term> at_;
  std::size_t looked_at_ = 0;  // entries of the state
  std::set<std::pair<unsigned, std::vector<const void*>>> instantiated_;
  std::vector<smt::Bool> facts_;
};

// The invariants to ask about: axioms never are.
std::vector<unsigned> asked(const spec::MachineInfo& info, std::optional<unsigned> only) {
  std::vector<unsigned> numbers;
  for (unsigned i = 0; i < info.invariants.size(); ++i) {
    const bool open = info.invariants[i].axiom.empty() && info.invariants[i].refuted == 0;
    if (open && only.value_or(i) == i) numbers.push_back(i);
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
  if (verdict.is_sat()) result.steps[invariant] = obligation.show(goal, rlimit);
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
  result.steps.resize(info.invariants.size());
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
