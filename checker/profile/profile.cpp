#include "checker/profile/profile.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "checker/profile/revision.hpp"
#include "checker/profile/yaml_reader.hpp"
#include "checker/vector/text_file.hpp"

namespace amdvi::profile {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;
constexpr unsigned kPhysicalBits = 52;  // of a system physical address
constexpr std::array<std::string_view, 4> kEngines = {"model", "edu", "lsi53c895a", "ioapic"};

unsigned width_of(const spec::FieldInfo& field) {
  unsigned width = 0;
  for (const auto& piece : field.pieces) width += piece.hi - piece.lo + 1U;
  return width;
}

// `member` of the capabilities, which is the register `structure`.
void read_fields(const YamlNode& node, std::string_view member, std::string_view structure,
                 Profile& profile) {
  const spec::StructureInfo& info = *spec::find_structure(structure);
  for (const auto& [name, value] : node.entries()) {
    const spec::FieldInfo* field = spec::find_field(info, name);
    if (field == nullptr || field->kind != spec::FieldKind::kPlain) {
      value.fail(fmt::format("{} has no field '{}'", structure, name),
                 fmt::format("list them with `amdvi spec show {}`", structure));
      continue;
    }
    if (!in_revision(*field, profile.revision)) {
      value.fail(
          fmt::format("revision {} has no field {} in {}", profile.revision, name, structure));
    }
    set_capability(profile.config, fmt::format("{}.{}", member, name),
                   value.number(width_of(*field)));
  }
}

void read_revision(const YamlNode& node, Profile& profile) {
  profile.revision = node.quoted();
  const auto code = revision_code(profile.revision);
  if (!code) {
    node.fail(fmt::format("'{}' is not a revision of the specification", profile.revision),
              fmt::format("one of {}", fmt::join(revisions(), ", ")));
    return;
  }
  set_capability(profile.config, "Revision", *code);
}

void read_platform(const YamlNode& node, Profile& profile) {
  node.only({"SnpEnabled", "SnpMode0Sup", "HATDIS"});
  for (const auto& [name, value] : node.entries()) {
    set_capability(profile.config, name, value.number(1));
  }
}

void read_counters(const YamlNode& node, Profile& profile) {
  constexpr unsigned kBankBits = 6, kCounterBits = 4;  // of the counter configuration register
  node.only({"banks", "per_bank"});
  profile.config.counter_banks = static_cast<unsigned>(node.at("banks").number(kBankBits));
  profile.config.counters_per_bank =
      static_cast<unsigned>(node.at("per_bank").number(kCounterBits));
}

std::uint64_t read_page(const YamlNode& node) {
  const std::uint64_t address = node.number(kPhysicalBits);
  if (address % kPage != 0) {
    node.fail(fmt::format("{:#x} is not aligned to 4 KiB", address),
              fmt::format("{:#x} is", address / kPage * kPage));
  }
  return address;
}

void read_memory(const YamlNode& node, Profile& profile) {
  node.only({"start", "length", "scratch"});
  profile.window_start = read_page(node.at("start"));
  profile.window_length = read_page(node.at("length"));
  if (profile.window_length == 0) node.at("length").fail("the window is empty");
  const std::uint64_t end = profile.window_start + profile.window_length;
  if (end > std::uint64_t{1} << kPhysicalBits) {
    node.at("length").fail("the window ends above the physical address space");
  }
  if (!node.has("scratch")) return;
  profile.qemu.scratch = read_page(node.at("scratch"));
  if (profile.qemu.scratch >= profile.window_start && profile.qemu.scratch < end) {
    node.at("scratch").fail("the scratch page is inside of the window",
                            "vectors would overwrite it: place it outside");
  }
}

Requester read_requester(const YamlNode& node) {
  node.only({"name", "device_id", "engine"});
  Requester result{node.at("name").text(),
                   static_cast<std::uint16_t>(node.at("device_id").number(16)),
                   node.at("engine").text()};
  if (std::find(kEngines.begin(), kEngines.end(), result.engine) == kEngines.end()) {
    node.at("engine").fail(fmt::format("unknown engine '{}'", result.engine),
                           fmt::format("one of {}", fmt::join(kEngines, ", ")));
  }
  return result;
}

void read_requesters(const YamlNode& node, Profile& profile) {
  std::set<std::string> names;
  std::set<std::uint16_t> ids;
  for (const YamlNode& item : node.items()) {
    Requester requester = read_requester(item);
    if (!names.insert(requester.name).second) {
      item.fail(fmt::format("requester '{}' is there twice", requester.name));
    }
    if (!ids.insert(requester.device_id).second) {
      item.fail(fmt::format("two requesters have the DeviceID {:#06x}", requester.device_id));
    }
    profile.requesters.push_back(std::move(requester));
  }
  if (profile.requesters.empty()) node.fail("no requester", "vectors need at least one");
}

void read_options(const YamlNode& node, Profile& profile) {
  for (const auto& [name, value] : node.entries()) {
    const auto& options = spec::catalogue().options;
    const auto option = std::find_if(options.begin(), options.end(),
                                     [&, key = &name](const auto& o) { return o.name == *key; });
    if (option == options.end()) {
      value.fail(fmt::format("unknown option '{}'", name),
                 "list them with `amdvi spec list options`");
      continue;
    }
    const std::string text = value.text();
    if (!set_option(profile.config, name, text)) {
      value.fail(fmt::format("option {} has no value '{}'", name, text),
                 fmt::format("one of {}", fmt::join(option->values, ", ")));
    }
  }
}

void read_qemu(const YamlNode& node, Profile& profile) {
  node.only({"binary", "args", "memory", "mmio_base"});
  profile.qemu.binary = node.at("binary").text();
  for (const YamlNode& argument : node.at("args").items()) {
    profile.qemu.args.push_back(argument.text());
  }
  profile.qemu.memory = node.at("memory").number();
  if (profile.qemu.memory == 0 || profile.qemu.memory % kMebibyte != 0) {
    node.at("memory").fail("the memory is not a whole number of MiB");
  }
  if (node.has("mmio_base")) profile.qemu.mmio_base = read_page(node.at("mmio_base"));
  if (profile.qemu.scratch == 0) {
    node.fail("an emulator needs a scratch page", "add `scratch:` to `memory:`");
  }
}

void read_profile(const YamlNode& root, const std::string& stem, Profile& profile) {
  root.only({"kind", "name", "title", "text", "revision", "header", "EFR", "EFR2", "platform",
             "counters", "memory", "requesters", "options", "qemu"});
  if (const auto kind = root.at("kind").text(); kind != "profile") {
    root.at("kind").fail(fmt::format("this is a {}, not a profile", kind));
  }
  profile.name = root.at("name").text();
  if (profile.name != stem) {
    root.at("name").fail(fmt::format("profile '{}' is in a file called '{}'", profile.name, stem),
                         "a profile has the name of its file");
  }
  profile.title = root.at("title").text();
  read_revision(root.at("revision"), profile);
  read_fields(root.at("header"), "header", "CapabilityHeader", profile);
  read_fields(root.at("EFR"), "EFR", "ExtendedFeature", profile);
  read_fields(root.at("EFR2"), "EFR2", "ExtendedFeature2", profile);
  if (root.has("platform")) read_platform(root.at("platform"), profile);
  if (root.has("counters")) read_counters(root.at("counters"), profile);
  read_memory(root.at("memory"), profile);
  read_requesters(root.at("requesters"), profile);
  read_options(root.at("options"), profile);
  if (root.has("qemu")) read_qemu(root.at("qemu"), profile);
}

}  // namespace

tl::expected<Profile, vector::Error> parse(const std::string& text, const std::string& file) {
  std::optional<vector::Error> problem;
  Profile profile;
  profile.config = default_config();
  if (const auto document = parse_yaml(text)) {
    read_profile({*document, problem}, std::filesystem::path(file).stem().string(), profile);
  } else {
    problem = document.error();
  }
  if (!problem) return profile;
  problem->file = file;
  return tl::unexpected(*std::move(problem));
}

tl::expected<Profile, vector::Error> load(const std::string& file) {
  const auto text = vector::read_text(file);
  if (!text) return tl::unexpected(text.error());
  return parse(*text, file);
}

}  // namespace amdvi::profile
