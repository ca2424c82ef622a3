#include "checker/judge/soft_reset.hpp"

#include <algorithm>

#include <amdvi/spec/registers.gen.hpp>

namespace amdvi::judge {
namespace {

using spec::RegisterRole;
using vector::Step;
using vector::StepKind;

constexpr std::uint64_t kPage = 4096;

// Roles whose registers are written by steps of their own, or whose other face is not memory
// mapped (writing the mirror of the MSI capability would undo what an adapter has set there).
bool is_apart(RegisterRole role) {
  return role == RegisterRole::control || role == RegisterRole::status ||
         role == RegisterRole::read_only || role == RegisterRole::msi_mirror;
}

std::uint64_t dma_length(const Step& step) {
  return step.kind == StepKind::kDma && step.is_write ? step.bytes.size() : step.length;
}

}  // namespace

std::vector<RegisterWrite> soft_reset_program(const Config& config) {
  std::vector<RegisterWrite> program;
  std::vector<RegisterWrite> last;
  for (const spec::RegisterDesc& desc : spec::kRegisters) {
    const spec::RegisterMasks masks = desc.masks(config.cap);
    if (!masks.present) continue;
    const unsigned size = desc.width / 8;
    if (desc.role == RegisterRole::control) {
      program.insert(program.begin(), {desc.offset, size, 0});
      last.push_back({desc.offset, size, masks.reset & masks.rw});
    } else if (desc.role == RegisterRole::status) {
      // The second write undoes the first where it set a bit instead of clearing it.
      last.insert(last.begin(), {desc.offset, size, 0});
      last.insert(last.begin(), {desc.offset, size, masks.w1c});
    } else if (!is_apart(desc.role) && masks.rw != 0) {
      program.push_back({desc.offset, size, masks.reset & masks.rw});
    }
  }
  program.insert(program.end(), last.begin(), last.end());
  return program;
}

std::vector<RegisterWrite> msi_mirror_program(const Config& config) {
  std::vector<RegisterWrite> program;
  for (const spec::RegisterDesc& desc : spec::kRegisters) {
    const spec::RegisterMasks masks = desc.masks(config.cap);
    if (desc.role != RegisterRole::msi_mirror || !masks.present || masks.rw == 0) continue;
    program.push_back({desc.offset, desc.width / 8, masks.reset & masks.rw});
  }
  return program;
}

void Pages::add(std::uint64_t at, std::uint64_t length) {
  if (length == 0 || at >= end_ || at + length <= start_ || at + length < at) return;
  const std::uint64_t last = std::min(at + length, end_) - 1;
  for (std::uint64_t page = std::max(at, start_) / kPage; page <= last / kPage; ++page) {
    pages_.insert(page);
  }
}

void Pages::add_touched(const vector::Vector& vector) {
  for (const auto* steps : {&vector.setup, &vector.steps}) {
    for (const Step& step : *steps) {
      if (step.kind == StepKind::kMem) add(step.at, step.bytes.size());
      if (step.kind == StepKind::kPeek || step.kind == StepKind::kEntries) {
        add(step.at, step.length);
      }
    }
  }
}

void Pages::add_dirty(const vector::Vector& vector) {
  add_touched(vector);
  for (const auto* steps : {&vector.setup, &vector.steps}) {
    for (const Step& step : *steps) {
      if (step.kind == StepKind::kZero) add(step.at, step.length);
      // An untranslated access ends where its IOVA says.
      if (step.kind == StepKind::kDma) add(step.at, dma_length(step));
      if (step.kind == StepKind::kCopy) add(step.to, step.length);
    }
  }
}

dut::Reply<void> Pages::zero(dut::Adapter& adapter) const {
  for (auto page = pages_.begin(); page != pages_.end();) {
    const std::uint64_t first = *page;
    std::uint64_t count = 0;
    for (; page != pages_.end() && *page == first + count; ++page) ++count;
    if (auto done = adapter.mem_zero(first * kPage, count * kPage); !done) return done;
  }
  return {};
}

}  // namespace amdvi::judge
