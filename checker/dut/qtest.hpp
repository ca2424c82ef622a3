// QEMU's qtest protocol: the physical address space as CPU 0 sees it, and the I/O ports. Writes
// are posted, reads wait. Numbers are checked here, since QEMU aborts on a malformed request.
// Tested by dut_qtest_test.cpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "checker/dut/pipeline.hpp"

namespace amdvi::dut {

class Qtest {
 public:
  Qtest(LineSocket socket, std::chrono::milliseconds deadline);

  // `size` is 1, 2, 4 or 8 bytes.
  Reply<void> write(std::uint64_t address, unsigned size, std::uint64_t value);
  Reply<std::uint64_t> read(std::uint64_t address, unsigned size);

  Reply<void> write_bytes(std::uint64_t address, std::span<const std::uint8_t> bytes);
  Reply<void> fill(std::uint64_t address, std::uint64_t length, std::uint8_t value);
  Reply<std::vector<std::uint8_t>> read_bytes(std::uint64_t address, std::size_t length);

  Reply<void> out32(std::uint16_t port, std::uint32_t value);
  Reply<std::uint32_t> in32(std::uint16_t port);

  // The level of an input pin of the device at `path`.
  Reply<void> set_irq(std::string_view path, unsigned pin, bool level);

  Reply<void> flush() { return pipeline_.flush(); }
  std::vector<std::string> take_interrupts() { return pipeline_.take_async(); }

 private:
  Reply<std::uint64_t> ask_number(const std::string& request);

  Pipeline pipeline_;
};

}  // namespace amdvi::dut
