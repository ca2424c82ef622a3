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

  // Little-endian, at any alignment.
  bool read64(std::uint64_t spa, std::uint64_t& value);
  bool write64(std::uint64_t spa, std::uint64_t value);
};

// Memory that exists only where it was written; reads as 0 elsewhere below `limit`, does not
// decode at and above it. A copy is a snapshot.
class SparseMemory final : public Memory {
 public:
  explicit SparseMemory(std::uint64_t limit = std::uint64_t{1} << 52) : limit_(limit) {}

  bool read(std::uint64_t spa, std::span<std::uint8_t> bytes) override;
  bool write(std::uint64_t spa, std::span<const std::uint8_t> bytes) override;
  void clear() { pages_.clear(); }

 private:
  using Page = std::array<std::uint8_t, 4096>;
  bool decodes(std::uint64_t spa, std::size_t length) const;

  std::uint64_t limit_;
  std::unordered_map<std::uint64_t, Page> pages_;
};

}  // namespace amdvi
