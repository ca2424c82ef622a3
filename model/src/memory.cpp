#include <amdvi/memory.hpp>

#include <algorithm>

namespace amdvi {

bool Memory::read64(std::uint64_t spa, std::uint64_t& value) {
  std::array<std::uint8_t, 8> bytes{};
  if (!read(spa, bytes)) return false;
  value = 0;
  for (std::size_t i = 8; i-- > 0;) value = value << 8 | bytes[i];
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

bool SparseMemory::read(std::uint64_t spa, std::span<std::uint8_t> bytes) {
  if (!decodes(spa, bytes.size())) return false;
  for (std::size_t done = 0; done < bytes.size();) {
    const std::size_t offset = (spa + done) & 4095;
    const std::size_t part = std::min(bytes.size() - done, 4096 - offset);
    const auto page = pages_.find((spa + done) >> 12);
    const auto to = bytes.subspan(done, part);
    if (page == pages_.end()) {
      std::fill(to.begin(), to.end(), std::uint8_t{0});
    } else {
      std::copy_n(page->second.begin() + static_cast<std::ptrdiff_t>(offset), part, to.begin());
    }
    done += part;
  }
  return true;
}

bool SparseMemory::write(std::uint64_t spa, std::span<const std::uint8_t> bytes) {
  if (!decodes(spa, bytes.size())) return false;
  for (std::size_t done = 0; done < bytes.size();) {
    const std::size_t offset = (spa + done) & 4095;
    const std::size_t part = std::min(bytes.size() - done, 4096 - offset);
    Page& page = pages_.try_emplace((spa + done) >> 12).first->second;
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(done), part,
                page.begin() + static_cast<std::ptrdiff_t>(offset));
    done += part;
  }
  return true;
}

}  // namespace amdvi
