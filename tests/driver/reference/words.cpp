// Words of guests in the VFCTRL window, and the guest's Control (viommu.md 3.4 to 3.9).
#include <array>
#include <set>

#include "control.hpp"
#include "guests.hpp"

namespace reference {
namespace {

constexpr std::uint64_t kCommand = 0x20, kEvent = 0x28, kPpr = 0x30;
constexpr std::uint64_t kShortest = 8;

constexpr std::uint64_t bits(std::uint64_t word, unsigned high, unsigned low) {
  return word >> low & ((2ULL << (high - low)) - 1);
}

// Where Control has the enables of a word, and where the word has them.
struct Enable {
  unsigned from, width, to;
};
constexpr std::array kCommandEnables{Enable{12, 1, 8}, Enable{4, 1, 9}};
constexpr std::array kEventEnables{Enable{2, 1, 8}, Enable{3, 1, 9}, Enable{32, 2, 10}};
constexpr std::array kPprEnables{Enable{13, 1, 8},  Enable{14, 1, 9},  Enable{15, 1, 10},
                                 Enable{30, 2, 11}, Enable{39, 1, 13}, Enable{41, 1, 14},
                                 Enable{42, 1, 15}};

class Words final : public Capability {
 public:
  explicit Words(const Place& where) : Capability(where), control_(place) {}

  int reset(Args a, std::uint64_t&) {
    if (a[0] == 0) return -AMDVI_EINVAL;
    control_.reset(a[0]);
    live_.insert(a[0]);
    trans_.erase(a[0]);
    return 0;
  }

  int set_trans(Args a, std::uint64_t&) {
    if (!lives(a[0])) return -AMDVI_EINVAL;
    control_.translate_by(a[0], a[1]);
    if (a[1] != 0) trans_.insert(a[0]);
    if (a[1] == 0) trans_.erase(a[0]);
    return 0;
  }

  int command_queue(Args a, std::uint64_t&) {
    return queue(a, kCommand, a[1] << 12 | a[4] << 9 | a[3] << 8 | a[2]);
  }
  int event_queue(Args a, std::uint64_t&) {
    return queue(a, kEvent, a[1] << 12 | a[4] << 9 | a[3] << 8 | a[2]);
  }
  int ppr_queue(Args a, std::uint64_t&) {
    const unsigned shift = place.makes(Mistake::kPprBaseUnshifted) ? 12 : 16;
    return queue(a, kPpr,
                 a[1] << shift | a[8] << 15 | a[7] << 14 | a[6] << 13 | a[5] << 10 | a[4] << 9 |
                     a[3] << 8 | a[2]);
  }

  int control_write(Args a, std::uint64_t&) {
    if (!lives(a[0])) return -AMDVI_EINVAL;
    const bool starts_nothing =
        (bits(a[1], 12, 12) != 0 && bits(read(a[0], kCommand), 51, 12) == 0) ||
        (bits(a[1], 2, 2) != 0 && bits(read(a[0], kEvent), 51, 12) == 0) ||
        (bits(a[1], 13, 13) != 0 && bits(read(a[0], kPpr), 55, 16) == 0);
    if (starts_nothing && !place.makes(Mistake::kControlWithoutQueue)) return -AMDVI_EINVAL;
    write(a[0], kCommand, mirrored(read(a[0], kCommand), a[1], kCommandEnables));
    write(a[0], kEvent, mirrored(read(a[0], kEvent), a[1], kEventEnables));
    write(a[0], kPpr, mirrored(read(a[0], kPpr), a[1], kPprEnables));
    return 0;
  }

  int control_read(Args a, std::uint64_t& control) {
    if (!lives(a[0])) return -AMDVI_EINVAL;
    gather(read(a[0], kCommand), kCommandEnables, control);
    gather(read(a[0], kEvent), kEventEnables, control);
    gather(read(a[0], kPpr), kPprEnables, control);
    return 0;
  }

  int disable_queues(Args a, std::uint64_t&) {
    if (!lives(a[0])) return -AMDVI_EINVAL;
    for (const std::uint64_t reg : {kCommand, kEvent, kPpr}) write(a[0], reg, 0);
    return 0;
  }

  int release(Args a, std::uint64_t&) {
    if (!lives(a[0])) return -AMDVI_EINVAL;
    bool busy = trans_.contains(a[0]);
    for (const std::uint64_t reg : {kCommand, kEvent, kPpr}) busy |= read(a[0], reg) != 0;
    if (busy && !place.makes(Mistake::kReleasedWithQueues)) return -AMDVI_EBUSY;
    live_.erase(a[0]);
    return 0;
  }

 private:
  bool lives(std::uint64_t gid) const { return live_.contains(gid) || place.guests->has(gid); }

  int queue(Args a, std::uint64_t reg, std::uint64_t word) {
    if (!lives(a[0])) return -AMDVI_EINVAL;
    if (a[2] < kShortest && !place.makes(Mistake::kQueueTooShort)) return -AMDVI_EINVAL;
    if (a[1] == 0) return -AMDVI_EINVAL;
    write(a[0], reg, word);
    return 0;
  }

  // Two headers have PprAutoRspAon at another bit of Control than the others.
  unsigned place_of(const Enable& enable) const {
    return enable.from == 42 && place.makes(Mistake::kControlBitLost) ? 48 : enable.from;
  }

  template <class Enables>
  std::uint64_t mirrored(std::uint64_t word, std::uint64_t control, const Enables& enables) const {
    for (const Enable& one : enables) {
      const std::uint64_t mask = (1ULL << one.width) - 1;
      word = (word & ~(mask << one.to)) | (control >> place_of(one) & mask) << one.to;
    }
    return word;
  }
  template <class Enables>
  void gather(std::uint64_t word, const Enables& enables, std::uint64_t& control) const {
    for (const Enable& one : enables) {
      control |= (word >> one.to & ((1ULL << one.width) - 1)) << place_of(one);
    }
  }

  std::uint64_t read(std::uint64_t gid, std::uint64_t reg) const { return control_.word(gid, reg); }
  void write(std::uint64_t gid, std::uint64_t reg, std::uint64_t word) const {
    control_.word(gid, reg, word);
  }

  Control control_;
  std::set<std::uint64_t> live_, trans_;
};

constexpr std::array kOperations{
    amdvi_operation{"vf_words.reset", call<Words, &Words::reset>},
    amdvi_operation{"vf_words.set_trans", call<Words, &Words::set_trans>},
    amdvi_operation{"vf_words.command_queue", call<Words, &Words::command_queue>},
    amdvi_operation{"vf_words.event_queue", call<Words, &Words::event_queue>},
    amdvi_operation{"vf_words.ppr_queue", call<Words, &Words::ppr_queue>},
    amdvi_operation{"vf_words.control_write", call<Words, &Words::control_write>},
    amdvi_operation{"vf_words.control_read", call<Words, &Words::control_read>},
    amdvi_operation{"vf_words.disable_queues", call<Words, &Words::disable_queues>},
    amdvi_operation{"vf_words.release", call<Words, &Words::release>}};

}  // namespace

Part words_part() {
  return {{"vf_words", make_capability<Words>}, {kOperations.data(), kOperations.size()}};
}

}  // namespace reference
