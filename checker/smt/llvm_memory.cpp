#include "checker/smt/llvm_memory.hpp"

#include <algorithm>
#include <optional>

namespace amdvi::smt::ir {
namespace {

// Bits to shift by, as wide as `contents` or 64 bits, whichever is more.
Term bit_offset(const Term& contents, const Term& offset) {
  const Term bits = untyped::shl(offset, Context::of(offset).bv_value(64, 3));
  return contents.width() > 64 ? untyped::zext(bits, contents.width()) : bits;
}

Term at_least_64(const Term& a) { return a.width() < 64 ? untyped::zext(a, 64) : a; }

void place(std::vector<std::uint8_t>& bytes, std::uint64_t at, const Type& type,
           const Operand& value) {
  switch (value.kind) {
    case Operand::Kind::kInteger:
      for (std::uint64_t i = 0; i < size_of(type); ++i) {
        const std::uint64_t byte = i < 8 ? value.integer >> (8 * i) : 0;
        bytes.at(at + i) = static_cast<std::uint8_t>(byte);
      }
      break;
    case Operand::Kind::kString:
      std::copy(value.text.begin(), value.text.end(),
                bytes.begin() + static_cast<std::ptrdiff_t>(at));
      break;
    case Operand::Kind::kAggregate:
      for (std::size_t i = 0; i < value.parts.size(); ++i) {
        place(bytes, at + member_offset(type, i), *value.parts[i].type, value.parts[i]);
      }
      break;
    case Operand::Kind::kZero:
      break;
    default:
      throw Error("IR: a constant table with something else than integers");
  }
}

}  // namespace

Term read(const Term& contents, const Term& offset, unsigned width) {
  const std::optional<std::uint64_t> known = offset.constant();
  if (known && *known <= contents.width() / 8 && *known * 8 + width <= contents.width()) {
    const auto low = static_cast<unsigned>(*known * 8);
    return untyped::simplify(untyped::extract(contents, low + width - 1, low));
  }
  const Term wide = at_least_64(contents);
  const Term shifted = untyped::lshr(wide, bit_offset(wide, offset));
  return untyped::extract(untyped::zext(shifted, std::max(width, shifted.width())), width - 1, 0);
}

Term write(const Term& contents, const Term& offset, const Term& value) {
  if (value.width() > contents.width()) return contents;  // outside() holds
  const unsigned size = contents.width();
  const Term wide = at_least_64(contents);
  const Term shift = bit_offset(wide, offset);
  const Context context = Context::of(contents);
  const Term ones = untyped::bnot(context.bv_value(value.width(), 0));
  const Term hole = untyped::bnot(untyped::shl(untyped::zext(ones, wide.width()), shift));
  const Term filling = untyped::shl(untyped::zext(value, wide.width()), shift);
  const Term result = untyped::bor(untyped::band(wide, hole), filling);
  return untyped::simplify(untyped::extract(result, size - 1, 0));
}

Condition outside(const Term& contents, const Term& offset, unsigned width) {
  const Context context = Context::of(contents);
  if (width > contents.width()) return {context.bool_value(true)};
  const Term last = context.bv_value(64, (contents.width() - width) / 8);
  const Term is_outside = untyped::simplify(untyped::ult(last, offset));
  return is_outside.constant() == 0 ? Condition{} : Condition{is_outside};
}

Term contents_of(const Context& context, const Global& global) {
  std::vector<std::uint8_t> bytes(size_of(*global.type), 0);
  if (bytes.empty()) throw Error("IR: an empty table");
  place(bytes, 0, *global.type, global.initializer);
  Term result = context.bv_value(8, bytes[0]);
  for (std::size_t i = 1; i < bytes.size(); ++i) {
    result = untyped::concat(context.bv_value(8, bytes[i]), result);
  }
  return untyped::simplify(result);
}

}  // namespace amdvi::smt::ir
