// Canonical assignments: of all solutions, the one that depends on the meaning of the question
// alone. Found with verdicts and unsat cores only, so that Z3's version, seed, history and any
// unrelated assertion cannot change a byte of it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "checker/smt/solver.hpp"

namespace amdvi::smt {

// A group of at most 64 bits with the value it should have if the question leaves a choice.
struct Field {
  std::string name;
  std::vector<Bool> bits;       // least significant first
  std::uint64_t preferred = 0;  // a request to be near it, never a constraint
};

template <unsigned W>
Field make_field(std::string name, const Bv<W>& value, std::uint64_t preferred = 0) {
  static_assert(W <= 64, "split wider terms into several fields");
  Field field{std::move(name), {}, preferred};
  for (unsigned i = 0; i < W; ++i) field.bits.push_back(bit_at(value, i));
  return field;
}

Field field_of(std::string name, const Term& value, std::uint64_t preferred = 0);

struct Assignment {
  enum class Kind { kFound, kInfeasible, kUnknown };
  Kind kind = Kind::kUnknown;
  std::vector<std::uint64_t> values;  // one a field, in their order; kFound only
  unsigned changed = 0;               // fields whose value is not the preferred one; kFound only
  std::string reason;                 // kUnknown only

  [[nodiscard]] bool is_found() const { return kind == Kind::kFound; }
  [[nodiscard]] bool is_infeasible() const { return kind == Kind::kInfeasible; }
};

class Canonical {
 public:
  // Defines a literal for every bit. The order of `fields` is the order of importance; within a
  // field the most significant bit comes first. `solver` must outlive this.
  Canonical(Solver& solver, std::vector<Field> fields);

  // The solution of `goals` that agrees with the preferred values lexicographically: the first bit
  // agrees if it can, then the second under that, and so on. With all preferred values 0, that is
  // the numerically smallest first field, then the smallest second one...
  Assignment nearest(std::span<const Literal> goals);
  // The same with one preferred value a field given for this question.
  Assignment nearest(std::span<const Literal> goals, std::span<const std::uint64_t> preferred);

  // Among the solutions with the fewest fields different from their preferred value, the one that
  // nearest() would choose: what a person wants to read.
  Assignment fewest_changes(std::span<const Literal> goals);

  [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }

 private:
  struct Bit {
    Literal literal;
    std::uint32_t field = 0;
    std::uint32_t index = 0;
  };

  [[nodiscard]] std::vector<Literal> targets(std::span<const std::uint64_t> preferred) const;
  [[nodiscard]] Assignment read(const std::vector<bool>& agrees,
                                std::span<const std::uint64_t> preferred) const;
  Literal more_than(std::size_t count);
  void define_changes();

  Solver& solver_;
  std::vector<Field> fields_;
  std::vector<std::uint64_t> preferred_;
  std::vector<Bit> bits_;                   // in order of importance
  std::vector<Bool> changed_;               // per field: differs from its preferred value
  std::vector<std::vector<Bool>> counter_;  // [k][i]: more than k of fields 0..i differ
};

}  // namespace amdvi::smt
