#include "checker/cli/dut.hpp"

#include <fmt/format.h>

#include <amdvi/spec/BaseAddressHigh.gen.hpp>
#include <amdvi/spec/BaseAddressLow.gen.hpp>
#include <amdvi/spec/Control.gen.hpp>
#include <amdvi/spec_info.hpp>

#include "checker/dut/faulty_adapter.hpp"
#include "checker/dut/line_adapter.hpp"
#include "checker/dut/model_adapter.hpp"
#include "checker/dut/qemu_config.hpp"

namespace amdvi::cli {
namespace {

constexpr std::string_view kFaulty = "faulty:";
constexpr std::uint16_t kIommuClass = 0x0806;  // PCI: base system peripheral, IOMMU

tl::unexpected<vector::Error> fail(const std::string& dut, std::string what, std::string hint) {
  return tl::unexpected(vector::Error{dut, 0, 0, std::move(what), std::move(hint)});
}

// CapId, as the specification fixes it.
std::uint8_t capability_id() {
  for (const auto& field : spec::find_structure("CapabilityHeader")->fields) {
    if (field.name == "CapId") return static_cast<std::uint8_t>(field.reset);
  }
  return 0;
}

dut::IommuPci iommu_pci() {
  namespace Low = spec::field::BaseAddressLow;
  return {kIommuClass,
          capability_id(),
          static_cast<std::uint8_t>(spec::kOffset_BaseAddressLow),
          static_cast<std::uint8_t>(spec::kOffset_BaseAddressHigh),
          static_cast<std::uint32_t>(Low::BaseAddress.mask()),
          static_cast<std::uint32_t>(Low::Enable.mask())};
}

dut::QemuConfig qemu_config(const profile::Profile& profile) {
  dut::QemuConfig config;
  config.binary = profile.qemu.binary;
  config.args = profile.qemu.args;
  config.memory = profile.qemu.memory;
  config.scratch = profile.qemu.scratch;
  config.mmio_base = profile.qemu.mmio_base;
  config.pci = iommu_pci();
  config.control_offset = spec::kOffset_Control;
  // Some status bits of QEMU 7.2 cannot be cleared by writing registers.
  config.soft_reset = dut::QemuSoftReset::kSystem;
  for (const profile::Requester& requester : profile.requesters) {
    config.requesters.push_back({requester.engine, requester.device_id});
  }
  return config;
}

}  // namespace

std::string default_profile(const std::string& dut) {
  return dut == "qemu" ? "qemu-q35" : "reference";
}

vector::Result<judge::AdapterFactory> make_factory(const std::string& dut,
                                                   const profile::Profile& profile) {
  if (dut == "model") return [&profile] { return dut::make_model_adapter(profile.config); };
  if (dut.starts_with(kFaulty)) {
    const std::string name = dut.substr(kFaulty.size());
    if (dut::make_faulty_adapter(profile.config, name) == nullptr) {
      return fail(dut, "no such fault", "list them with `amdvi run --list-faults`");
    }
    return [&profile, name] { return dut::make_faulty_adapter(profile.config, name); };
  }
  if (dut == "qemu") {
    if (profile.qemu.binary.empty()) {
      return fail(dut,
                  fmt::format("profile {} does not say how to start an emulator", profile.name),
                  "use another profile, or add `qemu:` to it");
    }
    return [config = qemu_config(profile)] { return dut::make_qemu_adapter(config); };
  }
  if (dut.empty())
    return fail("--dut", "no device is named", "model, qemu, unix:PATH or a command");
  return [dut] { return dut::make_line_adapter({dut}); };
}

}  // namespace amdvi::cli
