
#include <amdvi/spec/host_levels.gen.hpp>
#include <amdvi/value/concrete.hpp>

#include "checker/generate/groups.hpp"

namespace amdvi::generate {

unsigned Collection::host_levels() const {
  std::uint64_t hats = 0;
  get_capability(profile_.config, "EFR.HATS", hats);
  Concrete d;
  return static_cast<unsigned>(spec::host_levels<Concrete>(d, Concrete::k<2>(hats)).v);
}

bool Collection::has(std::string_view capability) const {
  std::uint64_t value = 0;
  return get_capability(profile_.config, capability, value) && value != 0;
}

// A question that is already there is not asked twice.
void Collection::add(Scene scene, Question question) {
  vector::Vector v = finish(std::move(scene), std::move(question));
  if (v.checks.empty() || !ids_.insert(v.id).second) return;
  vectors_.push_back(std::move(v));
}

void act_and_look(Scene& scene, std::uint64_t iova, bool is_write) {
  if (is_write) {
    scene.dma_write(iova);
  } else {
    scene.dma_read(iova);
  }
  scene.look_at_pages();
  scene.events();
}

}  // namespace amdvi::generate
