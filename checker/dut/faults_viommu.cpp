// Faults in the hardware vIOMMU.
#include <array>

#include <amdvi/spec/VfctrlEventControl.gen.hpp>
#include <amdvi/spec/VfctrlPprControl.gen.hpp>
#include <amdvi/spec/VfctrlWord.gen.hpp>

#include "checker/dut/fault.hpp"

namespace amdvi::dut {
namespace {

using Word = spec::VfctrlWord;

constexpr std::uint32_t kWordBytes = 8;
constexpr std::uint32_t kThirdPage = 0x2000;  // of the host's MMIO region
constexpr std::uint16_t kLowByte = 0xFF;

bool is(const VfAccess& access, Word word) {
  return access.control && access.offset / kWordBytes == static_cast<std::uint32_t>(word);
}
bool is(const VfAccess& access, std::uint32_t mmio_offset) {
  return !access.control && access.offset / kWordBytes == (mmio_offset - kThirdPage) / kWordBytes;
}

void keep_pointers(MutantDevice& device, VfAccess access, std::uint64_t value) {
  std::array<std::uint64_t, 16> before{};
  VfAccess pointer{access.guest, false, 0, kWordBytes};
  const auto each = [&](auto visit) {
    for (std::size_t i = 0; i < before.size(); ++i) {
      pointer.offset = static_cast<std::uint32_t>(i) * kWordBytes;
      if (!is(pointer, spec::kOffset_Status)) visit(before[i]);
    }
  };
  each([&](std::uint64_t& v) { v = vf_access_read(device, pointer); });
  vf_access_write(device, access, value);
  if (!access.control) return;
  each([&](const std::uint64_t& v) { vf_access_write(device, pointer, v); });
}

constexpr std::array kFaults{
    Fault{.name = "guest-id-truncated",
          .text = "the windows of guests look at 8 bits of GuestID",
          .vf_write =
              [](MutantDevice& device, VfAccess access, std::uint64_t value) {
                access.guest &= kLowByte;
                vf_access_write(device, access, value);
              },
          .vf_read =
              [](MutantDevice& device, const VfAccess& access, std::uint64_t& value) {
                VfAccess near = access;
                near.guest &= kLowByte;
                value = vf_access_read(device, near);
              }},
    Fault{.name = "guest-page-is-host-page",
          .text = "writes to the page of a guest reach the host's registers too",
          .vf_write =
              [](MutantDevice& device, VfAccess access, std::uint64_t value) {
                vf_access_write(device, access, value);
                if (!access.control) device.mmio_write(kThirdPage + access.offset, access.size, value);
              }},
    Fault{.name = "ppr-base-not-moved-up",
          .text = "the PPR control word ends at bit 51, as the others do",
          .vf_read =
              [](MutantDevice&, const VfAccess& access, std::uint64_t& value) {
                if (is(access, Word::ppr)) value &= spec::low_bits(52);
              }},
    Fault{.name = "second-length-missing",
          .text = "the control words have no length of the second log",
          .vf_read =
              [](MutantDevice&, const VfAccess& access, std::uint64_t& value) {
                if (is(access, Word::event)) spec::field::VfctrlEventControl::EventLenB.set(value, 0);
                if (is(access, Word::ppr)) spec::field::VfctrlPprControl::PprLenB.set(value, 0);
              }},
    Fault{.name = "trans-dev-id-accumulates",
          .text = "a write of TransDevID sets bits and clears none",
          .vf_write =
              [](MutantDevice& device, VfAccess access, std::uint64_t value) {
                if (is(access, Word::misc)) value |= vf_access_read(device, access);
                vf_access_write(device, access, value);
              }},
    Fault{.name = "guest-base-keeps-pointers",
          .text = "another base of a guest's ring resets no pointer",
          .vf_write = keep_pointers},
    Fault{.name = "guest-tail-ignored",
          .text = "a write of a guest's command tail is lost",
          .vf_write =
              [](MutantDevice& device, VfAccess access, std::uint64_t value) {
                if (!is(access, spec::kOffset_CommandBufferTail)) vf_access_write(device, access, value);
              }},
};

}  // namespace

std::span<const Fault> viommu_faults() { return kFaults; }

}  // namespace amdvi::dut
