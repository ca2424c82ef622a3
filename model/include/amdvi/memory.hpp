// The memory behind the IOMMU, supplied by the host of the model.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <unordered_map>

namespace amdvi {

class Memory {
 public:
  virtual ~Memory() = default;
  // `spa` is a system physical address in bytes. false: the access does not decode; nothing moved.
  virtual bool read(std::uint64_t spa, std::span<std::uint8_t> bytes) = 0;
  virtual bool write(std::uint64_t spa, std::span<const std::uint8_t> bytes) = 0;

  // Little-endian, at any alignment. `values`: consecutive words, read as one access. Virtual only
  // so that a memory can be quicker than its read() of the same bytes: most reads are of entries.
  virtual bool read64(std::uint64_t spa, std::span<std::uint64_t> values);
  bool read64(std::uint64_t spa, std::uint64_t& value) { return read64(spa, std::span(&value, 1)); }
  bool write64(std::uint64_t spa, std::uint64_t value);
};

// Memory that exists only where it was written; reads as 0 elsewhere below `limit`, does not
// decode at and above it. A copy is a snapshot.
class SparseMemory final : public Memory {
 public:
  explicit SparseMemory(std::uint64_t limit = std::uint64_t{1} << 52) : limit_(limit) {}

  bool read(std::uint64_t spa, std::span<std::uint8_t> bytes) override;
  bool write(std::uint64_t spa, std::span<const std::uint8_t> bytes) override;
  using Memory::read64;
  bool read64(std::uint64_t spa, std::span<std::uint64_t> values) override;
  void clear();

 private:
  using Page = std::array<std::uint8_t, 4096>;
  // Pages used lately, by slot_of() their number. A copy starts empty: it points into pages_.
  struct Recent {
    Recent() = default;
    Recent(const Recent&) {}
    Recent& operator=(const Recent&) {
      slots = {};
      return *this;
    }
    struct Slot {
      std::uint64_t number = ~std::uint64_t{0};  // no page has it
      Page* page = nullptr;
    };
    static constexpr unsigned kBits = 6;
    std::array<Slot, 1 << kBits> slots{};
    // Tables lie at round addresses: all bits of a number have their say (Fibonacci hashing).
    Slot& slot_of(std::uint64_t number) {
      return slots[number * 0x9E3779B97F4A7C15 >> (64 - kBits)];
    }
  };
  // nullptr: the page was never written.
  Page* find(std::uint64_t number) {
    const Recent::Slot& slot = recent_.slot_of(number);
    return slot.number == number ? slot.page : look_up(number);
  }
  [[gnu::noinline]] Page* look_up(std::uint64_t number);
  bool decodes(std::uint64_t spa, std::size_t length) const;

  std::uint64_t limit_;
  std::unordered_map<std::uint64_t, Page> pages_;
  Recent recent_;
};

}  // namespace amdvi
