// Registers of guests: the eight control words and the page, field by field, and that one guest's
// are not another's.
#include <fmt/format.h>

#include <amdvi/spec/registers.gen.hpp>
#include <amdvi/value/bit_field.hpp>

#include "checker/generate/groups.hpp"
#include "checker/vector/guest_place.hpp"

namespace amdvi::generate {

namespace {

constexpr std::uint16_t kGuest = 5;
const std::vector<std::string> kRequires{"engine.vf", "EFR.vIommuSup"};

// Both windows answer; no ring of a guest runs.
void open_windows(Scene& scene) {
  scene.program_registers();
  scene.enable({{"GAEn", 1}, {"vCmdEn", 1}, {"vIommuEn", 1}});
}

// Rings of the largest size, off: every pointer is inside.
std::vector<std::uint64_t> lengths_of(std::string_view word) {
  constexpr unsigned kLongest = 15;
  if (word == "VfctrlCommandControl") return pack(word, {{"ComLen", kLongest}});
  if (word == "VfctrlEventControl") {
    return pack(word, {{"EventLen", kLongest}, {"EventLenB", kLongest}});
  }
  if (word == "VfctrlPprControl") {
    return pack(word, {{"PprLen", kLongest}, {"PprLenB", kLongest}});
  }
  return {0};
}

void set_lengths(Scene& scene, std::uint16_t guest) {
  for (const char* word : {"VfctrlCommandControl", "VfctrlEventControl", "VfctrlPprControl"}) {
    scene.vf_write(guest, word, lengths_of(word)[0]);
  }
}

bool is_map(std::string_view word) { return word.ends_with("MapControl"); }

std::uint64_t ones(const spec::FieldInfo& f) {
  std::uint64_t value = 0;
  spec::set_field(f, std::span(&value, 1), ~std::uint64_t{0});
  return value;
}

// What was written, read back: the write belongs to the setup, so that the answer stands on the
// word's own clause.
void add_word(Collection& out, const spec::StructureInfo& s, std::uint64_t value,
              std::string name) {
  Scene scene(out.profile());
  open_windows(scene);
  scene.vf_write(kGuest, std::string(s.name), value);
  scene.start();
  scene.vf_read(kGuest, std::string(s.name), "value");
  // Drivers change the queue words in place; they never read the others.
  const bool doubtful = is_map(s.name) || s.name == "VfctrlMiscControl";
  out.add(std::move(scene), {"viommu-words", std::move(name), kRequires, false, doubtful});
}

void add_fields(Collection& out, const spec::StructureInfo& s) {
  add_word(out, s, 0, fmt::format("{}: zeros read back", s.name));
  for (const spec::FieldInfo& f : s.fields) {
    if (is_map(s.name) && f.name == "Write") continue;  // what a commit does is another question
    add_word(out, s, ones(f), fmt::format("{}.{}: ones written read back", s.name, f.name));
    const std::uint64_t lowest = ones(f) & -ones(f);
    if (f.kind == spec::FieldKind::kPlain && lowest != ones(f)) {
      add_word(out, s, lowest, fmt::format("{}.{}: its lowest bit reads back", s.name, f.name));
    }
  }
}

// A full overwrite, no read-modify-write.
void add_overwrite(Collection& out) {
  Scene scene(out.profile());
  open_windows(scene);
  scene.vf_write(kGuest, "VfctrlMiscControl",
                 pack("VfctrlMiscControl", {{"TransDevID", 0x5A5A}})[0]);
  scene.start();
  scene.vf_write(kGuest, "VfctrlMiscControl",
                 pack("VfctrlMiscControl", {{"TransDevID", 0x0600}})[0]);
  scene.vf_read(kGuest, "VfctrlMiscControl", "value");
  scene.vf_write(kGuest, "VfctrlMiscControl", 0);
  scene.vf_read(kGuest, "VfctrlMiscControl", "cleared");
  out.add(std::move(scene),
          {"viommu-words", "TransDevID is overwritten as a whole", kRequires, false, true});
}

void add_halves(Collection& out, std::string_view word) {
  for (const bool high : {false, true}) {
    Scene scene(out.profile());
    open_windows(scene);
    scene.vf_write(kGuest, std::string(word), 0x0001'2345'6789'A309 & 0x000F'FFFF'FFFF'F30F);
    scene.start();
    scene.vf_write_half(kGuest, std::string(word), high, high ? 0x000A'5A5A : 0x7777'730A);
    scene.vf_read(kGuest, std::string(word), "value");
    out.add(
        std::move(scene),
        {"viommu-words",
         fmt::format("{}: a 32-bit write of the {} half", word, high ? "high" : "low"), kRequires});
  }
}

// GuestIDs whose bits an implementation may drop.
void add_isolation(Collection& out) {
  struct Pair {
    std::uint16_t a, b;
  };
  for (const Pair& p : {Pair{1, 2}, Pair{0, 1}, Pair{0x7FFF, 0xFFFF}, Pair{0, 0x8000},
                        Pair{0x00FF, 0x01FF}, Pair{0xFFFE, 0xFFFF}}) {
    Scene scene(out.profile());
    open_windows(scene);
    set_lengths(scene, p.a);
    set_lengths(scene, p.b);
    scene.start();
    scene.vf_write(p.a, "VfctrlMiscControl",
                   pack("VfctrlMiscControl", {{"TransDevID", 0x0123}})[0]);
    scene.vf_write(p.b, "VfctrlMiscControl",
                   pack("VfctrlMiscControl", {{"TransDevID", 0x4567}})[0]);
    scene.vf_write(p.a, "CommandBufferTail", 0x40);
    scene.vf_write(p.b, "CommandBufferTail", 0x80);
    scene.vf_read(p.a, "VfctrlMiscControl", "word-a");
    scene.vf_read(p.b, "VfctrlMiscControl", "word-b");
    scene.vf_read(p.a, "CommandBufferTail", "tail-a");
    scene.vf_read(p.b, "CommandBufferTail", "tail-b");
    out.add(
        std::move(scene),
        {"viommu-windows",
         fmt::format("Guests {:#x} and {:#x} have registers of their own", p.a, p.b), kRequires});
  }
}

void add_page(Collection& out) {
  for (const spec::RegisterDesc& desc : spec::kRegisters) {
    const spec::StructureInfo& s = *spec::find_register_at(desc.offset);
    const bool in_page = vector::guest_place(s.name).has_value();
    if (!in_page || !desc.masks(out.profile().config.cap).present) continue;
    for (const spec::FieldInfo& f : s.fields) {
      Scene scene(out.profile());
      open_windows(scene);
      set_lengths(scene, kGuest);
      scene.start();
      scene.vf_write(kGuest, std::string(s.name), ones(f));
      scene.vf_read(kGuest, std::string(s.name), "value");
      scene.read(std::string(s.name), "host");
      out.add(std::move(scene),
              {"viommu-page",
               fmt::format("{}.{} of a guest: ones written, and the host's stays", s.name, f.name),
               kRequires});
    }
  }
}

struct Pointers {
  std::string_view head, tail;
};
constexpr std::array kPointers{
    Pointers{"CommandBufferHead", "CommandBufferTail"}, Pointers{"EventLogHead", "EventLogTail"},
    Pointers{"EventLogBHead", "EventLogBTail"}, Pointers{"PPRLogHead", "PPRLogTail"},
    Pointers{"PPRLogBHead", "PPRLogBTail"}};

// A change of some fields of a word, with the pointers of every ring somewhere: which of them start
// at the beginning.
void add_change(Collection& out, std::string_view word, Fields fields) {
  Scene scene(out.profile());
  open_windows(scene);
  set_lengths(scene, kGuest);
  for (const Pointers& p : kPointers) {
    scene.vf_write(kGuest, std::string(p.head), 0x40);
    scene.vf_write(kGuest, std::string(p.tail), 0x50);
  }
  scene.start();
  scene.vf_write(kGuest, std::string(word), pack(word, fields, lengths_of(word))[0]);
  for (const Pointers& p : kPointers) {
    scene.vf_read(kGuest, std::string(p.head), std::string(p.head));
    scene.vf_read(kGuest, std::string(p.tail), std::string(p.tail));
  }
  out.add(std::move(scene),
          {"viommu-words",
           fmt::format("{}: what a change of {} does to the guest's pointers", word,
                       fields.size() == 1 ? fmt::format("{} alone", fields.begin()->first)
                                          : "a base and the length of log B"),
           kRequires});
}

void add_changes(Collection& out) {
  add_change(out, "VfctrlCommandControl", {{"ComBase", 0x12345}});
  add_change(out, "VfctrlCommandControl", {{"ComLen", 9}});
  add_change(out, "VfctrlCommandControl", {{"ComWaitIntEn", 1}});
  add_change(out, "VfctrlEventControl", {{"EventBase", 0x12345}});
  add_change(out, "VfctrlEventControl", {{"EventLen", 9}});
  add_change(out, "VfctrlEventControl", {{"EventLenB", 9}});
  add_change(out, "VfctrlEventControl", {{"EventIntEn", 1}});
  add_change(out, "VfctrlPprControl", {{"PprBase", 0x12345}});
  add_change(out, "VfctrlPprControl", {{"PprLen", 9}});
  add_change(out, "VfctrlPprControl", {{"PprLenB", 9}});
  add_change(out, "VfctrlEventControl", {{"EventBase", 0x12345}, {"EventLenB", 9}});
  add_change(out, "VfctrlPprControl", {{"PprBase", 0x12345}, {"PprLenB", 9}});
  add_change(out, "VfctrlEventLogBBase", {{"EventBaseB", 0x12345}});
  add_change(out, "VfctrlPprLogBBase", {{"PprBaseB", 0x12345}});
}

}  // namespace

void add_viommu_register_vectors(Collection& out) {
  if (!out.has("EFR.vIommuSup")) return;
  for (const spec::StructureInfo& s : spec::catalogue().structures) {
    const auto place = vector::guest_place(s.name);
    if (place && place->control) add_fields(out, s);
  }
  add_overwrite(out);
  add_halves(out, "VfctrlCommandControl");
  add_halves(out, "VfctrlEventControl");
  add_isolation(out);
  add_page(out);
  add_changes(out);
}

}  // namespace amdvi::generate
