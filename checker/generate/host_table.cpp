#include "checker/generate/host_table.hpp"

#include <amdvi/spec/level_shift.gen.hpp>
#include <amdvi/spec/table_index.gen.hpp>
#include <amdvi/value/concrete.hpp>
#include <fmt/format.h>

namespace amdvi::generate {

namespace {

// Address bits above the table of a level: two addresses with the same ones share it.
std::uint64_t prefix(unsigned level, std::uint64_t address) {
  constexpr unsigned kIndexBits = 9;
  Concrete d;
  const std::uint64_t shift = spec::level_shift<Concrete>(d, Concrete::k<3>(level)).v + kIndexBits;
  return shift >= 64 ? 0 : address >> shift;
}

}  // namespace

HostTable::HostTable(Scene& scene, unsigned mode, std::string what)
    : scene_(scene), mode_(mode), what_(std::move(what)) {}

std::uint64_t HostTable::table(unsigned level, std::uint64_t address) {
  const std::uint64_t top = level == mode_ ? 0 : prefix(level, address);
  const auto [place, is_new] = tables_.try_emplace({level, top});
  if (is_new) {
    place->second = scene_.take(4096);
    scene_.zero(place->second, 4096, fmt::format("{}, table of level {}", what_, level));
  }
  return place->second;
}

void HostTable::entry(unsigned level, std::uint64_t address, std::uint64_t word,
                      std::string_view structure) {
  Concrete d;
  const std::uint64_t index =
      spec::table_index<Concrete>(d, Concrete::k<64>(address), Concrete::k<3>(level)).v;
  scene_.mem(table(level, address) + 8 * index, std::span(&word, 1),
             fmt::format("{} of level {}, {}", structure, level, what_));
}

void HostTable::map(std::uint64_t address, std::uint64_t spa, unsigned level) {
  pages_[address >> 12] = spa;
  for (unsigned l = mode_; l > level; --l) {
    if (tables_.contains({l - 1, prefix(l - 1, address)})) continue;
    const std::uint64_t next = table(l - 1, address);
    entry(l, address,
          pack("V1Pde",
               {{"PR", 1}, {"NextLevel", l - 1}, {"NextTable", next >> 12}, {"IR", 1}, {"IW", 1}})[0],
          "V1Pde");
  }
  entry(level, address,
        pack("V1Pte", {{"PR", 1}, {"PageAddress", spa >> 12}, {"IR", 1}, {"IW", 1}})[0], "V1Pte");
}

std::vector<std::uint64_t> HostTable::dte(std::uint16_t domain, Fields more) {
  const auto plain = pack("DeviceTableEntry", {{"V", 1},
                                               {"TV", 1},
                                               {"Mode", mode_},
                                               {"HostPTRoot", root() >> 12},
                                               {"IR", 1},
                                               {"IW", 1},
                                               {"DomainID", domain}});
  return pack("DeviceTableEntry", more, plain);
}

}  // namespace amdvi::generate
