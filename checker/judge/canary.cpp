#include "checker/judge/canary.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <amdvi/spec/CapabilityHeader.gen.hpp>

#include "checker/judge/canary_builder.hpp"

namespace amdvi::judge {
namespace {

using canary::Builder;
using vector::Step;
using vector::StepKind;

std::string why(const VectorResult& result, std::string_view what) {
  if (result.verdict == Verdict::kPass) return {};
  const std::string& detail = result.checks.empty() ? result.reason : result.checks.front().says;
  return fmt::format("{}: {}", what, detail);
}

}  // namespace

vector::Vector translated_canary(const profile::Profile& profile, const dut::Hello& hello) {
  Builder builder(profile, hello);
  builder.enable(builder.map());
  builder.invalidate();
  return builder.ask(builder.target(), "A mapped page is translated");
}

vector::Vector pass_through_canary(const profile::Profile& profile, const dut::Hello& hello) {
  Builder builder(profile, hello);
  builder.enable(0);
  builder.invalidate();
  return builder.ask(builder.iova(), "Mode 0 passes the address through");
}

vector::Vector interrupt_canary(const profile::Profile& profile, const dut::Hello& hello) {
  Builder builder(profile, hello);
  builder.enable(0, builder.remap());
  builder.invalidate();
  return builder.ask_message("A remapped interrupt arrives as its entry says");
}

vector::Vector feature_canary(const profile::Profile& profile) {
  vector::Vector vector;
  vector.group = "canary";
  vector.name = "The device has the features of its profile";
  Step& read = vector.steps.emplace_back();
  read.kind = StepKind::kRead;
  read.reg = "ExtendedFeature";
  read.label = "features";
  vector.checks.push_back({"features",
                           "features",
                           {"register", "ExtendedFeature"},
                           vector::Trust::kMust,
                           {},
                           {{{{profile.config.cap.EFR.w[0].v, ~std::uint64_t{0}}}, false, "the profile's", {}}}});
  return vector;
}

namespace {

// Why this device cannot be judged at all; empty if it can.
dut::Reply<std::string> check_basics(Session& session, const profile::Profile& profile,
                                     const dut::Hello& hello) {
  // What a wrong profile expects would accuse a device that is right.
  if (spec::field::CapabilityHeader::EFRSup.get(profile.config.cap.header.w[0].v) != 0) {
    const auto described = session.judge(feature_canary(profile), dut::ResetKind::kSoft);
    if (!described) return tl::unexpected(described.error());
    if (described->verdict == Verdict::kFail) {
      return why(*described, "the profile does not describe this DUT");
    }
  }
  const auto passed = session.judge(pass_through_canary(profile, hello), dut::ResetKind::kSoft);
  if (!passed) return tl::unexpected(passed.error());
  std::string text = why(*passed, "this DUT does not pass DMA through as configured");
  if (!text.empty()) return text;
  const auto translated = session.judge(translated_canary(profile, hello), dut::ResetKind::kSoft);
  if (!translated) return tl::unexpected(translated.error());
  return why(*translated, "this DUT does not translate DMA as configured");
}

}  // namespace

dut::Reply<Canary> check_canary(Session& session, const profile::Profile& profile,
                                const dut::Hello& hello) {
  Canary canary;
  auto basics = check_basics(session, profile, hello);
  if (!basics) return tl::unexpected(basics.error());
  canary.stops = *std::move(basics);
  const bool sends =
      std::find(hello.engines.begin(), hello.engines.end(), "msi") != hello.engines.end();
  if (!canary.stops.empty() || !sends) return canary;
  const auto sent = session.judge(interrupt_canary(profile, hello), dut::ResetKind::kSoft);
  if (!sent) return tl::unexpected(sent.error());
  canary.no_interrupts = why(*sent, "interrupts are not judged, a plain one is not remapped");
  return canary;
}

}  // namespace amdvi::judge
