#include "checker/smt/solver.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <unordered_map>

#include "checker/smt/core.hpp"

namespace amdvi::smt {

using detail::Access;
using detail::CorePtr;

struct Solver::Impl {
  struct Atom {
    Term formula;  // kept alive: its address is a key of `defined`
    Term variable;
    Term negation;
  };

  explicit Impl(const Context& solver_context) : context(solver_context) {}
  ~Impl() {
    if (solver != nullptr) Z3_solver_dec_ref(z3(), solver);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Z3_context z3() const { return Access::core(context)->z3; }

  // What `literal` is assumed as.
  const Term& term_of(Literal literal) const {
    if (literal.owner_ != this) throw Error("literal of another solver");
    const Atom& atom = atoms[literal.index_];
    return literal.positive_ ? atom.variable : atom.negation;
  }

  Context context;
  Z3_solver solver = nullptr;
  std::vector<Atom> atoms;
  std::unordered_map<Z3_ast, Literal> defined;
  std::vector<Literal> last;
  std::vector<std::size_t> core;
  Statistics statistics;
};

namespace {

class Parameters {
 public:
  explicit Parameters(Z3_context z3) : z3_(z3), params_(Z3_mk_params(z3)) {
    Z3_params_inc_ref(z3_, params_);
  }
  ~Parameters() { Z3_params_dec_ref(z3_, params_); }
  Parameters(const Parameters&) = delete;
  Parameters& operator=(const Parameters&) = delete;

  void set(const char* name, unsigned value) {
    Z3_params_set_uint(z3_, params_, Z3_mk_string_symbol(z3_, name), value);
  }
  void set(const char* name, bool value) {
    Z3_params_set_bool(z3_, params_, Z3_mk_string_symbol(z3_, name), value);
  }
  [[nodiscard]] Z3_params raw() const { return params_; }

