// A PC's IO-APIC as a source of interrupts. Its messages are built from a redirection table entry:
// an edge on the pin sends one.
#pragma once

#include "checker/dut/adapter.hpp"
#include "checker/dut/qtest.hpp"

namespace amdvi::dut {

class IoApic {
 public:
  explicit IoApic(Qtest& qtest) : qtest_(&qtest) {}

  // kUnsupported if no redirection table entry makes this message.
  Reply<void> send(std::uint64_t address, std::uint32_t data);

 private:
  Reply<void> write(std::uint32_t index, std::uint32_t value);

  Qtest* qtest_;
};

}  // namespace amdvi::dut
