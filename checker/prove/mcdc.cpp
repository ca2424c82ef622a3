#include "checker/prove/mcdc.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "checker/prove/inputs.hpp"
#include "checker/prove/outcome.hpp"
#include "checker/smt/canonical.hpp"
#include "checker/smt/ops.hpp"

namespace amdvi::prove {
namespace {

namespace term = smt::untyped;
using smt::Bool;
using smt::Literal;
using smt::Term;

// A solver answers the slower the more it was asked before; starting one costs as much as a few
// questions.
constexpr unsigned kAtomsPerSolver = 6;

// One of the two inputs of a pair, with all that is asked of it.
struct Side {
  LeafVariables leaves;
  DecisionTerms terms;
  std::vector<std::vector<Bool>> bits;  // per input, least significant first
  std::vector<Term> outcome;            // of the whole decision
};

Bool equals(const smt::Context& context, const std::vector<Bool>& bits, std::uint64_t value) {
  const bool fits = bits.size() >= 64 || (value >> bits.size()) == 0;
  Bool all = smt::bool_value(context, fits);
  for (std::size_t b = 0; b < bits.size(); ++b) {
    all = land(all, ((value >> b) & 1U) != 0 ? bits[b] : lnot(bits[b]));
  }
  return all;
}

class PairFinder {
 public:
  PairFinder(const DecisionSource& source, const PairQuery& query,
             const smt::SolverOptions& options)
      : source_(source), query_(query), x_(side("x")), y_(side("y")), solver_(context_, options) {
    check_sizes();
    constrain(x_);
    constrain(y_);
    outcomes_differ_ = smt::bool_value(context_, false);
    for (std::size_t i = 0; i < x_.outcome.size(); ++i) {
      outcomes_differ_ =
          lor(outcomes_differ_, Bool(term::lnot(term::eq(x_.outcome[i], y_.outcome[i]))));
    }
    make_canonical();
  }

  // [atom][rule]: whether the condition of the rule contains the atom.
  using Users = std::vector<std::vector<bool>>;

  Users users() const {
    Users result;
    for (unsigned atom = 0; atom < source_.info->atoms.size(); ++atom) {
      result.push_back(
          users(terms_over(x_, ForcedAtom{atom, true}), terms_over(x_, ForcedAtom{atom, false})));
    }
    return result;
  }

  // The pairs of some atoms, from `first` on.
  void add_pairs(const Users& users, unsigned first, unsigned last, std::vector<AtomPair>& pairs) {
    used_by_ = users;
    for (unsigned atom = first; atom < last; ++atom) {
      const Forced forced = force(atom);
      for (unsigned rule = 0; rule < x_.terms.rules.size(); ++rule) {
        if (used_by_[atom][rule]) pairs.push_back(find(atom, rule, forced));
      }
    }
  }

 private:
  struct Forced {
    DecisionTerms x_true, x_false, y_true, y_false;
  };

  Side side(const std::string& prefix) const {
    Side side;
    side.leaves = make_leaves(context_, source_, prefix);
    side.terms = terms_over(side, std::nullopt);
    side.bits = input_bits(*source_.info, side.leaves.whole);
    side.outcome = whole_outcome(side.terms);
    return side;
  }

  DecisionTerms terms_over(const Side& side, std::optional<ForcedAtom> forced) const {
    return source_.terms(
        context_, [&](unsigned index, unsigned) { return side.leaves.covered.at(index); }, forced);
  }

  Forced force(unsigned atom) const {
    return {terms_over(x_, ForcedAtom{atom, true}), terms_over(x_, ForcedAtom{atom, false}),
            terms_over(y_, ForcedAtom{atom, true}), terms_over(y_, ForcedAtom{atom, false})};
  }

  // The rules that read differently with the condition forced to either value.
  std::vector<bool> users(const DecisionTerms& held, const DecisionTerms& failed) const {
    std::vector<bool> result;
    for (std::size_t rule = 0; rule < x_.terms.rules.size(); ++rule) {
      const Term& plain = x_.terms.rules[rule].when.term();
      result.push_back(!same_node(plain, held.rules[rule].when.term()) ||
                       !same_node(plain, failed.rules[rule].when.term()));
    }
    return result;
  }

  void check_sizes() const {
    const std::size_t count = source_.info->inputs.size();
    const auto fits = [&](std::size_t size) { return size == 0 || size == count; };
    if (fits(query_.fixed.size()) && fits(query_.allowed.size()) && fits(query_.preferred.size())) {
      return;
    }
    throw smt::Error("a pair query needs one entry an input");
  }

  void constrain(const Side& side) {
    solver_.require(side.terms.assume);
    for (std::size_t i = 0; i < query_.fixed.size(); ++i) {
      if (query_.fixed[i]) solver_.require(equals(context_, side.bits[i], *query_.fixed[i]));
    }
    for (std::size_t i = 0; i < query_.allowed.size(); ++i) {
      if (query_.allowed[i].empty()) continue;
      Bool any = smt::bool_value(context_, false);
      for (const std::uint64_t value : query_.allowed[i]) {
        any = lor(any, equals(context_, side.bits[i], value));
      }
      solver_.require(any);
    }
  }

