// What goes into the device from upstream and what comes back: plain values.
#pragma once

#include <cstddef>
#include <cstdint>

namespace amdvi {

// Whether an access of so many bytes is one aligned access of 4: Request::dword.
constexpr bool is_dword(std::uint64_t address, std::size_t bytes) {
  return bytes == 4 && address % 4 == 0;
}

// An upstream memory request. Every byte of it lies in one 4 KiB page for translate(); dma()
// splits longer ones.
struct Request {
  std::uint16_t device_id = 0;  // bus 15:8, device 7:3, function 2:0
  std::uint64_t address = 0;    // IOVA, bytes
  bool read = false;
  bool write = false;  // both: an atomic
  bool posted = true;  // writes only
  // From the PASID prefix, if there is one. Without it a request is a user's.
  bool has_pasid = false;
  std::uint32_t pasid = 0;  // 20 bits
  bool exec = false;        // a read that fetches instructions
  bool privileged = false;
  bool dword = true;  // one aligned access of 4 bytes; of writes to the interrupt range only
};

struct Translation {
  bool ok = false;                 // false: target abort
  std::uint64_t spa = 0;           // system physical address, if ok
  std::uint64_t offset_mask = 0;   // address bits that pass through: page size - 1
  bool interrupt = false;          // an interrupt request: not memory, see interrupt()
  bool untranslated_only = false;  // U of the host leaf: translated requests may not use the page
};

// The answer to an ATS translation request.
struct AtsAnswer {
  bool ok = false;  // false: refused (unsupported request); the cause was reported
  std::uint64_t spa = 0;
  std::uint64_t offset_mask = 0;                   // page size - 1
  bool read = false, write = false, exec = false;  // what was asked for and is permitted
  bool untranslated_only = false;
};

// A page request message (PRI).
struct PageRequest {
  std::uint16_t device_id = 0;
  std::uint64_t address = 0;
  bool read = false;
  bool write = false;
  bool has_pasid = false;
  std::uint32_t pasid = 0;  // 20 bits
  bool exec = false;
  bool privileged = false;
  std::uint16_t group = 0;  // page request group index, 9 bits
  bool last = true;         // the last of its group
};

}  // namespace amdvi
