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

  // Little-endian, at any alignment. `values`: consecutive words, read as one access.
  bool read64(std::uint64_t spa, std::uint64_t& value) { return read64(spa, std::span(&value, 1)); }
  bool read64(std::uint64_t spa, std::span<std::uint64_t> values);
  bool write64(std::uint64_t spa, std::uint64_t value);
};

// Memory that exists only where it was written; reads as 0 elsewhere below `limit`, does not
// decode at and above it. A copy is a snapshot.
class SparseMemory final : public Memory {
 public:
  explicit SparseMemory(std::uint64_t limit = std::uint64_t{1} << 52) : limit_(limit) {}

  bool read(std::uint64_t spa, std::span<std::uint8_t> bytes) override;
  bool write(std::uint64_t spa, std::span<const std::uint8_t> bytes) override;
  void clear();

 private:
  using Page = std::array<std::uint8_t, 4096>;
  // Pages used lately, by the low bits of their number. A copy starts empty: it points into pages_.
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
    std::array<Slot, 64> slots{};
  };
  // nullptr: the page was never written.
  Page* find(std::uint64_t number) {
    const Recent::Slot& slot = recent_.slots[number % std::tuple_size_v<decltype(recent_.slots)>];
    return slot.number == number ? slot.page : look_up(number);
  }
  [[gnu::noinline]] Page* look_up(std::uint64_t number);
  bool decodes(std::uint64_t spa, std::size_t length) const;

  std::uint64_t limit_;
  std::unordered_map<std::uint64_t, Page> pages_;
  Recent recent_;
};

}  // namespace amdvi
