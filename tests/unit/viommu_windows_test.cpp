// Tested here: model/include/amdvi/impl/viommu_windows.hpp. Values from viommu.md 1.3, 2 and 3.
#include "tests/unit/viommu_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

// 3.4: length 9, CmdBufEn bit 8, base 0x1'2345'6000.
constexpr std::uint64_t kCommandWord = 0x0000'0001'2345'6109;

TEST_CASE("a window whose base address is not enabled does not answer") {
  VirtualQuiet b({}, {}, false);
  b.w(0x18, kVirtualOn);
  b.ctl(5, 0x20, kCommandWord);
  b.vf(5, 0x08, 0x40);
  b.device.config_write(0x80, 0xE0000001);
  b.device.config_write(0x88, 0xD0000001);
  CHECK(b.ctl(5, 0x20) == 0);
  CHECK(b.vf(5, 0x08) == 0);
  b.ctl(5, 0x20, kCommandWord);
  b.device.config_write(0x88, 0xD0000000);
  CHECK(b.ctl(5, 0x20) == 0);
}

TEST_CASE("without vIommuSup there is no window, whatever was written to configuration space") {
  VirtualQuiet b({{"EFR.vIommuSup", 0}});
  b.w(0x18, kVirtualOn);
  b.ctl(1, 0x20, kCommandWord);
  CHECK(b.ctl(1, 0x20) == 0);
  CHECK((b.r(0x18) & (kVCmdEn | kVIommuEn)) == 0);
}

TEST_CASE("whether the windows answer before vIommuEn is an option") {
  VirtualQuiet open, closed({}, {{"vf_windows_without_viommu", "false"}});
  open.ctl(1, 0x20, kCommandWord);
  closed.ctl(1, 0x20, kCommandWord);
  CHECK(open.ctl(1, 0x20) == kCommandWord);
  CHECK(closed.ctl(1, 0x20) == 0);
  closed.w(0x18, kVirtualOn);
  CHECK(closed.ctl(1, 0x20) == 0);  // the write was lost
  closed.ctl(1, 0x20, kCommandWord);
  CHECK(closed.ctl(1, 0x20) == kCommandWord);
}

TEST_CASE("every guest from 0 to 0xFFFF has words and a page of its own") {
  VirtualQuiet b;
  b.w(0x18, kVirtualOn);
  for (std::uint32_t gid : {0u, 1u, 0x7FFFu, 0x8000u, 0xFFFFu}) {
    b.ctl(gid, 0x10, std::uint64_t{gid ^ 0x1234u} << 16);
    b.ctl(gid, 0x20, 9);
    b.vf(gid, 0x08, 0x10 * (gid % 16 + 1));
  }
  for (std::uint32_t gid : {0u, 1u, 0x7FFFu, 0x8000u, 0xFFFFu}) {
    CHECK(b.ctl(gid, 0x10) == std::uint64_t{gid ^ 0x1234u} << 16);
    CHECK(b.vf(gid, 0x08) == 0x10 * (gid % 16 + 1));
  }
  CHECK(b.ctl(2, 0x10) == 0);
  CHECK(b.vf(2, 0x08) == 0);
}

TEST_CASE("the last word of the window is that of guest 0xFFFF") {
  VirtualQuiet b;
  b.device.vfctrl_write(0x3FFFF8, 8, 0x1'2345'6000);
  CHECK(b.ctl(0xFFFF, 0x38) == 0x1'2345'6000);
  b.ctl(0xFFFF, 0x20, 8);
  b.device.vf_write(0xFFFF008, 8, 0x20);
  CHECK(b.vf(0xFFFF, 0x08) == 0x20);
}

