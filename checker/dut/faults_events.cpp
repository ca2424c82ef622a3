// Faults in what the device logs.
#include <array>

#include <amdvi/spec/Command.gen.hpp>
#include <amdvi/spec/IO_PAGE_FAULT.gen.hpp>

#include "checker/dut/fault.hpp"

namespace amdvi::dut {
namespace {

using Words = std::span<std::uint64_t>;

const spec::FieldInfo* field_of(Words words, std::string_view name) {
  // Every event has its code where IO_PAGE_FAULT has it.
  const auto code = spec::field::IO_PAGE_FAULT::EventCode.get(words);
  const auto* info = spec::find_event(static_cast<std::uint32_t>(code));
  if (info == nullptr) return nullptr;
  for (const spec::FieldInfo& field : info->fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

bool set(Words words, std::string_view name, std::uint64_t value) {
  if (const auto* field = field_of(words, name)) spec::set_field(*field, words, value);
  return true;
}

bool flip(Words words, std::string_view name) {
  const auto* field = field_of(words, name);
  return field == nullptr || set(words, name, ~spec::field_value(*field, words));
}

constexpr std::array kFaults{
    Fault{.name = "log-never-written",
          .text = "events move the tail, but no entry is written",
          .event = [](Words) { return false; }},
    Fault{.name = "event-wrong-code",
          .text = "every event has the code of the next one",
          .event =
              [](Words words) {
                return set(words, "EventCode",
                           spec::field::IO_PAGE_FAULT::EventCode.get(words) + 1);
              }},
    Fault{.name = "event-domain-missing",
          .text = "events give DomainID 0",
          .event = [](Words words) { return set(words, "DomainID", 0); }},
    Fault{.name = "event-device-missing",
          .text = "events give DeviceID 0",
          .event = [](Words words) { return set(words, "DeviceID", 0); }},
    Fault{.name = "event-rz-flipped",
          .text = "RZ of events is inverted",
          .event = [](Words words) { return flip(words, "RZ"); }},
    Fault{.name = "event-pr-flipped",
          .text = "PR of events is inverted",
          .event = [](Words words) { return flip(words, "PR"); }},
    Fault{.name = "event-pe-flipped",
          .text = "PE of events is inverted",
          .event = [](Words words) { return flip(words, "PE"); }},
    Fault{.name = "event-rw-flipped",
          .text = "RW of events is inverted",
          .event = [](Words words) { return flip(words, "RW"); }},
    Fault{.name = "event-address-missing",
          .text = "events give address 0",
          .event =
              [](Words words) {
                words[1] = 0;
                return true;
              }},
};

}  // namespace

std::span<const Fault> event_faults() { return kFaults; }

}  // namespace amdvi::dut