  void make_canonical() {
    std::vector<smt::Field> differences;
    std::vector<smt::Field> values;
    for (std::size_t i = 0; i < source_.info->inputs.size(); ++i) {
      const std::string name(source_.info->inputs[i].name);
      std::vector<Bool> bits;
      for (std::size_t b = 0; b < x_.bits[i].size(); ++b) {
        bits.push_back(ne(x_.bits[i][b], y_.bits[i][b]));
      }
      differences.push_back({name, bits, 0});
      values.push_back({name, x_.bits[i], query_.preferred.empty() ? 0 : query_.preferred[i]});
      difference_bits_.push_back(std::move(bits));
    }
    differences_ = std::make_unique<smt::Canonical>(solver_, std::move(differences));
    values_ = std::make_unique<smt::Canonical>(solver_, std::move(values));
  }

  // The rule is reached in both, fires in one, and the condition is what differs.
  std::vector<Literal> reached(unsigned atom, unsigned rule) {
    std::vector<Literal> goals;
    for (const Side* side : {&x_, &y_}) {
      for (unsigned i = 0; i < rule; ++i) {
        goals.push_back(negate(solver_.define(side->terms.rules[i].when)));
      }
    }
    goals.push_back(solver_.define(x_.terms.atoms[atom]));
    goals.push_back(negate(solver_.define(y_.terms.atoms[atom])));
    goals.push_back(solver_.define(ne(x_.terms.rules[rule].when, y_.terms.rules[rule].when)));
    return goals;
  }

  // The other conditions of the rule, each the same in both.
  void keep_others(unsigned atom, unsigned rule, std::vector<Literal>& goals) {
    for (unsigned other = 0; other < used_by_.size(); ++other) {
      if (other == atom || !used_by_[other][rule]) continue;
      goals.push_back(solver_.define(eq(x_.terms.atoms[other], y_.terms.atoms[other])));
    }
  }

  AtomPair find(unsigned atom, unsigned rule, const Forced& forced) {
    AtomPair pair{atom, rule, PairKind::kUniqueCause, {}, {}, {}};
    std::vector<Literal> goals = reached(atom, rule);
    const auto decisive = [&](const DecisionTerms& a, const DecisionTerms& b) {
      return solver_.define(ne(a.rules[rule].when, b.rules[rule].when));
    };
    goals.push_back(decisive(forced.x_true, forced.x_false));
    goals.push_back(decisive(forced.y_true, forced.y_false));
    const std::size_t weakest = goals.size();
    goals.push_back(solver_.define(outcomes_differ_));
    const std::size_t observable = goals.size();
    keep_others(atom, rule, goals);
    if (solve(goals, pair)) return pair;

    goals.resize(observable);
    pair.kind = PairKind::kMasking;
    if (solve(goals, pair)) return pair;

    goals.resize(weakest);
    pair.kind = PairKind::kUnobservable;
    if (solve(goals, pair)) return pair;
    pair.kind = PairKind::kNone;
    return pair;
  }

  // False if there is no such pair.
  bool solve(std::vector<Literal> goals, AtomPair& pair) {
    const smt::Assignment difference = differences_->fewest_changes(goals);
    if (difference.is_infeasible()) return false;
    if (!difference.is_found()) return give_up(difference.reason, pair);
    for (std::size_t i = 0; i < difference.values.size(); ++i) {
      for (std::size_t b = 0; b < difference_bits_[i].size(); ++b) {
        const Literal differs = solver_.define(difference_bits_[i][b]);
        goals.push_back(((difference.values[i] >> b) & 1U) != 0 ? differs : negate(differs));
      }
    }
    const smt::Assignment values = values_->fewest_changes(goals);
    if (!values.is_found()) return give_up(values.reason, pair);
    pair.holds = values.values;
    pair.fails = values.values;
    for (std::size_t i = 0; i < pair.fails.size(); ++i) pair.fails[i] ^= difference.values[i];
    return true;
  }

  static bool give_up(std::string reason, AtomPair& pair) {
    pair.kind = PairKind::kUnknown;
    pair.reason = std::move(reason);
    return true;
  }

  const DecisionSource& source_;
  const PairQuery& query_;
  smt::Context context_;
  Side x_;
  Side y_;
  smt::Solver solver_;
  Bool outcomes_differ_;
  Users used_by_;
  std::vector<std::vector<Bool>> difference_bits_;
  std::unique_ptr<smt::Canonical> differences_;
  std::unique_ptr<smt::Canonical> values_;
};

}  // namespace

std::vector<AtomPair> mcdc(const DecisionSource& source, const PairQuery& query,
                           const smt::SolverOptions& options) {
  const auto users = PairFinder(source, query, options).users();
  const auto atoms = static_cast<unsigned>(users.size());
  std::vector<AtomPair> pairs;
  for (unsigned first = 0; first < atoms; first += kAtomsPerSolver) {
    PairFinder(source, query, options)
        .add_pairs(users, first, std::min(atoms, first + kAtomsPerSolver), pairs);
  }
  return pairs;
}

}  // namespace amdvi::prove
