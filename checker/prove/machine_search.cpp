#include "checker/prove/machine_search.hpp"

#include <chrono>
#include <deque>
#include <set>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "checker/prove/machine_operation.hpp"
#include "checker/prove/machine_state.hpp"
#include "checker/smt/canonical.hpp"
#include "checker/smt/ops.hpp"

namespace amdvi::prove {
namespace {

namespace u = smt::untyped;
using Clock = std::chrono::steady_clock;

constexpr unsigned kOperationBits = 8;

class Search {
 public:
  Search(const MachineTerms& terms, const host::MachineCode& code, const SearchOptions& options)
      : terms_(terms),
        code_(code),
        options_(options),
        state_(domain_.context, terms, MachineState::Base::kInitial),
        // Long chains of choices: the general core needs a quarter of the bit-blaster's longest
        // time.
        solver_(domain_.context, {smt::Engine::kSmtCore, 0, options.rlimit}) {
    for (const spec::CellInfo& cell : terms.info->cells) {
      if (!cell.parameter) continue;
      const std::string name(cell.name);
      fields_.push_back(
          smt::field_of(name, domain_.context.bv_variable(cell.value_width, name), 0));
    }
  }

  SearchResult broken(unsigned invariant) {
    std::vector<smt::Term> at;
    std::vector<smt::Field> asked;
    for (const spec::VariableInfo& v : terms_.info->invariants[invariant].forall) {
      const std::string name = fmt::format("at.{}", v.name);
      at.push_back(domain_.context.bv_variable(v.width, name));
      asked.push_back(smt::field_of(name, at.back(), 0));
    }
    return deepen(asked, [&] {
      MachineTerms::State after = state_.at(state_.now());
      return smt::land(moved(), smt::lnot(terms_.invariant(domain_.context, after, invariant, at)));
    });
  }

  SearchResult taken(unsigned operation, unsigned number) {
    return deepen({}, [&] { return fires(steps_.back(), operation, number); });
  }

 private:
  struct Step {
    smt::Term operation;
    std::vector<OperationTerms> runs;  // of every operation, of which one happens
    smt::Bool moved;                   // a case with updates was taken
  };

  template <class Goal>
  SearchResult deepen(const std::vector<smt::Field>& asked, Goal goal) {
    SearchResult result;
    const auto start = Clock::now();
    while (steps_.size() < options_.max_steps && result.gave_up.empty() && !result.sequence) {
      if (!steps_.empty()) solver_.require(moved());
      step();
      solve(goal(), asked, result);
      if (result.gave_up.empty()) result.searched = static_cast<unsigned>(steps_.size());
    }
    result.cost.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return result;
  }

  [[nodiscard]] const smt::Bool& moved() const { return steps_.back().moved; }

  smt::Bool is(const Step& step, unsigned operation) {
    return smt::Bool(u::eq(step.operation, domain_.context.bv_value(kOperationBits, operation)));
  }
  smt::Bool fires(Step& step, unsigned operation, unsigned number) {
    return smt::land(is(step, operation), step.runs[operation].takes(number));
  }

  // Every operation of a step reads the state before any of them; one of them happens.
  void step() {
    const std::string prefix = fmt::format("s{}.", steps_.size());
    const auto count = static_cast<unsigned>(terms_.info->operations.size());
    Step& step = steps_.emplace_back();
    step.operation = domain_.context.bv_variable(kOperationBits, prefix + "operation");
    solver_.require(
        smt::Bool(u::ult(step.operation, domain_.context.bv_value(kOperationBits, count))));
    fields_.push_back(smt::field_of(prefix + "operation", step.operation, 0));
    for (unsigned op = 0; op < count; ++op) {
      step.runs.emplace_back(terms_, domain_, state_, op, prefix);
      fields_of(step, op);
    }
    std::vector<smt::Term> moves;
    for (unsigned op = 0; op < count; ++op) apply(step, op, moves);
    step.moved = smt::Bool(u::any_of(domain_.context, moves));
  }

  void fields_of(Step& step, unsigned op) {
    const spec::OperationInfo& info = terms_.info->operations[op];
    const std::vector<smt::Term>& values = step.runs[op].values();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool pick = i >= info.args.size() && info.pick.highest;
      fields_.push_back(smt::field_of("", values[i], pick ? spec::low_bits(values[i].width()) : 0));
    }
    solver_.require(smt::implies(is(step, op), step.runs[op].picks_right()));
  }

  void apply(Step& step, unsigned op, std::vector<smt::Term>& moves) {
    const auto& cases = terms_.info->operations[op].cases;
    for (unsigned number = 0; number < cases.size(); ++number) {
      if (!cases[number].changes) continue;
      // A variable for the condition keeps the terms of later steps small.
      const smt::Bool happens(domain_.context.fresh_bool("happens"));
      solver_.require(smt::eq(happens, fires(step, op, number)));
      step.runs[op].apply(number, happens);
      moves.push_back(happens.term());
    }
  }

