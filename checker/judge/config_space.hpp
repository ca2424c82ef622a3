// Where registers of the IOMMU's PCI function are: capabilities are found in the function's list, as
// software finds them.
#pragma once

#include <cstdint>
#include <optional>

#include <amdvi/spec_info.hpp>

#include "checker/dut/adapter.hpp"

namespace amdvi::judge {

// nullopt: the function does not have the register's capability.
dut::Reply<std::optional<std::uint16_t>> config_offset(dut::Adapter& adapter,
                                                       const spec::StructureInfo& info);

// Whether the MMIO register shows a dword of configuration space.
bool is_msi_mirror(const spec::StructureInfo& info);

}  // namespace amdvi::judge
