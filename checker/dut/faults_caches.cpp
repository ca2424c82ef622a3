// Faults of a device that caches: commands that drop less than they should.
#include <array>

#include <amdvi/spec/COMPLETION_WAIT.gen.hpp>
#include <amdvi/spec/Command.gen.hpp>
#include <amdvi/spec/INVALIDATE_DEVTAB_ENTRY.gen.hpp>
#include <amdvi/spec/INVALIDATE_IOMMU_ALL.gen.hpp>
#include <amdvi/spec/INVALIDATE_IOMMU_PAGES.gen.hpp>

#include "checker/dut/fault.hpp"

namespace amdvi::dut {
namespace {

namespace Cmd = spec::field::Command;
namespace Pages = spec::field::INVALIDATE_IOMMU_PAGES;
namespace Entry = spec::field::INVALIDATE_DEVTAB_ENTRY;

using Words = std::span<std::uint64_t>;

constexpr std::uint64_t kElsewhere = 0x4000;  // no DeviceID, DomainID or PASID of a vector is near

bool is_pages(Words words) { return Cmd::opcode.get(words) == spec::kOpcode_INVALIDATE_IOMMU_PAGES; }

constexpr std::array kFaults{
    Fault{.name = "cache-keeps-pages",
          .text = "INVALIDATE_IOMMU_PAGES drops nothing",
          .command =
              [](Words words) {
                if (is_pages(words)) Pages::DomainID.set(words, kElsewhere);
              },
          .caches = true},
    Fault{.name = "cache-keeps-device-entries",
          .text = "INVALIDATE_DEVTAB_ENTRY drops nothing",
          .command =
              [](Words words) {
                if (Cmd::opcode.get(words) == spec::kOpcode_INVALIDATE_DEVTAB_ENTRY) {
                  Entry::DeviceID.set(words, kElsewhere);
                }
              },
          .caches = true},
    Fault{.name = "cache-drops-one-page",
          .text = "INVALIDATE_IOMMU_PAGES drops one page, whatever S says",
          .command =
              [](Words words) {
                const bool all = Pages::Address.get(words) == 0x7FFFFFFFFFFFF;
                if (is_pages(words) && !all) Pages::S.set(words, 0);
              },
          .caches = true},
    Fault{.name = "cache-keeps-directories",
          .text = "INVALIDATE_IOMMU_PAGES drops no directory entries, whatever PDE says",
          .command =
              [](Words words) {
                if (is_pages(words)) Pages::PDE.set(words, 0);
              },
          .caches = true},
    Fault{.name = "cache-keeps-all",
          .text = "INVALIDATE_IOMMU_ALL drops nothing",
          .command =
              [](Words words) {
                if (Cmd::opcode.get(words) != spec::kOpcode_INVALIDATE_IOMMU_ALL) return;
                words[0] = words[1] = 0;
                Cmd::opcode.set(words, spec::kOpcode_COMPLETION_WAIT);
              },
          .caches = true},
    Fault{.name = "cache-keeps-guest-pages",
          .text = "INVALIDATE_IOMMU_PAGES with GN=1 drops nothing",
          .command =
              [](Words words) {
                if (is_pages(words) && Pages::GN.get(words) != 0) Pages::PASID.set(words, kElsewhere);
              },
          .caches = true},
};

}  // namespace

std::span<const Fault> cache_faults() { return kFaults; }

}  // namespace amdvi::dut
