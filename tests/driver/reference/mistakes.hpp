// Named mistakes of drivers, each of which vectors must catch: one is chosen when an instance is
// opened ("mistake=NAME").
#pragma once

#include <array>
#include <string_view>

namespace reference {

enum class Mistake {
  kNone,
  // Translation device IDs
  kAllocBeyondTable,
  kAllocUpwards,
  kReserveSteals,
  kReserveOnce,
  kFreeUnreserves,
  kErrorIsAnId,
  // GuestIDs
  kGuestIdZero,
  kGuestIdEarly,
  kGuestIdTwice,
  // Host domain IDs
  kDomainIdZero,
  kReserveUsedDomain,
  kDomainFreedTwice,
  // Domains of guests
  kShareUncounted,
  kStaleEntry,
  kEntrySharedByGuests,
  kClearLeaksDomains,
  kHostFreesGuestDomain,
  kUsersWrap,
  kNestedOfDyingGuest,
  // Devices of guests
  kClearToDeviceZero,
  kDeviceTwice,
  kDeviceStaysTaken,
  // Lifecycle
  kQueuesLeftRunning,
  kRootLeftBehind,
  kRegisterBeforeEntry,
  kRegisterNotCleared,
  kEntryNotFlushed,
  kResetNotAwaited,
  kUnwindForgetsTransId,
  kUnwindForgetsMapping,
  kUnwindForgetsGuestId,
  kPagesFreedBeforeFlush,
  kPagesCached,
  kMapNotTotal,
  // A guest's device table entry
  kRootlessEntry,
  kReservedLevels,
  kUnsupportedIsInvalid,
  // Initialising an IOMMU
  kModeNotTested,
  kViommuBeforeCommands,
  kOwnEntryNotFlushed,
  kOwnEntryLeft,
  kPrivateDomainLeft,
  // Virtual devices and nested domains
  kVdeviceGoneWhileAttached,
  kEntryUnchecked,
  kAttachWithoutVdevice,
  kEntryBeforeMap,
  kDetachKeepsCache,
  kNestedFreedWhileAttached,
  kGuestBitsCopied,
  // Words of guests
  kPprBaseUnshifted,
  kControlBitLost,
  kControlWithoutQueue,
  kQueueTooShort,
  kReleasedWithQueues,
  // Private address spaces
  kSliceCacheable,
  kBlocksNotMapped,
  kSliceUnmappedInUse,
  kSliceNotAwaited,
  // Parents
  kParentFreedInUse,
  kRootLeftOnUnlink,
  kGrowthForgetsNested,
  kGrowthForgetsTranslate,
  kUnmapForgetsParent,
  kUnmapNotAwaited,
  // Attaching devices
  kAliasForgotten,
  kAttachRollsBack,
  kDetachUnreserves,
  kBusyIgnored,
  // Shared translation device IDs
  kNeverShared,
  kSharedIdFreedEarly,
  // Who has a domain ID
  kParentIdFreed,
  kPrivateAsParent,
  // What is not an answer at all
  kHangs,
  kCrashes,
};

struct MistakeName {
  std::string_view name;
  Mistake mistake;
  std::string_view capability;  // in which it is made, and whose vectors show it
};

inline constexpr std::array kMistakes{
    MistakeName{"alloc_beyond_table", Mistake::kAllocBeyondTable, "trans_devid_pool"},
    MistakeName{"alloc_upwards", Mistake::kAllocUpwards, "trans_devid_pool"},
    MistakeName{"reserve_steals", Mistake::kReserveSteals, "trans_devid_pool"},
    MistakeName{"reserve_once", Mistake::kReserveOnce, "trans_devid_pool"},
    MistakeName{"free_unreserves", Mistake::kFreeUnreserves, "trans_devid_pool"},
    MistakeName{"error_is_an_id", Mistake::kErrorIsAnId, "trans_devid_pool"},
    MistakeName{"guest_id_zero", Mistake::kGuestIdZero, "guest_id_pool"},
    MistakeName{"guest_id_early", Mistake::kGuestIdEarly, "guest_id_pool"},
    MistakeName{"guest_id_twice", Mistake::kGuestIdTwice, "guest_id_pool"},
    MistakeName{"domain_id_zero", Mistake::kDomainIdZero, "host_domain_ids"},
    MistakeName{"reserve_used_domain", Mistake::kReserveUsedDomain, "host_domain_ids"},
    MistakeName{"domain_freed_twice", Mistake::kDomainFreedTwice, "host_domain_ids"},
    MistakeName{"share_uncounted", Mistake::kShareUncounted, "gdom_map"},
    MistakeName{"stale_entry", Mistake::kStaleEntry, "gdom_map"},
    MistakeName{"entry_shared_by_guests", Mistake::kEntrySharedByGuests, "gdom_map"},
    MistakeName{"clear_leaks_domains", Mistake::kClearLeaksDomains, "gdom_map"},
    MistakeName{"host_frees_guest_domain", Mistake::kHostFreesGuestDomain, "gdom_map"},
    MistakeName{"users_wrap", Mistake::kUsersWrap, "gdom_map"},
    MistakeName{"nested_of_dying_guest", Mistake::kNestedOfDyingGuest, "gdom_map"},
    MistakeName{"clear_to_device_zero", Mistake::kClearToDeviceZero, "devid_map"},
    MistakeName{"device_twice", Mistake::kDeviceTwice, "devid_map"},
    MistakeName{"device_stays_taken", Mistake::kDeviceStaysTaken, "devid_map"},
    MistakeName{"queues_left_running", Mistake::kQueuesLeftRunning, "viommu_lifecycle"},
    MistakeName{"root_left_behind", Mistake::kRootLeftBehind, "viommu_lifecycle"},
    MistakeName{"register_before_entry", Mistake::kRegisterBeforeEntry, "viommu_lifecycle"},
    MistakeName{"register_not_cleared", Mistake::kRegisterNotCleared, "viommu_lifecycle"},
    MistakeName{"entry_not_flushed", Mistake::kEntryNotFlushed, "viommu_lifecycle"},
    MistakeName{"reset_not_awaited", Mistake::kResetNotAwaited, "viommu_lifecycle"},
    MistakeName{"unwind_forgets_trans_id", Mistake::kUnwindForgetsTransId, "viommu_lifecycle"},
    MistakeName{"unwind_forgets_mapping", Mistake::kUnwindForgetsMapping, "viommu_lifecycle"},
    MistakeName{"unwind_forgets_guest_id", Mistake::kUnwindForgetsGuestId, "viommu_lifecycle"},
    MistakeName{"pages_freed_before_flush", Mistake::kPagesFreedBeforeFlush, "viommu_lifecycle"},
    MistakeName{"pages_cached", Mistake::kPagesCached, "viommu_lifecycle"},
    MistakeName{"map_not_total", Mistake::kMapNotTotal, "viommu_lifecycle"},
    MistakeName{"rootless_entry", Mistake::kRootlessEntry, "guest_dte_validation"},
    MistakeName{"reserved_levels", Mistake::kReservedLevels, "guest_dte_validation"},
    MistakeName{"unsupported_is_invalid", Mistake::kUnsupportedIsInvalid, "guest_dte_validation"},
    MistakeName{"mode_not_tested", Mistake::kModeNotTested, "iommu_init"},
    MistakeName{"viommu_before_commands", Mistake::kViommuBeforeCommands, "iommu_init"},
    MistakeName{"own_entry_not_flushed", Mistake::kOwnEntryNotFlushed, "iommu_init"},
    MistakeName{"own_entry_left", Mistake::kOwnEntryLeft, "iommu_init"},
    MistakeName{"private_domain_left", Mistake::kPrivateDomainLeft, "iommu_init"},
    MistakeName{"vdevice_gone_while_attached", Mistake::kVdeviceGoneWhileAttached, "nested_device"},
    MistakeName{"entry_unchecked", Mistake::kEntryUnchecked, "nested_device"},
    MistakeName{"attach_without_vdevice", Mistake::kAttachWithoutVdevice, "nested_device"},
    MistakeName{"entry_before_map", Mistake::kEntryBeforeMap, "nested_device"},
    MistakeName{"detach_keeps_cache", Mistake::kDetachKeepsCache, "nested_device"},
    MistakeName{"nested_freed_while_attached", Mistake::kNestedFreedWhileAttached, "nested_device"},
    MistakeName{"guest_bits_copied", Mistake::kGuestBitsCopied, "nested_device"},
    MistakeName{"ppr_base_unshifted", Mistake::kPprBaseUnshifted, "vf_words"},
    MistakeName{"control_bit_lost", Mistake::kControlBitLost, "vf_words"},
    MistakeName{"control_without_queue", Mistake::kControlWithoutQueue, "vf_words"},
    MistakeName{"queue_too_short", Mistake::kQueueTooShort, "vf_words"},
    MistakeName{"released_with_queues", Mistake::kReleasedWithQueues, "vf_words"},
    MistakeName{"slice_cacheable", Mistake::kSliceCacheable, "private_space"},
    MistakeName{"blocks_not_mapped", Mistake::kBlocksNotMapped, "private_space"},
    MistakeName{"slice_unmapped_in_use", Mistake::kSliceUnmappedInUse, "private_space"},
    MistakeName{"slice_not_awaited", Mistake::kSliceNotAwaited, "private_space"},
    MistakeName{"parent_freed_in_use", Mistake::kParentFreedInUse, "parent_domain"},
    MistakeName{"root_left_on_unlink", Mistake::kRootLeftOnUnlink, "parent_domain"},
    MistakeName{"growth_forgets_nested", Mistake::kGrowthForgetsNested, "parent_domain"},
    MistakeName{"growth_forgets_translate", Mistake::kGrowthForgetsTranslate, "parent_domain"},
    MistakeName{"unmap_forgets_parent", Mistake::kUnmapForgetsParent, "parent_domain"},
    MistakeName{"unmap_not_awaited", Mistake::kUnmapNotAwaited, "parent_domain"},
    MistakeName{"alias_forgotten", Mistake::kAliasForgotten, "device_attach"},
    MistakeName{"attach_rolls_back", Mistake::kAttachRollsBack, "device_attach"},
    MistakeName{"detach_unreserves", Mistake::kDetachUnreserves, "device_attach"},
    MistakeName{"busy_ignored", Mistake::kBusyIgnored, "device_attach"},
    MistakeName{"never_shared", Mistake::kNeverShared, "trans_id_sharing"},
    MistakeName{"shared_id_freed_early", Mistake::kSharedIdFreedEarly, "trans_id_sharing"},
    MistakeName{"parent_id_freed", Mistake::kParentIdFreed, "domain_roles"},
    MistakeName{"private_as_parent", Mistake::kPrivateAsParent, "domain_roles"},
    MistakeName{"hangs", Mistake::kHangs, "trans_devid_pool"},
    MistakeName{"crashes", Mistake::kCrashes, "trans_devid_pool"},
};

}  // namespace reference
