// A second model of the IOMMU, naive on purpose: straight-line code on bytes, written from the
// facts alone. It shares nothing with libamdvi or the generated code, so that where both agree
// neither a rule nor the generator can be wrong alone. Tested by being compared (diff_test.cpp).
#pragma once

#include <array>
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
  bool other_half = false, intctl0_logs = false, v0_forward = false, irte_error_logs = false;
  bool long_table_illegal = false;  // IntTabLen 10 and 11 without 2048 entries
  bool pasid_page_fault = false, supervisor_may_write = false, host_fault_as_guest = false;
  unsigned reserved_revision = 0;  // of device table entries, if not 0
};

struct Request {
  std::uint16_t id;
  std::uint64_t address;
  bool read, write, posted;
  bool has_pasid = false;
  std::uint32_t pasid = 0;
  bool exec = false, privileged = false;
};

struct Answer {
  bool ok = false, interrupt = false;
  std::uint64_t spa = 0, pass = 0;
};

struct Message {
  std::uint16_t id;
  std::uint64_t address;
  std::uint32_t data;
  bool has_pasid;
};

struct Delivery {
  enum Kind { kAborted, kForwarded, kRemapped, kPosted };
  Kind kind = kAborted;
  std::uint64_t address = 0;
  std::uint32_t data = 0, destination = 0;
};

// How the events of a request speak of it.
struct Who {
  std::uint16_t id;
  std::uint64_t address;
  bool write = false;
  bool gn = false;  // 47:32 and 19:16 have the PASID, not the domain
  std::uint32_t pasid = 0;
  bool user = false, exec = false, interrupt = false;
};

class Iommu {
 public:
  // Memory decodes from 0 to its size and nowhere else.
  Iommu(Caps caps, Choices choices, std::size_t bytes);

  std::uint64_t read_register(unsigned offset) const;
  void write_register(unsigned offset, unsigned size, std::uint64_t value);
  Answer request(const Request& r);
  Delivery interrupt(const Message& m);
  bool step();
  void lock_for_snp() { locked_ = true; }

  std::vector<std::uint8_t> memory;
  unsigned interrupts = 0, doorbells = 0;

 private:
  using Dte = std::array<std::uint64_t, 4>;
  bool load(std::uint64_t at, std::uint64_t& value) const;
  bool store(std::uint64_t at, std::uint64_t value);
  bool efr(unsigned n) const { return (caps_.efr >> n & 1) != 0; }
  bool efr2(unsigned n) const { return (caps_.efr2 >> n & 1) != 0; }
  bool control(unsigned n) const { return (control_ >> n & 1) != 0; }
  unsigned entry_revision() const {
    return choices_.reserved_revision != 0 ? choices_.reserved_revision : caps_.revision;
  }

  bool fetch_entry(const Who& w, Dte& dte);
  bool reserved_low(const Dte& dte) const;
  bool reserved_high(const Dte& dte) const;
  bool excluded(const Request& r, std::uint64_t q1) const;
  bool bad_guest_fields(const Dte& dte) const;
  bool bad_encoding(const Dte& dte) const;
  bool bad_mode(const Dte& dte) const;
  Answer with_entry(const Request& r, const Dte& dte);
  Answer by_mode(const Request& r, const Dte& dte, const Who& w);

  struct Entry;
  Entry look_at(const Request& r, std::uint64_t entry, unsigned level) const;
  Answer walk(const Request& r, const Dte& dte, const Who& w);
  Answer leaf(const Request& r, const Dte& dte, std::uint64_t entry, unsigned level, const Entry& x,
              const Who& w);
  void mark_host(const Dte& dte, std::uint64_t at, std::uint64_t entry, bool leaf, bool write);

  Answer guest(const Request& r, const Dte& dte);
  bool guest_root(const Request& r, const Dte& dte, const Who& w, std::uint64_t& root);
  bool guest_load(const Request& r, const Dte& dte, const Who& w, std::uint64_t gpa, bool host,
                  std::uint64_t& spa, std::uint64_t& value);
  bool guest_mark(const Request& r, const Dte& dte, const Who& w, std::uint64_t gpa,
                  std::uint64_t spa, std::uint64_t value, bool leaf);
  Answer guest_walk(const Request& r, const Dte& dte, const Who& w, std::uint64_t table,
                    unsigned level);
  Answer guest_leaf(const Request& r, const Dte& dte, const Who& w, std::uint64_t page,
                    std::uint64_t pass);
  Answer host_stage(const Request& r, const Dte& dte, const Who& w, std::uint64_t gpa, bool read,
                    bool write);

  Delivery by_class(const Message& m, const Dte& dte);
  Delivery by_control(const Message& m, const Dte& dte, unsigned index);
  Delivery by_table(const Message& m, const Dte& dte, unsigned index);
  Delivery narrow_entry(const Message& m, const Dte& dte, std::uint64_t at);
  Delivery wide_entry(const Message& m, const Dte& dte, std::uint64_t at);
  Delivery post(const Message& m, std::uint64_t q0, std::uint64_t q1);
  Delivery send(const Message& m, std::uint64_t type, std::uint64_t dm, std::uint64_t vector,
                std::uint64_t destination) const;
  bool smi_allowed(std::uint16_t id) const;
  Delivery interrupt_fault(const Message& m, const Dte& dte, bool pr, bool rz, bool quiet);
  Delivery entry_unreadable(const Message& m, const Dte& dte, std::uint64_t at);
  void log_guest_interrupt(std::uint64_t entry);

  std::uint64_t fault_word(const Who& w, std::uint64_t domain, bool pr) const;
  Answer page_fault(const Who& w, const Dte& dte, bool pr, bool pe, bool rz);
  Answer illegal_entry(const Who& w, bool rz);
  void table_error(const Who& w, const Dte& dte, std::uint64_t at);
  void log(std::uint64_t q0, std::uint64_t q1);
  std::uint64_t hw_error_type() const {
    return std::uint64_t{choices_.hw_error == 0 ? 2u : choices_.hw_error == 1 ? 1u : 3u} << 57;
  }
  bool legal(std::uint64_t q0, std::uint64_t q1) const;
  bool command(std::uint64_t at);
  void write_base(std::uint64_t& base, std::uint64_t value, bool running, std::uint64_t& head,
                  std::uint64_t& tail);
  void write_pointer(std::uint64_t& pointer, std::uint64_t value, std::uint64_t base, bool locked,
                     std::uint64_t field);
  void write_more(unsigned reg, std::uint64_t value);
  std::uint64_t read_more(unsigned offset) const;
  std::uint64_t control_bits() const;
  bool ga_there() const { return efr(7) && (caps_.efr >> 21 & 7) != 0; }
  void write_control(std::uint64_t value);

  Caps caps_;
  Choices choices_;
  std::uint64_t cmd_ = std::uint64_t{8} << 56, evt_ = std::uint64_t{8} << 56;
  std::uint64_t ga_ = std::uint64_t{8} << 56, ga_mirror_ = 0;
  std::array<std::uint64_t, 8> devtab_{};  // by segment
  std::array<std::uint64_t, 16> smi_{};
  std::uint64_t control_ = 0x400, excl_base_ = 0, excl_limit_ = 0, status_ = 0;
  std::uint64_t cmd_head_ = 0, cmd_tail_ = 0, evt_head_ = 0, evt_tail_ = 0;
  std::uint64_t ga_head_ = 0, ga_tail_ = 0;
  bool locked_ = false;               // by SNP
  std::set<std::uint16_t> reported_;  // faults of a cached entry (SE)
};

}  // namespace naive
