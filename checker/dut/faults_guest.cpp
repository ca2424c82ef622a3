// Faults in guest translation, address translation services, page requests and guest interrupts.
#include <array>

#include <amdvi/spec/COMPLETE_PPR_REQUEST.gen.hpp>
#include <amdvi/spec/Command.gen.hpp>
#include <amdvi/spec/Gcr3Entry.gen.hpp>
#include <amdvi/spec/INVALIDATE_IOTLB_PAGES.gen.hpp>
#include <amdvi/spec/IRTE128Guest.gen.hpp>
#include <amdvi/spec/V2Entry.gen.hpp>

#include "checker/dut/fault.hpp"

namespace amdvi::dut {
namespace {

namespace Cmd = spec::field::Command;
namespace Dte = spec::field::DeviceTableEntry;
namespace Irte = spec::field::IRTE128Guest;
namespace Iotlb = spec::field::INVALIDATE_IOTLB_PAGES;
namespace Ppr = spec::field::COMPLETE_PPR_REQUEST;
namespace V2 = spec::field::V2Entry;

using Words = std::span<std::uint64_t>;

bool is_iotlb(Words words) { return Cmd::opcode.get(words) == spec::kOpcode_INVALIDATE_IOTLB_PAGES; }
bool is_guest_mode(Words words) { return words.size() == 2 && Irte::GuestMode.get(words) != 0; }

constexpr std::array kFaults{
    Fault{.name = "ignore-v2-present",
          .text = "P=0 in a guest entry is taken for P=1",
          .v2 = [](std::uint64_t& entry) { V2::P.set(entry, 1); }},
    Fault{.name = "ignore-v2-write",
          .text = "RW=0 in a guest entry does not stop writes",
          .v2 = [](std::uint64_t& entry) { V2::RW.set(entry, 1); }},
    Fault{.name = "ignore-v2-user",
          .text = "US=0 in a guest entry does not stop users",
          .v2 = [](std::uint64_t& entry) { V2::US.set(entry, 1); }},
    Fault{.name = "ignore-v2-nx",
          .text = "NX=1 in a guest entry does not stop fetches",
          .v2 = [](std::uint64_t& entry) { V2::NX.set(entry, 0); }},
    Fault{.name = "ignore-v2-large",
          .text = "PS=1 in a guest entry is taken for a directory",
          .v2 = [](std::uint64_t& entry) { V2::PS.set(entry, 0); }},
    Fault{.name = "ignore-gcr3-valid",
          .text = "V=0 in a GCR3 entry is taken for V=1",
          .gcr3 = [](std::uint64_t& entry) { spec::field::Gcr3Entry::V.set(entry, 1); }},
    Fault{.name = "ignore-glx",
          .text = "a GCR3 table has one level whatever GLX says",
          .dte = [](Words words) { Dte::GLX.set(words, 0); }},
    Fault{.name = "ignore-giov",
          .text = "GIoV=1 leads nowhere: requests without a PASID skip the guest tables",
          .dte = [](Words words) { Dte::GIoV.set(words, 0); }},
    Fault{.name = "no-updates",
          .text = "accessed and dirty bits are never written",
          .drops_updates = true},
    Fault{.name = "ats-always-writable",
          .text = "an answer to a translation request always permits the write asked for",
          .answered =
              [](const Request& request, AtsAnswer& answer) {
                if (answer.ok && answer.read) answer.write = request.write;
              }},
    Fault{.name = "ats-page-lost",
          .text = "an answer to a translation request has no offset in its page",
          .answered = [](const Request&, AtsAnswer& answer) { answer.spa &= ~answer.offset_mask; }},
    Fault{.name = "ats-ignore-enable",
          .text = "I=0 in a device table entry does not stop translation requests",
          .dte = [](Words words) { Dte::I.set(words, 1); }},
    Fault{.name = "ats-u-lost",
          .text = "an answer does not say that a page is for untranslated requests only",
          .answered = [](const Request&, AtsAnswer& a) { a.untranslated_only = false; }},
    Fault{.name = "iotlb-size-lost",
          .text = "an invalidation that a device gets is always of one page",
          .command =
              [](Words words) {
                if (is_iotlb(words)) Iotlb::S.set(words, 0);
              }},
    Fault{.name = "iotlb-pasid-lost",
          .text = "an invalidation that a device gets never has a PASID",
          .command =
              [](Words words) {
                if (is_iotlb(words)) Iotlb::GN.set(words, 0);
              }},
    Fault{.name = "ppr-ignore-enable",
          .text = "PPR=0 in a device table entry does not stop page requests",
          .dte = [](Words words) { Dte::PPR.set(words, 1); }},
    Fault{.name = "ppr-answer-always-success",
          .text = "every answer to a page request says success",
          .command =
              [](Words words) {
                if (Cmd::opcode.get(words) != spec::kOpcode_COMPLETE_PPR_REQUEST) return;
                Ppr::CompletionTag.set(words, Ppr::CompletionTag.get(words) & 0xFFF);
              }},
    Fault{.name = "ga-never-logs",
          .text = "GALogIntr=1 makes no GA log entry",
          .irte =
              [](Words words) {
                if (is_guest_mode(words)) Irte::GALogIntr.set(words, 0);
              }},
    Fault{.name = "ga-always-running",
          .text = "every guest is taken to run",
          .irte =
              [](Words words) {
                if (is_guest_mode(words)) Irte::IsRun.set(words, 1);
              }},
    Fault{.name = "ga-remaps",
          .text = "GuestMode=1 is taken for 0",
          .irte =
              [](Words words) {
                if (is_guest_mode(words)) Irte::GuestMode.set(words, 0);
              }},
};

}  // namespace

std::span<const Fault> guest_faults() { return kFaults; }

}  // namespace amdvi::dut
