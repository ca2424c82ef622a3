#include "tests/scenario/story.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace amdvi::scenario {
namespace {

constexpr unsigned kIommus = 2, kMachines = 2;
constexpr std::uint16_t device_of(unsigned iommu, unsigned machine) {
  return static_cast<std::uint16_t>(0x4000 * iommu + 0x100 * (machine + 1));
}

// Virtual addresses of a guest: a page that is there, one that never is, one whose memory goes.
constexpr std::uint64_t kData = 0x4000'0000, kNothing = 0x4800'0000, kGoes = 0x5000'0000;
constexpr std::uint64_t kDataMemory = 0x80'0000, kGoingMemory = 0xc0'0000, kGoing = 0x1'0000;

std::uint64_t data_of(const LiveGuest& guest) { return kDataMemory + guest.iommu * kPage; }

// core 6.1: code 63:60, DeviceID 15:0, and the address.
unsigned code(const Words2& event) { return static_cast<unsigned>(event[0] >> 60); }
constexpr unsigned kPageFault = 2;

}  // namespace

bool has(const std::vector<Finding>& findings, const std::string& what) {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const Finding& finding) { return finding.what == what; });
}

std::string to_text(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& f : findings) text += fmt::format("{}: {}: {}\n", f.when, f.what, f.says);
  return text;
}

Story::Story(const DriverUnderTest& driver)
    : hardware_(kIommus),
      kernel_(driver, hardware_, kIommus, kMachines),
      sight_(hardware_.sight()) {}

void Story::expect(bool holds, const std::string& what, const std::string& says) {
  if (!holds) findings_.push_back({when_, what, says});
}

LiveGuest& Story::guest(unsigned iommu, unsigned machine) {
  const auto& all = kernel_.guests();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) {
    return one->iommu == iommu && one->machine == machine;
  });
  return **found;
}

// Nothing is going on: what hardware has is what the machines say, and they keep their own word.
void Story::quiescent(const std::string& when) {
  when_ = when;
  const host::HostBooks books = kernel_.books();
  for (const auto& broken : {hardware_.take_broken(), host::broken_invariants(sight_, books)}) {
    for (const host::Broken& one : broken)
      expect(false, fmt::format("11.{}", one.number), one.says);
  }
  const std::vector<std::uint64_t> ids = kernel_.ids();
  for (const host::Machine* machine : kernel_.machines()) {
    for (const std::string& name : broken_of(*machine, ids)) expect(false, "machine", name);
  }
  for (const std::string& one : kernel_.take_differences()) expect(false, "answer", one);
}

void Story::boot() {
  for (unsigned i = 0; i < kIommus; ++i) kernel_.init(i);
  for (unsigned m = 0; m < kMachines; ++m) kernel_.make_machine(m);
  for (unsigned i = 0; i < kIommus; ++i) {
    kernel_.plug(own_device(i));
    for (unsigned m = 0; m < kMachines; ++m) {
      kernel_.plug(device_of(i, m));
      kernel_.plug(device_of(i, m) | 1);  // an alias: what requests of it may carry
    }
  }
  quiescent("both IOMMUs are initialised");
}

void Story::make_guests() {
  for (unsigned i = 0; i < kIommus; ++i) {
    for (unsigned m = 0; m < kMachines; ++m) kernel_.create(i, m, device_of(i, m));
  }
  quiescent("four guests live");
  expect(kernel_.hot_plug(0, guest(0, 0).trans_id).error == -AMDVI_EBUSY, "answer",
         "a device is plugged in where a guest has its translation device");
  quiescent("a device is refused");
  for (const auto& one : kernel_.guests()) {
    kernel_.give_device(*one);
    kernel_.set_up_queues(*one);
  }
  quiescent("guests have devices and queues");
  for (const auto& one : kernel_.guests()) {
    Guest& software = *one->software;
    software.map(kData, data_of(*one));
    software.map(kGoes, kGoingMemory);
    kernel_.attach(*one);
    first_ids_.push_back({one->gid, one->trans_id, one->host_domain});
  }
  quiescent("guests have nested domains");
}

// The guest's device writes to its memory through both of its guest's and its host's tables.
void Story::guest_works(LiveGuest& guest) {
  Guest& software = *guest.software;
  Device& device = hardware_.iommu(guest.iommu).device;
  const auto mark = static_cast<std::uint8_t>(0x50 + guest.viommu);
  std::array<std::uint8_t, 8> bytes{};
  bytes.fill(mark);
  expect(device.dma_write(guest.device, kData, bytes), "guest", "its device cannot write");
  expect(software.get(data_of(guest)) == mark * 0x0101'0101'0101'0101ULL, "guest",
         "what its device wrote is not in its memory");
  expect_runs(guest);
  expect_mapped_commands(guest);
}

void Story::expect_runs(LiveGuest& guest) {
  expect(guest.software->wait(), "guest",
         fmt::format("guest {} of IOMMU {}: a completion wait never completes", guest.gid,
                     guest.iommu));
  expect(guest.software->command_processor_runs(), "guest", "its command processor stopped");
}

// Its commands are carried out with the host's IDs.
void Story::expect_mapped_commands(const LiveGuest& guest) {
  Iommu& iommu = hardware_.iommu(guest.iommu);
  iommu.stale.take_commands();
  const std::array<Words2, 2> commands{invalidate_entry(kGuestDevice),
                                       invalidate_pages(kGuestDomain, kData)};
  guest.software->issue(commands);
  iommu.device.run();
  const std::vector<Watch::Command> seen = iommu.stale.take_commands();
  expect(seen.size() == 2, "guest", "its invalidations are not carried out");
  if (seen.size() != 2) return;
  expect((seen[0].mapped[0] & 0xffff) == guest.device, "guest",
         "an invalidation of its device reaches another one");
  expect((seen[1].mapped[0] >> 32 & 0xffff) == guest.host_domain, "guest",
         "an invalidation of its domain reaches another one");
}

