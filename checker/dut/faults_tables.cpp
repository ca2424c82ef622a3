// Faults in what the device makes of tables and commands.
#include <array>

#include <amdvi/spec/COMPLETION_WAIT.gen.hpp>
#include <amdvi/spec/Command.gen.hpp>
#include <amdvi/spec/V1Pte.gen.hpp>

#include "checker/dut/fault.hpp"

namespace amdvi::dut {
namespace {

namespace Dte = spec::field::DeviceTableEntry;
namespace Pte = spec::field::V1Pte;
namespace Cmd = spec::field::Command;
namespace Wait = spec::field::COMPLETION_WAIT;

using Words = std::span<std::uint64_t>;

constexpr unsigned kEncodedPage = 7;  // NextLevel of a leaf of an encoded size
constexpr unsigned kDeepest = 6;      // Mode and levels

void clear_reserved(std::string_view structure, Words words) {
  for (const spec::FieldInfo& field : spec::find_structure(structure)->fields) {
    if (field.kind == spec::FieldKind::kReserved) spec::set_field(field, words, 0);
  }
}

bool is_leaf(std::uint64_t entry) {
  return Pte::NextLevel.get(entry) == 0 || Pte::NextLevel.get(entry) == kEncodedPage;
}

void accept_any_opcode(Words words) {
  if (spec::find_command(static_cast<std::uint32_t>(Cmd::opcode.get(words))) != nullptr) return;
  words[0] = words[1] = 0;
  Cmd::opcode.set(words, spec::kOpcode_COMPLETION_WAIT);
}

void clear_command_reserved(Words words) {
  const auto* info = spec::find_command(static_cast<std::uint32_t>(Cmd::opcode.get(words)));
  if (info != nullptr) clear_reserved(info->name, words);
}

bool is_wait(Words words) { return Cmd::opcode.get(words) == spec::kOpcode_COMPLETION_WAIT; }

constexpr std::array kFaults{
    Fault{.name = "ignore-v",
          .text = "a device table entry with V=0 is taken for a valid one",
          .dte = [](Words words) { Dte::V.set(words, 1); }},
    Fault{.name = "ignore-tv",
          .text = "TV=0 in a device table entry is taken for TV=1",
          .dte = [](Words words) { Dte::TV.set(words, 1); }},
    Fault{.name = "ignore-dte-reserved",
          .text = "reserved bits of a device table entry are ignored",
          .dte = [](Words words) { clear_reserved("DeviceTableEntry", words); }},
    Fault{.name = "ignore-dte-iw",
          .text = "IW=0 in a device table entry does not stop writes",
          .dte = [](Words words) { Dte::IW.set(words, 1); }},
    Fault{.name = "ignore-dte-ir",
          .text = "IR=0 in a device table entry does not stop reads",
          .dte = [](Words words) { Dte::IR.set(words, 1); }},
    Fault{.name = "ignore-sa",
          .text = "SA=1 does not keep IO_PAGE_FAULT out of the log",
          .dte = [](Words words) { Dte::SA.set(words, 0); }},
    Fault{.name = "ignore-se",
          .text = "SE=1 does not stop the second IO_PAGE_FAULT",
          .dte = [](Words words) { Dte::SE.set(words, 0); }},
    Fault{.name = "mode-seven-is-six",
          .text = "the reserved Mode 7 is taken for six levels",
          .dte =
              [](Words words) {
                if (Dte::Mode.get(words) > kDeepest) Dte::Mode.set(words, kDeepest);
              }},
    Fault{.name = "ignore-pte-iw",
          .text = "IW=0 in a page table entry does not stop writes",
          .pte = [](std::uint64_t& entry, unsigned) { Pte::IW.set(entry, 1); }},
    Fault{.name = "ignore-pte-ir",
          .text = "IR=0 in a page table entry does not stop reads",
          .pte = [](std::uint64_t& entry, unsigned) { Pte::IR.set(entry, 1); }},
    Fault{.name = "ignore-pte-present",
          .text = "a page table entry with PR=0 is used",
          .pte = [](std::uint64_t& entry, unsigned) { Pte::PR.set(entry, 1); }},
    Fault{.name = "ignore-pte-reserved",
          .text = "reserved bits of a leaf entry are ignored",
          .pte =
              [](std::uint64_t& entry, unsigned) {
                if (is_leaf(entry)) clear_reserved("V1Pte", Words(&entry, 1));
              }},
    Fault{.name = "ignore-pde-reserved",
          .text = "reserved bits of a directory entry are ignored",
          .pte =
              [](std::uint64_t& entry, unsigned) {
                if (!is_leaf(entry)) clear_reserved("V1Pde", Words(&entry, 1));
              }},
    Fault{.name = "next-level-seven-is-default",
          .text = "a page of an encoded size is taken for one of the default size",
          .pte =
              [](std::uint64_t& entry, unsigned) {
                if (Pte::NextLevel.get(entry) == kEncodedPage) Pte::NextLevel.set(entry, 0);
              }},
    Fault{.name = "skip-level-check",
          .text = "every directory entry leads one level down, whatever NextLevel says",
          .pte =
              [](std::uint64_t& entry, unsigned level) {
                if (!is_leaf(entry)) Pte::NextLevel.set(entry, level - 1);
              }},
    Fault{.name = "huge-page-is-directory",
          .text = "a leaf of the default size above level 1 is followed as a table",
          .pte =
              [](std::uint64_t& entry, unsigned level) {
                if (Pte::NextLevel.get(entry) == 0 && level > 1)
                  Pte::NextLevel.set(entry, level - 1);
              }},
    Fault{.name = "page-offset-lost",
          .text = "translated addresses lose their offset in the page",
          .translated =
              [](const Request&, Translation& t) {
                if (t.offset_mask != ~std::uint64_t{0}) t.spa &= ~t.offset_mask;
              }},
    Fault{.name = "fault-still-moves",
          .text = "an aborted access reaches memory untranslated",
          .translated =
              [](const Request& request, Translation& t) {
                if (!t.ok) t = {true, request.address, 0xfff, t.interrupt};
              }},
    Fault{.name = "never-invalidates",
          .text = "translations are cached and never dropped",
          .never_invalidates = true},
    Fault{.name = "completion-store-lost",
          .text = "COMPLETION_WAIT with s=1 stores nothing",
          .command =
              [](Words words) {
                if (is_wait(words)) Wait::s.set(words, 0);
              }},
    Fault{.name = "completion-interrupt-lost",
          .text = "COMPLETION_WAIT with i=1 sets no status",
          .command =
              [](Words words) {
                if (is_wait(words)) Wait::i.set(words, 0);
              }},
    Fault{.name = "unknown-opcode-accepted",
          .text = "a command with an unknown opcode is skipped",
          .command = accept_any_opcode},
    Fault{.name = "ignore-command-reserved",
          .text = "reserved bits of commands are ignored",
          .command = clear_command_reserved},
};

}  // namespace

std::span<const Fault> table_faults() { return kFaults; }

}  // namespace amdvi::dut
