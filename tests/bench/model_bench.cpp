// How fast the model is. Rates are compared within one run: the rule table against an if-chain
// that a person would write, on the same shuffled inputs.
#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include <benchmark/benchmark.h>

#include <amdvi/device.hpp>
#include <amdvi/spec/dte_memory_check.gen.hpp>
#include <amdvi/value/decide.hpp>

#include "tests/bench/bench_machine.hpp"

namespace amdvi::bench {
namespace {

struct Sample {
  std::array<std::uint64_t, 4> dte;
  std::uint64_t address;
  bool write;
};

// About as many of every rule; more of them than a branch predictor can learn.
std::vector<Sample> samples() {
  std::mt19937_64 rng(1);
  std::vector<Sample> all;
  for (unsigned i = 0; i < 16384; ++i) {
    const std::uint64_t mode = i % 7;
    Sample s{{3 | mode << 9 | 0x40000000 | kRW, rng() & 0xFFFF, rng(), rng()},
             rng() & (bit(12 + 9 * static_cast<unsigned>(mode < 5 ? mode + 1 : 5)) - 1),
             (rng() & 1) != 0};
    switch (rng() % 10) {
      case 0:
        s.dte[0] &= ~bit(0);
        break;
      case 1:
        s.dte[0] &= ~bit(1);
        break;
      case 2:
        s.dte[0] |= bit(2 + static_cast<unsigned>(rng() % 2));
        break;
      case 3:
        s.dte[0] |= bit(53 + static_cast<unsigned>(rng() % 3));
        break;
      case 4:
        s.dte[0] &= ~kRW;
        break;
      case 5:
        s.dte[0] |= 7 << 9;
        break;
      case 6:
        s.dte[1] |= std::uint64_t{3} << 35;
        break;
      default:
        break;
    }
    all.push_back(s);
  }
  std::shuffle(all.begin(), all.end(), rng);
  return all;
}

Config host_only() {
  Config c = default_config();
  set_capability(c, "EFR.HATS", 2);
  return c;
}

void dte_check_rules(benchmark::State& state) {
  const std::vector<Sample> all = samples();
  const Config c = host_only();
  Concrete d;
  using Decision = spec::dte_memory_check<Concrete>;
  std::uint64_t sum = 0;
  for (auto _ : state) {
    for (const Sample& s : all) {
      const spec::MemoryRequest<Concrete> req{{8}, {s.address}, {!s.write}, {s.write}, {1}};
      const Decision::In in{{{{{s.dte[0]}, {s.dte[1]}, {s.dte[2]}, {s.dte[3]}}}},
                            req,
                            {0},
                            {{{{0x1005}}}},
                            c.cap,
                            c.opt};
      const auto decided = decide<spec::dte_memory_check>(d, in);
      sum += decided.out.outcome.v + 8 * decided.out.RZ.v + 16 * decided.out.PE.v;
    }
  }
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(static_cast<std::int64_t>(all.size()) * state.iterations());
}
BENCHMARK(dte_check_rules);

// What an emulator's author would write, with the features as a struct of flags.
struct Features {
  bool had, ppr, eph, gio, gt, iotlb, sats, snp, snp_mode0, hatdis;
  unsigned hats;
  unsigned revision;
};

// Outcome as the rules give it: 0 and 1 forward, 2 walk, 3 page fault, 4 illegal; 8 RZ, 16 PE.
unsigned by_hand(const std::array<std::uint64_t, 4>& q, std::uint64_t address, bool write,
                 const Features& f) {
  const std::uint64_t q0 = q[0], q1 = q[1];
  if ((q0 & 1) == 0) return 0;
  if ((q0 & 0x800000000000000C) != 0) return 4 | 8;
  if (f.revision <= 0x310 && (q0 & 0x70) != 0) return 4 | 8;
  if (f.revision <= 0x305 && (q1 & bit(42)) != 0) return 4 | 8;
  if (!f.had && (q0 & 0x180) != 0) return 4 | 8;
  if (!f.ppr && !f.eph && (q0 & bit(52)) != 0) return 4 | 8;
  if (!f.eph && (q0 & bit(53)) != 0) return 4 | 8;
  if (!f.gio && (q0 & bit(54)) != 0) return 4 | 8;
  if (!f.gt && ((q0 & 0x1F80000000000000) != 0 || (q1 & 0xFFFFF800FFFF0000) != 0)) return 4 | 8;
  if (!f.iotlb && (q1 & bit(32)) != 0) return 4 | 8;
  if (f.revision >= 0x306 && !f.sats && (q1 & bit(42)) != 0) return 4 | 8;
  if ((q0 >> 7 & 3) == 2) return 4 | 8;
  if ((q1 >> 35 & 3) == 3) return 4 | 8;
  const auto mode = static_cast<unsigned>(q0 >> 9 & 7);
  const bool tv = (q0 & 2) != 0;
  if (f.snp && !f.snp_mode0 && tv && mode == 0) return 4 | 8;
  if ((f.hats == 3 || f.hatdis) && (q0 & 0x000FFFFFFFFFF000) != 0) return 4 | 8;
  if (!tv) return 3;
  if (!write && (q0 & bit(61)) == 0) return 3 | 16;
  if (write && (q0 & bit(62)) == 0) return 3 | 16;
  if (mode == 0) return 1;
  if (mode == 7 || mode > (f.hats == 3 ? 0 : 4 + f.hats)) return 4;
  if (mode != 6 && address >> (12 + 9 * mode) != 0) return 3;
  return 2;
}

void dte_check_if_chain(benchmark::State& state) {
  const std::vector<Sample> all = samples();
  Features f{};
  f.hats = 2;
  f.revision = 0x311;
  benchmark::DoNotOptimize(f);
  std::uint64_t sum = 0;
  for (auto _ : state) {
    for (const Sample& s : all) sum += by_hand(s.dte, s.address, s.write, f);
  }
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(static_cast<std::int64_t>(all.size()) * state.iterations());
}
BENCHMARK(dte_check_if_chain);

void translate_four_levels(benchmark::State& state) {
  Machine m;
  std::uint64_t n = 0;
  for (auto _ : state) {
    n = (n * 1103515245 + 12345) & 0x1FFFFF;
    benchmark::DoNotOptimize(m.device.translate({kDevice, n, true, false}));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(translate_four_levels);

void page_fault_logged(benchmark::State& state) {
  Machine m;
  m.device.mmio_write(0x10, 8, 0x3000000 | std::uint64_t{15} << 56);
  m.memory.write64(kDte, 1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(m.device.translate({kDevice, 0x1234, true, false}));
    m.device.mmio_write(0x2010, 8, m.device.mmio_read(0x2018, 8));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(page_fault_logged);

void commands(benchmark::State& state) {
  Machine m;
  for (unsigned i = 0; i < 32768; ++i) {
    m.memory.write64(kCmd + 16 * i, std::uint64_t{i % 3 + 1} << 60 | (i % 3 == 0 ? 0x5000001 : 0));
  }
  std::uint64_t tail = 0;
  for (auto _ : state) {
    tail = (tail + 16) & 0x7FFFF;
    m.device.mmio_write(0x2008, 8, tail);
    m.device.run();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(commands);

void mmio_read(benchmark::State& state) {
  Machine m;
  unsigned offset = 0;
  for (auto _ : state) {
    offset = offset ^ 0x2020;
    benchmark::DoNotOptimize(m.device.mmio_read(offset, 8));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(mmio_read);

void mmio_write(benchmark::State& state) {
  Machine m;
  std::uint64_t value = 0;
  for (auto _ : state) m.device.mmio_write(0x2010, 8, value += 16);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(mmio_write);

void construct(benchmark::State& state) {
  SparseMemory memory;
  const Config c = config();
  for (auto _ : state) benchmark::DoNotOptimize(Device(c, memory));
}
BENCHMARK(construct);

void copy(benchmark::State& state) {
  Machine m;
  for (auto _ : state) benchmark::DoNotOptimize(m.device.copy_onto(m.memory));
}
BENCHMARK(copy);

}  // namespace
}  // namespace amdvi::bench

BENCHMARK_MAIN();
