// VirtualIommu: command buffers of guests.
#pragma once

#include <amdvi/impl/viommu.hpp>

namespace amdvi {

template <class Domain>
bool VirtualIommu<Domain>::step() {
  return false;
}

}  // namespace amdvi
