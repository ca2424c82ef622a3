#include <doctest/doctest.h>

#include "checker/dut/apic_trace.hpp"

namespace amdvi::dut {
namespace {

TEST_CASE("a line of the APIC trace becomes a message with the bits that the line tells") {
  const auto messages = apic_messages(
      "amdvi_ir_intctl int_ctl 0x2\n"
      "apic_deliver_irq dest 90 dest_mode 0 delivery_mode 0 vector 167 trigger_mode 0\n"
      "77@1234.5:apic_deliver_irq dest 255 dest_mode 1 delivery_mode 7 vector 1 trigger_mode 1\n");
  REQUIRE(messages.size() == 2);
  CHECK(messages[0].arrived);
  CHECK(messages[0].address == 0x5A000);
  CHECK(messages[0].data == 0xA7);
  CHECK(messages[1].address == 0xFF004);
  CHECK(messages[1].data == 0x8701);
  for (const MsiReply& message : messages) {
    CHECK(message.address_seen == 0xFF004);
    CHECK(message.data_seen == 0x87FF);
  }
}

TEST_CASE("what is not a whole line of the APIC trace is passed over") {
  for (const char* text :
       {"", "apic_deliver_irq", "apic_deliver_irq dest 90 dest_mode 0 delivery_mode 0 vector 167",
        "apic_deliver_irq dest x dest_mode 0 delivery_mode 0 vector 1 trigger_mode 0",
        "apic_deliver_irq dest 1 dest_mode 2 delivery_mode 0 vector 1 trigger_mode 0",
        "apic_deliver_irq dest 1 vector 0 delivery_mode 0 dest_mode 1 trigger_mode 0",
        "apic_local_deliver vector 1 delivery mode 0"}) {
    CAPTURE(text);
    CHECK(apic_messages(text).empty());
  }
}

}  // namespace
}  // namespace amdvi::dut
