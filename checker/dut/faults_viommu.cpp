// Faults in the hardware vIOMMU.
#include <array>

#include <amdvi/spec/COMPLETION_WAIT.gen.hpp>
#include <amdvi/spec/Command.gen.hpp>
#include <amdvi/spec/RESET_VMMIO.gen.hpp>
#include <amdvi/spec/VfctrlCommandControl.gen.hpp>
#include <amdvi/spec/VfctrlDevIdMapControl.gen.hpp>
#include <amdvi/spec/VfctrlEventControl.gen.hpp>
#include <amdvi/spec/VfctrlPprControl.gen.hpp>
#include <amdvi/spec/VfctrlWord.gen.hpp>

#include "checker/dut/fault.hpp"

namespace amdvi::dut {
namespace {

namespace Cmd = spec::field::Command;
namespace Dev = spec::field::VfctrlDevIdMapControl;  // the DomID word has the same bits
namespace Dte = spec::field::DeviceTableEntry;

using Words = std::span<std::uint64_t>;
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

bool is_map(const VfAccess& access) {
  return is(access, Word::devid_map) || is(access, Word::domid_map);
}

bool is_command(Words words, std::uint64_t opcode) { return Cmd::opcode.get(words) == opcode; }

// A command that does nothing.
void forget(Words words) {
  words[0] = words[1] = 0;
  Cmd::opcode.set(words, spec::kOpcode_COMPLETION_WAIT);
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
                if (!access.control)
                  device.mmio_write(kThirdPage + access.offset, access.size, value);
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
                if (is(access, Word::event))
                  spec::field::VfctrlEventControl::EventLenB.set(value, 0);
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
                if (!is(access, spec::kOffset_CommandBufferTail))
                  vf_access_write(device, access, value);
              }},
    Fault{.name = "vcmd-en-ignored",
          .text = "commands of guests run with vCmdEn=0",
          .write = keep_in_control<spec::field::Control::vCmdEn, 1>},
    Fault{.name = "viommu-en-ignored",
          .text = "guests are served with vIommuEn=0",
          .write = keep_in_control<spec::field::Control::vIommuEn, 1>},
    Fault{.name = "guest-command-enable-ignored",
          .text = "CmdBufEn of a guest cannot be cleared",
          .vf_write =
              [](MutantDevice& device, VfAccess access, std::uint64_t value) {
                if (is(access, Word::command)) {
                  value |= spec::field::VfctrlCommandControl::CmdBufEn.mask();
                }
                vf_access_write(device, access, value);
              }},
    Fault{.name = "guest-event-enable-ignored",
          .text = "EventLogEn of a guest cannot be cleared",
          .vf_write =
              [](MutantDevice& device, VfAccess access, std::uint64_t value) {
                if (is(access, Word::event)) {
                  value |= spec::field::VfctrlEventControl::EventLogEn.mask();
                }
                vf_access_write(device, access, value);
              }},
    Fault{.name = "trans-dev-id-stays",
          .text = "TransDevID cannot be taken from a guest",
          .vf_write =
              [](MutantDevice& device, VfAccess access, std::uint64_t value) {
                if (!is(access, Word::misc) || value != 0) vf_access_write(device, access, value);
              }},
    Fault{.name = "map-write-lost",
          .text = "map words store nothing",
          .vf_write =
              [](MutantDevice& device, VfAccess access, std::uint64_t value) {
                if (!is_map(access)) vf_access_write(device, access, value);
              }},
    Fault{.name = "map-write-ignores-valid",
          .text = "an entry of a map cannot be removed",
          .vf_write =
              [](MutantDevice& device, VfAccess access, std::uint64_t value) {
                if (is_map(access)) value |= Dev::Valid.mask();
                vf_access_write(device, access, value);
              }},
    Fault{.name = "map-index-truncated",
          .text = "maps look at 8 bits of a guest's ID when they are written",
          .vf_write =
              [](MutantDevice& device, VfAccess access, std::uint64_t value) {
                if (is_map(access)) Dev::GDeviceID.set(value, Dev::GDeviceID.get(value) & kLowByte);
                vf_access_write(device, access, value);
              }},
    Fault{.name = "map-host-id-wrong",
          .text = "the DevID map leads to the next function",
          .vf_write =
              [](MutantDevice& device, VfAccess access, std::uint64_t value) {
                if (is(access, Word::devid_map))
                  Dev::HDeviceID.set(value, Dev::HDeviceID.get(value) + 1);
                vf_access_write(device, access, value);
              }},
    Fault{.name = "maps-shared",
          .text = "a mapping is the next guest's too",
          .vf_write =
              [](MutantDevice& device, VfAccess access, std::uint64_t value) {
                vf_access_write(device, access, value);
                if (!is_map(access)) return;
                ++access.guest;
                vf_access_write(device, access, value);
              }},
    Fault{.name = "reset-vmmio-ignored",
          .text = "RESET_VMMIO does nothing",
          .command =
              [](Words words) {
                if (is_command(words, spec::kOpcode_RESET_VMMIO)) forget(words);
              }},
    Fault{.name = "reset-vmmio-truncated",
          .text = "RESET_VMMIO looks at 8 bits of GuestID",
          .command =
              [](Words words) {
                namespace Reset = spec::field::RESET_VMMIO;
                if (!is_command(words, spec::kOpcode_RESET_VMMIO)) return;
                Reset::GuestID.set(words, Reset::GuestID.get(words) & kLowByte);
              }},
    Fault{.name = "reset-vmmio-next-guest",
          .text = "RESET_VMMIO resets the next guest",
          .command =
              [](Words words) {
                namespace Reset = spec::field::RESET_VMMIO;
                if (!is_command(words, spec::kOpcode_RESET_VMMIO)) return;
                Reset::GuestID.set(words, Reset::GuestID.get(words) + 1);
              }},
    Fault{.name = "ignore-vimuen",
          .text = "devices of guests are taken for the host's",
          .dte = [](Words words) { Dte::vImuEn.set(words, 0); }},
    Fault{.name = "gdevice-id-missing",
          .text = "what guests see gives DeviceID 0",
          .dte = [](Words words) { Dte::GDeviceID.set(words, 0); }},
    Fault{.name = "entry-guest-id-truncated",
          .text = "GuestID of an entry loses its lowest bit",
          .dte =
              [](Words words) {
                Dte::GuestID.set(words, Dte::GuestID.get(words) & ~std::uint64_t{1});
              }},
};

}  // namespace

std::span<const Fault> viommu_faults() { return kFaults; }

}  // namespace amdvi::dut
