// BasicDevice: the interrupts of the IOMMU itself.
#pragma once

#include <array>

#include <amdvi/device.hpp>
#include <amdvi/impl/pci.hpp>
#include <amdvi/spec/MiscInfo0.gen.hpp>
#include <amdvi/spec/MiscInfo1.gen.hpp>
#include <amdvi/spec/OwnInterruptSource.gen.hpp>
#include <amdvi/spec/own_interrupt.gen.hpp>

namespace amdvi {

namespace detail {

// Neither translated nor remapped: to the processors, or to the memory that it is addressed to.
inline void deliver_own(Memory& memory, Observer* observer, InterruptCause cause,
                        std::uint64_t address, std::uint32_t data) {
  if (observer != nullptr) observer->message(cause, address, data);
  if (is_interrupt_address(address)) return;
  std::array<std::uint8_t, 4> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(data >> (8 * i));
  }
  memory.write(address, bytes);
}

}  // namespace detail

// Builds the message of a cause whose enable is set, and delivers it.
template <class Domain>
void BasicDevice<Domain>::send(InterruptCause cause) {
  if (observer_ != nullptr) observer_->interrupt(cause);
  const bool ga = cause == InterruptCause::kGaLog, ppr = cause == InterruptCause::kPprLog;
  const std::uint64_t xt = reg(ga    ? spec::RegisterId::XTGAInterruptControl
                               : ppr ? spec::RegisterId::XTPPRInterruptControl
                                     : spec::RegisterId::XTGeneralInterruptControl);
  const auto at = [&](std::uint32_t offset) { return pci_[offset / 4]; };
  using L = detail::PciLayout;
  const std::uint64_t misc0 = at(L::kIommu + spec::kOffset_MiscInfo0);
  const std::uint64_t number =
      ga    ? spec::field::MiscInfo1::MsiNumGA.get(at(L::kIommu + spec::kOffset_MiscInfo1))
      : ppr ? spec::field::MiscInfo0::MsiNumPPR.get(misc0)
            : spec::field::MiscInfo0::MsiNum.get(misc0);
  // With both ways out closed there is no message to speak of.
  const bool msi = spec::field::MsiHeader::MsiEn.get(at(L::kMsi + spec::kOffset_MsiHeader)) != 0;
  if (!msi && spec::field::Control::IntCapXTEn.get(reg(spec::RegisterId::Control)) == 0) return;
  const auto dword = [&](std::uint32_t offset) { return Domain::template k<32>(at(offset)); };
  const auto decided =
      decide_here<spec::own_interrupt>({control(),
                                        {{word(xt)}},
                                        {{dword(L::kMsi + spec::kOffset_MsiHeader)}},
                                        {{dword(L::kMsi + spec::kOffset_MsiLow)}},
                                        {{dword(L::kMsi + spec::kOffset_MsiHigh)}},
                                        {{dword(L::kMsi + spec::kOffset_MsiMessageData)}},
                                        d_.template k<5>(number),
                                        cap_});
  if (static_cast<spec::OwnInterruptSource>(decided.out.source.v) ==
      spec::OwnInterruptSource::none) {
    return;
  }
  tell(spec::Behaviour::OwnAccesses);
  detail::deliver_own(*memory_, observer_, cause, decided.out.address.v,
                      static_cast<std::uint32_t>(decided.out.data.v));
}

}  // namespace amdvi
