// Steps about guests, from the vector file to the device and to the reader. Offsets by hand from
// viommu.md 2 and 3.
#include <doctest/doctest.h>

#include "checker/dut/line_adapter.hpp"
#include "checker/vector/guest_place.hpp"
#include "checker/wording/program.hpp"
#include "tests/unit/judge_sample.hpp"
#include "tests/unit/vector_sample.hpp"

namespace amdvi {
namespace {

using vector::Step;
using vector::StepKind;

Step guest(StepKind kind, std::string reg, std::uint64_t value = 0) {
  Step step = vector::sample::step(kind);
  step.guest = 5;
  step.reg = std::move(reg);
  step.value = value;
  if (kind == StepKind::kVfRead) step.label = "value";
  return step;
}

std::string error_of(const Step& step) {
  vector::VectorFile file = vector::sample::file();
  file.vectors[0].setup.push_back(step);
  file.vectors[0].id = vector::make_id("dma", file.profile, file.vectors[0]);
  const auto text = vector::to_json(file);
  return text ? "" : text.error().what;
}

TEST_CASE("registers of a guest are found by name in either window") {
  using vector::guest_place;
  CHECK(guest_place("VfctrlDevIdMapControl")->offset == 0x00);
  CHECK(guest_place("VfctrlDomIdMapControl")->offset == 0x08);
  CHECK(guest_place("VfctrlMiscControl")->offset == 0x10);
  CHECK(guest_place("VfctrlEventLogBBase")->offset == 0x18);
  CHECK(guest_place("VfctrlCommandControl")->offset == 0x20);
  CHECK(guest_place("VfctrlEventControl")->offset == 0x28);
  CHECK(guest_place("VfctrlPprControl")->offset == 0x30);
  CHECK(guest_place("VfctrlPprLogBBase")->offset == 0x38);
  CHECK(guest_place("VfctrlPprLogBBase")->control);
  CHECK(guest_place("CommandBufferTail")->offset == 0x08);
  CHECK(guest_place("Status")->offset == 0x20);
  CHECK(guest_place("EventLogBTail")->offset == 0x78);
  CHECK_FALSE(guest_place("Status")->control);
  CHECK_FALSE(guest_place("Control").has_value());
  CHECK_FALSE(guest_place("DeviceTableEntry").has_value());
}

TEST_CASE("steps about guests are refused if they name no register of a guest or are too wide") {
  CHECK(error_of(guest(StepKind::kVfWrite, "VfctrlMiscControl", 1)).empty());
  CHECK(error_of(guest(StepKind::kVfWrite, "Control", 1)).find("a guest has no register") !=
        std::string::npos);
  Step narrow = guest(StepKind::kVfWrite, "Status", std::uint64_t{1} << 32);
  narrow.size = 4;
  CHECK(error_of(narrow).find("the value is wider than the access") != std::string::npos);
  Step ring = vector::sample::step(StepKind::kEntries, "guest-log");
  ring.length = 8;
  CHECK(error_of(ring).find("a ring is a positive multiple of 16 bytes") != std::string::npos);
  ring.length = 32;
  ring.reg = "IRTE32";
  CHECK(error_of(ring).find("'IRTE32' is no entry of 16 bytes") != std::string::npos);
}

TEST_CASE("steps about guests that are read and written again are the same bytes") {
  vector::VectorFile file = vector::sample::file();
  vector::Vector& v = file.vectors[0];
  v.setup.push_back(guest(StepKind::kVfWrite, "VfctrlMiscControl", 0x600000));
  Step half = guest(StepKind::kVfWrite, "VfctrlEventControl", 7);
  half.size = 4;
  half.high_half = true;
  v.setup.push_back(half);
  v.steps.push_back(guest(StepKind::kVfRead, "Status"));
  Step ring = vector::sample::step(StepKind::kEntries, "ppr");
  ring.at = 0x1000;
  ring.length = 4096;
  ring.reg = "PPREntry";
  v.steps.push_back(ring);
  v.id = vector::make_id("dma", file.profile, v);
  const std::string text = vector::to_json(file).value();
  const auto read = vector::parse(text, "v.json");
  REQUIRE(read.has_value());
  CHECK(vector::to_json(*read).value() == text);
  CHECK(read->vectors[0].setup.back().high_half);
  CHECK(read->vectors[0].steps.back().reg == "PPREntry");
}

TEST_CASE("steps about guests are told by guest and fields") {
  const auto words = [](const Step& s) { return wording::plain(wording::describe(s, "3.11")); };
  CHECK(words(guest(StepKind::kVfWrite, "VfctrlMiscControl", 0x600000)) ==
        "write VfctrlMiscControl of guest 0x5 = TransDevID=0x60");
  CHECK(words(guest(StepKind::kVfRead, "Status")) == "read Status of guest 0x5 -> value");
  Step ring = vector::sample::step(StepKind::kEntries, "log");
  ring.at = 0x1000;
  ring.length = 4096;
  CHECK(words(ring) == "collect the entries in 4,096 bytes of memory at 0x1000 -> log");
}

TEST_CASE("dut line: registers of a guest have the words of the protocol") {
  const auto adapter = dut::make_line_adapter(
      {"sh -c 'while read -r line; do case \"$line\" in hello*) echo OK 1 name=t engines=vf;; "
       "vf_read*|vfctrl_read*) echo \"$line\" >&2; echo OK 0x12;; *) echo \"$line\" >&2; echo OK;; "
       "esac; done'",
       std::chrono::milliseconds(20000)});
  REQUIRE(adapter->hello());
  REQUIRE(adapter->reset(dut::ResetKind::kSoft));
  CHECK(adapter->vf_write({5, false, 0x8, 8}, 0x40));
  CHECK(adapter->vf_read({0xFFFF, false, 0x20, 4}).value() == 0x12);
  CHECK(adapter->vf_write({5, true, 0x10, 8}, 0x600000));
  CHECK(adapter->vf_read({5, true, 0x38, 8}).value() == 0x12);
  CHECK(adapter->log() ==
        "reset soft\nvf_write 0x0005 0x8 8 0x40\nvf_read 0xffff 0x20 4\n"
        "vfctrl_write 0x0005 0x10 8 0x600000\nvfctrl_read 0x0005 0x38 8\n");
}

TEST_CASE("a device without windows of guests skips") {
  class Plain : public dut::Adapter {
   public:
    dut::Reply<dut::Hello> hello() override { return dut::Hello{}; }
    dut::Reply<void> reset(dut::ResetKind) override { return {}; }
    dut::Reply<void> prepare(std::span<const dut::DmaRequest>) override { return {}; }
    dut::Reply<void> mem_write(std::uint64_t, std::span<const std::uint8_t>) override { return {}; }
    dut::Reply<void> mem_zero(std::uint64_t, std::uint64_t) override { return {}; }
    dut::Reply<std::vector<std::uint8_t>> mem_read(std::uint64_t, std::size_t) override {
      return {};
    }
    dut::Reply<void> mmio_write(std::uint64_t, unsigned, std::uint64_t) override { return {}; }
    dut::Reply<std::uint64_t> mmio_read(std::uint64_t, unsigned) override { return 0; }
    dut::Reply<dut::DmaReply> dma(const dut::DmaRequest&) override { return dut::DmaReply{}; }
    dut::Reply<void> copy(const dut::CopyRequest&) override { return {}; }
    dut::Reply<std::vector<std::vector<std::uint8_t>>> collect() override { return {}; }
    dut::Reply<void> settle() override { return {}; }
    std::string log() const override { return {}; }
  };
  Plain plain;
  CHECK(plain.vf_write({5, true, 0x10, 8}, 1).error().kind == dut::FailureKind::kUnsupported);
  CHECK(plain.vf_read({5, true, 0x10, 8}).error().kind == dut::FailureKind::kUnsupported);
}

TEST_CASE("the model opens its windows by itself and keeps guests apart") {
  auto profile = judge::sample::profile();
  set_capability(profile.config, "EFR.vIommuSup", 1);
  const auto model = dut::make_model_adapter(profile.config);
  REQUIRE(model->hello());
  REQUIRE(model->reset(dut::ResetKind::kFresh));
  REQUIRE(model->vf_write({5, true, 0x10, 8}, 0x600000));
  CHECK(model->vf_read({5, true, 0x10, 8}).value() == 0x600000);
  CHECK(model->vf_read({6, true, 0x10, 8}).value() == 0);
  CHECK(model->vf_read({5, true, 0x10, 4}).value() == 0x600000);
  REQUIRE(model->reset(dut::ResetKind::kFresh));
  CHECK(model->vf_read({5, true, 0x10, 8}).value() == 0);
}

}  // namespace
}  // namespace amdvi
