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
  // What is not an answer at all
  kHangs,
  kCrashes,
};

struct MistakeName {
  std::string_view name;
  Mistake mistake;
};

inline constexpr std::array kMistakes{
    MistakeName{"alloc_beyond_table", Mistake::kAllocBeyondTable},
    MistakeName{"alloc_upwards", Mistake::kAllocUpwards},
    MistakeName{"reserve_steals", Mistake::kReserveSteals},
    MistakeName{"reserve_once", Mistake::kReserveOnce},
    MistakeName{"free_unreserves", Mistake::kFreeUnreserves},
    MistakeName{"error_is_an_id", Mistake::kErrorIsAnId},
    MistakeName{"guest_id_zero", Mistake::kGuestIdZero},
    MistakeName{"guest_id_early", Mistake::kGuestIdEarly},
    MistakeName{"guest_id_twice", Mistake::kGuestIdTwice},
    MistakeName{"domain_id_zero", Mistake::kDomainIdZero},
    MistakeName{"reserve_used_domain", Mistake::kReserveUsedDomain},
    MistakeName{"domain_freed_twice", Mistake::kDomainFreedTwice},
    MistakeName{"share_uncounted", Mistake::kShareUncounted},
    MistakeName{"stale_entry", Mistake::kStaleEntry},
    MistakeName{"entry_shared_by_guests", Mistake::kEntrySharedByGuests},
    MistakeName{"clear_leaks_domains", Mistake::kClearLeaksDomains},
    MistakeName{"host_frees_guest_domain", Mistake::kHostFreesGuestDomain},
    MistakeName{"users_wrap", Mistake::kUsersWrap},
    MistakeName{"nested_of_dying_guest", Mistake::kNestedOfDyingGuest},
    MistakeName{"clear_to_device_zero", Mistake::kClearToDeviceZero},
    MistakeName{"device_twice", Mistake::kDeviceTwice},
    MistakeName{"device_stays_taken", Mistake::kDeviceStaysTaken},
    MistakeName{"queues_left_running", Mistake::kQueuesLeftRunning},
    MistakeName{"root_left_behind", Mistake::kRootLeftBehind},
    MistakeName{"register_before_entry", Mistake::kRegisterBeforeEntry},
    MistakeName{"register_not_cleared", Mistake::kRegisterNotCleared},
    MistakeName{"entry_not_flushed", Mistake::kEntryNotFlushed},
    MistakeName{"reset_not_awaited", Mistake::kResetNotAwaited},
    MistakeName{"unwind_forgets_trans_id", Mistake::kUnwindForgetsTransId},
    MistakeName{"unwind_forgets_mapping", Mistake::kUnwindForgetsMapping},
    MistakeName{"unwind_forgets_guest_id", Mistake::kUnwindForgetsGuestId},
    MistakeName{"pages_freed_before_flush", Mistake::kPagesFreedBeforeFlush},
    MistakeName{"pages_cached", Mistake::kPagesCached},
    MistakeName{"map_not_total", Mistake::kMapNotTotal},
    MistakeName{"rootless_entry", Mistake::kRootlessEntry},
    MistakeName{"reserved_levels", Mistake::kReservedLevels},
    MistakeName{"unsupported_is_invalid", Mistake::kUnsupportedIsInvalid},
    MistakeName{"mode_not_tested", Mistake::kModeNotTested},
    MistakeName{"viommu_before_commands", Mistake::kViommuBeforeCommands},
    MistakeName{"own_entry_not_flushed", Mistake::kOwnEntryNotFlushed},
    MistakeName{"own_entry_left", Mistake::kOwnEntryLeft},
    MistakeName{"private_domain_left", Mistake::kPrivateDomainLeft},
    MistakeName{"vdevice_gone_while_attached", Mistake::kVdeviceGoneWhileAttached},
    MistakeName{"entry_unchecked", Mistake::kEntryUnchecked},
    MistakeName{"attach_without_vdevice", Mistake::kAttachWithoutVdevice},
    MistakeName{"entry_before_map", Mistake::kEntryBeforeMap},
    MistakeName{"detach_keeps_cache", Mistake::kDetachKeepsCache},
    MistakeName{"nested_freed_while_attached", Mistake::kNestedFreedWhileAttached},
    MistakeName{"guest_bits_copied", Mistake::kGuestBitsCopied},
    MistakeName{"ppr_base_unshifted", Mistake::kPprBaseUnshifted},
    MistakeName{"control_bit_lost", Mistake::kControlBitLost},
    MistakeName{"control_without_queue", Mistake::kControlWithoutQueue},
    MistakeName{"queue_too_short", Mistake::kQueueTooShort},
    MistakeName{"released_with_queues", Mistake::kReleasedWithQueues},
    MistakeName{"slice_cacheable", Mistake::kSliceCacheable},
    MistakeName{"blocks_not_mapped", Mistake::kBlocksNotMapped},
    MistakeName{"slice_unmapped_in_use", Mistake::kSliceUnmappedInUse},
    MistakeName{"slice_not_awaited", Mistake::kSliceNotAwaited},
    MistakeName{"parent_freed_in_use", Mistake::kParentFreedInUse},
    MistakeName{"root_left_on_unlink", Mistake::kRootLeftOnUnlink},
    MistakeName{"growth_forgets_nested", Mistake::kGrowthForgetsNested},
    MistakeName{"growth_forgets_translate", Mistake::kGrowthForgetsTranslate},
    MistakeName{"unmap_forgets_parent", Mistake::kUnmapForgetsParent},
    MistakeName{"unmap_not_awaited", Mistake::kUnmapNotAwaited},
    MistakeName{"alias_forgotten", Mistake::kAliasForgotten},
    MistakeName{"attach_rolls_back", Mistake::kAttachRollsBack},
    MistakeName{"detach_unreserves", Mistake::kDetachUnreserves},
    MistakeName{"busy_ignored", Mistake::kBusyIgnored},
    MistakeName{"hangs", Mistake::kHangs},
    MistakeName{"crashes", Mistake::kCrashes},
};

}  // namespace reference
