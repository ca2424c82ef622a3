// A host (v1) page table that maps any number of pages of the default sizes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "checker/generate/scene.hpp"

namespace amdvi::generate {

class HostTable {
 public:
  // `mode`: levels, 1 to 6. `what` is named in the notes of its steps.
  HostTable(Scene& scene, unsigned mode, std::string what);

  unsigned mode() const { return mode_; }
  std::uint64_t root() { return table(mode_, 0); }

  // Readable and writable; `level` 1: 4 KiB, 2: 2 MiB.
  void map(std::uint64_t address, std::uint64_t spa, unsigned level = 1);
  bool has(std::uint64_t address) const { return pages_.contains(address >> 12); }

  // An entry of the device table that translates by it, and nothing else.
  std::vector<std::uint64_t> dte(std::uint16_t domain, Fields more = {});

 private:
  std::uint64_t table(unsigned level, std::uint64_t address);
  void entry(unsigned level, std::uint64_t address, std::uint64_t word, std::string_view structure);

  Scene& scene_;
  unsigned mode_;
  std::string what_;
  std::map<std::pair<unsigned, std::uint64_t>, std::uint64_t> tables_;  // level and prefix to SPA
  std::map<std::uint64_t, std::uint64_t> pages_;
};

}  // namespace amdvi::generate
