// Faults in the interrupts of the IOMMU itself.
#include <array>

#include <amdvi/spec/Control.gen.hpp>

#include "checker/dut/fault.hpp"

namespace amdvi::dut {
namespace {

namespace Control = spec::field::Control;

constexpr std::uint64_t kLogicalDestination = 4;  // of a message address
constexpr std::uint64_t kLowHalf = 0xFFFFFFFF;    // the rest of a wide destination is above it
constexpr std::uint64_t kPage = 4096;
constexpr std::uint32_t kVector = 0xFF;           // of message data

// A write of Control with this field changed to `value`.
template <class Field>
void set_in_control(MutantDevice& device, const MmioAccess& access, const Field& field,
                    std::uint64_t value) {
  MmioAccess changed = access;
  if (access.offset == spec::kOffset_Control && access.size == 8) field.set(changed.value, value);
  device.mmio_write(changed.offset, changed.size, changed.value);
}

constexpr std::array kFaults{
    Fault{.name = "own-never-sent",
          .text = "the IOMMU sends no interrupts of its own",
          .own_message = [](std::uint64_t&, std::uint32_t&) { return false; }},
    Fault{.name = "own-data-lost",
          .text = "an interrupt of the IOMMU itself carries data 0",
          .own_message =
              [](std::uint64_t&, std::uint32_t& data) {
                data = 0;
                return true;
              }},
    Fault{.name = "own-address-wrong",
          .text = "an interrupt of the IOMMU itself goes to the next page",
          .own_message =
              [](std::uint64_t& address, std::uint32_t&) {
                address += kPage;
                return true;
              }},
    Fault{.name = "own-vector-lost",
          .text = "an interrupt of the IOMMU itself has vector 0",
          .own_message =
              [](std::uint64_t&, std::uint32_t& data) {
                data &= ~kVector;
                return true;
              }},
    Fault{.name = "own-destination-narrow",
          .text = "an interrupt of the IOMMU itself reaches 8 bits of a destination",
          .own_message =
              [](std::uint64_t& address, std::uint32_t&) {
                address &= kLowHalf;
                return true;
              }},
    Fault{.name = "own-never-logical",
          .text = "an interrupt of the IOMMU itself never goes to a logical destination",
          .own_message =
              [](std::uint64_t& address, std::uint32_t&) {
                address &= ~kLogicalDestination;
                return true;
              }},
    Fault{.name = "own-ignores-com-wait-int-en",
          .text = "COMPLETION_WAIT with i=1 interrupts whatever ComWaitIntEn says",
          .write =
              [](MutantDevice& device, const MmioAccess& access) {
                set_in_control(device, access, Control::ComWaitIntEn, 1);
              }},
    Fault{.name = "own-ignores-event-int-en",
          .text = "an event interrupts whatever EventIntEn says",
          .write =
              [](MutantDevice& device, const MmioAccess& access) {
                set_in_control(device, access, Control::EventIntEn, 1);
              }},
    Fault{.name = "own-ignores-ga-int-en",
          .text = "an entry of the GA log interrupts whatever GAIntEn says",
          .write =
              [](MutantDevice& device, const MmioAccess& access) {
                set_in_control(device, access, Control::GAIntEn, 1);
              }},
    Fault{.name = "own-ignores-int-cap-xt-en",
          .text = "interrupts of the IOMMU itself follow the MSI capability whatever IntCapXTEn says",
          .write =
              [](MutantDevice& device, const MmioAccess& access) {
                set_in_control(device, access, Control::IntCapXTEn, 0);
              }},
};

}  // namespace

std::span<const Fault> own_interrupt_faults() { return kFaults; }

}  // namespace amdvi::dut
