#include <amdvi/config.hpp>

#include <array>
#include <span>

#include <amdvi/spec/Revision.gen.hpp>
#include <amdvi/spec_info.hpp>

namespace amdvi {

namespace {

// Members of Capabilities that are registers, and which.
struct RegisterMember {
  std::string_view member;
  std::string_view structure;
};
constexpr std::array kRegisterMembers{
    RegisterMember{"EFR", "ExtendedFeature"},
    RegisterMember{"EFR2", "ExtendedFeature2"},
    RegisterMember{"header", "CapabilityHeader"},
};

const spec::FieldInfo* field_of(std::string_view member, std::string_view name) {
  for (const RegisterMember& m : kRegisterMembers) {
    if (m.member != member) continue;
    for (const spec::FieldInfo& f : spec::find_structure(m.structure)->fields) {
      if (f.name == name) return &f;
    }
  }
  return nullptr;
}

// Calls `use(leaf, field)` for the member that `path` names; field is null for a plain number.
template <class Caps, class Use>
bool with_member(Caps& cap, std::string_view path, Use use) {
  const std::size_t dot = path.find('.');
  const std::string_view member = path.substr(0, dot);
  const spec::FieldInfo* field =
      dot == std::string_view::npos ? nullptr : field_of(member, path.substr(dot + 1));
  if (dot != std::string_view::npos && field == nullptr) return false;
  bool found = false;
  cap.visit("cap", [&](std::string_view name, auto& leaf) {
    if (name != member) return;
    use(leaf.v, field);
    found = true;
  });
  return found;
}

}  // namespace

Config default_config() {
  Config config;
  config.cap.Revision.v = static_cast<std::uint64_t>(spec::Revision::r3_11);
  for (const spec::OptionInfo& o : spec::catalogue().options) {
    set_option(config, o.name, o.values[o.default_index]);
  }
  return config;
}

bool set_capability(Config& config, std::string_view path, std::uint64_t value) {
  return with_member(config.cap, path, [&](std::uint64_t& word, const spec::FieldInfo* field) {
    if (field == nullptr) {
      word = value;
    } else {
      spec::set_field(*field, std::span(&word, 1), value);
    }
  });
}

bool get_capability(const Config& config, std::string_view path, std::uint64_t& value) {
  spec::Capabilities<Concrete> cap = config.cap;
  return with_member(cap, path, [&](std::uint64_t& word, const spec::FieldInfo* field) {
    value = field == nullptr ? word : spec::field_value(*field, std::span(&word, 1));
  });
}

bool set_option(Config& config, std::string_view name, std::string_view value) {
  for (const spec::OptionInfo& o : spec::catalogue().options) {
    if (o.name != name) continue;
    for (std::size_t i = 0; i < o.values.size(); ++i) {
      if (o.values[i] != value) continue;
      config.opt.visit("opt", [&](std::string_view leaf_name, auto& leaf) {
        if (leaf_name == name) leaf.v = i;
      });
      return true;
    }
  }
  return false;
}

}  // namespace amdvi
