// What a device table entry makes of a request, in words. Bits are typed from core.md 3.1 and 5.1.
#pragma once

#include "tests/unit/device_by_hand.hpp"

namespace amdvi::by_hand {

constexpr std::uint64_t kGood = kV | kTV | kIR | kIW;  // Mode 0

// What the request made, in short: "ok", "none" (refused, nothing logged) or code and PR PE RZ.
inline std::string_view outcome(Bench& b, const Translation& t) {
  if (t.ok) return b.events() == 0 ? "ok" : "ok but logged";
  if (b.events() != 1) return b.events() == 0 ? "none" : "many";
  if (b.code() == 1) return b.RZ() ? "illegal RZ" : "illegal";
  if (b.code() == 8) return "invalid request";
  if (b.code() != 2) return "other";
  if (b.RZ()) return b.PR() && !b.PE() ? "fault PR RZ" : "fault ?";
  if (b.PE()) return b.PR() ? "fault PR PE" : "fault ?";
  return b.PR() ? "fault PR" : "fault";
}

}  // namespace amdvi::by_hand
