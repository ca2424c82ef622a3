#include "checker/vector/guest_place.hpp"

#include <array>
#include <utility>

#include <amdvi/spec/VfctrlWord.gen.hpp>
#include <amdvi/spec/vf_register.gen.hpp>
#include <amdvi/spec_info.hpp>
#include <amdvi/value/concrete.hpp>

namespace amdvi::vector {
namespace {

using Word = spec::VfctrlWord;

constexpr std::array<std::pair<std::string_view, Word>, 8> kWords{{
    {"VfctrlDevIdMapControl", Word::devid_map},
    {"VfctrlDomIdMapControl", Word::domid_map},
    {"VfctrlMiscControl", Word::misc},
    {"VfctrlEventLogBBase", Word::event_b_base},
    {"VfctrlCommandControl", Word::command},
    {"VfctrlEventControl", Word::event},
    {"VfctrlPprControl", Word::ppr},
    {"VfctrlPprLogBBase", Word::ppr_b_base},
}};
constexpr std::uint32_t kWordBytes = 8;
constexpr std::uint32_t kPage = 4096;

}  // namespace

std::optional<GuestPlace> guest_place(std::string_view reg) {
  for (const auto& [name, word] : kWords) {
    if (name == reg) return GuestPlace{true, static_cast<std::uint32_t>(word) * kWordBytes};
  }
  const spec::StructureInfo* info = spec::find_structure(reg);
  if (info == nullptr || info->kind != spec::StructureKind::kRegister || info->space != "mmio") {
    return std::nullopt;
  }
  Concrete d;
  const auto first = spec::vf_register<Concrete>(d, Concrete::k<28>(0)).v;
  if (info->offset < first || info->offset >= first + kPage) return std::nullopt;
  return GuestPlace{false, static_cast<std::uint32_t>(info->offset - first)};
}

}  // namespace amdvi::vector
