#include "checker/prove/decision_source.hpp"

#include <amdvi/spec/decisions.gen.hpp>

namespace amdvi::prove {
namespace {

struct Collect {
  std::vector<DecisionSource>& sources;

  template <template <class> class D>
  void operator()() {
    sources.push_back(source_of<D>());
  }
};

}  // namespace

std::vector<DecisionSource> all_sources() {
  std::vector<DecisionSource> sources;
  spec::for_each_decision(Collect{sources});
  return sources;
}

std::optional<DecisionSource> find_source(std::string_view name) {
  for (DecisionSource& source : all_sources()) {
    if (source.info->name == name) return std::move(source);
  }
  return std::nullopt;
}

}  // namespace amdvi::prove
