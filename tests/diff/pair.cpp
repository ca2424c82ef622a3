#include "tests/diff/pair.hpp"

#include <array>

#include <fmt/format.h>

namespace amdvi::diff {

namespace {

template <class T>
void choose(Random& rng, Config& config, std::string_view name, T& naive,
            std::initializer_list<std::string_view> values) {
  // Mostly the default: most bugs need no odd choice.
  const std::uint64_t pick = chance(rng, 3) ? below(rng, values.size()) : 0;
  if (!set_option(config, name, values.begin()[pick])) {
    throw std::runtime_error(fmt::format("no option {}", name));
  }
  naive = static_cast<T>(pick);
}

// The first value of each is the naive model's false or 0.
void choose_tables(Random& rng, Config& c, naive::Choices& n) {
  choose(rng, c, "mode7_event", n.mode7_page_fault, {"illegal_dev_table_entry", "io_page_fault"});
  choose(rng, c, "exclusion_before_tv", n.exclusion_before_tv, {"false", "true"});
  choose(rng, c, "mode_range_pr", n.mode_range_pr, {"false", "true"});
  choose(rng, c, "device_id_overflow_event", n.overflow_id_illegal,
         {"io_page_fault", "illegal_dev_table_entry"});
  choose(rng, c, "device_id_overflow_address", n.overflow_id_address, {"zero", "request"});
  choose(rng, c, "illegal_encoding_rz", n.encoding_rz, {"false", "true"});
  choose(rng, c, "ioctl_reserved_scope", n.ioctl_port_io_only, {"every_request", "port_io"});
  choose(rng, c, "all_ones_page_legal", n.all_ones_legal, {"false", "true"});
  choose(rng, c, "level6_leaf", n.level6_page, {"page_fault", "page"});
  choose(rng, c, "default_page_low_bits", n.low_bits_fault, {"masked", "page_fault"});
  choose(rng, c, "rw_valid_if_not_present", n.rw_if_not_present, {"false", "true"});
  choose(rng, c, "event_address_page_aligned", n.page_aligned, {"false", "true"});
  choose(rng, c, "entry_fault_priority", n.priority, {"listed", "permission_first", "level_first"});
}

void choose_rings(Random& rng, Config& c, naive::Choices& n) {
  choose(rng, c, "head_on_error", n.head_after, {"at", "after"});
  choose(rng, c, "command_fetch_error_address", n.fetch_at_base, {"command", "ring_base"});
  choose(rng, c, "completion_store_error", n.store_go_on, {"halt", "go_on"});
  choose(rng, c, "evtlogint_needs_enable", n.logint_needs_enable, {"false", "true"});
  choose(rng, c, "run_clears_on_overflow", n.run_clears, {"false", "true"});
  choose(rng, c, "log_enable_clears_overflow", n.enable_clears, {"false", "true"});
  choose(rng, c, "overflow_when", n.last_slot, {"event_lost", "last_slot"});
  choose(rng, c, "base_write_while_running", n.take_base_running, {"ignore", "take"});
  choose(rng, c, "reserved_ring_length", n.take_short_length, {"ignore", "take"});
  choose(rng, c, "pointer_write_while_running", n.take_pointer_running, {"ignore", "take"});
  choose(rng, c, "reported_hw_error_type", n.hw_error,
         {"target_abort", "master_abort", "data_error"});
  choose(rng, c, "pointer_beyond_ring", n.take_pointer_beyond, {"ignore", "take"});
}

void choose_more(Random& rng, Config& c, naive::Choices& n) {
  choose(rng, c, "dte_other_half", n.other_half, {"ignored", "checked"});
  choose(rng, c, "intctl0_logs", n.intctl0_logs, {"false", "true"});
  choose(rng, c, "v0_iv1_interrupt", n.v0_forward, {"remap", "forward"});
  choose(rng, c, "irte_read_error_event", n.irte_error_logs, {"none", "page_tab_hardware_error"});
  choose(rng, c, "int_tab_len_limit", n.long_table_illegal, {"legal", "illegal"});
  choose(rng, c, "pasid_without_gv", n.pasid_page_fault,
         {"invalid_device_request", "io_page_fault"});
  choose(rng, c, "supervisor_write_protect", n.supervisor_may_write, {"true", "false"});
  choose(rng, c, "host_fault_reported_as", n.host_fault_as_guest,
         {"guest_physical", "guest_virtual"});
  choose(rng, c, "dte_rsv_revision", n.reserved_revision, {"profile", "r3_05", "r3_06", "r3_11"});
  n.reserved_revision = std::array{0x0u, 0x305u, 0x306u, 0x311u}[n.reserved_revision];
}

// Features without which a purpose is not served, mostly.
void choose_features(Random& rng, naive::Caps& caps, Purpose purpose) {
  const auto bit = [](unsigned n) { return std::uint64_t{1} << n; };
  const auto put = [&](unsigned hi, unsigned lo, std::uint64_t v) {
    caps.efr = (caps.efr & ~((bit(hi - lo + 1) - 1) << lo)) | v << lo;
  };
  if (purpose == Purpose::kRings) {
    caps.efr &= bit(0) | bit(1) | bit(6) | bit(7) | bit(21) | bit(44) | bit(50) | bit(55);
    caps.efr2 &= bit(11);
    caps.header &= 1u << 24 | 1u << 27;
  }
  if (!chance(rng, 4)) put(11, 10, below(rng, 3));
  if (purpose == Purpose::kGuest) {
    if (!chance(rng, 16)) caps.efr |= bit(4) | bit(48);
    put(13, 12, below(rng, 2));
    put(15, 14, chance(rng, 4) ? below(rng, 3) : 2);
    if (chance(rng, 2)) caps.efr |= bit(3);
  }
  if (purpose == Purpose::kInterrupts) {
    if (!chance(rng, 4)) caps.efr |= bit(7) | bit(2);
    put(17, 16, below(rng, 2));
    put(23, 21, below(rng, 2));
    caps.efr2 = (caps.efr2 & ~std::uint64_t{0x3E0}) | below(rng, 2) << 8 | below(rng, 2) << 5;
  }
}

}  // namespace

Setup any_setup(Random& rng, Purpose purpose) {
  Setup s;
  s.config = default_config();
  s.caps.efr = rng() & rng();
  if (chance(rng, 3)) s.caps.efr = rng() | rng();
  s.caps.efr2 = chance(rng, 2) ? rng() : 0;
  s.caps.header = static_cast<std::uint32_t>(rng());
  choose_features(rng, s.caps, purpose);
  s.caps.revision = std::array{0x305u, 0x306u, 0x310u, 0x311u}[below(rng, 4)];
  if (s.caps.revision <= 0x305) {  // NumIntRemapSup, GAPPISup and GDUpdateDisSup are later
    s.caps.efr2 &= ~std::uint64_t{0x300};
    s.caps.efr &= ~(std::uint64_t{1} << 5 | std::uint64_t{1} << 53);
  }
  s.caps.snp = chance(rng, 8);
  s.caps.snp_mode0 = chance(rng, 2);
  s.caps.hatdis = chance(rng, 16);
  set_capability(s.config, "EFR", s.caps.efr);
  set_capability(s.config, "EFR2", s.caps.efr2);
  set_capability(s.config, "header", s.caps.header);
  set_capability(s.config, "Revision", s.caps.revision);
  set_capability(s.config, "SnpEnabled", s.caps.snp);
  set_capability(s.config, "SnpMode0Sup", s.caps.snp_mode0);
  set_capability(s.config, "HATDIS", s.caps.hatdis);
  choose_tables(rng, s.config, s.choices);
  choose_rings(rng, s.config, s.choices);
  choose_more(rng, s.config, s.choices);
  return s;
}

std::string Pair::compare_request(const naive::Request& r) {
  const Translation a = device.translate(
      {r.id, r.address, r.read, r.write, r.posted, r.has_pasid, r.pasid, r.exec, r.privileged});
  const naive::Answer b = naive.request(r);
  if (a.ok == b.ok && a.interrupt == b.interrupt &&
      (!a.ok || (a.spa == b.spa && a.offset_mask == b.pass))) {
    return {};
  }
  return fmt::format(
      "libamdvi ok={} interrupt={} spa={:#x} mask={:#x}\nnaive    ok={} interrupt={} "
      "spa={:#x} mask={:#x}",
      a.ok, a.interrupt, a.spa, a.offset_mask, b.ok, b.interrupt, b.spa, b.pass);
}

std::string Pair::compare_message(const naive::Message& m) {
  const InterruptResult a = device.interrupt({m.id, m.address, m.data, m.has_pasid});
  const naive::Delivery b = naive.interrupt(m);
  if (static_cast<unsigned>(a.kind) == static_cast<unsigned>(b.kind) && a.address == b.address &&
      a.data == b.data && a.destination == b.destination) {
    return {};
  }
  return fmt::format(
      "libamdvi kind={} address={:#x} data={:#x} destination={:#x}\nnaive    kind={} "
      "address={:#x} data={:#x} destination={:#x}",
      static_cast<unsigned>(a.kind), a.address, a.data, a.destination,
      static_cast<unsigned>(b.kind), b.address, b.data, b.destination);
}

std::string Pair::compare_event(std::uint64_t log, std::uint64_t tail) const {
  if (device.mmio_read(0x2018, 8) == tail) return {};
  std::uint64_t a[2] = {}, b[2] = {};
  std::memcpy(a, arena.bytes.data() + log + tail, 16);
  std::memcpy(b, naive.memory.data() + log + tail, 16);
  if (a[0] == b[0] && a[1] == b[1]) return {};
  return fmt::format("event: libamdvi {:016x} {:016x}, naive {:016x} {:016x}", a[0], a[1], b[0],
                     b[1]);
}

std::string Pair::compare_word(std::uint64_t at) const {
  const std::uint64_t a = word(at);
  std::uint64_t b = 0;
  std::memcpy(&b, naive.memory.data() + at, 8);
  return a == b ? "" : fmt::format("memory at {:#x}: libamdvi {:016x}, naive {:016x}", at, a, b);
}

std::string Pair::compare_memory() const {
  if (arena.bytes == naive.memory) return {};
  std::size_t at = 0;
  while (arena.bytes[at] == naive.memory[at]) ++at;
  return fmt::format("memory at {:#x}: libamdvi {:02x}, naive {:02x}", at, arena.bytes[at],
                     naive.memory[at]);
}

std::string Pair::compare_registers() const {
  for (const unsigned offset :
       {0x0000u, 0x0008u, 0x0010u, 0x0018u, 0x0020u, 0x0028u, 0x0030u, 0x00E0u, 0x00E8u, 0x2000u,
        0x2008u, 0x2010u, 0x2018u, 0x2020u, 0x2040u, 0x2048u}) {
    const std::uint64_t a = device.mmio_read(offset, 8), b = naive.read_register(offset);
    if (a != b) return fmt::format("register {:#06x}: libamdvi {:#x}, naive {:#x}", offset, a, b);
  }
  if (count.interrupts == naive.interrupts && count.doorbells == naive.doorbells) return {};
  return fmt::format("interrupts and doorbells: libamdvi {} {}, naive {} {}", count.interrupts,
                     count.doorbells, naive.interrupts, naive.doorbells);
}

}  // namespace amdvi::diff
