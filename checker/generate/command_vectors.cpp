// Commands: every opcode, every reserved bit alone, COMPLETION_WAIT in all its forms, rings of all
// lengths, halts and restarts.
#include <fmt/format.h>

#include "checker/generate/ask.hpp"
#include "checker/generate/groups.hpp"

namespace amdvi::generate {

namespace {

using Words = std::vector<std::uint64_t>;

// A scene with a word that COMPLETION_WAITs store into, and what one looks at after commands ran.
struct Commands {
  Scene scene;
  std::uint64_t word;

  explicit Commands(const profile::Profile& profile) : scene(profile), word(scene.take(4096)) {}

  void begin(unsigned length = 8) {
    scene.program_registers(length);
    scene.zero(word, 4096, "completion store");
  }
  void wait(std::uint64_t data, unsigned slot = 0, Fields more = {}) {
    const Words plain = command(
        "COMPLETION_WAIT",
        {{"s", 1}, {"StoreAddress", (word + 8 * slot) >> 3}, {"StoreData", data}});
    scene.queue(pack("COMPLETION_WAIT", more, plain), "COMPLETION_WAIT");
  }
  void look() {
    scene.peek(word, 32, "stores", "what COMPLETION_WAITs stored");
    scene.read("Status", "status");
    scene.events();
  }
};

// Before the command one store, after it another: what ran and what did not.
void add_command(Collection& out, const Words& words, std::string_view note, Question question) {
  Commands c(out.profile());
  c.begin();
  c.scene.enable();
  c.scene.start();
  c.wait(0x1111, 0);
  c.scene.queue(words, std::string(note));
  c.wait(0x2222, 1);
  c.scene.ring();
  c.look();
  out.add(std::move(c.scene), std::move(question));
}

void add_rules(Collection& out) {
  Ask ask("command_legality", out.profile().config);
  for (const spec::RuleInfo& rule : ask.info().rules) {
    const auto answer = ask.rule(rule.id);
    if (!answer) continue;
    const Words words = answer->onto("cmd", Words(2));
    const spec::StructureInfo* info = spec::command_of(words[0]);
    add_command(out, words, info != nullptr ? info->name : "Command",
                {"commands", rule.text.empty() ? std::string("A reserved opcode halts the processor")
                                               : std::string(rule.text),
                 {}});
  }
  for (unsigned atom = 0; atom < ask.info().atoms.size(); ++atom) {
    for (const Answer& answer : ask.shows(atom)) {
      const Words words = answer.onto("cmd", Words(2));
      const spec::StructureInfo* info = spec::command_of(words[0]);
      add_command(out, words, info != nullptr ? info->name : "Command",
                  {"command-conditions", fmt::format("\"{}\" decides", ask.info().atoms[atom].text),
                   {}});
    }
  }
}

void add_opcodes(Collection& out) {
  for (std::uint64_t opcode = 0; opcode < 16; ++opcode) {
    const Words words = pack("Command", {{"opcode", opcode}});
    const bool known = spec::find_command(static_cast<std::uint32_t>(opcode)) != nullptr;
    add_command(out, words, "Command",
                {"command-opcodes",
                 fmt::format("Opcode {:#x}{}", opcode, known ? " with all operands 0" : ", which is reserved"),
                 {}});
  }
}

void add_reserved_bits(Collection& out) {
  for (const spec::StructureInfo& s : spec::catalogue().structures) {
    if (s.kind != spec::StructureKind::kCommand) continue;
    for (const spec::FieldInfo& f : s.fields) {
      if (f.kind != spec::FieldKind::kReserved) continue;
      for (unsigned bit = f.pieces[0].lo; bit <= f.pieces[0].hi; ++bit) {
        Words words = command(s.name, {});
        words[bit / 64] |= std::uint64_t{1} << (bit % 64);
        add_command(out, words, s.name,
                    {"command-reserved",
                     fmt::format("Reserved bit {} of {} alone makes it illegal", bit, s.name), {}});
      }
    }
  }
}

void add_completion_waits(Collection& out) {
  for (unsigned bits = 0; bits < 8; ++bits) {
    for (const bool enabled : {false, true}) {
      Commands c(out.profile());
      c.begin();
      c.scene.enable({{"ComWaitIntEn", enabled}});
      c.scene.start();
      c.wait(0x1122334455667788, 0, {{"s", bits & 1}, {"i", bits >> 1 & 1}, {"f", bits >> 2}});
      c.scene.ring();
      c.look();
      out.add(std::move(c.scene),
              {"completion-wait",
               fmt::format("COMPLETION_WAIT with s={}, i={}, f={}, ComWaitIntEn={:d}", bits & 1,
                           bits >> 1 & 1, bits >> 2, enabled),
               {}});
    }
  }
}

void add_rings(Collection& out) {
  for (unsigned length = 8; length <= 15; ++length) {
    Commands c(out.profile());
    c.begin(length);
    c.scene.start_at((std::uint64_t{16} << length) - 16);
    c.scene.enable();
    c.scene.start();
    c.wait(0x1111, 0);
    c.wait(0x2222, 1);
    c.scene.ring();
    c.scene.read("CommandBufferHead", "head");
    c.look();
    out.add(std::move(c.scene),
            {"rings", fmt::format("A command ring of 2^{} entries wraps after its last", length), {}});
  }
}

// The processor halted on an illegal command; `act` is what software does then.
template <class Act>
void add_after_halt(Collection& out, std::string name, Act act) {
  Commands c(out.profile());
  c.begin();
  c.scene.enable();
  c.scene.start();
  c.scene.queue(pack("Command", {{"opcode", 0}, {"Operand_high", 1}}), "Command");
  c.scene.ring();
  act(c);
  c.look();
  out.add(std::move(c.scene), {"halts", std::move(name), {}});
}

void add_halts(Collection& out) {
  add_after_halt(out, "A tail write while halted fetches nothing", [](Commands& c) {
    c.wait(0x3333);
    c.scene.ring();
  });
  add_after_halt(out, "CmdBufEn off, base rewritten, CmdBufEn on: commands run again", [](Commands& c) {
    c.scene.enable({{"CmdBufEn", 0}});
    c.scene.rewrite_command_base();
    c.scene.enable();
    c.wait(0x3333);
    c.scene.ring();
  });
}

void add_enables(Collection& out) {
  struct Enables {
    bool iommu, command;
  };
  for (const Enables e : {Enables{false, true}, Enables{true, false}, Enables{true, true}}) {
    Commands c(out.profile());
    c.begin();
    c.scene.enable({{"IommuEn", e.iommu}, {"CmdBufEn", e.command}});
    c.scene.start();
    c.wait(0x1111);
    c.scene.ring();
    c.look();
    out.add(std::move(c.scene), {"halts",
                                 fmt::format("Commands run with IommuEn={:d}, CmdBufEn={:d}: {}",
                                             e.iommu, e.command, e.iommu && e.command ? "yes" : "no"),
                                 {}});
  }
  for (const bool command_first : {false, true}) {
    Commands c(out.profile());
    c.begin();
    c.scene.enable({{command_first ? "IommuEn" : "CmdBufEn", 0}});
    c.scene.start();
    c.wait(0x1111);
    c.scene.ring();
    c.scene.enable();
    c.scene.settle();
    c.look();
    out.add(std::move(c.scene),
            {"halts", fmt::format("Commands queued before {} is set run once it is",
                                  command_first ? "IommuEn" : "CmdBufEn"),
             {}});
  }
}

// A halt does not depend on the event log.
void add_halt_without_log(Collection& out) {
  Commands c(out.profile());
  c.begin();
  c.scene.enable({{"EventLogEn", 0}});
  c.scene.start();
  c.wait(0x1111);
  c.scene.queue(pack("Command", {{"opcode", 0}, {"Operand_high", 1}}), "Command");
  c.wait(0x2222, 1);
  c.scene.ring();
  c.look();
  out.add(std::move(c.scene),
          {"halts", "An illegal command halts the processor with the event log off", {}});
}

}  // namespace

void add_command_vectors(Collection& out) {
  add_rules(out);
  add_opcodes(out);
  add_reserved_bits(out);
  add_completion_waits(out);
  add_rings(out);
  add_halts(out);
  add_enables(out);
  add_halt_without_log(out);
}

}  // namespace amdvi::generate
