// Words of a guest in the VFCTRL window, commands and table entries, as the facts have their bits
// (viommu.md 3, 6.5 and 7).
#pragma once

#include "capability.hpp"

namespace reference {

class Control {
 public:
  explicit Control(const Place& place) : place_(place) {}

  // The DevID and DomID maps; `valid` 0 removes a device.
  void map_device(std::uint64_t gid, std::uint64_t guest, std::uint64_t host, bool valid) const;
  void map_domain(std::uint64_t gid, std::uint64_t guest, std::uint64_t host) const;
  void fill_domains(std::uint64_t gid) const;
  void clear_devices(std::uint64_t gid) const;
  void translate_by(std::uint64_t gid, std::uint64_t device) const;
  void enable_queues(std::uint64_t gid, bool on) const;

  void reset(std::uint64_t gid) const;
  void flush_entry(std::uint64_t device) const;
  void flush_private(std::uint64_t address, std::uint64_t bytes) const;
  void set_entry(std::uint64_t device) const;
  void clear_entry(std::uint64_t device) const;

 private:
  void write(std::uint64_t gid, std::uint64_t reg, std::uint64_t value) const;
  void submit(std::uint64_t low, std::uint64_t high) const;
  void wait() const { place_.hardware->wait(place_.hardware->user, 0); }

  const Place& place_;
};

// Memory of a guest's table in the private address space.
class Table {
 public:
  Table(std::uint64_t base, std::uint64_t bytes) : base_(base), bytes_(bytes) {}

  int map(const Place& place, std::uint64_t gid);
  void unmap(const Place& place, std::uint64_t gid);

 private:
  std::uint64_t address(std::uint64_t gid) const { return base_ + gid * bytes_; }

  std::uint64_t base_, bytes_;
  std::uint64_t spa_ = 0;
};

}  // namespace reference
