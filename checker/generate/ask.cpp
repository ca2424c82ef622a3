#include "checker/generate/ask.hpp"

#include <cstdlib>

#include <fmt/format.h>

#include "checker/prove/outcome.hpp"

namespace amdvi::generate {

namespace {

[[noreturn]] void die(std::string_view what, std::string_view name) {
  fmt::print(stderr, "amdvi: {} {}\n", what, name);
  std::abort();
}

// The value of a capability or option in `config`; nullopt for other inputs.
std::optional<std::uint64_t> configured(std::string_view path, const Config& config) {
  std::uint64_t value = 0;
  if (path.starts_with("cap.") && get_capability(config, path.substr(4), value)) return value;
  if (!path.starts_with("opt.")) return std::nullopt;
  Config copy = config;
  std::optional<std::uint64_t> found;
  copy.opt.visit("opt", [&](std::string_view name, auto& leaf) {
    if (name == path.substr(4)) found = leaf.v;
  });
  return found;
}

}  // namespace

std::uint64_t Answer::value(std::string_view path) const {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    if (inputs_[i].name == path) return values_[i];
  }
  die("a decision does not read", path);
}

std::vector<std::uint64_t> Answer::onto(std::string_view name,
                                        std::vector<std::uint64_t> words) const {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const spec::InputInfo& input = inputs_[i];
    if (input.structure.empty() || input.name.substr(0, input.name.find('.')) != name) continue;
    for (const spec::FieldInfo& f : spec::find_structure(input.structure)->fields) {
      if (f.name == input.field) spec::set_field(f, words, values_[i]);
    }
  }
  return words;
}

Ask::Ask(std::string_view decision, const Config& config) {
  const spec::DecisionInfo* info = spec::find_decision(decision);
  if (info == nullptr) die("there is no decision", decision);
  engine_ = prove::make_engine(*info);
  query_.fixed.resize(info->inputs.size());
  query_.preferred.resize(info->inputs.size());
  for (std::size_t i = 0; i < info->inputs.size(); ++i) {
    query_.fixed[i] = configured(info->inputs[i].name, config);
  }
}

Ask& Ask::fix(std::string_view path, std::uint64_t value) {
  for (std::size_t i = 0; i < query_.fixed.size(); ++i) {
    if (engine_->inputs()[i].name == path) query_.fixed[i] = value;
  }
  return *this;
}

Ask& Ask::free(std::string_view path) {
  for (std::size_t i = 0; i < query_.fixed.size(); ++i) {
    if (engine_->inputs()[i].name == path) query_.fixed[i].reset();
  }
  return *this;
}

Ask& Ask::prefer(std::string_view path, std::uint64_t value) {
  for (std::size_t i = 0; i < query_.preferred.size(); ++i) {
    if (engine_->inputs()[i].name == path) query_.preferred[i] = value;
  }
  return *this;
}

Ask& Ask::prefer(std::string_view name, std::string_view structure,
                 std::span<const std::uint64_t> words) {
  for (const spec::FieldInfo& f : spec::find_structure(structure)->fields) {
    prefer(fmt::format("{}.{}", name, f.name), spec::field_value(f, words));
  }
  return *this;
}

std::optional<Answer> Ask::rule(unsigned index) {
  const auto [known, is_new] = known_.try_emplace({index, query_.fixed, query_.preferred});
  if (is_new) {
    query_.rule = index;
    smt::Assignment found = engine_->witness(query_);
    if (found.kind == smt::Assignment::Kind::kUnknown) die("the solver gave up on", info().name);
    if (found.is_found()) known->second = std::move(found.values);
  }
  if (!known->second) return std::nullopt;
  return Answer(engine_->inputs(), *known->second);
}

// Each question leaves a copy of the decision with the solver, which makes it slower.
std::optional<Answer> Ask::telling(unsigned atom, bool stuck) {
  constexpr unsigned kQuestionsPerEngine = 8;
  if (++told_ % kQuestionsPerEngine == 0) engine_ = prove::make_engine(info());
  smt::Assignment found = prove::shows(*engine_, {atom, stuck}, query_);
  if (found.kind == smt::Assignment::Kind::kUnknown) die("the solver gave up on", info().name);
  if (!found.is_found()) return std::nullopt;
  return Answer(engine_->inputs(), std::move(found.values));
}

bool Ask::matters(unsigned atom) {
  return telling(atom, false).has_value() || telling(atom, true).has_value();
}

std::optional<Answer> Ask::rule(std::string_view id) {
  for (unsigned i = 0; i < info().rules.size(); ++i) {
    if (info().rules[i].id == id) return rule(i);
  }
  die("there is no rule", id);
}

}  // namespace amdvi::generate
