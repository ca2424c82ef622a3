#include "checker/smt/llvm_value.hpp"

#include <algorithm>
#include <string_view>

namespace amdvi::smt::ir {
namespace {

using namespace untyped;  // NOLINT(google-build-using-namespace): the algebra of this file

bool has_flag(const Instruction& instruction, std::string_view flag_name) {
  const auto& flags = instruction.flags;
  return std::find(flags.begin(), flags.end(), flag_name) != flags.end();
}

Term constant_like(const Term& a, std::uint64_t value) {
  return Context::of(a).bv_value(a.width(), value);
}

Term ne(const Term& a, const Term& b) { return lnot(eq(a, b)); }
Term ule_width(const Term& amount) { return ule(constant_like(amount, amount.width()), amount); }

// Does `operation`, done with one bit more (mul: twice as many), differ from the extended result?
template <class Extend>
Term overflows(Term (*operation)(const Term&, const Term&), Extend extend, const Term& a,
               const Term& b) {
  const unsigned wide = operation == mul ? 2 * a.width() : a.width() + 1;
  return ne(operation(extend(a, wide), extend(b, wide)), extend(operation(a, b), wide));
}

struct Computed {
  Term bits;
  Condition poison;
};

Computed arithmetic(Term (*operation)(const Term&, const Term&), const Instruction& instruction,
                    const Term& a, const Term& b) {
  Computed result{operation(a, b), {}};
  if (has_flag(instruction, "nuw")) {
    result.poison = either(result.poison, {overflows(operation, zext, a, b)});
  }
  if (has_flag(instruction, "nsw")) {
    result.poison = either(result.poison, {overflows(operation, sext, a, b)});
  }
  return result;
}

Computed left_shift(const Instruction& instruction, const Term& a, const Term& b) {
  Computed result{shl(a, b), {ule_width(b)}};
  if (has_flag(instruction, "nuw")) {
    result.poison = either(result.poison, {ne(lshr(result.bits, b), a)});
  }
  if (has_flag(instruction, "nsw")) {
    result.poison = either(result.poison, {ne(ashr(result.bits, b), a)});
  }
  return result;
}

Computed right_shift(Term (*operation)(const Term&, const Term&), const Instruction& instruction,
                     const Term& a, const Term& b) {
  Computed result{operation(a, b), {ule_width(b)}};
  if (has_flag(instruction, "exact")) {
    result.poison = either(result.poison, {ne(shl(result.bits, b), a)});
  }
  return result;
}

Computed compute(const Instruction& instruction, const Term& a, const Term& b) {
  const std::string& op = instruction.opcode;
  if (op == "add") return arithmetic(add, instruction, a, b);
  if (op == "sub") return arithmetic(sub, instruction, a, b);
  if (op == "mul") return arithmetic(mul, instruction, a, b);
  if (op == "shl") return left_shift(instruction, a, b);
  if (op == "lshr") return right_shift(lshr, instruction, a, b);
  if (op == "ashr") return right_shift(ashr, instruction, a, b);
  if (op == "and") return {band(a, b), {}};
  if (op == "xor") return {bxor(a, b), {}};
  Computed result{bor(a, b), {}};
  if (has_flag(instruction, "disjoint")) {
    result.poison = {ne(band(a, b), constant_like(a, 0))};
  }
  return result;
}

Term relation(const std::string& predicate, const Term& a, const Term& b) {
  if (predicate == "eq") return eq(a, b);
  if (predicate == "ne") return ne(a, b);
  if (predicate == "ult") return ult(a, b);
  if (predicate == "ule") return ule(a, b);
  if (predicate == "ugt") return ult(b, a);
  if (predicate == "uge") return ule(b, a);
  if (predicate == "slt") return slt(a, b);
  if (predicate == "sle") return sle(a, b);
  if (predicate == "sgt") return slt(b, a);
  if (predicate == "sge") return sle(b, a);
  throw Error("IR: unknown icmp predicate '" + predicate + "'");
}

// A shift that drops low (poison-free) amounts modulo the width, as fshl and fshr count.
Term funnel(bool is_left, const Term& high, const Term& low, const Term& amount) {
  const unsigned width = high.width();
  if ((width & (width - 1)) != 0) throw Error("IR: funnel shift of an odd width");
  const Term turn = zext(band(amount, constant_like(amount, width - 1)), 2 * width);
  const Term both_words = concat(high, low);
  return is_left ? extract(shl(both_words, turn), 2 * width - 1, width)
                 : extract(lshr(both_words, turn), width - 1, 0);
}

Term saturating(bool is_add, const Term& a, const Term& b) {
  if (is_add) {
    const Term sum = add(a, b);
    return ite(ult(sum, a), bnot(constant_like(a, 0)), sum);
  }
  return ite(ult(a, b), constant_like(a, 0), sub(a, b));
}

Term combine(const std::string& name, const std::vector<Value>& arguments) {
  const Term& a = arguments.at(0).bits;
  const Term& b = arguments.at(1).bits;
  if (name == "umin") return ite(ult(a, b), a, b);
  if (name == "umax") return ite(ult(a, b), b, a);
  if (name == "smin") return ite(slt(a, b), a, b);
  if (name == "smax") return ite(slt(a, b), b, a);
  if (name == "uadd.sat" || name == "usub.sat") return saturating(name == "uadd.sat", a, b);
  if (name == "fshl" || name == "fshr") {
    return funnel(name == "fshl", a, b, arguments.at(2).bits);
  }
  throw Error("IR: call of '" + name + "' is not supported");
}

}  // namespace

Condition either(const Condition& a, const Condition& b) {
  if (a.is_never()) return b;
  if (b.is_never()) return a;
  return {lor(a.term, b.term)};
}

Condition both(const Condition& a, const Term& b) {
  return a.is_never() ? a : Condition{land(a.term, b)};
}

Term flag(const Context& context, const Term& condition) {
  return ite(condition, context.bv_value(1, 1), context.bv_value(1, 0));
}

Value choose(const Term& condition, const Value& a, const Value& b) {
  Value result;
  result.poison = either(both(a.poison, condition), both(b.poison, lnot(condition)));
  if (!a.bits.is_null()) {
    result.bits = same_node(a.bits, b.bits) ? a.bits : ite(condition, a.bits, b.bits);
  }
  for (const bool is_first : {true, false}) {
    const Term chosen = is_first ? condition : lnot(condition);
    for (Target target : (is_first ? a : b).targets) {
      target.condition = target.condition.is_null() ? chosen : land(chosen, target.condition);
      result.targets.push_back(std::move(target));
    }
  }
  for (std::size_t i = 0; i < a.members.size(); ++i) {
    result.members.push_back(choose(condition, a.members[i], b.members.at(i)));
  }
  return result;
}

Value binary(const Instruction& instruction, const Value& a, const Value& b) {
  Computed computed = compute(instruction, a.bits, b.bits);
  Value result;
  result.bits = std::move(computed.bits);
  result.poison = either(either(a.poison, b.poison), computed.poison);
  return result;
}

Value compare(const Context& context, const Instruction& instruction, const Value& a,
              const Value& b) {
  if (!a.targets.empty() || !b.targets.empty()) throw Error("IR: comparison of pointers");
  Value result;
  result.bits = flag(context, relation(instruction.name, a.bits, b.bits));
  result.poison = either(a.poison, b.poison);
  return result;
}

Value cast(const Instruction& instruction, const Value& a) {
  if (instruction.opcode == "bitcast") return a;  // of a pointer, or to the same width
  const unsigned width = instruction.type->width;
  Value result;
  result.poison = a.poison;
  if (instruction.opcode == "sext") {
    result.bits = sext(a.bits, width);
  } else if (instruction.opcode == "zext") {
    result.bits = zext(a.bits, width);
    if (has_flag(instruction, "nneg")) {
      result.poison = either(a.poison, {slt(a.bits, constant_like(a.bits, 0))});
    }
  } else {
    if (!instruction.flags.empty()) throw Error("IR: unsupported flag in: " + instruction.text);
    result.bits = extract(a.bits, width - 1, 0);
  }
  return result;
}

Value intrinsic(const Instruction& instruction, const std::vector<Value>& arguments) {
  const std::string& name = instruction.name;  // "llvm.umin.i64"
  constexpr std::string_view kPrefix = "llvm.";
  const std::size_t suffix = name.rfind('.');
  if (name.compare(0, kPrefix.size(), kPrefix) != 0 || suffix < kPrefix.size()) {
    throw Error("IR: call of '" + name + "'; inline it");
  }
  Value result;
  result.bits = combine(name.substr(kPrefix.size(), suffix - kPrefix.size()), arguments);
  for (const Value& argument : arguments) {
    result.poison = either(result.poison, argument.poison);
  }
  return result;
}

}  // namespace amdvi::smt::ir
