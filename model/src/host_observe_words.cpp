// Invariants 26 to 29 of viommu.md 11: VFCTRL words, VF pages and Control.
#include <amdvi/spec/Control.gen.hpp>
#include <amdvi/spec/VfctrlWord.gen.hpp>
#include <amdvi/spec/guest_control_command.gen.hpp>
#include <amdvi/spec/guest_control_event.gen.hpp>
#include <amdvi/spec/guest_control_ppr.gen.hpp>
#include <amdvi/spec/guest_control_read.gen.hpp>
#include <amdvi/spec/registers.gen.hpp>
#include <amdvi/value/concrete.hpp>

#include "host_observe_view.hpp"

namespace amdvi::host {
namespace {

using spec::VfctrlWord;

constexpr std::array kQueues{VfctrlWord::command, VfctrlWord::event, VfctrlWord::ppr};
constexpr unsigned kVfBytes = 0x100, kWord = 8;  // no register of a VF page lies above

template <class F>
void each_guest(const View& view, F f) {
  for (const IommuView& iommu : view.iommus) {
    for (const GuestBooks& guest : iommu.books.guests) f(iommu, guest);
  }
}

std::uint64_t word(const IommuView& iommu, const GuestBooks& guest, VfctrlWord which) {
  return iommu.sight.control(guest.gid, static_cast<unsigned>(which));
}

void queues_are_legal(const View& view, Findings& findings) {
  each_guest(view, [&](const IommuView& iommu, const GuestBooks& guest) {
    const GuestFacts facts = observe_guest(iommu.hardware, guest.gid);
    const auto expect = [&](const char* what, const QueueFacts& queue, const QueueFacts& asked) {
      findings.expect(queue.legal(), 26, "{}, guest {}: its {} is enabled without a buffer",
                      iommu.name, guest.gid, what);
      findings.expect(queue.base == asked.base && queue.length == asked.length, 26,
                      "{}, guest {}: its {} is at page {:#x} with length code {}", iommu.name,
                      guest.gid, what, queue.base, queue.length);
    };
    expect("command buffer", facts.command, guest.command);
    expect("event log", facts.event, guest.event);
    expect("PPR log", facts.ppr, guest.ppr);
  });
}

void enabled_in_order(const View& view, Findings& findings) {
  namespace C = spec::field::Control;
  constexpr auto offset =
      spec::kRegisters[static_cast<std::size_t>(spec::RegisterId::Control)].offset;
  for (const IommuView& iommu : view.iommus) {
    const std::uint64_t control = iommu.sight.mmio(offset);
    if (C::vIommuEn.get(control) == 0) continue;
    findings.expect(C::GstBufferTRPMode.get(control) != 0, 27,
                    "{}: vIOMMUEn without GstBufferTRPMode", iommu.name);
    findings.expect(C::vCmdEn.get(control) != 0, 27, "{}: vIOMMUEn without vCmdEn", iommu.name);
    findings.expect(C::GAEn.get(control) != 0, 27, "{}: vIOMMUEn without GAEn", iommu.name);
    findings.expect(iommu.sight.windows(), 27, "{}: vIOMMUEn without its windows", iommu.name);
    findings.expect(iommu.own().translates, 27, "{}: vIOMMUEn without its own entry", iommu.name);
  }
}

// What a guest reads of its Control if its words have these bits of it.
std::uint64_t seen_control(std::uint64_t command, std::uint64_t event, std::uint64_t ppr) {
  Concrete d;
  using W = Concrete::Bv<64>;
  return spec::guest_control_read<Concrete>(d, {{W{command}}}, {{W{event}}}, {{W{ppr}}}).v;
}

std::uint64_t kept(std::uint64_t control) {
  Concrete d;
  using W = Concrete::Bv<64>;
  return seen_control(spec::guest_control_command<Concrete>(d, {{W{control}}}, {{W{0}}}).v,
                      spec::guest_control_event<Concrete>(d, {{W{control}}}, {{W{0}}}).v,
                      spec::guest_control_ppr<Concrete>(d, {{W{control}}}, {{W{0}}}).v);
}

void guests_read_their_control(const View& view, Findings& findings) {
  each_guest(view, [&](const IommuView& iommu, const GuestBooks& guest) {
    if (!guest.guest_control) return;
    const std::uint64_t read =
        seen_control(word(iommu, guest, kQueues[0]), word(iommu, guest, kQueues[1]),
                     word(iommu, guest, kQueues[2]));
    findings.expect(read == kept(*guest.guest_control), 28,
                    "{}, guest {}: it wrote {:#x} to its Control and reads {:#x}", iommu.name,
                    guest.gid, *guest.guest_control, read);
  });
}

// Words are zero after RESET_VMMIO, and then what was written; a page is zero until queues are set
// up.
void resets_reach_one_guest(const View& view, Findings& findings) {
  each_guest(view, [&](const IommuView& iommu, const GuestBooks& guest) {
    bool untouched = true;
    for (std::size_t i = 0; i < kQueues.size(); ++i) {
      const std::uint64_t is = word(iommu, guest, kQueues[i]);
      untouched = untouched && guest.words[i] == 0;
      findings.expect(is == guest.words[i], 29, "{}, guest {}: word {} is {:#x}, not {:#x}",
                      iommu.name, guest.gid, static_cast<unsigned>(kQueues[i]), is, guest.words[i]);
    }
    for (unsigned offset = 0; untouched && offset < kVfBytes; offset += kWord) {
      findings.expect(iommu.sight.page(guest.gid, offset) == 0, 29,
                      "{}, guest {}: {:#x} of its page is not as after RESET_VMMIO", iommu.name,
                      guest.gid, offset);
    }
  });
}

constexpr std::array kChecks{Check{26, queues_are_legal}, Check{27, enabled_in_order},
                             Check{28, guests_read_their_control},
                             Check{29, resets_reach_one_guest}};

}  // namespace

std::span<const Check> checks_of_words() { return kChecks; }

}  // namespace amdvi::host
