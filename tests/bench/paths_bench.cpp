// Guest, nested and interrupt translation: every table is read for every request.
#include <benchmark/benchmark.h>

#include "tests/bench/bench_machine.hpp"

namespace amdvi::bench {
namespace {

// Four guest levels and one of GCR3, for PASID 0. `mode` 4: the guest's tables and pages are
// mapped by four host levels, so that a request reads 1 + 4 * 5 + 4 entries.
struct GuestMachine : Machine {
  explicit GuestMachine(std::uint64_t mode) {
    constexpr std::uint64_t kGcr3 = 0x5000000, kUser = 7 | 0x60;  // A and D are set
    const std::uint64_t base = mode == 0 ? 0x80000000 : 0;  // the same pages, with host tables
    device.mmio_write(0x18, 8, 0x1005 | bit(16));
    const std::uint64_t root = mode == 0 ? 0 : kTables;
    memory.write64(kDte, 3 | mode << 9 | root | kRW | bit(54) | bit(55) | (kGcr3 >> 12 & 7) << 58);
    memory.write64(kDte + 8, 7 | (kGcr3 >> 15 & 0xFFFF) << 16 | (kGcr3 >> 31) << 43);
    memory.write64(kGcr3, base | 1);
    for (std::uint64_t n = 0; n < 3; ++n) {
      memory.write64(0x80000000 + (n << 12), (base + ((n + 1) << 12)) | kUser);
    }
    for (std::uint64_t n = 0; n < 512; ++n) {
      memory.write64(0x80003000 + 8 * n, (base + (n << 12)) | kUser);
    }
  }
};

void run_guest(benchmark::State& state, std::uint64_t mode) {
  GuestMachine m(mode);
  if (!m.device.translate({kDevice, 0x1234, true, false}).ok) state.SkipWithError("a fault");
  std::uint64_t n = 0;
  for (auto _ : state) {
    n = (n * 1103515245 + 12345) & 0x1FFFFF;
    benchmark::DoNotOptimize(m.device.translate({kDevice, n, true, false}));
  }
  state.SetItemsProcessed(state.iterations());
}
void translate_guest(benchmark::State& state) { run_guest(state, 0); }
BENCHMARK(translate_guest);
void translate_nested(benchmark::State& state) { run_guest(state, 4); }
BENCHMARK(translate_nested);

// 512 entries, all valid.
struct InterruptMachine : Machine {
  static constexpr std::uint64_t kIrt = 0x5000000, kApic = 0x6000000;

  explicit InterruptMachine(std::uint64_t control) {
    device.mmio_write(0x18, 8, 0x1005 | control);
    memory.write64(kDte + 16, 1 | 9 << 1 | kIrt | std::uint64_t{2} << 60);
  }
  void run(benchmark::State& state, InterruptResult::Kind kind) {
    std::uint32_t n = 0;
    if (device.interrupt({kDevice, 0xFEE00000, 0}).kind != kind) state.SkipWithError("a fault");
    for (auto _ : state) {
      n = (n * 1103515245 + 12345) & 0x1FF;
      benchmark::DoNotOptimize(device.interrupt({kDevice, 0xFEE00000, n}));
    }
    state.SetItemsProcessed(state.iterations());
  }
};

void remap_32_bit(benchmark::State& state) {
  InterruptMachine m(0);
  for (std::uint64_t n = 0; n < 256; ++n) {
    m.memory.write64(InterruptMachine::kIrt + 8 * n, 0x0031070100310701);
  }
  m.run(state, InterruptResult::Kind::kRemapped);
}
BENCHMARK(remap_32_bit);

void remap_128_bit(benchmark::State& state) {
  InterruptMachine m(bit(17) | bit(50));
  for (std::uint64_t n = 0; n < 512; ++n) {
    m.memory.write64(InterruptMachine::kIrt + 16 * n, 0x00000701);
    m.memory.write64(InterruptMachine::kIrt + 16 * n + 8, 0x31);
  }
  m.run(state, InterruptResult::Kind::kRemapped);
}
BENCHMARK(remap_128_bit);

void post_to_guest(benchmark::State& state) {
  InterruptMachine m(bit(17) | bit(25));
  for (std::uint64_t n = 0; n < 512; ++n) {
    m.memory.write64(InterruptMachine::kIrt + 16 * n, 0x000007C1);  // GuestMode, IsRun, RemapEn
    m.memory.write64(InterruptMachine::kIrt + 16 * n + 8, InterruptMachine::kApic | (n & 0xFF));
  }
  m.run(state, InterruptResult::Kind::kPosted);
}
BENCHMARK(post_to_guest);

}  // namespace
}  // namespace amdvi::bench
