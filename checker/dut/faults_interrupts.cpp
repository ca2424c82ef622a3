// Faults in what the device makes of interrupts.
#include <array>

#include <amdvi/spec/IRTE128.gen.hpp>
#include <amdvi/spec/IRTE32.gen.hpp>
#include <amdvi/spec/MessageAddress.gen.hpp>
#include <amdvi/spec/MessageData.gen.hpp>

#include "checker/dut/fault.hpp"

namespace amdvi::dut {
namespace {

namespace Dte = spec::field::DeviceTableEntry;
namespace Irte = spec::field::IRTE128;  // both formats have these bits at the same place

using Words = std::span<std::uint64_t>;
using Kind = InterruptResult::Kind;

constexpr unsigned kLongestTable = 11;
constexpr auto kVector = static_cast<std::uint32_t>(spec::field::MessageData::Vector.mask());

void clear_reserved(Words words) {
  for (const spec::FieldInfo& field :
       spec::find_structure(words.size() == 1 ? "IRTE32" : "IRTE128")->fields) {
    if (field.kind == spec::FieldKind::kReserved) spec::set_field(field, words, 0);
  }
}

constexpr std::array kFaults{
    Fault{.name = "ignore-iv",
          .text = "IV=0 in a device table entry is taken for IV=1",
          .dte = [](Words words) { Dte::IV.set(words, 1); }},
    Fault{.name = "ignore-int-tab-len",
          .text = "an index beyond the interrupt table is used",
          .dte =
              [](Words words) {
                if (Dte::IntTabLen.get(words) < kLongestTable) {
                  Dte::IntTabLen.set(words, kLongestTable);
                }
              }},
    Fault{.name = "int-ctl-abort-forwards",
          .text = "IntCtl=00 forwards instead of aborting",
          .dte =
              [](Words words) {
                if (Dte::IntCtl.get(words) == 0) Dte::IntCtl.set(words, 1);
              }},
    Fault{.name = "ignore-pass-bits",
          .text = "NMI, INIT and ExtInt pass whatever the entry says",
          .dte =
              [](Words words) {
                Dte::NMIPass.set(words, 1);
                Dte::InitPass.set(words, 1);
                Dte::EIntPass.set(words, 1);
              }},
    Fault{.name = "ignore-ig",
          .text = "IG=1 does not silence interrupt faults",
          .dte = [](Words words) { Dte::IG.set(words, 0); }},
    Fault{.name = "ignore-remap-en",
          .text = "an interrupt remapping entry with RemapEn=0 remaps",
          .irte = [](Words words) { Irte::RemapEn.set(words, 1); }},
    Fault{.name = "ignore-irte-reserved",
          .text = "reserved bits of interrupt remapping entries are ignored",
          .irte = clear_reserved},
    Fault{.name = "ignore-sup-iopf",
          .text = "SupIOPF=1 does not silence the faults of its entry",
          .irte = [](Words words) { Irte::SupIOPF.set(words, 0); }},
    Fault{.name = "message-vector-kept",
          .text = "a remapped message has the vector of the request",
          .interrupted =
              [](const InterruptRequest& request, InterruptResult& result) {
                if (result.kind != Kind::kRemapped) return;
                result.data = (result.data & ~kVector) | (request.data & kVector);
              }},
    Fault{.name = "message-always-physical",
          .text = "a remapped message never goes to a logical destination",
          .interrupted =
              [](const InterruptRequest&, InterruptResult& result) {
                if (result.kind == Kind::kRemapped) {
                  spec::field::MessageAddress::DestinationMode.set(result.address, 0);
                }
              }},
};

}  // namespace

std::span<const Fault> interrupt_faults() { return kFaults; }

}  // namespace amdvi::dut
