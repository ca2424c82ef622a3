// A small vector file that is valid whatever the specification says: it takes its register,
// clause and decision from the catalogue.
#pragma once

#include <string>

#include <amdvi/spec_info.hpp>

#include "checker/vector/file.hpp"
#include "checker/vector/kat.hpp"

namespace amdvi::vector::sample {

inline std::string a_register() {
  for (const auto& info : spec::catalogue().structures) {
    const bool is_register = info.kind == spec::StructureKind::kRegister;
    if (is_register && info.space == "mmio" && info.width == 64) return std::string(info.name);
  }
  return {};
}

inline std::string a_clause() { return std::string(spec::catalogue().clauses.front().id); }

inline Step step(StepKind kind, std::string label = "") {
  Step result;
  result.kind = kind;
  result.label = std::move(label);
  return result;
}

inline Vector every_step() {
  Vector vector;
  vector.name = "A device answers every kind of step";
  vector.group = "sample";
  vector.clauses = {a_clause()};
  vector.rules = {"some_decision/some-rule"};
  vector.requires_ = {"engine.read"};

  Step write = step(StepKind::kWrite);
  write.reg = a_register();
  write.value = 0xfedcba9876543210;
  Step half = write;
  half.size = 4;
  half.high_half = true;
  half.value = 1;
  Step mem = step(StepKind::kMem);
  mem.at = 0x80000;
  mem.bytes = {0x00, 0x7f, 0xff};
  mem.note = "a table, with \"quotes\" and \xc3\xa9";
  Step zero = step(StepKind::kZero);
  zero.at = 0x7000;
  zero.length = 4096;
  vector.setup = {write, half, mem, zero};

  Step read = step(StepKind::kRead, "status");
  read.reg = a_register();
  Step peek = step(StepKind::kPeek, "memory");
  peek.at = 0x1000;
  peek.length = 16;
  Step dma_write = step(StepKind::kDma);
  dma_write.is_write = true;
  dma_write.device = 0x10;
  dma_write.bytes = {1, 2};
  Step dma_read = step(StepKind::kDma, "data");
  dma_read.at = 0xffffffffffff0000;
  dma_read.length = 8;
  Step copy = step(StepKind::kCopy);
  copy.to = 0x2000;
  copy.length = 64;
  copy.script = 0x3000;
  copy.script_spa = 0x4000;
  Step msi = step(StepKind::kMsi, "message");
  msi.device = 0x28;
  msi.at = 0xfee00000;
  msi.value = 0x80000031;
  Step config = step(StepKind::kConfigWrite);
  config.reg = "MsiLow";
  config.size = 4;
  config.value = 0x12345678;
  Step config_read = step(StepKind::kConfigRead, "base");
  config_read.reg = "BaseAddressLow";
  config_read.size = 4;
  Step swap = dma_write;
  swap.is_read = true;
  swap.bytes = {1, 2, 3, 4, 5, 6, 7, 8};
  swap.label = "before";
  swap.pasid = {true, 0xfffff, true, true};
  Step translated = dma_write;
  translated.translated = true;
  Step ats = step(StepKind::kAts, "answer");
  ats.is_read = ats.is_write = true;
  ats.pasid = {true, 0, false, false};
  Step ppr = step(StepKind::kPpr);
  ppr.is_write = true;
  ppr.group = 0x1ff;
  ppr.last = true;
  vector.steps = {dma_write,
                  dma_read,
                  copy,
                  step(StepKind::kSettle),
                  read,
                  peek,
                  step(StepKind::kEvents, "log"),
                  msi,
                  config,
                  config_read,
                  step(StepKind::kReset),
                  step(StepKind::kOwnMessage, "own"),
                  swap,
                  translated,
                  ats,
                  ppr,
                  step(StepKind::kResponses, "responses"),
                  step(StepKind::kInvalidations, "invalidations")};

  Outcome none;
  none.says = "nothing is logged";
  none.options = {"some-option=yes"};
  Outcome one;
  one.words = {{0x2000000000000008, 0xf00000000000ffff}, {0x1000, ~std::uint64_t{0}}};
  one.may_repeat = true;
  one.says = "one event";
  vector.checks = {{"event", "log", {"events", ""}, Trust::kMust, {a_clause()}, {none, one}},
                   {"status",
                    "status",
                    {"register", a_register()},
                    Trust::kSuspect,
                    {a_clause()},
                    {{{{1, 1}}, false, "bit 0 is set", {}}}}};
  return vector;
}

inline VectorFile file() {
  VectorFile file{"some-profile", "3.10", {every_step(), every_step()}};
  file.vectors[1].steps[0].bytes = {3};
  for (Vector& vector : file.vectors) vector.id = make_id("dma", file.profile, vector);
  return file;
}

inline KatFile kats() {
  const spec::DecisionInfo& decision = *spec::catalogue().decisions.front();
  KatFile file{"3.10", std::string(decision.name), {}, {}, {}};
  for (const auto& info : decision.inputs) {
    file.inputs.push_back({std::string(info.name), info.width, {}});
  }
  for (const auto& info : decision.outputs) {
    KatField field{std::string(info.name), info.width, {}};
    for (const auto& value : info.values) field.values.emplace_back(value.name, value.value);
    file.outputs.push_back(field);
  }
  Kat test;
  test.rule = std::string(decision.rules.front().id);
  test.clauses = {a_clause()};
  test.in.assign(file.inputs.size(), 0);
  test.in.front() = 1;
  test.out.assign(file.outputs.size(), 0);
  test.id = make_kat_id(file, test);
  file.tests = {test};
  return file;
}

}  // namespace amdvi::vector::sample
