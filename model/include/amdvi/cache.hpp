// A device that may use old table entries until they are invalidated, as an oracle: which results
// of a request are allowed. It keeps no cache: it remembers what memory held and which
// invalidations completed, and tries every value each entry may have. Tested by
// tests/unit/device_cache_test.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include <amdvi/device.hpp>
#include <amdvi/spec/CachedObject.gen.hpp>

namespace amdvi {

// A memory that remembers what was overwritten, and when. Only writes through it are seen.
class History final : public Memory {
 public:
  using Time = std::uint64_t;
  using Words = std::vector<std::uint64_t>;
  struct Version {
    Words words;
    Time until;  // when it was overwritten; of what is there now kNow
  };
  static constexpr Time kNow = ~Time{0};

  // `memory` outlives the history.
  explicit History(Memory& memory) : memory_(&memory) {}

  bool read(std::uint64_t spa, std::span<std::uint8_t> bytes) override;
  bool write(std::uint64_t spa, std::span<const std::uint8_t> bytes) override;

  Time now() const { return now_; }
  Time tick() { return ++now_; }
  // Nobody can still hold what was there before.
  void forget() { old_.clear(); }
  // What the `count` words at `spa`, which is 8-byte aligned, held; the newest first.
  std::vector<Version> versions(std::uint64_t spa, std::size_t count);
  // When a word in [first, last] first held a value that is wanted(address, value); 0 if it was so
  // from the beginning or never.
  Time since(std::uint64_t first, std::uint64_t last,
             const std::function<bool(std::uint64_t, std::uint64_t)>& wanted);

 private:
  struct Old {
    std::uint64_t value;
    Time until;
  };
  std::uint64_t word_before(std::uint64_t spa, Time time);

  Memory* memory_;
  Time now_ = 0;
  std::map<std::uint64_t, std::vector<Old>> old_;  // by address, oldest first
};

// One allowed result of a request.
struct Outcome {
  Translation translation;
  std::vector<std::array<std::uint64_t, 2>> events;  // that it would log
};

struct InterruptOutcome {
  InterruptResult result;
  std::vector<std::array<std::uint64_t, 2>> events;
};

class CachingDevice {
 public:
  // `memory` outlives the device; tables are written through memory().
  CachingDevice(const Config& config, Memory& memory);
  CachingDevice(const CachingDevice&) = delete;
  CachingDevice& operator=(const CachingDevice&) = delete;

  History& memory() { return history_; }
  Device& device() { return device_; }  // registers and commands

  // Every allowed result, that with new entries first. Changes nothing.
  std::vector<Outcome> outcomes(const Request& request);
  std::vector<InterruptOutcome> interrupt_outcomes(const InterruptRequest& request);
  // One allowed result, by the option `cache`: none: entries as they are now; all_stale: each as
  // old as is legal; per_object: every other one as old as is legal. By the option `npcache` what
  // was not present is among them, if NpCache permits it.
  Outcome translate(const Request& request);

 private:
  // Hears commands: invalidations are complete at the next COMPLETION_WAIT.
  class Invalidations final : public Observer {
   public:
    explicit Invalidations(History& history) : history_(&history) {}
    void command(std::span<const std::uint64_t> words) override;
    void guest_command(const GuestCommand& command) override;
    // An old value of an entry or of half a device table entry at `spa`, wanted for `use`.
    struct Copy {
      const TableUse& use;
      std::uint64_t spa;
      const History::Version& version;
      const History::Version& newest;
      const spec::Options<Concrete>& options;
    };
    // Whether it may still be used. `np_cache`: also if it is not present.
    bool may_be_used(const Copy& copy, bool np_cache) const;
    void look_at(std::uint64_t device_table_base) { device_table_ = device_table_base; }

   private:
    struct Command {
      std::array<std::uint64_t, 2> words;
      History::Time time;
      // Of a guest's INVALIDATE_IOMMU_ALL: it drops what has one of these only.
      bool limited = false;
      std::vector<std::uint16_t> devices{}, domains{};
    };
    static bool reaches(const Command& command, const TableUse& use);
    bool drops(const Command& command, const TableUse& use, const History::Version& version) const;
    static bool drops_page(const Command& command, const TableUse& use, spec::CachedObject page,
                           std::uint64_t address, History::Time until);
    bool is_dropped(const TableUse& use, const History::Version& version) const;
    bool page_is_kept(const TableUse& use, spec::CachedObject page, History::Time until) const;
    bool entry_outlived(const Copy& copy) const;
    bool outlived(const Copy& copy) const;
    History::Time domain_since(std::uint16_t domain) const;

    History* history_;
    std::uint64_t device_table_ = 0;  // the register
    std::vector<Command> issued_, complete_;
    std::map<std::uint16_t, std::vector<Command>> guest_issued_;  // by GuestID
  };

  struct Choice {
    std::size_t index;
    std::size_t count;
  };
  class Trial;

  // Lets `act` use a device whose table entries `script` chooses; what is not in it, `mode`.
  // Returns the events.
  using Act = std::function<void(Device&)>;
  std::vector<std::array<std::uint64_t, 2>> attempt(const Act& act, std::vector<Choice>& script,
                                                    spec::Cache mode, bool np_cache);
  // Every script in turn, that of the newest entries first.
  void attempt_all(const Act& act,
                   const std::function<void(std::vector<std::array<std::uint64_t, 2>>)>& done);
  bool may_cache_not_present() const;

  History history_;
  Invalidations invalidations_;
  Device device_;
};

}  // namespace amdvi
