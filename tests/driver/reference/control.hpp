// Words of a guest in the VFCTRL window, commands and table entries, as the facts have their bits
// (viommu.md 3, 6.5 and 7).
#pragma once

#include <array>

#include "capability.hpp"

namespace reference {

class Control {
 public:
  explicit Control(const Place& place) : place_(place) {}

  // The DevID and DomID maps; `valid` 0 removes a device.
  void map_device(std::uint64_t gid, std::uint64_t guest, std::uint64_t host, bool valid) const;
  void map_domain(std::uint64_t gid, std::uint64_t guest, std::uint64_t host) const;
  void fill_domains(std::uint64_t gid, std::uint64_t domain) const;
  void clear_devices(std::uint64_t gid) const;
  void translate_by(std::uint64_t gid, std::uint64_t device) const;
  void enable_queues(std::uint64_t gid, bool on) const;

  void reset(std::uint64_t gid) const;
  void wait() const { place_.hardware->wait(place_.hardware->user, place_.iommu); }
  void flush_entry(std::uint64_t device) const;
  void flush_private(std::uint64_t domain, std::uint64_t address, std::uint64_t bytes) const;
  void flush_pages(std::uint64_t domain, std::uint64_t address, std::uint64_t bytes) const;
  void flush_domain(std::uint64_t domain) const;
  void set_entry(std::uint64_t device, const Parent& parent) const;
  void clear_entry(std::uint64_t device) const;
  void store(std::uint64_t device, const std::array<std::uint64_t, 4>& dte) const;

  // A word of VFCTRL.
  std::uint64_t word(std::uint64_t gid, std::uint64_t reg) const;
  void word(std::uint64_t gid, std::uint64_t reg, std::uint64_t value) const {
    write(gid, reg, value);
  }

  // Bits of the host's own Control.
  bool control(unsigned bit) const;
  void control(unsigned bit, bool on) const;

 private:
  void write(std::uint64_t gid, std::uint64_t reg, std::uint64_t value) const;
  void submit(std::uint64_t low, std::uint64_t high) const;

  const Place& place_;
};

// Memory in the private address space: of a guest's table, or a block of the first 8 MiB.
class Table {
 public:
  Table(std::uint64_t base, std::uint64_t bytes) : base_(base), bytes_(bytes) {}

  int map(const Place& place, std::uint64_t gid, std::uint64_t root);
  void unmap(const Place& place, std::uint64_t gid, std::uint64_t root, std::uint64_t domain);

 private:
  std::uint64_t address(std::uint64_t gid) const { return base_ + gid * bytes_; }

  std::uint64_t base_, bytes_;
  std::uint64_t spa_ = 0;
};

}  // namespace reference
