#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include <fmt/core.h>

#include "checker/prove/prove.hpp"
#include "checker/smt/ops.hpp"
#include "checker/smt/solver.hpp"

namespace amdvi::prove {
namespace {

using smt::Term;
namespace term = smt::untyped;

constexpr unsigned kWord = 64;  // of the model's encoders

// Positions in the structure of the field's bits, least significant first.
std::vector<unsigned> positions(const spec::FieldInfo& field) {
  std::vector<unsigned> bits;
  for (std::size_t i = field.pieces.size(); i-- > 0;) {
    for (unsigned bit = field.pieces[i].lo; bit <= field.pieces[i].hi; ++bit) bits.push_back(bit);
  }
  return bits;
}

unsigned width_of(const spec::FieldInfo& field) {
  unsigned width = 0;
  for (const spec::BitRange& piece : field.pieces) width += piece.hi - piece.lo + 1U;
  return width;
}

Term decode(const spec::FieldInfo& field, const Term& whole) {
  std::optional<Term> value;
  for (const spec::BitRange& piece : field.pieces) {
    const Term part = term::extract(whole, piece.hi, piece.lo);
    value = value ? term::concat(*value, part) : part;
  }
  return *value;
}

Term encode(const spec::FieldInfo& field, Term whole, const Term& value) {
  unsigned taken = 0;
  for (std::size_t i = field.pieces.size(); i-- > 0;) {
    const auto [hi, lo] = field.pieces[i];
    Term part = term::extract(value, taken + hi - lo, taken);
    taken += hi - lo + 1U;
    if (lo > 0) part = term::concat(part, term::extract(whole, lo - 1U, 0));
    if (hi + 1U < whole.width()) {
      part = term::concat(term::extract(whole, whole.width() - 1, hi + 1U), part);
    }
    whole = part;
  }
  return whole;
}

class LayoutProver {
 public:
  explicit LayoutProver(LayoutProof& proof) : proof_(proof), solver_(context_) {}

  void structure(const spec::StructureInfo& structure) {
    ++proof_.structures;
    for (const spec::FieldInfo& field : structure.fields) {
      ++proof_.fields;
      round_trip(structure, field);
      model_code(structure, field);
    }
    partition(structure);
  }

 private:
  void fail(const spec::StructureInfo& structure, std::string_view field, Status status,
            std::string detail) {
    proof_.failures.push_back(
        {fmt::format("{}.{}", structure.name, field), status, std::move(detail), {}});
  }

  // For all words and values: what is written is read back, and every other bit stays.
  void round_trip(const spec::StructureInfo& structure, const spec::FieldInfo& field) {
    const unsigned width = width_of(field);
    const Term whole =
        context_.bv_variable(structure.width, fmt::format("whole{}", structure.width));
    const Term value = context_.bv_variable(width, fmt::format("value{}", width));
    const Term written = encode(field, whole, value);
    Term keeps = term::eq(decode(field, written), value);
    std::vector<unsigned> own = positions(field);
    std::sort(own.begin(), own.end());
    for (unsigned bit = 0; bit < structure.width; ++bit) {
      if (std::binary_search(own.begin(), own.end(), bit)) continue;
      unsigned end = bit;  // the run of other bits that begins here
      while (end + 1 < structure.width && !std::binary_search(own.begin(), own.end(), end + 1)) {
        ++end;
      }
      keeps = term::land(
          keeps, term::eq(term::extract(written, end, bit), term::extract(whole, end, bit)));
      bit = end;
    }
    const Term simple = term::simplify(keeps);
    if (simple.constant() == std::uint64_t{1}) return;
    const std::vector<smt::Literal> goals{solver_.define(smt::Bool(term::lnot(simple)))};
    const smt::Verdict verdict = solver_.check(goals);
    if (verdict.is_unsat()) return;
    fail(structure, field.name, verdict.is_sat() ? Status::kRefuted : Status::kUnknown,
         verdict.is_sat() ? "what is written is not what is read" : verdict.reason());
  }

  // The model's code moves bits and does nothing else, so each bit alone tells everything.
  void model_code(const spec::StructureInfo& structure, const spec::FieldInfo& field) {
    const std::vector<unsigned> bits = positions(field);
    const std::size_t words = (structure.width + kWord - 1) / kWord;
    for (std::size_t b = 0; b < bits.size() && b < kWord; ++b) {
      const std::uint64_t value = std::uint64_t{1} << b;
      std::vector<std::uint64_t> expected(words, 0);
      expected[bits[b] / kWord] = std::uint64_t{1} << (bits[b] % kWord);
      std::vector<std::uint64_t> written(words, 0);
      spec::set_field(field, written, value);
      std::vector<std::uint64_t> ones(words, ~std::uint64_t{0});
      spec::set_field(field, ones, ~value);
      for (std::uint64_t& word : ones) word = ~word;
      // Bits of a wide field above 64 are written as 0.
      for (std::size_t high = kWord; high < bits.size(); ++high) {
        ones[bits[high] / kWord] &= ~(std::uint64_t{1} << (bits[high] % kWord));
      }
      if (written == expected && ones == expected && spec::field_value(field, expected) == value) {
        continue;
      }
      fail(structure, field.name, Status::kRefuted, fmt::format("the model misplaces bit {}", b));
    }
  }

  // In every revision each bit belongs to exactly one field.
  void partition(const spec::StructureInfo& structure) {
    std::vector<std::string_view> revisions{"0"};
    for (const spec::FieldInfo& field : structure.fields) {
      if (!field.since.empty()) revisions.push_back(field.since);
      if (!field.until.empty()) revisions.push_back(field.until);
    }
    for (const std::string_view revision : revisions) {
      std::vector<unsigned> owners(structure.width, 0);
      for (const spec::FieldInfo& field : structure.fields) {
        if (!field.since.empty() && revision < field.since) continue;
        if (!field.until.empty() && revision > field.until) continue;
        for (const unsigned bit : positions(field)) ++owners.at(bit);
      }
      for (unsigned bit = 0; bit < structure.width; ++bit) {
        if (owners[bit] == 1) continue;
        fail(structure, fmt::format("bit {}", bit), Status::kRefuted,
             fmt::format("{} fields in revision {}", owners[bit], revision));
      }
    }
  }

  LayoutProof& proof_;
  smt::Context context_;
  smt::Solver solver_;
};

}  // namespace

LayoutProof prove_layouts(std::span<const spec::StructureInfo> structures) {
  const auto begin = std::chrono::steady_clock::now();
  LayoutProof proof;
  proof.examined = true;
  LayoutProver prover(proof);
  for (const spec::StructureInfo& structure : structures) prover.structure(structure);
  proof.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return proof;
}

}  // namespace amdvi::prove
