#include "tests/scenario/guest.hpp"

namespace amdvi::scenario {
namespace {

constexpr std::uint64_t bit(unsigned n) { return std::uint64_t{1} << n; }

// viommu.md 2: VF page.
constexpr unsigned kCommandTail = 0x08, kEventHead = 0x10, kEventTail = 0x18, kStatus = 0x20;
constexpr std::uint64_t kCmdBufRun = bit(4);
constexpr unsigned kWord = 8;
constexpr std::uint64_t kEntryBytes = 16, kPointer = 0x7fff0;

// P, RW and US of a guest's page table; V of a GCR3 table.
constexpr std::uint64_t kMapped = 7, kValid = 1, kAddress = 0x000f'ffff'ffff'f000;
constexpr unsigned kLevels = 4, kLevelBits = 9, kPageBits = 12;

}  // namespace

Guest::Guest(HostHardware& hardware, Iommu& iommu, std::uint16_t gid, const VirtualMachine& machine,
             std::uint64_t at)
    : hardware_(hardware),
      iommu_(iommu),
      gid_(gid),
      machine_(machine),
      at_(at),
      next_page_(at + 3 * kRing),
      gcr3_(fresh_page()),
      root_(fresh_page()),
      mailbox_(fresh_page()) {
  for (std::uint64_t gpa = at_; gpa < next_page_; gpa += kWord) put(gpa, 0);
  put(gcr3_, root_ | kValid);  // PASID 0
}

// A processor in the guest goes through the same mappings.
void Guest::put(std::uint64_t gpa, std::uint64_t value) {
  const std::uint64_t spa = hardware_.tables().find(machine_.root, gpa);
  if (spa != 0) hardware_.memory().put(spa, value);
}

std::uint64_t Guest::get(std::uint64_t gpa) {
  const std::uint64_t spa = hardware_.tables().find(machine_.root, gpa);
  return spa != 0 ? hardware_.memory().get(spa) : 0;
}

std::uint64_t Guest::fresh_page() {
  const std::uint64_t page = next_page_;
  next_page_ += kPage;
  for (std::uint64_t gpa = page; gpa < next_page_; gpa += kWord) put(gpa, 0);
  return page;
}

// viommu.md 6.1: V, GIoV 54, GV 55, GLX 0, GCR3 root in three pieces. SE, bit 33 of the second
// word, is not the guest's to set (6.3): a driver that copies it hides faults.
host::Entry Guest::entry(std::uint16_t domain) const {
  const std::uint64_t low = gcr3_ >> 12 & 7, middle = gcr3_ >> 15 & 0xffff, high = gcr3_ >> 31;
  return {bit(55) | bit(54) | low << 58 | 1, high << 43 | bit(33) | middle << 16 | domain, 0, 0};
}

std::uint64_t Guest::table_entry(std::uint64_t gva, bool make) {
  std::uint64_t table = root_;
  for (unsigned level = kLevels;; --level) {
    const unsigned shift = kPageBits + kLevelBits * (level - 1);
    const std::uint64_t at = table + (gva >> shift & (bit(kLevelBits) - 1)) * kWord;
    if (level == 1) return at;
    if (get(at) == 0) {
      if (!make) return 0;
      put(at, fresh_page() | kMapped);
    }
    table = get(at) & kAddress;
  }
}

void Guest::map(std::uint64_t gva, std::uint64_t gpa) {
  put(table_entry(gva, true), gpa | kMapped);
}

void Guest::unmap(std::uint64_t gva) {
  if (const std::uint64_t at = table_entry(gva, false); at != 0) put(at, 0);
}

std::uint64_t Guest::reg(unsigned offset) const {
  return iommu_.device.vf_read(gid_ * 4096U + offset, kWord);
}

void Guest::reg(unsigned offset, std::uint64_t value) {
  iommu_.device.vf_write(gid_ * 4096U + offset, kWord, value);
}

bool Guest::issue(std::span<const Words2> commands) {
  if (!iommu_.user_mapped.contains(gid_)) return false;
  std::uint64_t tail = reg(kCommandTail);
  for (const Words2& command : commands) {
    put(at_ + tail, command[0]);
    put(at_ + tail + kWord, command[1]);
    tail = (tail + kEntryBytes) % kRing;
  }
  reg(kCommandTail, tail);
  return true;
}

bool Guest::wait() {
  ++waited_;
  const Words2 command{bit(60) | mailbox_ | 1, waited_};
  if (!issue(std::span(&command, 1))) return false;
  iommu_.device.run();
  return get(mailbox_) == waited_;
}

std::vector<Words2> Guest::new_events() {
  std::vector<Words2> all;
  if (!iommu_.user_mapped.contains(gid_)) return all;
  const std::uint64_t tail = reg(kEventTail) & kPointer;
  for (std::uint64_t head = reg(kEventHead) & kPointer; head != tail;) {
    all.push_back({get(events() + head), get(events() + head + kWord)});
    head = (head + kEntryBytes) % kRing;
  }
  reg(kEventHead, tail);
  return all;
}

bool Guest::command_processor_runs() const { return (reg(kStatus) & kCmdBufRun) != 0; }

Words2 invalidate_entry(std::uint16_t device) { return {std::uint64_t{2} << 60 | device, 0}; }

// S=0, PDE, GN, PASID 0.
Words2 invalidate_pages(std::uint16_t domain, std::uint64_t gva) {
  return {std::uint64_t{3} << 60 | std::uint64_t{domain} << 32, (gva & ~(kPage - 1)) | 6};
}

}  // namespace amdvi::scenario
