// The definitions of BasicDevice, for whoever instantiates it with a domain of his own.
#pragma once

#include <amdvi/impl/accessed_dirty.hpp>
#include <amdvi/impl/ats.hpp>
#include <amdvi/impl/command.hpp>
#include <amdvi/impl/counters.hpp>
#include <amdvi/impl/ga_log.hpp>
#include <amdvi/impl/guest.hpp>
#include <amdvi/impl/interrupt.hpp>
#include <amdvi/impl/log.hpp>
#include <amdvi/impl/marc.hpp>
#include <amdvi/impl/mmio.hpp>
#include <amdvi/impl/own_interrupt.hpp>
#include <amdvi/impl/pci.hpp>
#include <amdvi/impl/ppr.hpp>
#include <amdvi/impl/rings.hpp>
#include <amdvi/impl/special_request.hpp>
#include <amdvi/impl/translate.hpp>
#include <amdvi/impl/viommu.hpp>
#include <amdvi/impl/viommu_command.hpp>
#include <amdvi/impl/viommu_interrupt.hpp>
#include <amdvi/impl/viommu_log.hpp>
#include <amdvi/impl/viommu_private.hpp>
#include <amdvi/impl/viommu_reset.hpp>
#include <amdvi/impl/viommu_run.hpp>
#include <amdvi/impl/viommu_windows.hpp>
#include <amdvi/impl/walk.hpp>
