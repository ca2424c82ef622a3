// One decision as a question-and-answer machine: which inputs lead to a rule, and what do given
// inputs lead to. Inputs are values by index into DecisionInfo::inputs, always one an input.
//
//   auto engine = prove::make_engine(*spec::find_decision("dte_memory_check"));
//   prove::WitnessQuery query{.rule = 3};
//   query.fixed = {...};                      // e.g. a profile's capabilities
//   smt::Assignment found = engine->witness(query);
//   if (found.is_found()) prove::Evaluation e = engine->evaluate(found.values);  // e.rule == 3
//
// smt::Engine::kSmtCore is the faster one for the page walks, the default for the rest.
// Answers are canonical: they depend on the meaning of the rules and the question, not on the
// solver's version or on earlier questions. An engine belongs to one thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "checker/prove/decision_source.hpp"
#include "checker/prove/inputs.hpp"
#include "checker/smt/canonical.hpp"
#include "checker/smt/solver.hpp"

namespace amdvi::prove {

// Every list is either empty or has one entry an input. Inputs that share bits (a field and the
// reserved bits it was before some revision) are both listed by the specification: give them
// values that agree, or fix only one.
struct WitnessQuery {
  unsigned rule = 0;             // this rule decides: it fires and none before it does
  std::vector<unsigned> also{};  // these rules' own conditions hold too (priority pairs)
  std::vector<std::optional<std::uint64_t>> fixed{};  // must be exactly this
  std::vector<std::vector<std::uint64_t>> allowed{};  // must be one of these; empty entry: any
  std::vector<std::uint64_t> preferred{};             // stay near these; empty list: 0
};

class DecisionEngine {
 public:
  explicit DecisionEngine(DecisionSource source, const smt::SolverOptions& options = {});
  DecisionEngine(const DecisionEngine&) = delete;
  DecisionEngine& operator=(const DecisionEngine&) = delete;

  [[nodiscard]] const spec::DecisionInfo& info() const { return *source_.info; }
  [[nodiscard]] std::span<const spec::InputInfo> inputs() const { return source_.info->inputs; }

  // Of the inputs that satisfy `assume` and the query: those with the fewest inputs away from the
  // preferred values, and of these the lexicographically nearest to them.
  smt::Assignment witness(const WitnessQuery& query);

  // The model's own code on these inputs. Bits of the inputs' words that no input covers are 0.
  [[nodiscard]] Evaluation evaluate(std::span<const std::uint64_t> values) const;

  // For the analyses of this library.
  [[nodiscard]] const DecisionSource& source() const { return source_; }
  [[nodiscard]] const DecisionTerms& terms() const { return terms_; }
  // The terms with one condition replaced, over the same inputs.
  [[nodiscard]] DecisionTerms terms_with(std::optional<ForcedAtom> forced) const;
  // The terms in which bits that no input covers are free too.
  [[nodiscard]] DecisionTerms terms_of_whole_words() const;
  [[nodiscard]] const LeafVariables& leaves() const { return leaves_; }
  [[nodiscard]] smt::Solver& solver() { return solver_; }
  [[nodiscard]] smt::Literal assume() const { return assume_; }
  [[nodiscard]] smt::Literal when(unsigned rule) const { return when_.at(rule); }
  // Assumptions that mean "this rule decides": assume, no earlier rule, this one.
  [[nodiscard]] std::vector<smt::Literal> decides(unsigned rule) const;
  // The canonical assignment of `goals` near what the query prefers; `goals` has what it fixes.
  smt::Assignment nearest(std::span<const smt::Literal> goals, const WitnessQuery& query = {});

  // What the query fixes and allows, added to `goals`.
  void constrain(const WitnessQuery& query, std::vector<smt::Literal>& goals);

 private:
  smt::Canonical& canonical(const WitnessQuery& query);

  DecisionSource source_;
  smt::Context context_;
  LeafVariables leaves_;
  DecisionTerms terms_;
  smt::Solver solver_;
  smt::Literal assume_;
  std::vector<smt::Literal> when_;
  std::vector<std::vector<smt::Bool>> bits_;  // per input, least significant first
  // By what is preferred, nothing for inputs that are fixed.
  std::map<std::vector<std::optional<std::uint64_t>>, std::unique_ptr<smt::Canonical>> canonical_;
};

// nullptr if this build has no such decision.
std::unique_ptr<DecisionEngine> make_engine(const spec::DecisionInfo& info,
                                            const smt::SolverOptions& options = {});

}  // namespace amdvi::prove
