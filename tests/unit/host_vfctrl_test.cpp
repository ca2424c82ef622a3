// Golden values of the VFCTRL words, computed by hand from their layouts.
#include <doctest/doctest.h>

#include <amdvi/spec/VfctrlCommandControl.gen.hpp>
#include <amdvi/spec/VfctrlDevIdMapControl.gen.hpp>
#include <amdvi/spec/VfctrlDomIdMapControl.gen.hpp>
#include <amdvi/spec/VfctrlEventControl.gen.hpp>
#include <amdvi/spec/VfctrlMiscControl.gen.hpp>
#include <amdvi/spec/VfctrlPprControl.gen.hpp>

namespace {

namespace field = amdvi::spec::field;

TEST_CASE("a DevID map write, and the forms of removal") {
  namespace f = field::VfctrlDevIdMapControl;
  std::uint64_t word = 0;
  f::Write.set(word, 1);
  f::GDeviceID.set(word, 8);
  CHECK(word == 0x8002'0000'0000'0000);  // removal: not valid
  f::Valid.set(word, 1);
  CHECK(word == 0x8002'0000'0000'0001);  // the drivers' removal: device 0, valid
  f::HDeviceID.set(word, 0xc100);
  CHECK(word == 0x8002'0000'3040'0001);
}

TEST_CASE("a DomID map write") {
  namespace f = field::VfctrlDomIdMapControl;
  std::uint64_t word = 0;
  f::Write.set(word, 1);
  f::Valid.set(word, 1);
  f::GDomainID.set(word, 0xffff);
  f::HDomainID.set(word, 1);
  CHECK(word == 0xbfff'c000'0000'4001);
}

TEST_CASE("TransDevID") {
  std::uint64_t word = 0;
  field::VfctrlMiscControl::TransDevID.set(word, 0xffff);
  CHECK(word == 0x0000'0000'ffff'0000);
}

TEST_CASE("command and event control") {
  namespace c = field::VfctrlCommandControl;
  std::uint64_t command = 0;
  c::ComBase.set(command, 0x1'2345'6000 >> 12);
  c::ComLen.set(command, 9);
  c::CmdBufEn.set(command, 1);
  CHECK(command == 0x0000'0001'2345'6109);
  namespace e = field::VfctrlEventControl;
  std::uint64_t event = 0;
  e::EventBase.set(event, 0x1'2345'8000 >> 12);
  e::EventLen.set(event, 9);
  e::EventLogEn.set(event, 1);
  e::EventIntEn.set(event, 1);
  CHECK(event == 0x0000'0001'2345'8309);
}

TEST_CASE("PPR control has its base four bits further up") {
  namespace p = field::VfctrlPprControl;
  std::uint64_t word = 0;
  p::PprBase.set(word, 0x1'2345'a000 >> 12);
  p::PprLen.set(word, 9);
  p::PPRLogEn.set(word, 1);
  p::PPRIntEn.set(word, 1);
  p::PPREn.set(word, 1);
  CHECK(word == 0x0000'0012'345a'0709);
  word = 0;
  p::PprBase.set(word, 0xf'ffff'ffff'f000 >> 12);
  p::PprLen.set(word, 15);
  p::PPRLogEn.set(word, 1);
  CHECK(word == 0x00ff'ffff'ffff'010f);
}

}  // namespace
