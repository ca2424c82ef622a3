// Hardware that does nothing but watch: what stands behind a driver's callbacks while vectors run.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <amdvi_driver.h>

#include <amdvi/spec/VfctrlWord.gen.hpp>

#include "checker/driver/recorder.hpp"
#include "checker/driver/slices.hpp"
#include "checker/driver/world.hpp"
#include "checker/vector/vector.hpp"

namespace amdvi::driver {

class Bench {
 public:
  Bench();
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  [[nodiscard]] const amdvi_hardware& hardware() const { return hardware_; }

  Recorder& recorder() { return recorder_; }
  // A new call: queues have to be disabled by it itself.
  void begin(const vector::Step& step);
  void end(int error, std::uint64_t result);
  // Things that do not count, in words; emptied.
  std::vector<std::string> take_notes() { return std::exchange(notes_, {}); }

  std::uint64_t mmio_read(unsigned iommu, unsigned window, std::uint64_t offset);
  void mmio_write(unsigned iommu, unsigned window, std::uint64_t offset, std::uint64_t value);
  void submit(unsigned iommu, std::span<const std::uint32_t, 4> command);
  void wait(unsigned iommu);
  void dte_store(unsigned iommu, std::uint16_t device, std::span<const std::uint64_t, 4> dte);
  int mem_alloc(std::uint64_t bytes, std::uint64_t& spa);
  void mem_free(std::uint64_t spa);
  int mem_uncached(std::uint64_t spa, bool on);
  int table_map(std::uint64_t root, std::uint64_t address, std::uint64_t spa, std::uint64_t bytes);
  void table_unmap(std::uint64_t root, std::uint64_t address, std::uint64_t bytes);
  int user_mapping(std::uint64_t spa, std::uint64_t bytes, bool on);
  std::uint32_t pci_read(unsigned iommu, std::uint32_t offset) const;
  int kernel_mapping(unsigned iommu, std::uint64_t spa, std::uint64_t bytes, bool on);

 private:
  void write_control(std::uint64_t guest, spec::VfctrlWord word, std::uint64_t value);
  void write_devid_map(std::uint64_t guest, std::uint64_t value);
  void write_domid_map(std::uint64_t guest, std::uint64_t value);
  void write_queue(std::uint64_t guest, spec::VfctrlWord word, std::uint64_t value);
  void write_host_control(unsigned iommu, std::uint64_t value);
  void reset(unsigned iommu, std::uint64_t guest);
  void invalidate_entry(unsigned iommu, std::uint64_t device);
  void invalidate_pages(unsigned iommu, std::span<const std::uint64_t> words);
  void invalidate(unsigned iommu, std::uint64_t domain, std::uint64_t first, std::uint64_t last);
  void clear_entry(unsigned iommu, std::uint16_t device);
  void set_entry(unsigned iommu, std::uint16_t device, std::span<const std::uint64_t, 4> dte);
  void slice_mapped(const Slices::Slice& slice, std::uint64_t root);
  void slice_freed(const Slices::Freed& freed);
  void show(spec::HostAction action, const std::optional<Slices::Slice>& slice);
  void note(std::string text);

  amdvi_hardware hardware_{};
  Recorder recorder_;
  Slices slices_;
  World world_;
  std::vector<std::string> notes_;
  std::map<std::tuple<unsigned, unsigned, std::uint64_t>, std::uint64_t> registers_;
  std::map<std::uint64_t, std::array<bool, 3>> disabled_;  // queue words of a guest, in this call
  std::map<std::uint64_t, Slices::Slice> bought_;          // memory that a call took for a slice
  std::map<unsigned, std::uint64_t> blocks_;               // of the first 8 MiB, of an IOMMU
  std::map<unsigned, std::array<bool, 2>> windows_;        // mapped: VF and VFCTRL
  std::set<unsigned> tested_;  // IOMMUs whose GstBufferTRPMode was set and not yet read back
  bool creates_ = false;
  std::uint64_t next_page_;
};

// Functions for amdvi_hardware that call a Bench.
amdvi_hardware callbacks_of(Bench& bench);

}  // namespace amdvi::driver