TEST_CASE("reserved bits of the words read as 0, or as written by the option for reserved bits") {
  struct Row {
    std::uint32_t word;
    std::uint64_t kept;
  };
  // 3.2 to 3.7.
  constexpr std::array kRows{Row{0x10, 0x0000'0000'FFFF'0000}, Row{0x18, 0x000F'FFFF'FFFF'F000},
                             Row{0x20, 0x000F'FFFF'FFFF'F30F}, Row{0x28, 0x000F'FFFF'FFFF'FFFF},
                             Row{0x30, 0x00FF'FFFF'FFFF'FFFF}, Row{0x38, 0x000F'FFFF'FFFF'F000}};
  VirtualQuiet zero, written({}, {{"reserved_readback", "as_written"}});
  for (const Row& row : kRows) {
    CAPTURE(row.word);
    zero.ctl(3, row.word, ~std::uint64_t{0});
    written.ctl(3, row.word, ~std::uint64_t{0});
    CHECK(zero.ctl(3, row.word) == row.kept);
    CHECK(written.ctl(3, row.word) == ~std::uint64_t{0});
  }
}

TEST_CASE("how the map words read is an option") {
  constexpr std::uint64_t kEntry = 0x8002'0000'3040'0001;  // 14
  VirtualQuiet zero, entry({}, {{"vfctrl_map_readback", "without_write"}}),
      all({}, {{"vfctrl_map_readback", "as_written"}});
  for (VirtualQuiet* b : {&zero, &entry, &all}) {
    b->ctl(1, 0x00, kEntry);
    b->ctl(1, 0x08, kEntry);
  }
  for (const std::uint32_t word : {0x00u, 0x08u}) {
    CHECK(zero.ctl(1, word) == 0);
    CHECK(entry.ctl(1, word) == 0x0002'0000'3040'0001);
    CHECK(all.ctl(1, word) == kEntry);
  }
}

TEST_CASE("a narrower access of a control word keeps the rest of it, or is ignored, by option") {
  VirtualQuiet merged, ignored({}, {{"vfctrl_narrow", "ignored"}});
  for (VirtualQuiet* b : {&merged, &ignored}) {
    b->ctl(1, 0x28, 0x1'2345'8009);
    b->device.vfctrl_write(1 * 64 + 0x29, 1, 0x83);
    b->device.vfctrl_write(1 * 64 + 0x2C, 4, 0x7);
  }
  CHECK(merged.ctl(1, 0x28) == 0x7'2345'8309);
  CHECK(merged.device.vfctrl_read(1 * 64 + 0x2C, 4) == 7);
  CHECK(ignored.ctl(1, 0x28) == 0x1'2345'8009);
  CHECK(ignored.device.vfctrl_read(1 * 64 + 0x2C, 4) == 0);
}

TEST_CASE("the pointers of a guest's page keep bits 18:4") {
  VirtualQuiet b;
  b.ctl(1, 0x20, 15);
  b.ctl(1, 0x28, 0xFF);
  b.ctl(1, 0x30, 0xFF);
  // Heads and tails of commands, events, PPRs, and the second logs (2).
  for (const std::uint32_t reg :
       {0x00u, 0x08u, 0x10u, 0x18u, 0x30u, 0x38u, 0x50u, 0x58u, 0x70u, 0x78u}) {
    CAPTURE(reg);
    b.vf(1, reg, ~std::uint64_t{0});
    CHECK(b.vf(1, reg) == 0x7'FFF0);
  }
}

TEST_CASE("offsets of the page without a register read 0 and cannot be written") {
  VirtualQuiet b;
  for (const std::uint32_t reg : {0x28u, 0x60u, 0x68u, 0x98u, 0x800u, 0xFF8u}) {
    CAPTURE(reg);
    b.vf(1, reg, ~std::uint64_t{0});
    CHECK(b.vf(1, reg) == 0);
  }
}

TEST_CASE("pointers of a GA log are there by option") {
  VirtualQuiet without({{"EFR.GAMSup", 1}}), with({{"EFR.GAMSup", 1}}, {{"vf_ga_log", "true"}});
  for (VirtualQuiet* b : {&without, &with}) b->vf(1, 0x48, 0x18);
  CHECK(with.vf(1, 0x48) == 0x18);
  CHECK(without.vf(1, 0x48) == 0);
}

TEST_CASE("a guest's rings run while their enables and the host's are on") {
  VirtualQuiet b;
  b.ctl(1, 0x20, kCommandWord);
  b.ctl(1, 0x28, 0x1'2345'8109);
  b.ctl(1, 0x30, 0x12'345A'0109);
  CHECK(b.vf(1, 0x20) == 0);
  b.w(0x18, kVirtualOn & ~kVCmdEn);
  CHECK(b.vf(1, 0x20) == 0x88);  // EventLogRun 3, PprLogRun 7
  b.w(0x18, kVirtualOn);
  CHECK(b.vf(1, 0x20) == 0x98);  // and CmdBufRun 4
  b.ctl(1, 0x20, kCommandWord & ~bit(8));
  CHECK(b.vf(1, 0x20) == 0x88);
  b.w(0x18, kVirtualOn & ~kIommuEn);
  CHECK(b.vf(1, 0x20) == 0);
}

TEST_CASE("without GAEn the vIOMMU works or not, by option") {
  VirtualQuiet works, needs({}, {{"viommu_needs_ga", "true"}});
  for (VirtualQuiet* b : {&works, &needs}) {
    b->w(0x18, kVirtualOn & ~kGAEn);
    b->ctl(1, 0x20, kCommandWord);
  }
  CHECK(works.vf(1, 0x20) == 0x10);
  CHECK(needs.vf(1, 0x20) == 0);
}

TEST_CASE("a ring with a reserved length runs or not, by option") {
  VirtualQuiet off, on({}, {{"vfctrl_reserved_length", "as_coded"}});
  for (VirtualQuiet* b : {&off, &on}) {
    b->w(0x18, kVirtualOn);
    b->ctl(1, 0x20, 0x1'2345'6107);
  }
  CHECK(off.vf(1, 0x20) == 0);
  CHECK(on.vf(1, 0x20) == 0x10);
}

TEST_CASE("a guest's run bits are read-only and its overflow bits are cleared by writing 1") {
  VirtualQuiet b;
  b.w(0x18, kVirtualOn);
  b.ctl(1, 0x20, kCommandWord);
  b.vf(1, 0x20, ~std::uint64_t{0});
  CHECK(b.vf(1, 0x20) == 0x10);
  b.vf(1, 0x20, 0);
  CHECK(b.vf(1, 0x20) == 0x10);
}

TEST_CASE("another base or length starts a ring at 0, an enable alone does not") {
  VirtualQuiet b;
  b.ctl(1, 0x20, kCommandWord & ~bit(8));
  b.vf(1, 0x00, 0x40);
  b.vf(1, 0x08, 0x80);
  b.ctl(1, 0x20, kCommandWord);
  CHECK(b.vf(1, 0x00) == 0x40);
  CHECK(b.vf(1, 0x08) == 0x80);
  b.ctl(1, 0x20, 0x1'2345'7009);
  CHECK(b.vf(1, 0x00) == 0);
  CHECK(b.vf(1, 0x08) == 0);
  b.vf(1, 0x08, 0x80);
  b.ctl(1, 0x20, 0x1'2345'7008);
  CHECK(b.vf(1, 0x08) == 0);
  VirtualQuiet again({}, {{"vfctrl_same_base", "resets"}});
  again.ctl(1, 0x20, 9);
  again.vf(1, 0x08, 0x80);
  again.ctl(1, 0x20, 9);
  CHECK(again.vf(1, 0x08) == 0);
}

TEST_CASE("each base resets its own pointers") {
  struct Row {
    std::uint32_t word;
    std::uint64_t value;
    std::uint32_t head, tail;
  };
  // 3.3, 3.5 to 3.7.
  for (const Row& row : {Row{0x18, 0x1000, 0x70, 0x78}, Row{0x28, 0x1000, 0x10, 0x18},
                         Row{0x28, 0x80, 0x70, 0x78}, Row{0x30, 0x10000, 0x30, 0x38},
                         Row{0x30, 0x80, 0x50, 0x58}, Row{0x38, 0x1000, 0x50, 0x58}}) {
    CAPTURE(row.word);
    VirtualQuiet b;
    b.ctl(1, 0x20, 9);
    b.ctl(1, 0x28, 0x99);
    b.ctl(1, 0x30, 0x99);
    constexpr std::array kPointers{0x00u, 0x08u, 0x10u, 0x18u, 0x30u,
                                   0x38u, 0x50u, 0x58u, 0x70u, 0x78u};
    for (const std::uint32_t reg : kPointers) b.vf(1, reg, 0x20);
    b.ctl(1, row.word,
          (b.ctl(1, row.word) & ~std::uint64_t{row.value == 0x80 ? 0xF0u : 0u}) | row.value);
    for (const std::uint32_t reg : kPointers) {
      CAPTURE(reg);
      CHECK(b.vf(1, reg) == (reg == row.head || reg == row.tail ? 0 : 0x20));
    }
  }
}

TEST_CASE("a base changed while the ring runs is taken or not, by option") {
  VirtualQuiet takes, ignores({}, {{"vfctrl_base_while_running", "ignore"}});
  for (VirtualQuiet* b : {&takes, &ignores}) {
    b->w(0x18, kVirtualOn);
    b->ctl(1, 0x20, kCommandWord);
    b->ctl(1, 0x20, 0x5109);
  }
  CHECK(takes.ctl(1, 0x20) == 0x5109);
  CHECK(ignores.ctl(1, 0x20) == kCommandWord);
}

TEST_CASE("GstBufferTRPMode keeps a 1 only where it is there") {
  VirtualQuiet there, not_there({}, {{"gst_buffer_trp_mode", "false"}});
  there.w(0x18, kGstBufferTRPMode);
  not_there.w(0x18, kGstBufferTRPMode);
  CHECK((there.r(0x18) & kGstBufferTRPMode) != 0);
  CHECK((not_there.r(0x18) & kGstBufferTRPMode) == 0);
}

TEST_CASE("a copy of a device has guests of its own, and a reset forgets them") {
  VirtualQuiet b;
  b.ctl(7, 0x10, 0xFFFF'0000);
  Device copy = b.device;
  copy.vfctrl_write(7 * 64 + 0x10, 8, 0);
  CHECK(b.ctl(7, 0x10) == 0xFFFF'0000);
  CHECK(copy.vfctrl_read(7 * 64 + 0x10, 8) == 0);
  b.device.reset();
  b.device.config_write(0x88, 0xD0000001);
  CHECK(b.ctl(7, 0x10) == 0);
}

TEST_CASE("a guest's page does not answer while its window's base address is not enabled") {
  VirtualQuiet b;
  b.w(0x18, kVirtualOn);
  b.ctl(5, 0x20, kCommandWord);
  b.vf(5, 0x08, 0x40);
  b.device.config_write(0x80, 0xE0000000);
  CHECK(b.vf(5, 0x08) == 0);
  b.device.config_write(0x80, 0xE0000001);
  CHECK(b.vf(5, 0x08) == 0x40);
}

TEST_CASE("a byte access of a guest's page acts on its byte, or is ignored by option") {
  VirtualQuiet acts, ignores({}, {{"narrow_access", "ignored"}});
  for (VirtualQuiet* b : {&acts, &ignores}) {
    b->ctl(1, 0x20, kCommandWord);
    b->vf(1, 0x08, 0x120);
    b->device.vf_write(1 * 4096 + 0x08, 1, 0x30);
  }
  CHECK(acts.vf(1, 0x08) == 0x130);
  CHECK(acts.device.vf_read(1 * 4096 + 0x09, 1) == 1);
  CHECK(ignores.vf(1, 0x08) == 0x120);
  CHECK(ignores.device.vf_read(1 * 4096 + 0x09, 1) == 0);
}

}  // namespace
}  // namespace amdvi::by_hand
