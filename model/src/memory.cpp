#include <algorithm>
#include <bit>
#include <cstring>

#include <amdvi/memory.hpp>

namespace amdvi {

namespace {

void from_little_endian(std::span<std::uint64_t> values) {
  if constexpr (std::endian::native == std::endian::big) {
    std::transform(values.begin(), values.end(), values.begin(),
                   [](std::uint64_t value) { return __builtin_bswap64(value); });
  }
}

}  // namespace

// Not inlined: what is quicker than this need not save registers for it.
[[gnu::noinline]] bool Memory::read64(std::uint64_t spa, std::span<std::uint64_t> values) {
  const std::span bytes(reinterpret_cast<std::uint8_t*>(values.data()), values.size_bytes());
  if (!read(spa, bytes)) return false;
  from_little_endian(values);
  return true;
}

bool Memory::write64(std::uint64_t spa, std::uint64_t value) {
  std::array<std::uint8_t, 8> bytes{};
  for (std::uint8_t& b : bytes) {
    b = static_cast<std::uint8_t>(value);
    value >>= 8;
  }
  return write(spa, bytes);
}

bool SparseMemory::decodes(std::uint64_t spa, std::size_t length) const {
  return spa < limit_ && length <= limit_ - spa;
}

void SparseMemory::clear() {
  pages_.clear();
  recent_ = {};
}

SparseMemory::Page* SparseMemory::look_up(std::uint64_t number) {
  const auto page = pages_.find(number);
  if (page == pages_.end()) return nullptr;
  // So that whoever finds a page there need not ask whether an access in it decodes.
  if (decodes(number << 12, sizeof(Page))) recent_.slot_of(number) = {number, &page->second};
  return &page->second;
}

bool SparseMemory::read(std::uint64_t spa, std::span<std::uint8_t> bytes) {
  if (!decodes(spa, bytes.size())) return false;
  for (std::size_t done = 0; done < bytes.size();) {
    const std::size_t offset = (spa + done) & 4095;
    const std::size_t part = std::min(bytes.size() - done, 4096 - offset);
    const Page* page = find((spa + done) >> 12);
    if (page == nullptr) {
      std::memset(bytes.data() + done, 0, part);
    } else {
      std::memcpy(bytes.data() + done, page->data() + offset, part);
    }
    done += part;
  }
  return true;
}

bool SparseMemory::read64(std::uint64_t spa, std::span<std::uint64_t> values) {
  // In a page used lately: most reads, and nothing is in their way.
  const Recent::Slot& slot = recent_.slot_of(spa >> 12);
  const std::size_t offset = spa & 4095, length = values.size_bytes();
  if (slot.number != spa >> 12 || offset + length > sizeof(Page)) {
    return Memory::read64(spa, values);
  }
  const std::uint8_t* from = slot.page->data() + offset;
  for (std::uint64_t& value : values) {
    std::memcpy(&value, from, 8);
    from += 8;
  }
  from_little_endian(values);
  return true;
}

bool SparseMemory::write(std::uint64_t spa, std::span<const std::uint8_t> bytes) {
  if (!decodes(spa, bytes.size())) return false;
  for (std::size_t done = 0; done < bytes.size();) {
    const std::size_t offset = (spa + done) & 4095;
    const std::size_t part = std::min(bytes.size() - done, 4096 - offset);
    const std::uint64_t number = (spa + done) >> 12;
    Page* page = find(number);
    if (page == nullptr) page = &pages_.try_emplace(number).first->second;
    std::memcpy(page->data() + offset, bytes.data() + done, part);
    done += part;
  }
  return true;
}

}  // namespace amdvi
