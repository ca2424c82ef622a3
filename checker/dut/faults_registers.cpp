// Faults in the registers.
#include <array>

#include <amdvi/spec/CommandBufferBase.gen.hpp>
#include <amdvi/spec/Status.gen.hpp>

#include "checker/dut/fault.hpp"

namespace amdvi::dut {
namespace {

namespace Base = spec::field::CommandBufferBase;  // Len is in the same place in every ring base
namespace Status = spec::field::Status;

constexpr unsigned kHalf = 4;      // bytes
constexpr unsigned kSmallest = 8;  // the smallest legal length code of a ring

// The register that the access is for, or nullptr.
const spec::RegisterDesc* register_of(const MmioAccess& access) {
  for (const spec::RegisterDesc& desc : spec::kRegisters) {
    if (access.offset >= desc.offset && access.offset < desc.offset + desc.width / 8) return &desc;
  }
  return nullptr;
}

bool is(const MmioAccess& access, spec::RegisterId id) {
  return register_of(access) == &spec::kRegisters[static_cast<std::size_t>(id)];
}

bool has_role(const MmioAccess& access, spec::RegisterRole role) {
  const auto* desc = register_of(access);
  return desc != nullptr && desc->role == role;
}

void forward(MutantDevice& device, const MmioAccess& access) {
  device.mmio_write(access.offset, access.size, access.value);
}

void keep_pointers(MutantDevice& device, const MmioAccess& access) {
  if (!has_role(access, spec::RegisterRole::ring_base)) return forward(device, access);
  std::array<std::uint64_t, spec::kRegisters.size()> before{};
  const spec::Ring ring = register_of(access)->ring;
  for (std::size_t i = 0; i < before.size(); ++i) {
    before[i] = device.mmio_read(spec::kRegisters[i].offset, 8);
  }
  forward(device, access);
  for (std::size_t i = 0; i < before.size(); ++i) {
    const spec::RegisterDesc& desc = spec::kRegisters[i];
    if (desc.ring == ring && desc.role != spec::RegisterRole::ring_base) {
      device.mmio_write(desc.offset, 8, before[i]);
    }
  }
}

void ignore_length(MutantDevice& device, const MmioAccess& access) {
  MmioAccess changed = access;
  if (has_role(access, spec::RegisterRole::ring_base) && access.size == 8) {
    Base::Len.set(changed.value, kSmallest);
  }
  forward(device, changed);
}

void wrap_late(MutantDevice& device, const MmioAccess& access) {
  MmioAccess changed = access;
  if (has_role(access, spec::RegisterRole::ring_base) && access.size == 8) {
    Base::Len.set(changed.value, Base::Len.get(access.value) + 1);
  }
  forward(device, changed);
}

void clobber_other_half(MutantDevice& device, const MmioAccess& access) {
  if (access.size != kHalf) return forward(device, access);
  const bool high = access.offset % 8 != 0;
  device.mmio_write(access.offset & ~std::uint64_t{7}, 8, high ? access.value << 32 : access.value);
}

void invert_status(MutantDevice& device, const MmioAccess& access) {
  MmioAccess changed = access;
  if (is(access, spec::RegisterId::Status)) changed.value = ~access.value;
  forward(device, changed);
}

void ignore_register(MutantDevice& device, const MmioAccess& access, spec::RegisterId id) {
  if (!is(access, id)) forward(device, access);
}

void hide(MmioAccess& access, std::uint64_t bits) {
  if (is(access, spec::RegisterId::Status) && access.offset % 8 == 0) access.value &= ~bits;
}

constexpr std::array kFaults{
    Fault{.name = "status-cleared-by-zero",
          .text = "writing 0 to a Status bit clears it, not 1",
          .write = invert_status},
    Fault{.name = "status-cleared-by-read",
          .text = "reading Status clears it",
          .read =
              [](MutantDevice& device, MmioAccess& access) {
                if (is(access, spec::RegisterId::Status)) {
                  device.mmio_write(access.offset, access.size, access.value);
                }
              }},
    Fault{.name = "base-write-keeps-pointers",
          .text = "writing a ring base resets no pointer",
          .write = keep_pointers},
    Fault{.name = "ring-length-ignored",
          .text = "every ring has 256 entries",
          .write = ignore_length},
    Fault{.name = "ring-wraps-late",
          .text = "every ring is twice as long as it is said to be",
          .write = wrap_late},
    Fault{.name = "half-write-clobbers",
          .text = "a 4-byte write clears the other half",
          .write = clobber_other_half},
    Fault{.name = "exclusion-ignored",
          .text = "the exclusion range cannot be enabled",
          .write =
              [](MutantDevice& device, const MmioAccess& access) {
                ignore_register(device, access, spec::RegisterId::ExclusionBase);
              }},
    Fault{.name = "command-head-writable-never",
          .text = "writes to the command head are ignored",
          .write =
              [](MutantDevice& device, const MmioAccess& access) {
                ignore_register(device, access, spec::RegisterId::CommandBufferHead);
              }},
    Fault{.name = "event-tail-stuck",
          .text = "the event log tail reads 0",
          .read =
              [](MutantDevice&, MmioAccess& access) {
                if (is(access, spec::RegisterId::EventLogTail)) access.value = 0;
              }},
    Fault{.name = "command-head-stuck",
          .text = "the command head reads 0",
          .read =
              [](MutantDevice&, MmioAccess& access) {
                if (is(access, spec::RegisterId::CommandBufferHead)) access.value = 0;
              }},
    Fault{.name = "head-past-end",
          .text = "the command head reads one ring too far",
          .read =
              [](MutantDevice& device, MmioAccess& access) {
                if (!is(access, spec::RegisterId::CommandBufferHead) || access.value == 0) return;
                const auto base = device.mmio_read(spec::kOffset_CommandBufferBase, 8);
                access.value += std::uint64_t{16} << Base::Len.get(base);
              }},
    Fault{.name = "overflow-not-set",
          .text = "EventOverflow reads 0",
          .read = [](MutantDevice&,
                     MmioAccess& access) { hide(access, Status::EventOverflow.mask()); }},
    Fault{.name = "event-int-not-set",
          .text = "EventLogInt reads 0",
          .read = [](MutantDevice&,
                     MmioAccess& access) { hide(access, Status::EventLogInt.mask()); }},
    Fault{.name = "run-bits-missing",
          .text = "EventLogRun and CmdBufRun read 0",
          .read =
              [](MutantDevice&, MmioAccess& access) {
                hide(access, Status::EventLogRun.mask() | Status::CmdBufRun.mask());
              }},
    Fault{.name = "features-missing",
          .text = "the extended feature register reads 0",
          .read =
              [](MutantDevice&, MmioAccess& access) {
                if (is(access, spec::RegisterId::ExtendedFeature)) access.value = 0;
              }},
};

}  // namespace

std::span<const Fault> register_faults() { return kFaults; }

}  // namespace amdvi::dut
