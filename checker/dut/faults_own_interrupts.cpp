// Faults in the interrupts of the IOMMU itself.
#include <array>

#include <amdvi/spec/Control.gen.hpp>
#include <amdvi/spec/MessageAddress.gen.hpp>
#include <amdvi/spec/MessageData.gen.hpp>

#include "checker/dut/fault.hpp"

namespace amdvi::dut {
namespace {

namespace Address = spec::field::MessageAddress;
namespace Control = spec::field::Control;
namespace Data = spec::field::MessageData;

constexpr std::uint64_t kPage = 4096;

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
                data &= ~static_cast<std::uint32_t>(Data::Vector.mask());
                return true;
              }},
    Fault{.name = "own-destination-narrow",
          .text = "an interrupt of the IOMMU itself reaches 8 bits of a destination",
          .own_message =
              [](std::uint64_t& address, std::uint32_t&) {
                Address::Destination_31_8.set(address, 0);
                return true;
              }},
    Fault{.name = "own-never-logical",
          .text = "an interrupt of the IOMMU itself never goes to a logical destination",
          .own_message =
              [](std::uint64_t& address, std::uint32_t&) {
                Address::DestinationMode.set(address, 0);
                return true;
              }},
    Fault{.name = "own-ignores-com-wait-int-en",
          .text = "COMPLETION_WAIT with i=1 interrupts whatever ComWaitIntEn says",
          .write = keep_in_control<Control::ComWaitIntEn, 1>},
    Fault{.name = "own-ignores-event-int-en",
          .text = "an event interrupts whatever EventIntEn says",
          .write = keep_in_control<Control::EventIntEn, 1>},
    Fault{.name = "own-ignores-ga-int-en",
          .text = "an entry of the GA log interrupts whatever GAIntEn says",
          .write = keep_in_control<Control::GAIntEn, 1>},
    Fault{
        .name = "own-ignores-int-cap-xt-en",
        .text = "interrupts of the IOMMU itself follow the MSI capability whatever IntCapXTEn says",
        .write = keep_in_control<Control::IntCapXTEn, 0>},
};

}  // namespace

std::span<const Fault> own_interrupt_faults() { return kFaults; }

}  // namespace amdvi::dut
