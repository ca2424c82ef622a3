// A second model of the IOMMU, naive on purpose: straight-line code on bytes, written from the
// facts alone. It shares nothing with libamdvi or the generated code, so that where both agree
// neither a rule nor the generator can be wrong alone. Tested by being compared (diff_test.cpp).
#pragma once

#include <cstdint>
#include <set>
#include <vector>

namespace naive {

struct Caps {
  std::uint64_t efr = 0, efr2 = 0;
  std::uint32_t header = 0;
  unsigned revision = 0x311;
  bool snp = false, snp_mode0 = false, hatdis = false;
};

// Where the specification leaves a choice.
struct Choices {
  bool mode7_page_fault = false, exclusion_before_tv = false, mode_range_pr = false;
  bool overflow_id_illegal = false, overflow_id_address = false, encoding_rz = true;
  bool ioctl_port_io_only = false, all_ones_legal = true, level6_page = false;
  bool low_bits_fault = false, rw_if_not_present = true, page_aligned = false;
  unsigned priority = 0;  // of several faults in an entry: 0 reserved, 1 permission, 2 level first
  bool head_after = false, fetch_at_base = false, store_go_on = false;
  bool logint_needs_enable = false, run_clears = true, enable_clears = true, last_slot = false;
  bool take_base_running = false, take_short_length = false, take_pointer_running = false;
  bool take_pointer_beyond = false;
  unsigned hw_error = 0;  // reported Type: 0 target abort, 1 master abort, 2 data error
};

struct Request {
  std::uint16_t id;
  std::uint64_t address;
  bool read, write, posted;
};

struct Answer {
  bool ok = false, interrupt = false;
  std::uint64_t spa = 0, pass = 0;
};

class Iommu {
 public:
  // Memory decodes from 0 to its size and nowhere else.
  Iommu(Caps caps, Choices choices, std::size_t bytes);

  std::uint64_t read_register(unsigned offset) const;
  void write_register(unsigned offset, unsigned size, std::uint64_t value);
  Answer request(const Request& r);
  bool step();

  std::vector<std::uint8_t> memory;
  unsigned interrupts = 0;

 private:
  bool load(std::uint64_t at, std::uint64_t& value) const;
  bool store(std::uint64_t at, std::uint64_t value);
  bool efr(unsigned n) const { return (caps_.efr >> n & 1) != 0; }
  bool reserved_in_entry(const std::uint64_t* dte) const;
  bool excluded(const Request& r, std::uint64_t q1) const;
  Answer with_entry(const Request& r, const std::uint64_t* dte);
  struct Entry;
  Entry look_at(const Request& r, std::uint64_t entry, unsigned level) const;
  Answer walk(const Request& r, const std::uint64_t* dte);
  Answer leaf(const Request& r, const std::uint64_t* dte, std::uint64_t entry, unsigned level,
              const Entry& x);
  Answer page_fault(const Request& r, const std::uint64_t* dte, bool pr, bool pe, bool rz);
  Answer illegal_entry(const Request& r, bool rz);
  void log(std::uint64_t q0, std::uint64_t q1);
  std::uint64_t hw_error_type() const {
    return std::uint64_t{choices_.hw_error == 0 ? 2u : choices_.hw_error == 1 ? 1u : 3u} << 57;
  }
  bool legal(std::uint64_t q0, std::uint64_t q1) const;
  bool command(std::uint64_t at);
  void write_base(std::uint64_t& base, std::uint64_t value, bool running, std::uint64_t& head,
                  std::uint64_t& tail);
  void write_pointer(std::uint64_t& pointer, std::uint64_t value, std::uint64_t base, bool locked);
  void write_control(std::uint64_t value);

  Caps caps_;
  Choices choices_;
  std::uint64_t devtab_ = 0, cmd_ = std::uint64_t{8} << 56, evt_ = std::uint64_t{8} << 56;
  std::uint64_t control_ = 0x400, excl_base_ = 0, excl_limit_ = 0, status_ = 0;
  std::uint64_t cmd_head_ = 0, cmd_tail_ = 0, evt_head_ = 0, evt_tail_ = 0;
  std::set<std::uint16_t> reported_;  // faults of a cached entry (SE)
};

}  // namespace naive
