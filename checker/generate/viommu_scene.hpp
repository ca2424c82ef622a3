// A host with guests of its hardware vIOMMU: the entry and the private table of the IOMMU itself,
// and for each guest a translation device, guest memory, rings, and maps that hardware fills.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <amdvi/spec/PrivateRegion.gen.hpp>

#include "checker/generate/host_table.hpp"
#include "checker/generate/scene.hpp"

namespace amdvi::generate {

struct GuestScene {
  std::uint16_t id = 0;
  std::uint16_t translator = 0;  // DeviceID of the translation device
  std::uint16_t domain = 0;      // of its memory
  std::unique_ptr<HostTable> memory;
  std::uint64_t command = 0, event = 0, ppr = 0, page = 0;  // SPA; each 4 KiB
  std::uint64_t event_b = 0, ppr_b = 0;                     // of second logs, if there are
  std::uint64_t tail = 0;                                   // of the command ring, bytes
};

class ViommuScene {
 public:
  explicit ViommuScene(const profile::Profile& profile);

  Scene& scene() { return scene_; }
  GuestScene& guest(std::uint16_t id) { return guests_.at(id); }

  // -- before enable()
  void add_guest(std::uint16_t id);
  // Backs the entries of these IDs in the guest's maps with memory that is 0.
  void back_device(std::uint16_t guest, std::uint16_t gdevice);
  void back_domain(std::uint16_t guest, std::uint16_t gdomain);
  // Both maps of a guest, whole, as a driver has them.
  void back_maps(std::uint16_t guest);
  // Memory for log B of events and of page requests.
  void back_second_logs(std::uint16_t guest);
  // Control with all that guests need, and the words of every guest.
  void enable(Fields more = {});
  // The DTE of a requester that is a guest's device, with a guest table that has no page.
  // `under`: words whose bits are set as well.
  void attach(std::uint16_t device, std::uint16_t guest, std::uint16_t gdevice, Fields more = {},
              const std::vector<std::uint64_t>& under = {});
  // The command ring of a guest is used from this byte offset on.
  void start_at(std::uint16_t guest, std::uint64_t offset);
  // The entry of the IOMMU's own DeviceID, with its invalidation.
  void change_own_entry(Fields fields);
  // A COMPLETION_WAIT of the host.
  void wait();

  // -- at any time
  void map_device(std::uint16_t guest, std::uint16_t gdevice, std::uint16_t device,
                  bool valid = true);
  void map_domain(std::uint16_t guest, std::uint16_t gdomain, std::uint16_t domain,
                  bool valid = true);
  // A command in the guest's own buffer; `ring` tells the hardware.
  void queue(std::uint16_t guest, std::span<const std::uint64_t> words, std::string note);
  void queue_wait(std::uint16_t guest, std::uint64_t data, unsigned slot = 0, Fields more = {});
  void ring(std::uint16_t guest);

  // Guest physical addresses, the same in every guest.
  static constexpr std::uint64_t kCommand = 0x4020'0000, kEvent = 0x4020'1000, kPpr = 0x4020'2000,
                                 kPage = 0x4020'3000, kTables = 0x4020'4000, kEventB = 0x4020'5000,
                                 kPprB = 0x4020'6000;

  // Labels end with the GuestID if there is more than one guest.
  void look(std::uint16_t guest);  // what it stored, its status, its log
  void look_at_host();             // the host's log and status
  void look_at_dirty_status();     // where the bits of guests 0 to 7 and 100h to 107h may be

 private:
  std::string label(std::string_view what, std::uint16_t guest) const;
  std::uint64_t back(std::uint64_t address, std::string note);
  std::uint64_t place(GuestScene& guest, std::uint64_t gpa, spec::PrivateRegion region,
                      std::string_view what);
  void place_rings(GuestScene& guest);
  void write_words(const GuestScene& guest);

  Scene scene_;
  HostTable private_;
  std::map<std::uint16_t, GuestScene> guests_;
  std::uint64_t store_;
  std::uint64_t dirty_ = 0;  // SPA of the start of the dirty status
  std::uint64_t waits_ = 0;
};

// IDs of what every scene has: DeviceIDs inside of the smallest device table.
inline constexpr std::uint16_t kFirstTranslator = 0x60, kPrivateDomain = 0x11, kFirstDomain = 0x21;

}  // namespace amdvi::generate
