// The event log: rings of all lengths, overflow and recovery, suppression, enables.
#include <fmt/format.h>

#include "checker/generate/groups.hpp"
#include "checker/generate/walk.hpp"

namespace amdvi::generate {

namespace {

// A device whose every request is an IO_PAGE_FAULT, and a log.
struct Faults {
  Scene scene;

  explicit Faults(const profile::Profile& profile) : scene(profile) {}

  void begin(Fields dte = {}, unsigned length = 8) {
    scene.program_registers(8, length);
    const auto blocked =
        pack("DeviceTableEntry", {{"V", 1}, {"TV", 0}, {"DomainID", scene.domain()}});
    scene.set_dte(pack("DeviceTableEntry", dte, blocked));
  }
  void go(Fields control = {}) {
    scene.enable(control);
    scene.invalidate();
    scene.start();
  }
  void fault(unsigned page = 0) { scene.dma_write(scene.identity() + 0x18 + 0x1000 * page); }
  void look() {
    scene.read("Status", "log-status");
    scene.read("EventLogTail", "log-tail");
    scene.events();
  }
};

void add_rings(Collection& out) {
  for (unsigned length = 8; length <= 15; ++length) {
    Faults f(out.profile());
    f.begin({}, length);
    const std::uint64_t last = (std::uint64_t{16} << length) - 16;
    f.scene.write("EventLogTail", last);
    f.scene.write("EventLogHead", last);
    f.go();
    f.fault(0);
    f.fault(1);
    f.look();
    out.add(std::move(f.scene),
            {"log-rings", fmt::format("An event log of 2^{} entries wraps after its last", length), {}});
  }
}

// Room for one entry: the second event is lost.
void fill(Faults& f) {
  f.begin();
  f.scene.write("EventLogHead", 0x20);
  f.go();
  f.fault(0);
  f.fault(1);
}

void add_overflow(Collection& out) {
  Faults full(out.profile());
  fill(full);
  full.look();
  out.add(std::move(full.scene),
          {"log-overflow", "An event that finds no room is lost and sets EventOverflow", {}});

  Faults freed(out.profile());
  fill(freed);
  freed.scene.write("EventLogHead", 0x10);
  freed.fault(2);
  freed.look();
  out.add(std::move(freed.scene),
          {"log-overflow", "After an overflow nothing is logged even if there is room again", {}});

  Faults restarted(out.profile());
  fill(restarted);
  restarted.scene.enable({{"EventLogEn", 0}});
  restarted.scene.write("Status", pack("Status", {{"EventOverflow", 1}})[0]);
  restarted.scene.rewrite_event_base();
  restarted.scene.enable();
  restarted.fault(2);
  restarted.look();
  out.add(std::move(restarted.scene),
          {"log-overflow", "Cleared and enabled again, the log takes events again", {}});
}

void add_suppression(Collection& out) {
  for (const bool sa : {false, true}) {
    for (const bool se : {false, true}) {
      Faults f(out.profile());
      f.begin({{"SA", sa}, {"SE", se}});
      f.go();
      f.fault(0);
      f.look();
      out.add(std::move(f.scene),
              {"log-suppression", fmt::format("A page fault with SA={:d}, SE={:d}", sa, se), {}});
    }
  }
  Faults twice(out.profile());
  twice.begin({{"SE", 1}});
  twice.go();
  twice.fault(0);
  twice.fault(0);
  twice.scene.events();
  out.add(std::move(twice.scene),
          {"log-suppression", "With SE=1 the first of two page faults is logged", {}});
  // ILLEGAL_DEV_TABLE_ENTRY is not suppressed.
  Faults illegal(out.profile());
  illegal.begin({{"SA", 1}, {"Reserved_3_2", 1}});
  illegal.go();
  illegal.fault(0);
  illegal.look();
  out.add(std::move(illegal.scene),
          {"log-suppression", "SA=1 does not suppress ILLEGAL_DEV_TABLE_ENTRY", {}});
}

void add_enables(Collection& out) {
  for (const bool log : {false, true}) {
    for (const bool interrupt : {false, true}) {
      Faults f(out.profile());
      f.begin();
      f.go({{"EventLogEn", log}, {"EventIntEn", interrupt}});
      f.fault(0);
      f.look();
      out.add(std::move(f.scene),
              {"log-enables",
               fmt::format("An event with EventLogEn={:d}, EventIntEn={:d}", log, interrupt), {}});
    }
  }
}

void add_status(Collection& out) {
  Faults f(out.profile());
  f.begin();
  f.go({{"EventIntEn", 1}});
  f.fault(0);
  f.scene.write("Status", 0, "writing zeros clears nothing");
  f.scene.read("Status", "log-after-zeros");
  f.scene.read("Status", "log-after-read");
  f.scene.write("Status", pack("Status", {{"EventLogInt", 1}})[0]);
  f.scene.read("Status", "log-after-ones");
  out.add(std::move(f.scene), {"log-enables", "EventLogInt is cleared by writing 1, not 0", {}});
}

}  // namespace

void add_log_vectors(Collection& out) {
  add_rings(out);
  add_overflow(out);
  add_suppression(out);
  add_enables(out);
  add_status(out);
}

}  // namespace amdvi::generate
