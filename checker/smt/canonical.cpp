#include "checker/smt/canonical.hpp"

#include <utility>

#include "checker/smt/ops.hpp"

namespace amdvi::smt {
namespace {

bool bit_of(std::uint64_t value, std::uint32_t index) { return ((value >> index) & 1U) != 0; }

Assignment infeasible() {
  Assignment result;
  result.kind = Assignment::Kind::kInfeasible;
  return result;
}

Assignment unknown(std::string reason) {
  Assignment result;
  result.reason = std::move(reason);
  return result;
}

// The search of Canonical::nearest over an ordered list of target literals.
//
// Invariant: `fixed_` is the goals plus one literal for each of the first agrees().size() targets,
// and every target denied there was shown unable to hold. So `fixed_` is satisfiable if the goals
// are.
class Lexicographic {
 public:
  Lexicographic(Solver& solver, std::span<const Literal> goals, std::span<const Literal> targets)
      : solver_(solver), targets_(targets), fixed_(goals.begin(), goals.end()) {}

  Verdict run() {
    while (agrees_.size() < targets_.size()) {
      Verdict verdict = advance();
      if (!verdict.is_sat()) return verdict;
    }
    return seen_sat_ ? Verdict::sat() : solver_.check(fixed_);
  }

  // One entry a target: whether it holds. Complete after run() said sat.
  [[nodiscard]] const std::vector<bool>& agrees() const { return agrees_; }

 private:
  // Fixes at least one bit. Unsat only if the goals are.
  Verdict advance() {
    const std::size_t begin = agrees_.size();
    const std::size_t before = fixed_.size();
    std::size_t end = targets_.size();
    while (end > begin) {
      const auto open = targets_.subspan(begin, end - begin);
      fixed_.insert(fixed_.end(), open.begin(), open.end());
      Verdict verdict = solver_.check(fixed_);
      if (verdict.is_unknown()) return verdict;
      if (verdict.is_sat()) {
        seen_sat_ = true;
        break;
      }
      fixed_.resize(before);
      const std::span<const std::size_t> core = solver_.core();
      if (core.empty() || core.back() < before) return contradiction();
      // Targets up to the core's last one cannot all hold; those after it played no part.
      end = begin + core.back() - before;
    }
    agrees_.insert(agrees_.end(), end - begin, true);
    if (end < targets_.size()) {
      fixed_.push_back(negate(targets_[end]));
      agrees_.push_back(false);
    }
    return Verdict::sat();
  }

  Verdict contradiction() const {
    if (seen_sat_) throw Error("the solver refuted what it had found satisfiable");
    return Verdict::unsat();
  }

  Solver& solver_;
  std::span<const Literal> targets_;
  std::vector<Literal> fixed_;
  std::vector<bool> agrees_;
  bool seen_sat_ = false;
};

}  // namespace

Field field_of(std::string name, const Term& value, std::uint64_t preferred) {
  Field field{std::move(name), {}, preferred};
  for (unsigned i = 0; i < value.width(); ++i) {
    field.bits.push_back(truth(Bv<1>(untyped::extract(value, i, i))));
  }
  return field;
}

Canonical::Canonical(Solver& solver, std::vector<Field> fields)
    : solver_(solver), fields_(std::move(fields)) {
  for (std::uint32_t f = 0; f < fields_.size(); ++f) {
    const Field& field = fields_[f];
    if (field.bits.size() > 64) throw Error("field '" + field.name + "' is wider than 64 bits");
    preferred_.push_back(field.preferred);
    for (std::size_t i = field.bits.size(); i-- > 0;) {
      bits_.push_back({solver_.define(field.bits[i]), f, static_cast<std::uint32_t>(i)});
    }
  }
}

std::vector<Literal> Canonical::targets(std::span<const std::uint64_t> preferred) const {
  std::vector<Literal> result;
  result.reserve(bits_.size());
  for (const Bit& bit : bits_) {
    const bool set = bit_of(preferred[bit.field], bit.index);
    result.push_back(set ? bit.literal : negate(bit.literal));
  }
  return result;
}

Assignment Canonical::nearest(std::span<const Literal> goals) { return nearest(goals, preferred_); }

Assignment Canonical::nearest(std::span<const Literal> goals,
                              std::span<const std::uint64_t> preferred) {
  if (preferred.size() != fields_.size()) throw Error("one preferred value a field is needed");
  const std::vector<Literal> wanted = targets(preferred);
  Lexicographic search(solver_, goals, wanted);
  const Verdict verdict = search.run();
  if (verdict.is_unknown()) return unknown(verdict.reason());
  if (verdict.is_unsat()) return infeasible();
  return read(search.agrees(), preferred);
}

Assignment Canonical::read(const std::vector<bool>& agrees,
                           std::span<const std::uint64_t> preferred) const {
  Assignment result;
  result.kind = Assignment::Kind::kFound;
  result.values.assign(fields_.size(), 0);
  std::vector<bool> is_changed(fields_.size(), false);
  for (std::size_t i = 0; i < bits_.size(); ++i) {
    const Bit& bit = bits_[i];
    if (!agrees[i]) is_changed[bit.field] = true;
    if (bit_of(preferred[bit.field], bit.index) == agrees[i]) {
      result.values[bit.field] |= std::uint64_t{1} << bit.index;
    }
  }
  for (const bool changed : is_changed) result.changed += changed ? 1 : 0;
  return result;
}

Assignment Canonical::fewest_changes(std::span<const Literal> goals) {
  const Verdict possible = solver_.check(goals);
  if (possible.is_unknown()) return unknown(possible.reason());
  if (possible.is_unsat()) return infeasible();

  std::vector<Literal> bounded(goals.begin(), goals.end());
  for (std::size_t limit = 0; limit < fields_.size(); ++limit) {
    bounded.push_back(negate(more_than(limit)));
    const Verdict verdict = solver_.check(bounded);
    if (verdict.is_unknown()) return unknown(verdict.reason());
    if (verdict.is_sat()) return nearest(bounded);
    bounded.pop_back();
  }
  return nearest(goals);
}

// A sequential counter, one row longer each time a question needs more changes than any before:
//   row k, column i  =  row k, column i-1  or  (row k-1, column i-1  and  field i differs).
Literal Canonical::more_than(std::size_t count) {
  if (changed_.empty()) define_changes();
  while (counter_.size() <= count) {
    const std::size_t k = counter_.size();
    std::vector<Bool> row;
    Bool left = bool_value(solver_.context(), false);
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      if (i >= k) {
        const Bool reached = k == 0 ? changed_[i] : land(counter_[k - 1][i - 1], changed_[i]);
        left = solver_.formula(solver_.define(lor(left, reached)));
      }
      row.push_back(left);
    }
    counter_.push_back(std::move(row));
  }
  return solver_.define(counter_[count].back());
}

void Canonical::define_changes() {
  for (const Field& field : fields_) {
    Bool differs = bool_value(solver_.context(), false);
    for (std::size_t i = 0; i < field.bits.size(); ++i) {
      const bool set = bit_of(field.preferred, static_cast<std::uint32_t>(i));
      differs = lor(differs, set ? lnot(field.bits[i]) : field.bits[i]);
    }
    changed_.push_back(solver_.formula(solver_.define(differs)));
  }
}

}  // namespace amdvi::smt
