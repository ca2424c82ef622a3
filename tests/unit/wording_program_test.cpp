#include <doctest/doctest.h>

#include "checker/wording/program.hpp"
#include "tests/unit/vector_sample.hpp"

namespace amdvi::wording {
namespace {

using vector::Step;
using vector::StepKind;
using vector::sample::step;

std::string words(const Step& one) { return plain(describe(one, "3.10")); }

const spec::StructureInfo& some(spec::StructureKind kind) {
  for (const auto& info : spec::catalogue().structures) {
    if (info.kind == kind) return info;
  }
  FAIL("the specification has none");
  return spec::catalogue().structures.front();
}

TEST_CASE("a register write is told by field names") {
  REQUIRE(spec::find_structure("Control") != nullptr);
  Step write = step(StepKind::kWrite);
  write.reg = "Control";
  write.value = 0x1001;
  CHECK(words(write) == "write Control = IommuEn|CmdBufEn");
}

TEST_CASE("a write of one half names the half and decodes its bits") {
  REQUIRE(spec::find_structure("Control") != nullptr);
  Step write = step(StepKind::kWrite);
  write.reg = "Control";
  write.size = 4;
  write.value = 1;
  CHECK(words(write) == "write Control[31:0] = IommuEn");
  write.high_half = true;
  write.value = 0x40000;
  CHECK(words(write) == "write Control[63:32] = XTEn");
}

TEST_CASE("an observation names its label") {
  Step read = step(StepKind::kRead, "status");
  read.reg = "Status";
  CHECK(words(read) == "read Status -> status");
  CHECK(words(step(StepKind::kEvents, "log")) == "collect the event log's entries -> log");
}

TEST_CASE("DMA is told with requester, direction and address") {
  Step dma = step(StepKind::kDma, "data");
  dma.device = 0x10;
  dma.at = 0x5000;
  dma.length = 8;
  CHECK(words(dma) == "DMA 00:02.0 reads 8 bytes at IOVA 0x5000 -> data");
  dma.is_write = true;
  dma.label.clear();
  dma.bytes = {0xde, 0xad};
  CHECK(words(dma) == "DMA 00:02.0 writes 2 bytes at IOVA 0x5000 = dead");
}

TEST_CASE("what is asked of translation services is told with access, PASID and group") {
  Step ats = step(StepKind::kAts, "answer");
  ats.device = 0x10;
  ats.at = 0x5000;
  ats.is_read = ats.is_write = true;
  ats.pasid = {true, 0x20, true, true};
  CHECK(words(ats) ==
        "ATS 00:02.0 asks to read and write IOVA 0x5000, PASID 0x20, to execute, privileged -> answer");
  Step ppr = step(StepKind::kPpr);
  ppr.is_read = true;
  ppr.group = 3;
  ppr.last = true;
  CHECK(words(ppr) == "page request 00:00.0 asks to read IOVA 0x0, group 3, its last");
  Step swap = step(StepKind::kDma, "before");
  swap.is_read = swap.is_write = true;
  swap.bytes = {1, 2, 3, 4, 5, 6, 7, 8};
  swap.translated = true;
  CHECK(words(swap) ==
        "DMA 00:00.0 swaps 8 bytes at translated address 0x0 = 0102030405060708 -> before");
}

TEST_CASE("memory is decoded as the structure its note names, without its zero entries") {
  const spec::StructureInfo& info = some(spec::StructureKind::kStructure);
  Step mem = step(StepKind::kMem);
  const std::size_t size = info.width / 8;
  mem.bytes.assign(size * 3, 0);
  mem.bytes[size * 2] = 1;
  CHECK(elements(mem).empty());
  mem.note = "table of " + std::string(info.name) + ", one valid";
  const auto found = elements(mem);
  REQUIRE(found.size() == 1);
  CHECK(found[0].index == 2);
  CHECK(found[0].info == &info);
  CHECK(found[0].words[0] == 1);
}

TEST_CASE("commands in one write are told apart by their opcode") {
  REQUIRE(spec::find_command(1) != nullptr);
  REQUIRE(spec::find_command(2) != nullptr);
  Step mem = step(StepKind::kMem);
  mem.bytes.assign(32, 0);
  mem.bytes[7] = 0x10;
  mem.bytes[23] = 0x20;
  mem.note = std::string(spec::find_command(1)->name) + " and another";
  const auto found = elements(mem);
  REQUIRE(found.size() == 2);
  CHECK(found[0].info == spec::find_command(1));
  CHECK(found[1].info == spec::find_command(2));
}

TEST_CASE("clearing memory is told with length and place") {
  Step zero = step(StepKind::kZero);
  zero.at = 0x7000;
  zero.length = 4096;
  CHECK(words(zero) == "clear 4,096 bytes of memory at 0x7000");
}

TEST_CASE("bytes shorter than the structure are shown as bytes") {
  Step mem = step(StepKind::kMem);
  mem.at = 0x1000;
  mem.bytes = {1, 2, 3};
  mem.note = std::string(some(spec::StructureKind::kStructure).name);
  CHECK(words(mem) == "memory 0x1000 = 010203");
}

TEST_CASE("bytes are read as little-endian words, the last filled up") {
  CHECK(words_from({1, 2, 0, 0, 0, 0, 0, 0, 3}) == std::vector<std::uint64_t>{0x201, 3});
  CHECK(words_from({}).empty());
}

TEST_CASE("a program numbers its steps through setup and run") {
  const std::string text = program(vector::sample::every_step(), "3.10");
  CHECK(text.find("\n  5  DMA") != std::string::npos);
  CHECK(text.find(" 11  collect") != std::string::npos);
}

}  // namespace
}  // namespace amdvi::wording
