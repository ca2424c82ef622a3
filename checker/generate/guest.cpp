#include "checker/generate/guest.hpp"

#include <amdvi/spec/gcr3_index.gen.hpp>
#include <amdvi/spec/table_index.gen.hpp>
#include <amdvi/value/concrete.hpp>
#include <fmt/format.h>

namespace amdvi::generate {

namespace {

constexpr std::uint64_t kTwoMiB = std::uint64_t{1} << 21;

std::uint64_t index_of(std::uint64_t address, unsigned level) {
  Concrete d;
  return spec::table_index<Concrete>(d, Concrete::k<64>(address), Concrete::k<3>(level)).v;
}

}  // namespace

HostMap::HostMap(Scene& scene) : scene_(scene), root_(scene.take(4096)), middle_(scene.take(4096)) {
  scene.zero(root_, 4096, "host table of level 3");
  scene.zero(middle_, 4096, "host table of level 2");
}

void HostMap::put(std::uint64_t at, std::string_view structure, Fields plain, Fields more) {
  const auto word = pack(structure, more, pack(structure, plain));
  scene_.mem(at, word, fmt::format("{} of the host tables", structure));
}

std::uint64_t HostMap::table_for(std::uint64_t gpa) {
  const auto [found, is_new] = lowest_.try_emplace(gpa / kTwoMiB, 0);
  if (!is_new) return found->second;
  const std::uint64_t table = found->second = scene_.take(4096);
  scene_.zero(table, 4096, "host table of level 1");
  put(root_ + 8 * index_of(gpa, 3), "V1Pde",
      {{"PR", 1}, {"NextLevel", 2}, {"NextTable", middle_ >> 12}, {"IR", 1}, {"IW", 1}}, {});
  put(middle_ + 8 * index_of(gpa, 2), "V1Pde",
      {{"PR", 1}, {"NextLevel", 1}, {"NextTable", table >> 12}, {"IR", 1}, {"IW", 1}}, {});
  return table;
}

std::uint64_t HostMap::entry_of(std::uint64_t spa) {
  return table_for(gpa(spa)) + 8 * index_of(gpa(spa), 1);
}

void HostMap::page(std::uint64_t spa, Fields fields) {
  put(entry_of(spa), "V1Pte", {{"PR", 1}, {"PageAddress", spa >> 12}, {"IR", 1}, {"IW", 1}},
      fields);
}

void HostMap::large_page(std::uint64_t spa) {
  (void)table_for(gpa(spa));  // the directory above
  put(middle_ + 8 * index_of(gpa(spa), 2), "V1Pte",
      {{"PR", 1}, {"PageAddress", (spa & ~(kTwoMiB - 1)) >> 12}, {"IR", 1}, {"IW", 1}}, {});
}

GuestTables::GuestTables(Scene& scene, GuestShape shape, std::uint64_t va)
    : scene_(scene), shape_(shape), va_(va) {
  if (shape.nested) host_.emplace(scene);
  const auto place = [&](std::string what) {
    const std::uint64_t table = scene.take(4096);
    scene.zero(table, 4096, std::move(what));
    if (shape.nested) host_->page(table);
    return table;
  };
  for (unsigned level = 1; level <= shape.glx + 1; ++level) {
    gcr3_[level] = place(fmt::format("GCR3 table of level {}", level));
  }
  for (unsigned level = 1; level <= shape.levels; ++level) {
    tables_[level] = place(fmt::format("guest table of level {}", level));
  }
}

std::uint64_t GuestTables::at(unsigned level) const {
  return tables_[level] + 8 * index_of(va_, level);
}

std::uint64_t GuestTables::gcr3_at(unsigned level) const {
  Concrete d;
  const auto index =
      spec::gcr3_index<Concrete>(d, Concrete::k<20>(shape_.pasid), Concrete::k<2>(level));
  return gcr3_[level] + 8 * index.v;
}

void GuestTables::good(std::uint64_t spa, unsigned level) {
  for (unsigned l = shape_.glx + 1; l >= 1; --l) gcr3(l);
  for (unsigned l = shape_.levels; l > level; --l) entry(l, directory_word(l));
  entry(level, leaf_word(spa, level));
  if (shape_.nested) host_->page(spa & ~std::uint64_t{4095});
}

void GuestTables::gcr3(unsigned level, Fields fields) {
  const std::uint64_t next = gpa(level == 1 ? tables_[shape_.levels] : gcr3_[level - 1]);
  // Without GCR3TRPMode the table pointers of the GCR3 tables are system physical addresses.
  const bool through_host = level == 1 || shape_.root_gpa;
  const std::uint64_t address = through_host ? next : gcr3_[level - 1];
  const auto word =
      pack("Gcr3Entry", fields, pack("Gcr3Entry", {{"V", 1}, {"Address", address >> 12}}));
  scene_.mem(gcr3_at(level), word, fmt::format("Gcr3Entry of level {}", level));
}

std::uint64_t GuestTables::directory_word(unsigned level, Fields fields) const {
  const auto plain = pack("V2Entry", {{"P", 1},
                                      {"RW", 1},
                                      {"US", 1},
                                      {"Address", gpa(tables_[level - 1]) >> 12}});
  return pack("V2Entry", fields, plain)[0];
}

std::uint64_t GuestTables::leaf_word(std::uint64_t spa, unsigned level, Fields fields) const {
  const std::uint64_t size = std::uint64_t{4096} << 9 * (level - 1);
  const auto plain = pack("V2Entry", {{"P", 1},
                                      {"RW", 1},
                                      {"US", 1},
                                      {"PS", level > 1},
                                      {"Address", (gpa(spa) & ~(size - 1)) >> 12}});
  return pack("V2Entry", fields, plain)[0];
}

void GuestTables::entry(unsigned level, std::uint64_t word) {
  scene_.mem(at(level), std::span(&word, 1), fmt::format("V2Entry of level {}", level));
}

std::vector<std::uint64_t> GuestTables::dte(Fields more) const {
  const std::uint64_t top = gcr3_[shape_.glx + 1];
  const auto plain = pack("DeviceTableEntry",
                          {{"V", 1},
                           {"TV", 1},
                           {"IR", 1},
                           {"IW", 1},
                           {"DomainID", scene_.domain()},
                           {"Mode", shape_.nested ? HostMap::kMode : 0},
                           {"HostPTRoot", shape_.nested ? host_->root() >> 12 : 0},
                           {"GV", 1},
                           {"GLX", shape_.glx},
                           {"GCR3TRP", (shape_.root_gpa ? gpa(top) : top) >> 12},
                           {"GuestPagingMode", shape_.levels == 5}});
  return pack("DeviceTableEntry", more, plain);
}

std::vector<std::uint64_t> GuestTables::control(Fields more) const {
  const auto plain = pack("Control", {{"IommuEn", 1},
                                      {"EventLogEn", 1},
                                      {"CmdBufEn", 1},
                                      {"GTEn", 1},
                                      {"GCR3TRPMode", shape_.root_gpa}});
  return pack("Control", more, plain);
}

}  // namespace amdvi::generate
