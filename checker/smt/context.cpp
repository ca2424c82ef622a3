#include "checker/smt/context.hpp"

#include <utility>

#include "checker/smt/core.hpp"

namespace amdvi::smt {
namespace detail {
namespace {

// Z3's default handler may end the process; this one leaves the code for throw_on_error.
void ignore_error(Z3_context /*z3*/, Z3_error_code /*code*/) {}

}  // namespace

Core::Core() {
  Z3_config config = Z3_mk_config();
  z3 = Z3_mk_context_rc(config);
  Z3_del_config(config);
  if (z3 == nullptr) throw Error("Z3 cannot make a context");
  Z3_set_error_handler(z3, ignore_error);
  Z3_set_ast_print_mode(z3, Z3_PRINT_SMTLIB2_COMPLIANT);
}

Core::~Core() { Z3_del_context(z3); }

void throw_on_error(Z3_context z3) {
  const Z3_error_code code = Z3_get_error_code(z3);
  if (code != Z3_OK) throw Error(std::string("Z3: ") + Z3_get_error_msg(z3, code));
}

Term Access::wrap(const CorePtr& core, Z3_ast ast, unsigned width) {
  throw_on_error(core->z3);
  Z3_inc_ref(core->z3, ast);
  Term term;
  term.core_ = core;
  term.ast_ = ast;
  term.width_ = width;
  return term;
}

const CorePtr& Access::core(const Term& term) {
  if (term.is_null()) throw Error("operation on a null term");
  return term.core_;
}

namespace {

Z3_sort sort_of(const CorePtr& core, unsigned width) {
  return width == 0 ? Z3_mk_bool_sort(core->z3) : Z3_mk_bv_sort(core->z3, width);
}

Term variable(const CorePtr& core, unsigned width, const std::string& name) {
  const auto [entry, is_new] = core->variables.emplace(name, width);
  if (!is_new && entry->second != width) {
    throw Error("variable '" + name + "' already exists with another width");
  }
  Z3_symbol symbol = Z3_mk_string_symbol(core->z3, name.c_str());
  return Access::wrap(core, Z3_mk_const(core->z3, symbol, sort_of(core, width)), width);
}

Term fresh(const CorePtr& core, unsigned width, const std::string& prefix) {
  Z3_sort sort = sort_of(core, width);
  return Access::wrap(core, Z3_mk_fresh_const(core->z3, prefix.c_str(), sort), width);
}

void require_width(unsigned width) {
  if (width == 0) throw Error("a bit vector needs at least one bit");
}

}  // namespace
}  // namespace detail

Term::Term(const Term& other) : core_(other.core_), ast_(other.ast_), width_(other.width_) {
  if (ast_ != nullptr) Z3_inc_ref(core_->z3, ast_);
}

Term::Term(Term&& other) noexcept
    : core_(std::move(other.core_)),
      ast_(std::exchange(other.ast_, nullptr)),
      width_(std::exchange(other.width_, 0)) {}

Term& Term::operator=(const Term& other) {
  if (this != &other) *this = Term(other);
  return *this;
}

Term& Term::operator=(Term&& other) noexcept {
  std::swap(core_, other.core_);
  std::swap(ast_, other.ast_);
  std::swap(width_, other.width_);
  return *this;
}

Term::~Term() {
  if (ast_ != nullptr) Z3_dec_ref(core_->z3, ast_);
}

std::optional<std::uint64_t> Term::constant() const {
  const detail::CorePtr& core = detail::Access::core(*this);
  if (is_bool()) {
    const Z3_lbool value = Z3_get_bool_value(core->z3, ast_);
    if (value == Z3_L_UNDEF) return std::nullopt;
    return value == Z3_L_TRUE ? 1 : 0;
  }
  std::uint64_t value = 0;
  if (width_ > 64 || !Z3_is_numeral_ast(core->z3, ast_)) return std::nullopt;
  if (!Z3_get_numeral_uint64(core->z3, ast_, &value)) return std::nullopt;
  return value;
}

std::string Term::to_string() const {
  if (is_null()) return "null";
  const char* text = Z3_ast_to_string(core_->z3, ast_);
  detail::throw_on_error(core_->z3);
  return text;
}

bool same_node(const Term& a, const Term& b) {
  return detail::Access::core(a) == detail::Access::core(b) &&
         detail::Access::ast(a) == detail::Access::ast(b);
}

Context::Context() : core_(std::make_shared<detail::Core>()) {}

Context::Context(std::shared_ptr<detail::Core> core) : core_(std::move(core)) {}

Context Context::of(const Term& term) { return Context(detail::Access::core(term)); }

Term Context::bool_value(bool value) const {
  return detail::Access::wrap(core_, value ? Z3_mk_true(core_->z3) : Z3_mk_false(core_->z3), 0);
}

Term Context::bv_value(unsigned width, std::uint64_t value) const {
  detail::require_width(width);
  Z3_sort sort = detail::sort_of(core_, width);
  return detail::Access::wrap(core_, Z3_mk_unsigned_int64(core_->z3, value, sort), width);
}

Term Context::bool_variable(const std::string& name) const {
  return detail::variable(core_, 0, name);
}

Term Context::bv_variable(unsigned width, const std::string& name) const {
  detail::require_width(width);
  return detail::variable(core_, width, name);
}

Term Context::new_bv_variable(unsigned width, const std::string& name) const {
  std::string unused = name;
  for (unsigned i = 1; core_->variables.count(unused) != 0; ++i) {
    unused = name + '.' + std::to_string(i);
  }
  return bv_variable(width, unused);
}

Term Context::fresh_bool(const std::string& prefix) const {
  return detail::fresh(core_, 0, prefix);
}

Term Context::fresh_bv(unsigned width, const std::string& prefix) const {
  detail::require_width(width);
  return detail::fresh(core_, width, prefix);
}

}  // namespace amdvi::smt
