#include "checker/prove/mcdc.hpp"

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

  std::vector<AtomPair> run() {
    const auto atoms = static_cast<unsigned>(source_.info->atoms.size());
    std::vector<Forced> forced;
    for (unsigned atom = 0; atom < atoms; ++atom) {
      forced.push_back(force(atom));
      used_by_.push_back(users(forced.back()));
    }
    std::vector<AtomPair> pairs;
    for (unsigned atom = 0; atom < atoms; ++atom) {
      for (unsigned rule = 0; rule < x_.terms.rules.size(); ++rule) {
        if (used_by_[atom][rule]) pairs.push_back(find(atom, rule, forced[atom]));
      }
    }
    return pairs;
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

  // The rules whose condition contains the forced one.
  std::vector<bool> users(const Forced& forced) const {
    std::vector<bool> result;
    for (std::size_t rule = 0; rule < x_.terms.rules.size(); ++rule) {
      const Term& plain = x_.terms.rules[rule].when.term();
      result.push_back(!same_node(plain, forced.x_true.rules[rule].when.term()) ||
                       !same_node(plain, forced.x_false.rules[rule].when.term()));
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
  std::vector<std::vector<bool>> used_by_;  // [atom][rule]
  std::vector<std::vector<Bool>> difference_bits_;
  std::unique_ptr<smt::Canonical> differences_;
  std::unique_ptr<smt::Canonical> values_;
};

}  // namespace

std::vector<AtomPair> mcdc(const DecisionSource& source, const PairQuery& query,
                           const smt::SolverOptions& options) {
  return PairFinder(source, query, options).run();
}

}  // namespace amdvi::prove
