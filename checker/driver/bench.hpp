// Hardware that does nothing but watch: what stands behind a driver's callbacks while vectors run.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <vector>

#include <amdvi_driver.h>

#include "checker/driver/recorder.hpp"
#include "checker/driver/slices.hpp"
#include "checker/vector/vector.hpp"

namespace amdvi::driver {

class Bench {
 public:
  Bench();
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  [[nodiscard]] const amdvi_hardware& hardware() const { return hardware_; }
  // Where things are: what every instance is told beside its parameters.
  static std::vector<vector::Argument> surroundings();

  Recorder& recorder() { return recorder_; }
  // A new call: queues have to be disabled by it itself.
  void begin(std::optional<std::uint64_t> viommu, bool creates);
  // Things that do not count, in words; emptied.
  std::vector<std::string> take_notes() { return std::exchange(notes_, {}); }

  std::uint64_t mmio_read(unsigned window, std::uint64_t offset) const;
  void mmio_write(unsigned window, std::uint64_t offset, std::uint64_t value);
  void submit(std::span<const std::uint32_t, 4> command);
  void wait();
  void dte_store(std::uint16_t device, std::span<const std::uint64_t, 4> dte);
  int mem_alloc(std::uint64_t bytes, std::uint64_t& spa);
  void mem_free(std::uint64_t spa);
  int mem_uncached(std::uint64_t spa, bool on);
  int table_map(std::uint64_t root, std::uint64_t address, std::uint64_t spa, std::uint64_t bytes);
  void table_unmap(std::uint64_t root, std::uint64_t address, std::uint64_t bytes);
  int user_mapping(std::uint64_t spa, std::uint64_t bytes, bool on);

 private:
  void write_control(std::uint64_t guest, unsigned word, std::uint64_t value);
  void write_devid_map(std::uint64_t guest, std::uint64_t value);
  void write_domid_map(std::uint64_t guest, std::uint64_t value);
  void write_queue(std::uint64_t guest, unsigned word, std::uint64_t value);
  void show(const std::optional<Slices::Event>& event, std::string note);

  amdvi_hardware hardware_{};
  Recorder recorder_;
  Slices slices_;
  std::vector<std::string> notes_;
  std::map<std::pair<unsigned, std::uint64_t>, std::uint64_t> registers_;  // by window and offset
  std::map<std::uint64_t, std::array<bool, 3>> disabled_;  // queue words of a guest, in this call
  std::uint64_t next_page_;
};

// Functions for amdvi_hardware that call a Bench.
amdvi_hardware callbacks_of(Bench& bench);

}  // namespace amdvi::driver