  void solve(const smt::Bool& goal, const std::vector<smt::Field>& asked, SearchResult& result) {
    const smt::Literal wanted = solver_.define(goal);
    for (unsigned i = 0; i < options_.max_refinements; ++i) {
      const auto start = Clock::now();
      const smt::Verdict verdict = solver_.check(std::span(&wanted, 1));
      result.cost.queries.push_back({fmt::format("{} steps", steps_.size()),
                                     std::chrono::duration<double>(Clock::now() - start).count()});
      if (verdict.is_unsat()) return;
      if (verdict.is_unknown()) {
        result.gave_up = fmt::format("{} steps: {}", steps_.size(), verdict.reason());
        return;
      }
      if (std::optional<MachineSequence> found = read(wanted, asked, result.gave_up)) {
        if (learn(*found)) continue;
        result.sequence = std::move(found);
      }
      return;
    }
    result.gave_up = fmt::format("{} steps: too many refinements", steps_.size());
  }

  std::optional<MachineSequence> read(smt::Literal goal, const std::vector<smt::Field>& asked,
                                      std::string& gave_up) {
    std::vector<smt::Field> fields = fields_;
    fields.insert(fields.end(), asked.begin(), asked.end());
    smt::Canonical canonical(solver_, std::move(fields));
    const smt::Assignment found = canonical.nearest(std::span(&goal, 1));
    if (!found.is_found()) {
      gave_up = found.reason;
      return std::nullopt;
    }
    return decode(found.values, asked.size());
  }

  // Values in the order in which fields_ were made.
  MachineSequence decode(const std::vector<std::uint64_t>& values, std::size_t asked) const {
    MachineSequence sequence;
    std::size_t next = 0;
    for (const spec::CellInfo& cell : terms_.info->cells) {
      if (cell.parameter) sequence.parameters.push_back(values[next++]);
    }
    for (std::size_t s = 0; s < steps_.size(); ++s) {
      MachineStep step;
      step.operation = static_cast<unsigned>(values[next++]);
      for (unsigned op = 0; op < terms_.info->operations.size(); ++op) {
        const spec::OperationInfo& info = terms_.info->operations[op];
        const std::size_t first = next;
        next += info.args.size() + (info.pick.width != 0 ? 2 : 0);
        if (op != step.operation) continue;
        step.args.assign(values.begin() + static_cast<std::ptrdiff_t>(first),
                         values.begin() + static_cast<std::ptrdiff_t>(first + info.args.size()));
        if (info.pick.width != 0 && values[next - 1] != 0) step.picked = values[next - 2];
      }
      sequence.steps.push_back(std::move(step));
    }
    sequence.at.assign(values.end() - static_cast<std::ptrdiff_t>(asked), values.end());
    return sequence;
  }

  // Runs it; true if the machine picks otherwise, and what the search learned says so.
  bool learn(const MachineSequence& sequence) {
    const Replay real = replay(code_, sequence);
    for (std::size_t i = 0; i < sequence.steps.size(); ++i) {
      const MachineStep& step = sequence.steps[i];
      const std::optional<std::uint64_t> picked = real.outcomes[i].picked;
      if (picked == step.picked || !picked) continue;
      const unsigned width = terms_.info->operations[step.operation].pick.width;
      const smt::Term id = domain_.context.bv_value(width, *picked);
      solver_.require(smt::implies(is(steps_[i], step.operation),
                                   steps_[i].runs[step.operation].no_better(id)));
      learn_names(i, step.operation);
      return true;
    }
    return false;
  }

  // Another number would do as well as the one found: no argument so far names a better one.
  void learn_names(std::size_t i, unsigned operation) {
    if (!learned_.emplace(i, operation).second) return;
    const unsigned wanted = terms_.info->operations[operation].pick.id;
    for (std::size_t s = 0; s < i; ++s) {
      for (unsigned op = 0; op < steps_[s].runs.size(); ++op) {
        for (const smt::Term& name : steps_[s].runs[op].names_of(wanted)) {
          solver_.require(
              smt::implies(is(steps_[i], operation), steps_[i].runs[operation].no_better(name)));
        }
      }
    }
  }

  const MachineTerms& terms_;
  const host::MachineCode& code_;
  SearchOptions options_;
  smt::Symbolic domain_;
  MachineState state_;
  smt::Solver solver_;
  std::vector<smt::Field> fields_;
  std::deque<Step> steps_;
  std::set<std::pair<std::size_t, unsigned>> learned_;  // step and operation
};

}  // namespace

SearchResult search_broken(const MachineTerms& terms, const host::MachineCode& code,
                           unsigned invariant, const SearchOptions& options) {
  return Search(terms, code, options).broken(invariant);
}

SearchResult search_case(const MachineTerms& terms, const host::MachineCode& code,
                         unsigned operation, unsigned number, const SearchOptions& options) {
  return Search(terms, code, options).taken(operation, number);
}

}  // namespace amdvi::prove