 private:
  Z3_context z3_;
  Z3_params params_;
};

Z3_solver make_solver(Z3_context z3, Engine engine) {
  if (engine == Engine::kSmtCore) return Z3_mk_simple_solver(z3);
  return Z3_mk_solver_for_logic(z3, Z3_mk_string_symbol(z3, "QF_BV"));
}

// Literals must be plain variables for the assumption interface of every engine.
bool is_variable(Z3_context z3, Z3_ast ast) {
  if (Z3_get_ast_kind(z3, ast) != Z3_APP_AST) return false;
  Z3_func_decl decl = Z3_get_app_decl(z3, Z3_to_app(z3, ast));
  return Z3_get_decl_kind(z3, decl) == Z3_OP_UNINTERPRETED &&
         Z3_get_app_num_args(z3, Z3_to_app(z3, ast)) == 0;
}

std::uint64_t rlimit_count(Z3_context z3, Z3_solver solver) {
  Z3_stats stats = Z3_solver_get_statistics(z3, solver);
  detail::throw_on_error(z3);
  Z3_stats_inc_ref(z3, stats);
  std::uint64_t count = 0;
  for (unsigned i = 0; i < Z3_stats_size(z3, stats); ++i) {
    if (std::string_view(Z3_stats_get_key(z3, stats, i)) != "rlimit count") continue;
    count = Z3_stats_is_uint(z3, stats, i)
                ? Z3_stats_get_uint_value(z3, stats, i)
                : static_cast<std::uint64_t>(Z3_stats_get_double_value(z3, stats, i));
  }
  Z3_stats_dec_ref(z3, stats);
  return count;
}

}  // namespace

Solver::Solver(const Context& context, const SolverOptions& options)
    : impl_(std::make_unique<Impl>(context)) {
  Z3_context z3 = impl_->z3();
  Z3_solver solver = make_solver(z3, options.engine);
  detail::throw_on_error(z3);
  Z3_solver_inc_ref(z3, solver);
  impl_->solver = solver;
  Parameters parameters(z3);
  parameters.set("random_seed", options.seed);
  parameters.set("rlimit", options.rlimit);
  // Z3 would catch SIGINT during a query and only end that query.
  parameters.set("ctrl_c", false);
  Z3_solver_set_params(z3, solver, parameters.raw());
  detail::throw_on_error(z3);
}

Solver::~Solver() = default;

const Context& Solver::context() const { return impl_->context; }

void Solver::require(const Bool& fact) {
  const CorePtr& core = Access::core(fact.term());
  if (core != Access::core(impl_->context)) throw Error("term of another context");
  Z3_solver_assert(core->z3, impl_->solver, Access::ast(fact.term()));
  detail::throw_on_error(core->z3);
}

Literal Solver::define(const Bool& formula) {
  const CorePtr& core = Access::core(formula.term());
  if (core != Access::core(impl_->context)) throw Error("term of another context");
  const auto known = impl_->defined.find(Access::ast(formula.term()));
  if (known != impl_->defined.end()) return known->second;

  Impl::Atom atom;
  atom.formula = formula.term();
  if (is_variable(core->z3, Access::ast(formula.term()))) {
    atom.variable = formula.term();
  } else {
    atom.variable = impl_->context.fresh_bool("p");
    require(Bool(untyped::eq(atom.variable, formula.term())));
  }
  atom.negation = untyped::lnot(atom.variable);

  Literal literal;
  literal.owner_ = impl_.get();
  literal.index_ = static_cast<std::uint32_t>(impl_->atoms.size());
  impl_->atoms.push_back(std::move(atom));
  impl_->defined.emplace(Access::ast(formula.term()), literal);
  return literal;
}

Bool Solver::formula(Literal literal) const { return Bool(impl_->term_of(literal)); }

namespace {

Verdict verdict_of(Z3_context z3, Z3_solver solver, Z3_lbool answer) {
  const Z3_error_code code = Z3_get_error_code(z3);
  if (code != Z3_OK) return Verdict::unknown(std::string("Z3: ") + Z3_get_error_msg(z3, code));
  if (answer == Z3_L_TRUE) return Verdict::sat();
  if (answer == Z3_L_FALSE) return Verdict::unsat();
  const std::string reason = Z3_solver_get_reason_unknown(z3, solver);
  return Verdict::unknown(reason.empty() ? "no reason given" : reason);
}

void count(Statistics& statistics, const Verdict& verdict, double seconds) {
  ++statistics.queries;
  statistics.seconds += seconds;
  switch (verdict.kind()) {
    case Verdict::Kind::kSat:
      ++statistics.sat;
      break;
    case Verdict::Kind::kUnsat:
      ++statistics.unsat;
      break;
    case Verdict::Kind::kUnknown:
      ++statistics.unknown;
      break;
  }
}

// Positions of the core's members in `assumptions`. A literal assumed twice counts once, at its
// first position: what comes before and including that position is unsatisfiable already.
std::vector<std::size_t> core_positions(Z3_context z3, Z3_solver solver,
                                        const std::vector<Z3_ast>& assumptions) {
  Z3_ast_vector members = Z3_solver_get_unsat_core(z3, solver);
  detail::throw_on_error(z3);
  Z3_ast_vector_inc_ref(z3, members);
  std::unordered_map<Z3_ast, std::size_t> first;
  for (std::size_t i = 0; i < assumptions.size(); ++i) first.emplace(assumptions[i], i);
  std::vector<std::size_t> positions;
  bool foreign = false;
  for (unsigned i = 0; i < Z3_ast_vector_size(z3, members); ++i) {
    const auto place = first.find(Z3_ast_vector_get(z3, members, i));
    if (place == first.end()) {
      foreign = true;
    } else {
      positions.push_back(place->second);
    }
  }
  Z3_ast_vector_dec_ref(z3, members);
  if (foreign) throw Error("Z3 returned a core that is not part of the assumptions");
  std::sort(positions.begin(), positions.end());
  return positions;
}

}  // namespace

Verdict Solver::check(std::span<const Literal> assumptions) {
  Z3_context z3 = impl_->z3();
  std::vector<Z3_ast> asts;
  asts.reserve(assumptions.size());
  for (const Literal literal : assumptions) {
    asts.push_back(Access::ast(impl_->term_of(literal)));
  }
  impl_->last.assign(assumptions.begin(), assumptions.end());
  impl_->core.clear();

  const auto start = std::chrono::steady_clock::now();
  const Z3_lbool answer = Z3_solver_check_assumptions(
      z3, impl_->solver, static_cast<unsigned>(asts.size()), asts.data());
  Verdict verdict = verdict_of(z3, impl_->solver, answer);
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
  count(impl_->statistics, verdict, spent.count());
  if (verdict.is_unsat()) impl_->core = core_positions(z3, impl_->solver, asts);
  return verdict;
}

std::span<const std::size_t> Solver::core() const { return impl_->core; }

std::vector<Literal> Solver::core_literals() const {
  std::vector<Literal> literals;
  for (const std::size_t position : impl_->core) literals.push_back(impl_->last[position]);
  return literals;
}

Statistics Solver::statistics() const {
  Statistics result = impl_->statistics;
  result.rlimit = rlimit_count(impl_->z3(), impl_->solver);
  return result;
}

std::string Solver::to_smtlib() const {
  const std::string body = Z3_solver_to_string(impl_->z3(), impl_->solver);
  detail::throw_on_error(impl_->z3());
  return "(set-logic QF_BV)\n" + body;
}

}  // namespace amdvi::smt
