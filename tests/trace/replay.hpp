// A log of a driver, line by line, on the device that may cache: were the answers that the log has
// allowed, and did the driver's invalidations leave only one?
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <amdvi/cache.hpp>

namespace amdvi::trace {

struct Tally {
  std::size_t lines = 0, commands = 0, completions = 0, snapshots = 0, interrupts = 0;
  std::size_t dma = 0, dma_faults = 0;
  std::size_t several = 0;         // DMA and interrupts to which other answers were allowed too
  std::vector<std::string> wrong;  // lines with an answer that no device may give, and why
};

// Plays the log in `file` on a device with `config`. Commands with the opcode `without` become
// COMPLETION_WAITs that store nothing: a driver that left them out. Throws if the log is
// unreadable.
Tally replay(const Config& config, const std::string& file, unsigned without = 0);

}  // namespace amdvi::trace
