// One long-lived incremental solver, queried under assumption literals.
//
// Asserting definitions once and varying only the assumptions is what makes a query cost tenths of
// a millisecond. There is no access to models: raw models change with version, seed and history,
// so assignments come from canonical.hpp, which reads verdicts and unsat cores only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "checker/smt/bv.hpp"

namespace amdvi::smt {

// Three answers. Never converts to bool: code that forgets kUnknown does not compile by accident.
class [[nodiscard]] Verdict {
 public:
  enum class Kind { kSat, kUnsat, kUnknown };

  static Verdict sat() { return Verdict(Kind::kSat, {}); }
  static Verdict unsat() { return Verdict(Kind::kUnsat, {}); }
  static Verdict unknown(std::string reason) { return Verdict(Kind::kUnknown, std::move(reason)); }

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is_sat() const { return kind_ == Kind::kSat; }
  [[nodiscard]] bool is_unsat() const { return kind_ == Kind::kUnsat; }
  [[nodiscard]] bool is_unknown() const { return kind_ == Kind::kUnknown; }
  // Why it is unknown; empty otherwise.
  [[nodiscard]] const std::string& reason() const { return reason_; }

 private:
  Verdict(Kind kind, std::string reason) : kind_(kind), reason_(std::move(reason)) {}
  Kind kind_;
  std::string reason_;
};

// A Boolean variable of one solver, or its negation. Made by Solver::define; a small value.
class Literal {
 public:
  Literal() = default;  // null: using it throws Error

  friend Literal negate(Literal literal) {
    literal.positive_ = !literal.positive_;
    return literal;
  }

 private:
  friend class Solver;
  const void* owner_ = nullptr;
  std::uint32_t index_ = 0;
  bool positive_ = true;
};

enum class Engine {
  kBitBlast,  // Z3's incremental SAT-based solver for QF_BV: the default
  kSmtCore,   // Z3's general core: faster where long chains of address arithmetic dominate
};

struct SolverOptions {
  Engine engine = Engine::kBitBlast;
  unsigned seed = 0;
  // Work limit of one query in Z3's own units, repeatable where wall-clock limits are not.
  // About a million a second; 0 is no limit.
  unsigned rlimit = 100'000'000;
};

struct Statistics {
  std::uint64_t queries = 0;
  std::uint64_t sat = 0;
  std::uint64_t unsat = 0;
  std::uint64_t unknown = 0;
  double seconds = 0;        // inside check()
  std::uint64_t rlimit = 0;  // Z3's work count, of everything done in the context
};

class Solver {
 public:
  explicit Solver(const Context& context, const SolverOptions& options = {});
  ~Solver();
  Solver(const Solver&) = delete;
  Solver& operator=(const Solver&) = delete;

  [[nodiscard]] const Context& context() const;

  // Asserts for good.
  void require(const Bool& fact);

  // A literal equivalent to `formula`. The same formula gives the same literal.
  Literal define(const Bool& formula);
  [[nodiscard]] Bool formula(Literal literal) const;

  // Are all requirements, definitions and `assumptions` together satisfiable? Trouble inside Z3
  // (memory, a spent limit) is kUnknown; a literal of another solver throws Error.
  [[nodiscard]] Verdict check(std::span<const Literal> assumptions);

  // After kUnsat: positions in the last `assumptions` that are unsatisfiable together, ascending.
  // Sound, not necessarily minimal; empty if no assumption is needed. Empty after other verdicts.
  [[nodiscard]] std::span<const std::size_t> core() const;
  [[nodiscard]] std::vector<Literal> core_literals() const;

  [[nodiscard]] Statistics statistics() const;

  // Requirements and definitions as an SMT-LIB script, for a second opinion by another solver.
  [[nodiscard]] std::string to_smtlib() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace amdvi::smt