void Story::guests_work() {
  for (const auto& one : kernel_.guests()) guest_works(*one);
  for (const auto& one : kernel_.guests()) {
    expect(one->software->new_events().empty(), "guest", "it has events, and no fault");
  }
  quiescent("guests have worked");
}

void Story::guest_faults(LiveGuest& guest) {
  const std::array<std::uint8_t, 8> bytes{};
  Device& device = hardware_.iommu(guest.iommu).device;
  expect(!device.dma_write(guest.device, kNothing, bytes), "guest",
         "its device writes where nothing is mapped");
  const std::vector<Words2> events = guest.software->new_events();
  expect(events.size() == 1, "guest", "a fault of its device is not in its log");
  if (events.size() != 1) return;
  expect(code(events[0]) == kPageFault && (events[0][0] & 0xffff) == kGuestDevice &&
             events[0][1] == kNothing,
         "guest", "the fault in its log is another one, or has IDs of the host");
}

void Story::guests_fault() {
  for (const auto& one : kernel_.guests()) {
    for (int times = 0; times < 2; ++times) guest_faults(*one);
    for (const auto& other : kernel_.guests()) {
      expect(other->software->new_events().empty(), "guest", "a fault is in the log of another");
    }
  }
  quiescent("devices of guests have faulted");
}

// The host takes memory from a virtual machine that is on both IOMMUs.
void Story::memory_goes() {
  kernel_.unmap(0, kGoingMemory, kGoing);
  const std::array<std::uint8_t, 8> bytes{};
  for (unsigned i = 0; i < kIommus; ++i) {
    expect(!hardware_.iommu(i).device.dma_write(guest(i, 0).device, kGoes, bytes), "guest",
           "its device writes to memory that is gone");
    guest(i, 0).software->new_events();
    expect_runs(guest(i, 0));
  }
  quiescent("memory was taken from a guest");
}

// Whatever was done of a vIOMMU is taken back, and nobody sees anything of it.
void Story::creations_fail() {
  const std::uint64_t stages = host::find_procedure("viommu_lifecycle.create")->steps;
  for (std::uint64_t stage = 1; stage <= stages; ++stage) {
    expect(kernel_.create_failing(0, stage).error == -AMDVI_ENOMEM, "answer",
           "a vIOMMU is made although a step failed");
    quiescent(fmt::format("the step to stage {} of a vIOMMU failed", stage));
  }
  guests_work();
}

void Story::one_goes_while_others_run() {
  kernel_.destroy(guest(0, 0), [&](bool quiet) {
    when_ = "while a guest goes";
    guest_works(guest(0, 1));
    guest_works(guest(1, 0));
    expect(!quiet || !guest(0, 0).software->wait(), "guest",
           "commands of a guest that goes are still carried out");
  });
  quiescent("one guest is gone");
  guests_work();
}

void Story::another_comes() {
  LiveGuest& again = kernel_.create(0, 0, device_of(0, 0));
  quiescent("a guest came back");
  kernel_.give_device(again);
  kernel_.set_up_queues(again);
  again.software->map(kData, data_of(again));
  kernel_.attach(again);
  expect(std::array{again.gid, again.trans_id, again.host_domain} == first_ids_.front(), "end",
         "the IDs of the guest that went are not free again");
  guests_work();
  guests_fault();
}

void Story::all_go() {
  while (!kernel_.guests().empty()) {
    kernel_.destroy(*kernel_.guests().back());
    quiescent("guests go");
  }
  for (unsigned m = 0; m < kMachines; ++m) kernel_.free_machine(m);
  // Twice: the second time finds the same IDs.
  for (int times = 0; times < 2; ++times) {
    for (unsigned i = 0; i < kIommus; ++i) kernel_.uninit(i);
    quiescent("nothing is left");
    for (unsigned i = 0; times == 0 && i < kIommus; ++i) kernel_.init(i);
  }
}

// Every pool is as it was first, and so is hardware.
void Story::check_end() {
  when_ = "at the end";
  for (const auto& block : hardware_.memory().blocks()) {
    expect(false, "end", fmt::format("memory at {:#x} is still there", block.spa));
  }
  const host::HostBooks books = kernel_.books();
  expect(books.domains.empty(), "end", "host domain IDs are still allocated");
  for (unsigned i = 0; i < kIommus; ++i) {
    const host::IommuBooks& b = books.iommus[i];
    expect(b.gids.empty() && b.allocated.empty() && b.guests.empty() && b.nested.empty(), "end",
           "IDs of guests are still allocated");
    expect(hardware_.iommu(i).user_mapped.empty(), "end", "pages of guests are still mapped");
    for (const host::Entry& entry : sight_.iommus[i].entries(own_device(i))) {
      expect(!host::facts_of(entry).translates, "end", "an IOMMU still has its private table");
    }
    expect(hardware_.iommu(i).kernel_mapped.empty(), "end", "windows are still mapped");
    for (unsigned gid = 0; gid <= 0xffff; ++gid) {
      for (unsigned word = 2; word < 8; ++word) {
        const std::uint64_t value = sight_.iommus[i].control(static_cast<std::uint16_t>(gid), word);
        expect(value == 0, "end", fmt::format("guest {}: word {} is {:#x}", gid, word, value));
      }
    }
  }
}

std::vector<Finding> Story::run() {
  boot();
  make_guests();
  guests_work();
  guests_fault();
  memory_goes();
  creations_fail();
  one_goes_while_others_run();
  another_comes();
  all_go();
  check_end();
  return findings_;
}

}  // namespace amdvi::scenario
