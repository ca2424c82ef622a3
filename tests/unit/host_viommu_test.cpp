// Golden values of windows, private addresses, commands and entries of the hardware vIOMMU,
// computed by hand from their layouts.
#include <array>
#include <span>

#include <doctest/doctest.h>

#include <amdvi/spec/DeviceTableEntry.gen.hpp>
#include <amdvi/spec/GUEST_EVENT_FAULT.gen.hpp>
#include <amdvi/spec/INVALIDATE_IOMMU_PAGES.gen.hpp>
#include <amdvi/spec/RESET_VMMIO.gen.hpp>
#include <amdvi/spec/guest_dte_validation.gen.hpp>
#include <amdvi/spec/host_dte_low.gen.hpp>
#include <amdvi/spec/nested_dte.gen.hpp>
#include <amdvi/spec/private_flush_operand.gen.hpp>
#include <amdvi/spec/private_slice.gen.hpp>
#include <amdvi/spec/private_slice_size.gen.hpp>
#include <amdvi/spec/vf_page.gen.hpp>
#include <amdvi/spec/vfctrl_words.gen.hpp>
#include <amdvi/value/concrete.hpp>
#include <amdvi/value/decide.hpp>

namespace {

using namespace amdvi;
using namespace amdvi::spec;

std::uint64_t slice(PrivateRegion region, std::uint64_t gid) {
  Concrete d;
  return private_slice(d, Concrete::k<3>(static_cast<std::uint64_t>(region)), Concrete::k<16>(gid))
      .v;
}

std::uint64_t size(PrivateRegion region) {
  Concrete d;
  return private_slice_size(d, Concrete::k<3>(static_cast<std::uint64_t>(region))).v;
}

std::uint64_t flush(std::uint64_t base, std::uint64_t bytes) {
  Concrete d;
  return private_flush_operand(d, Concrete::k<64>(base), Concrete::k<64>(bytes)).v;
}

TEST_CASE("slices of the private address space") {
  CHECK(slice(PrivateRegion::mmio, 1) == 0x40);
  CHECK(slice(PrivateRegion::mmio, 0xffff) == 0x3f'ffc0);
  CHECK(slice(PrivateRegion::devid_map, 1) == 0x10'0010'0000);
  CHECK(slice(PrivateRegion::devid_map, 0xffff) == 0x1f'fff0'0000);
  CHECK(slice(PrivateRegion::domid_map, 1) == 0x20'0008'0000);
  CHECK(slice(PrivateRegion::domid_map, 0xffff) == 0x27'fff8'0000);
  CHECK(slice(PrivateRegion::command, 0) == 0x28'0000'0000);
  CHECK(slice(PrivateRegion::ppr, 0) == 0x30'0000'0000);
  CHECK(slice(PrivateRegion::ppr_b, 0) == 0x38'0000'0000);
  CHECK(slice(PrivateRegion::event, 0) == 0x40'0000'0000);
  CHECK(slice(PrivateRegion::event_b, 0xffff) == 0x4f'fff8'0000);
}

TEST_CASE("windows from the DevID maps on leave no gap and do not overlap") {
  for (unsigned i = 1; i < 7; ++i) {
    const auto region = static_cast<PrivateRegion>(i);
    CHECK(slice(region, 0xffff) + size(region) == slice(static_cast<PrivateRegion>(i + 1), 0));
  }
}

TEST_CASE("flushes of private ranges") {
  CHECK(flush(0x00'0000, 0x20'0000) == 0x0f'f003);
  CHECK(flush(0x20'0000, 0x20'0000) == 0x2f'f003);
  CHECK(flush(0x40'0000, 0x20'0000) == 0x4f'f003);
  CHECK(flush(0x60'0000, 0x20'0000) == 0x6f'f003);
  CHECK(flush(slice(PrivateRegion::devid_map, 1), size(PrivateRegion::devid_map)) ==
        0x10'0017'f003);
  CHECK(flush(slice(PrivateRegion::domid_map, 1), size(PrivateRegion::domid_map)) ==
        0x20'000b'f003);
}

TEST_CASE("a flush of a private range as a command") {
  namespace f = field::INVALIDATE_IOMMU_PAGES;
  std::array<std::uint64_t, 2> command{};
  f::opcode.set(command, 3);
  f::DomainID.set(command, 0x1234);
  f::S.set(command, 1);
  f::PDE.set(command, 1);
  f::Address.set(command, 0x10'0017'f000 >> 12);
  CHECK(command[0] == 0x3000'1234'0000'0000);  // dw1 = 0x30000000 | domain
  CHECK(command[1] == 0x10'0017'f003);
}

TEST_CASE("a guest's page and control words") {
  Concrete d;
  const auto base = Concrete::k<64>(0x20'0000'0000);
  CHECK(vf_page(d, base, Concrete::k<16>(5)).v == 0x20'0000'5000);
  CHECK(vf_page(d, base, Concrete::k<16>(0xffff)).v == 0x20'0fff'f000);
  CHECK(vfctrl_words(d, base, Concrete::k<16>(5)).v == 0x20'0000'0140);
  CHECK(vfctrl_words(d, base, Concrete::k<16>(0xffff)).v == 0x20'003f'ffc0);
}

TEST_CASE("RESET_VMMIO of one guest") {
  namespace f = field::RESET_VMMIO;
  std::array<std::uint64_t, 2> command{};
  f::opcode.set(command, 10);
  f::GuestID.set(command, 5);
  f::All.set(command, 1);
  f::vCmd.set(command, 1);
  CHECK(command[0] == 0xa000'0000'9000'0005);
  CHECK(command[1] == 0);
}

TEST_CASE("vIOMMU flags are bits 31:27 of the first word of an event") {
  namespace f = field::GUEST_EVENT_FAULT;
  const std::array<std::uint64_t, 2> event{0xb000'0000'e000'0000, 0};
  const std::span<const std::uint64_t> words(event);
  CHECK(f::vCmd.get(words) == 1);
  CHECK(f::vPtr.get(words) == 1);
  CHECK(f::vEvent.get(words) == 1);
  CHECK(f::Reserved_28.get(words) == 0);
  CHECK(f::VNR.get(words) == 0);
}

TEST_CASE("first word of the translation DTE and of the IOMMU's own") {
  Concrete d;
  CHECK(host_dte_low(d, Concrete::k<40>(0x12'3456), Concrete::k<3>(3)).v == 0x6000'0001'2345'6603);
}

HostError validate(const std::array<std::uint64_t, 4>& words, std::uint64_t gats = 0) {
  Concrete d;
  guest_dte_validation<Concrete>::Storage s;
  for (std::size_t i = 0; i < words.size(); ++i) s.gdte.w[i] = Concrete::k<64>(words[i]);
  s.cap.EFR.w[0] = Concrete::k<64>(gats << 12);
  return static_cast<HostError>(decide<guest_dte_validation>(d, s.in()).out.error.v);
}

constexpr std::uint64_t kV = 1, kGV = 1ULL << 55, kRoot = 1ULL << 58, kFive = 1ULL << 54;

TEST_CASE("checks of a guest's entry are done in their order") {
  CHECK(validate({0, 0, 0, 0}) == HostError::OK);
  CHECK(validate({kV | kGV | kRoot, 7, 0, 0}) == HostError::OK);
  CHECK(validate({kV | kGV, 1ULL << 63, 0, 0}) == HostError::OK);  // high part of the root only
  CHECK(validate({1ULL << 9, 0, 0, 0}) == HostError::E_INVAL);
  CHECK(validate({1ULL << 12, 0, 0, 0}) == HostError::E_INVAL);
  CHECK(validate({kV | kGV, 0, 0, 0}) == HostError::E_INVAL);
  CHECK(validate({0, 0, 2 * kFive, 0}) == HostError::E_INVAL);
  CHECK(validate({3ULL << 56, 0, 0, 0}) == HostError::E_INVAL);
  CHECK(validate({0, 0, kFive, 0}) == HostError::E_OPNOTSUPP);
  CHECK(validate({0, 0, kFive, 0}, 1) == HostError::OK);
  CHECK(validate({3ULL << 56, 0, kFive, 0}) == HostError::E_INVAL);  // GLX before five levels
}

nested_dte<Concrete>::Storage attach() {
  nested_dte<Concrete>::Storage s;
  s.to.HostPTRoot = Concrete::k<40>(0x12'3456);
  s.to.Mode = Concrete::k<3>(4);
  s.to.DomainID = Concrete::k<16>(0x42);
  s.to.GDeviceID = Concrete::k<16>(8);
  s.to.GuestID = Concrete::k<16>(5);
  return s;
}

TEST_CASE("the entry of a nested device takes from the guest's what is the guest's to say") {
  Concrete d;
  nested_dte<Concrete>::Storage s = attach();
  for (auto& word : s.gdte.w) word = Concrete::k<64>(~0ULL);
  s.d2 = Concrete::k<64>(0x2000'0000'0000'0001);
  const auto out = decide<nested_dte>(d, s.in()).out;
  CHECK(out.error.v == 0);
  CHECK(out.d0.v == 0x7fd0'0001'2345'6803);  // all of the guest's but GPRP, IR and IW
  CHECK(out.d1.v == 0xffff'f800'ffff'0042);
  CHECK(out.d2.v == 0x20c0'0000'0000'0001);
  CHECK(out.d3.v == 0x0000'0005'0008'8000);
}

TEST_CASE("a nested device translates by the guest's tables whatever the guest says of GV") {
  Concrete d;
  nested_dte<Concrete>::Storage s = attach();
  s.to.HAD = Concrete::k<2>(3);
  s.to.ats = Concrete::k<1>(1);
  s.to.SysMgt = Concrete::k<2>(2);
  const auto out = decide<nested_dte>(d, s.in()).out;
  CHECK(out.d0.v == 0x6080'0001'2345'6983);
  CHECK(out.d1.v == 0x0000'0201'0000'0042);
  s.to.has_pasid = Concrete::k<1>(1);
  CHECK(decide<nested_dte>(d, s.in()).out.error.v == 22);
}

}  // namespace
