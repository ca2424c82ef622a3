// Device vectors about guests: what they are, and that the model passes what it generated.
#include <map>
#include <set>

#include <doctest/doctest.h>

#include "checker/dut/model_adapter.hpp"
#include "checker/generate/groups.hpp"
#include "checker/judge/session.hpp"
#include "checker/vector/file.hpp"

namespace amdvi {
namespace {

profile::Profile with_guests() {
  profile::Profile profile;
  profile.name = "sample";
  profile.revision = "3.11";
  profile.config = default_config();
  for (const char* one : {"EFR.vIommuSup", "EFR.GASup", "EFR.GTSup", "EFR.PPRSup", "EFR.GIoSup",
                          "EFR2.GCR3TRPModeSup", "header.IotlbSup", "header.EFRSup"}) {
    REQUIRE(set_capability(profile.config, one, 1));
  }
  REQUIRE(set_capability(profile.config, "EFR.HATS", 2));
  profile.window_start = 0x100'0000;
  profile.window_length = 0x1000'0000;
  profile.requesters = {{"dev", 0x28, "model"}};
  return profile;
}

std::vector<vector::Vector> generated(const profile::Profile& profile,
                                      void (*group)(generate::Collection&)) {
  generate::Collection out(profile);
  group(out);
  return out.take();
}
std::vector<vector::Vector> of_registers(const profile::Profile& profile) {
  return generated(profile, generate::add_viommu_register_vectors);
}
std::vector<vector::Vector> of_guests(const profile::Profile& profile) {
  return generated(profile, generate::add_viommu_vectors);
}

const vector::Vector* named(const std::vector<vector::Vector>& all, std::string_view name) {
  for (const vector::Vector& v : all) {
    if (v.name == name) return &v;
  }
  return nullptr;
}

// Trust and the words of the one check with this id.
const vector::Check* check_of(const vector::Vector* v, std::string_view id) {
  if (v == nullptr) return nullptr;
  for (const vector::Check& check : v->checks) {
    if (check.id == id) return &check;
  }
  return nullptr;
}

void replay(const profile::Profile& profile, std::vector<vector::Vector> vectors) {
  const vector::VectorFile file{profile.name, profile.revision, std::move(vectors)};
  CHECK(vector::to_json(file).has_value());
  judge::Session session(dut::make_model_adapter(profile.config), profile);
  REQUIRE(session.hello());
  std::set<std::string> ids;
  for (const vector::Vector& v : file.vectors) {
    CAPTURE(v.name);
    CHECK(ids.insert(v.id).second);
    const auto result = session.judge(v, dut::ResetKind::kFresh);
    REQUIRE(result.has_value());
    CHECK(result->verdict == judge::Verdict::kPass);
  }
}

TEST_CASE("vectors of guests' registers are valid, distinct, and passed by the model") {
  const profile::Profile profile = with_guests();
  replay(profile, of_registers(profile));
}

TEST_CASE("vectors of guests at work are valid, distinct, and passed by the model") {
  const profile::Profile profile = with_guests();
  replay(profile, of_guests(profile));
}

TEST_CASE("vectors about guests are the same in every run") {
  const profile::Profile profile = with_guests();
  const auto text = [&] {
    vector::VectorFile file{profile.name, profile.revision,
                            generated(profile, generate::add_viommu_log_vectors)};
    vector::sort(file);
    return vector::to_json(file).value();
  };
  CHECK(text() == text());
}

TEST_CASE("without a hardware vIOMMU there are no vectors about guests") {
  profile::Profile profile = with_guests();
  REQUIRE(set_capability(profile.config, "EFR.vIommuSup", 0));
  CHECK(of_registers(profile).empty());
  CHECK(of_guests(profile).empty());
}

TEST_CASE("a queue word is a must, a register of the page beyond command head and tail is not") {
  const auto all = of_registers(with_guests());
  const auto* word = check_of(
      named(all, "VfctrlPprControl.PprBase: ones written read back"), "value");
  REQUIRE(word != nullptr);
  CHECK(word->trust == vector::Trust::kMust);
  // viommu.md 3.6: the base is at 55:16.
  CHECK(word->one_of.front().words[0].value == 0x00FF'FFFF'FFFF'0000);
  CHECK(word->clauses.front() == "vfctrl.ppr");
  const auto* tail = check_of(
      named(all, "EventLogTail.EventLogTail of a guest: ones written, and the host's stays"), "value");
  if (tail != nullptr) CHECK(tail->trust == vector::Trust::kSuspect);
  for (const vector::Vector& v : all) {
    if (v.group != "viommu-page" || v.name.starts_with("CommandBuffer")) continue;
    const auto* value = check_of(&v, "value");
    CAPTURE(v.name);
    if (value != nullptr) CHECK(value->trust == vector::Trust::kSuspect);
  }
}

TEST_CASE("how map words read is open, and every reading is accepted") {
  const auto all = of_registers(with_guests());
  const auto* check = check_of(
      named(all, "VfctrlDevIdMapControl.GDeviceID: ones written read back"), "value");
  REQUIRE(check != nullptr);
  std::set<std::uint64_t> readings;
  for (const vector::Outcome& o : check->one_of) readings.insert(o.words[0].value);
  CHECK(readings == std::set<std::uint64_t>{0, 0x3FFF'C000'0000'0000});
}

TEST_CASE("every control word and every guest-visible pointer has a vector") {
  std::map<std::string, unsigned> read;
  for (const vector::Vector& v : of_registers(with_guests())) {
    for (const vector::Step& step : v.steps) {
      if (step.kind == vector::StepKind::kVfRead) ++read[step.reg];
    }
  }
  for (const char* reg : {"VfctrlDevIdMapControl", "VfctrlDomIdMapControl", "VfctrlMiscControl",
                          "VfctrlEventLogBBase", "VfctrlCommandControl", "VfctrlEventControl",
                          "VfctrlPprControl", "VfctrlPprLogBBase", "CommandBufferHead",
                          "CommandBufferTail", "EventLogHead", "EventLogTail", "PPRLogHead",
                          "PPRLogTail", "Status"}) {
    CAPTURE(reg);
    CHECK(read[reg] > 0);
  }
}

}  // namespace
}  // namespace amdvi
