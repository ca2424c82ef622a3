#include "checker/generate/walk.hpp"

#include <amdvi/spec/default_offset_mask.gen.hpp>
#include <amdvi/spec/level_shift.gen.hpp>
#include <amdvi/spec/table_index.gen.hpp>
#include <amdvi/value/concrete.hpp>
#include <fmt/format.h>

namespace amdvi::generate {

Walk::Walk(Scene& scene, unsigned mode, std::uint64_t iova)
    : scene_(scene), mode_(mode), iova_(iova) {
  for (unsigned level = 1; level <= mode; ++level) {
    tables_[level] = scene.take(4096);
    scene.zero(tables_[level], 4096, fmt::format("v1 table of level {}", level));
  }
}

void Walk::directory(unsigned level, unsigned next, Fields fields) {
  const auto plain = pack("V1Pde", {{"PR", 1},
                                    {"NextLevel", next},
                                    {"NextTable", tables_[next] >> 12},
                                    {"IR", 1},
                                    {"IW", 1}});
  entry(level, pack("V1Pde", fields, plain)[0], "V1Pde");
}

void Walk::down_to(unsigned level) {
  for (unsigned l = mode_; l > level; --l) directory(l, l - 1);
}

void Walk::entry(unsigned level, std::uint64_t pte, std::string note) {
  Concrete d;
  const std::uint64_t index =
      spec::table_index<Concrete>(d, Concrete::k<64>(iova_), Concrete::k<3>(level)).v;
  scene_.mem(tables_[level] + 8 * index, std::span(&pte, 1),
             fmt::format("{} of level {}", note, level));
}

void Walk::leaf(unsigned level, std::uint64_t spa, Fields fields) {
  const auto plain =
      pack("V1Pte", {{"PR", 1}, {"PageAddress", spa >> 12}, {"IR", 1}, {"IW", 1}});
  entry(level, pack("V1Pte", fields, plain)[0]);
}

std::vector<std::uint64_t> Walk::dte(Fields more) const {
  const auto plain = pack("DeviceTableEntry", {{"V", 1},
                                               {"TV", 1},
                                               {"Mode", mode_},
                                               {"HostPTRoot", root() >> 12},
                                               {"IR", 1},
                                               {"IW", 1},
                                               {"DomainID", scene_.domain()}});
  return pack("DeviceTableEntry", more, plain);
}

std::uint64_t distinct_iova(unsigned mode) {
  Concrete d;
  std::uint64_t iova = 0;
  for (unsigned level = 1; level <= mode; ++level) {
    const std::uint64_t index = 0x11 + 0x0B * level;
    iova |= index << spec::level_shift<Concrete>(d, Concrete::k<3>(level)).v;
  }
  return iova;
}

std::uint64_t level_offset_mask(unsigned level) {
  Concrete d;
  return spec::default_offset_mask<Concrete>(d, Concrete::k<3>(level)).v;
}

}  // namespace amdvi::generate
