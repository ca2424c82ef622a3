// A guest's device table entry (viommu.md 6.1 and 6.2).
#include "guest_entry.hpp"

#include <array>

namespace reference {
namespace {

constexpr std::uint64_t bits(std::uint64_t word, unsigned high, unsigned low) {
  return word >> low & ((2ULL << (high - low)) - 1);
}

class GuestEntry final : public Capability {
 public:
  explicit GuestEntry(const Place& where) : Capability(where) {}

  int validate(Args a, std::uint64_t& domain) { return check_guest_entry(place, a, a[4], domain); }
};

constexpr std::array kOperations{
    amdvi_operation{"guest_dte_validation", call<GuestEntry, &GuestEntry::validate>}};

}  // namespace

int check_guest_entry(const Place& place, Args a, std::uint64_t levels, std::uint64_t& domain) {
  const bool valid = bits(a[0], 0, 0) != 0 && bits(a[0], 55, 55) != 0;
  const bool root = bits(a[0], 60, 58) != 0 || bits(a[1], 31, 16) != 0 || bits(a[1], 63, 43) != 0;
  const std::uint64_t paging = bits(a[2], 55, 54);
  if (bits(a[0], 11, 9) != 0 || bits(a[0], 51, 12) != 0) return -AMDVI_EINVAL;
  if (valid && !root && !place.makes(Mistake::kRootlessEntry)) return -AMDVI_EINVAL;
  if (paging > 1) return -AMDVI_EINVAL;
  if (bits(a[0], 57, 56) == 3 && !place.makes(Mistake::kReservedLevels)) return -AMDVI_EINVAL;
  if (paging == 1 && levels == 0) {
    return place.makes(Mistake::kUnsupportedIsInvalid) ? -AMDVI_EINVAL : -AMDVI_EOPNOTSUPP;
  }
  domain = bits(a[1], 15, 0);
  return 0;
}

Part guest_entry_part() {
  return {{"guest_dte_validation", make_capability<GuestEntry>},
          {kOperations.data(), kOperations.size()}};
}

}  // namespace reference
