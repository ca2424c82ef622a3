// Asks a decision for the smallest inputs that make a rule decide, by names.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include <amdvi/config.hpp>

#include "checker/prove/decision_engine.hpp"

namespace amdvi::generate {

class Answer {
 public:
  Answer(std::span<const spec::InputInfo> inputs, std::vector<std::uint64_t> values)
      : inputs_(inputs), values_(std::move(values)) {}

  // An input by its path, "req.address"; unknown names abort (our bug).
  std::uint64_t value(std::string_view path) const;
  // `words` with every field of the structure input `name` ("dte") that the decision reads.
  std::vector<std::uint64_t> onto(std::string_view name, std::vector<std::uint64_t> words) const;
  const std::vector<std::uint64_t>& values() const { return values_; }

 private:
  std::span<const spec::InputInfo> inputs_;
  std::vector<std::uint64_t> values_;
};

class Ask {
 public:
  // Capabilities and options are those of `config`.
  Ask(std::string_view decision, const Config& config);

  const spec::DecisionInfo& info() const { return engine_->info(); }
  // Both return *this; names the decision does not read are passed over.
  Ask& fix(std::string_view path, std::uint64_t value);
  Ask& prefer(std::string_view path, std::uint64_t value);
  Ask& free(std::string_view path);  // takes back fix()
  // All fields of a structure input preferred as in `words`.
  Ask& prefer(std::string_view name, std::string_view structure,
              std::span<const std::uint64_t> words);

  // nullopt: no inputs lead there. A solver that gives up is an error that aborts.
  std::optional<Answer> rule(unsigned index);
  std::optional<Answer> rule(std::string_view id);
  // Inputs that give another outcome if the condition is stuck at this value; nullopt: there are
  // none with what is fixed.
  std::optional<Answer> telling(unsigned atom, bool stuck);
  // Whether a condition only looks at an option: the other answer is legal too, and nothing tells.
  bool is_choice(unsigned atom) const { return info().atoms[atom].text.starts_with("opt."); }
  // Whether there are any, stuck at either.
  bool matters(unsigned atom);

 private:
  // Questions differ in where tables lie, but many do not: answers are kept.
  using Key =
      std::tuple<unsigned, std::vector<std::optional<std::uint64_t>>, std::vector<std::uint64_t>>;

  std::unique_ptr<prove::DecisionEngine> engine_;
  unsigned told_ = 0;  // questions of telling()
  prove::WitnessQuery query_;
  std::map<Key, std::optional<std::vector<std::uint64_t>>> known_;
};

}  // namespace amdvi::generate
