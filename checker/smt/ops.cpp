#include "checker/smt/ops.hpp"

#include <vector>

#include "checker/smt/core.hpp"

namespace amdvi::smt::untyped {
namespace {

using detail::Access;
using detail::CorePtr;

using Binary = Z3_ast (*)(Z3_context, Z3_ast, Z3_ast);

const CorePtr& same_core(const Term& a, const Term& b) {
  const CorePtr& core = Access::core(a);
  if (core != Access::core(b)) throw Error("terms of two contexts in one operation");
  return core;
}

const CorePtr& same_width(const Term& a, const Term& b) {
  const CorePtr& core = same_core(a, b);
  if (a.width() != b.width()) {
    throw Error("operands of " + std::to_string(a.width()) + " and " + std::to_string(b.width()) +
                " bits");
  }
  return core;
}

void require_bv(const Term& a) {
  if (a.is_null()) throw Error("operation on a null term");
  if (a.is_bool()) throw Error("bit-vector operation on a Boolean");
}

void require_bool(const Term& a) {
  if (a.is_null()) throw Error("operation on a null term");
  if (!a.is_bool()) throw Error("Boolean operation on a bit vector");
}

Term arithmetic(Binary make, const Term& a, const Term& b) {
  require_bv(a);
  const CorePtr& core = same_width(a, b);
  return Access::wrap(core, make(core->z3, Access::ast(a), Access::ast(b)), a.width());
}

Term compare(Binary make, const Term& a, const Term& b) {
  require_bv(a);
  const CorePtr& core = same_width(a, b);
  return Access::wrap(core, make(core->z3, Access::ast(a), Access::ast(b)), 0);
}

using Nary = Z3_ast (*)(Z3_context, unsigned, const Z3_ast*);

Term connect(Nary make, const Context& context, std::span<const Term> terms) {
  const CorePtr& core = Access::core(context);
  std::vector<Z3_ast> arguments;
  arguments.reserve(terms.size());
  for (const Term& term : terms) {
    require_bool(term);
    if (Access::core(term) != core) throw Error("terms of two contexts in one operation");
    arguments.push_back(Access::ast(term));
  }
  const auto count = static_cast<unsigned>(arguments.size());
  return Access::wrap(core, make(core->z3, count, arguments.data()), 0);
}

Term connect(Nary make, const Term& a, const Term& b) {
  require_bool(a);
  require_bool(b);
  const CorePtr& core = same_core(a, b);
  const Z3_ast arguments[] = {Access::ast(a), Access::ast(b)};
  return Access::wrap(core, make(core->z3, 2, arguments), 0);
}

}  // namespace

Term eq(const Term& a, const Term& b) {
  const CorePtr& core = same_width(a, b);
  return Access::wrap(core, Z3_mk_eq(core->z3, Access::ast(a), Access::ast(b)), 0);
}

Term ult(const Term& a, const Term& b) { return compare(Z3_mk_bvult, a, b); }
Term ule(const Term& a, const Term& b) { return compare(Z3_mk_bvule, a, b); }
Term slt(const Term& a, const Term& b) { return compare(Z3_mk_bvslt, a, b); }
Term sle(const Term& a, const Term& b) { return compare(Z3_mk_bvsle, a, b); }

Term band(const Term& a, const Term& b) { return arithmetic(Z3_mk_bvand, a, b); }
Term bor(const Term& a, const Term& b) { return arithmetic(Z3_mk_bvor, a, b); }
Term bxor(const Term& a, const Term& b) { return arithmetic(Z3_mk_bvxor, a, b); }
Term add(const Term& a, const Term& b) { return arithmetic(Z3_mk_bvadd, a, b); }
Term sub(const Term& a, const Term& b) { return arithmetic(Z3_mk_bvsub, a, b); }
Term mul(const Term& a, const Term& b) { return arithmetic(Z3_mk_bvmul, a, b); }
Term shl(const Term& a, const Term& b) { return arithmetic(Z3_mk_bvshl, a, b); }
Term lshr(const Term& a, const Term& b) { return arithmetic(Z3_mk_bvlshr, a, b); }
Term ashr(const Term& a, const Term& b) { return arithmetic(Z3_mk_bvashr, a, b); }

Term bnot(const Term& a) {
  require_bv(a);
  const CorePtr& core = Access::core(a);
  return Access::wrap(core, Z3_mk_bvnot(core->z3, Access::ast(a)), a.width());
}

Term extract(const Term& a, unsigned high, unsigned low) {
  require_bv(a);
  if (high < low || high >= a.width()) throw Error("extract outside the term");
  const CorePtr& core = Access::core(a);
  return Access::wrap(core, Z3_mk_extract(core->z3, high, low, Access::ast(a)), high - low + 1);
}

Term concat(const Term& high, const Term& low) {
  require_bv(high);
  require_bv(low);
  const CorePtr& core = same_core(high, low);
  return Access::wrap(core, Z3_mk_concat(core->z3, Access::ast(high), Access::ast(low)),
                      high.width() + low.width());
}

Term zext(const Term& a, unsigned width) {
  require_bv(a);
  if (width < a.width()) throw Error("zext to fewer bits");
  if (width == a.width()) return a;
  const CorePtr& core = Access::core(a);
  return Access::wrap(core, Z3_mk_zero_ext(core->z3, width - a.width(), Access::ast(a)), width);
}

Term sext(const Term& a, unsigned width) {
  require_bv(a);
  if (width < a.width()) throw Error("sext to fewer bits");
  if (width == a.width()) return a;
  const CorePtr& core = Access::core(a);
  return Access::wrap(core, Z3_mk_sign_ext(core->z3, width - a.width(), Access::ast(a)), width);
}

Term ite(const Term& condition, const Term& then_value, const Term& else_value) {
  require_bool(condition);
  same_core(condition, then_value);
  const CorePtr& core = same_width(then_value, else_value);
  Z3_ast node =
      Z3_mk_ite(core->z3, Access::ast(condition), Access::ast(then_value), Access::ast(else_value));
  return Access::wrap(core, node, then_value.width());
}

Term land(const Term& a, const Term& b) { return connect(Z3_mk_and, a, b); }
Term lor(const Term& a, const Term& b) { return connect(Z3_mk_or, a, b); }

Term lnot(const Term& a) {
  require_bool(a);
  const CorePtr& core = Access::core(a);
  return Access::wrap(core, Z3_mk_not(core->z3, Access::ast(a)), 0);
}

Term all_of(const Context& context, std::span<const Term> terms) {
  return connect(Z3_mk_and, context, terms);
}

Term any_of(const Context& context, std::span<const Term> terms) {
  return connect(Z3_mk_or, context, terms);
}

Term simplify(const Term& a) {
  const CorePtr& core = Access::core(a);
  return Access::wrap(core, Z3_simplify(core->z3, Access::ast(a)), a.width());
}

}  // namespace amdvi::smt::untyped
