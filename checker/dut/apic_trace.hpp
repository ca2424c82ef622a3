// What QEMU's local APICs were sent, from its trace of `apic_deliver_irq`: destination, modes, vector
// and trigger mode, but not the message that they came in. Tested by dut_apic_trace_test.cpp.
#pragma once

#include <string_view>
#include <vector>

#include "checker/dut/adapter.hpp"

namespace amdvi::dut {

inline constexpr std::string_view kApicTraceEvent = "apic_deliver_irq";

// One message a trace line, in order, with the bits of address and data that the line tells. Lines
// that are not such a trace line are passed over.
std::vector<MsiReply> apic_messages(std::string_view log);

}  // namespace amdvi::dut
