// One decision under proof: the engine, the report it fills, and a clock around each question.
#pragma once

#include <chrono>
#include <span>
#include <string>

#include "checker/prove/decision_engine.hpp"
#include "checker/prove/prove.hpp"

namespace amdvi::prove {

struct Session {
  DecisionEngine& engine;
  const Options& options;
  DecisionProof& proof;

  [[nodiscard]] const spec::DecisionInfo& info() const { return engine.info(); }
  [[nodiscard]] unsigned rule_count() const {
    return static_cast<unsigned>(engine.info().rules.size());
  }
  [[nodiscard]] std::string rule_id(unsigned rule) const {
    return std::string(info().rules[rule].id);
  }

  // Runs `question()` and records how long it took under `name`.
  template <class Question>
  auto timed(std::string name, Question question) const {
    const auto begin = std::chrono::steady_clock::now();
    const std::uint64_t before = engine.solver().statistics().queries;
    auto answer = question();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    proof.queries.push_back(
        {std::move(name), engine.solver().statistics().queries - before, took.count()});
    return answer;
  }
  [[nodiscard]] smt::Verdict check(std::string name, std::span<const smt::Literal> goals) const {
    return timed(std::move(name), [&] { return engine.solver().check(goals); });
  }
};

// Each fills its part of session.proof.
void prove_reachability(const Session& session);     // every rule decides for some input
void prove_pairs(const Session& session);            // which rules overlap
void find_redundant_atoms(const Session& session);   // after prove_reachability
void prove_inputs_complete(const Session& session);  // nothing but the listed inputs matters
void prove_equality(const Session& session);         // model == terms; after prove_reachability

}  // namespace amdvi::prove
