// What one IOMMU is: its capabilities and the choices it makes where the specification leaves one.
#pragma once

#include <cstdint>
#include <string_view>

#include <amdvi/spec/Capabilities.gen.hpp>
#include <amdvi/spec/Options.gen.hpp>
#include <amdvi/value/concrete.hpp>

namespace amdvi {

struct Config {
  spec::Capabilities<Concrete> cap{};
  spec::Options<Concrete> opt{};
  // With EFR.PCSup, what the counter configuration register says.
  unsigned counter_banks = 2;
  unsigned counters_per_bank = 4;
  // The IOMMU's own PCI function: the entry of this DeviceID translates its private addresses.
  std::uint16_t own_device_id = 0x0002;  // 00:00.2
};

// Every option at its default, every capability 0, the newest revision.
Config default_config();

// Sets a member by its path in the record: ("EFR.IASup", 1), ("Revision", 0x305). false: no such
// member or field, nothing changed. Values wider than the field are cut.
bool set_capability(Config& config, std::string_view path, std::uint64_t value);
bool set_option(Config& config, std::string_view name, std::string_view value);

// The same, read: the value of a capability field; false if there is none of that name.
bool get_capability(const Config& config, std::string_view path, std::uint64_t& value);

}  // namespace amdvi
