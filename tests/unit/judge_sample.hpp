// A small device and vectors for it, made by hand.
#pragma once

#include <memory>

#include <amdvi/spec_info.hpp>

#include "checker/dut/model_adapter.hpp"
#include "checker/judge/runner.hpp"
#include "checker/judge/session.hpp"

namespace amdvi::judge::sample {

inline profile::Profile profile() {
  profile::Profile result;
  result.name = "sample";
  result.revision = "3.11";
  result.config = default_config();
  set_capability(result.config, "EFR.HATS", 2);
  set_capability(result.config, "header.EFRSup", 1);
  result.window_start = 0x100000;
  result.window_length = 0x100000;
  result.requesters = {{"dev", 0x28, "model"}};
  return result;
}

// The first clause with a confidence, so that the tests do not depend on which.
inline std::string clause(spec::Confidence confidence) {
  for (const auto& info : spec::catalogue().clauses) {
    if (info.confidence == confidence) return std::string(info.id);
  }
  return {};
}

// "atom:DECISION/INDEX:kind" for the atom with this text.
inline std::string atom_fault(std::string_view decision, std::string_view text,
                              std::string_view kind) {
  const auto* info = spec::find_decision(decision);
  for (std::size_t i = 0; info != nullptr && i < info->atoms.size(); ++i) {
    if (info->atoms[i].text == text) {
      return "atom:" + std::string(decision) + "/" + std::to_string(i) + ":" + std::string(kind);
    }
  }
  return {};
}

inline vector::Step write(std::string reg, std::uint64_t value) {
  vector::Step step;
  step.kind = vector::StepKind::kWrite;
  step.reg = std::move(reg);
  step.value = value;
  return step;
}

inline vector::Step read(std::string reg, std::string label) {
  vector::Step step;
  step.kind = vector::StepKind::kRead;
  step.reg = std::move(reg);
  step.label = std::move(label);
  return step;
}

// Writes Control and claims what it reads.
inline vector::Vector control(std::string id, std::uint64_t written, std::uint64_t expected,
                              vector::Trust trust = vector::Trust::kMust) {
  vector::Vector result;
  result.id = std::move(id);
  result.name = "Control reads what was written";
  result.group = "control";
  const auto confidence =
      trust == vector::Trust::kMust ? spec::Confidence::kStated : spec::Confidence::kInferred;
  result.clauses = {clause(confidence)};
  result.steps = {write("Control", written), read("Control", "value")};
  result.checks = {{"value",
                    "value",
                    {"register", "Control"},
                    trust,
                    result.clauses,
                    {{{{expected, ~std::uint64_t{0}}}, false, "what was written", {}}}}};
  return result;
}

inline AdapterFactory model(const profile::Profile& profile) {
  return [&profile] { return dut::make_model_adapter(profile.config); };
}

}  // namespace amdvi::judge::sample
