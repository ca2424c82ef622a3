#include "checker/generate/driver_samples.hpp"

#include <algorithm>
#include <array>

#include <amdvi/spec/DeviceTableEntry.gen.hpp>
#include <amdvi/spec/PrivateRegion.gen.hpp>
#include <amdvi/spec/ids.gen.hpp>

namespace amdvi::generate {
namespace {

using spec::PrivateRegion;

// As an id of type Slice has it.
constexpr std::uint64_t slice(std::uint64_t iommu, PrivateRegion region, std::uint64_t number) {
  std::uint64_t id = 0;
  spec::id::Slice::iommu.set(id, iommu);
  spec::id::Slice::region.set(id, static_cast<std::uint64_t>(region));
  spec::id::Slice::number.set(id, number);
  return id;
}
constexpr std::uint64_t kDevices = slice(0, PrivateRegion::devid_map, 1);
constexpr std::uint64_t kDomains = slice(0, PrivateRegion::domid_map, 1);
constexpr std::uint64_t kBlocks = 4;  // of the first 8 MiB

constexpr std::uint64_t kRoot = 0x40'0000, kHigherRoot = 0x50'0000;
constexpr std::uint64_t kBase = 0x12'345a, kAllOnes = ~std::uint64_t{0} >> 24;

struct Known {
  std::string_view call;  // or a machine with all its calls
  std::string_view argument;
  Values few, more;  // of one of everything, and of several
  bool combined = true;
};

const std::vector<Known>& known() {
  static const std::vector<Known> kKnown{
      {"iommu_init", "r", {kRoot, 0}, {kRoot, 0}, false},
      {"private_space",
       "s",
       {kDevices, slice(0, PrivateRegion::mmio, 0), slice(0, PrivateRegion::command, 1)},
       {kDevices, kDomains, slice(0, PrivateRegion::mmio, 3),
        slice(0, PrivateRegion::mmio, kBlocks), slice(1, PrivateRegion::devid_map, 1)}},
      {"private_space", "k", {1}, {1, 0x1'0001}},
      {"vf_words", "g", {1, 0}, {1, 2, 0}},
      {"vf_words", "base", {kAllOnes, kBase, 0}, {kAllOnes, kBase, 0}, false},
      {"vf_words", "len", {15, 8, 7, 0}, {15, 8, 7, 0}, false},
      {"vf_words", "t", {0xfffe, 0}, {0xfffe, 0}, false},
      {"parent_domain", "r", {kRoot, kHigherRoot, 0}, {kRoot, kHigherRoot, 0}, false},
      {"parent_domain", "m", {4, 6, 7, 0}, {4, 6, 7, 0}, false},
      {"parent_domain.make", "h", {1, 0}, {1, 0}, false},
      {"parent_domain", "h", {2, 1, 0}, {2, 3, 1, 0}, false},
      {"parent_domain", "t", {0x10}, {0x10, 0x11}},
      {"parent_domain", "d", {0x20, 0x10}, {0x20, 0x21, 0x10}},
      {"parent_domain", "v", {1}, {1, 2}},
      {"parent_domain", "address", {0x20'0000}, {0x20'0000}, false},
      {"parent_domain", "bytes", {0x20'0000}, {0x20'0000}, false},
      {"device_attach", "h", {5}, {5, 6}},
      {"device_attach", "d", {8}, {8, 0xffff}},
      {"device_attach", "a", {9}, {9, 8, 0xffff}}};
  return kKnown;
}

// Of a guest's entry: what it must have, and all of what it may have and what is not looked at.
struct Entry {
  std::array<std::uint64_t, 4> words{};

  Entry& with(auto field, std::uint64_t value) {
    field.set(words, value);
    return *this;
  }
  [[nodiscard]] Values asked(std::uint64_t levels) const {
    Values values(words.begin(), words.end());
    values.push_back(levels);
    return values;
  }
};

namespace D = spec::field::DeviceTableEntry;

Entry plain(std::uint64_t domain) {
  return Entry{}.with(D::V, 1).with(D::GV, 1).with(D::GCR3TRP, kBase).with(D::DomainID, domain);
}

Entry rich(std::uint64_t domain) {
  Entry entry{{0, ~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0}}};
  entry.with(D::V, 1).with(D::TV, 1).with(D::HAD, 3).with(D::IR, 1).with(D::IW, 1).with(D::PPR, 1);
  entry.with(D::GIoV, 1).with(D::GV, 1).with(D::GLX, 2).with(D::GCR3TRP, 0xa5'5a96'c37e);
  return entry.with(D::GuestPagingMode, 1).with(D::DomainID, domain);
}

// Calls of a machine, by name.
class Teller {
 public:
  explicit Teller(std::string machine) : machine_(std::move(machine)) {}

  Teller& then(std::string_view operation, Values args) {
    calls_.push_back({machine_ + "." + std::string(operation), std::move(args), 1, std::nullopt});
    return *this;
  }
  Teller& slice_made(std::uint64_t s, bool whole) {
    if (whole) return then("make", {s, 0});
    return then("take_page", {s, 0}).then("set_uncached", {s}).then("map", {s});
  }
  [[nodiscard]] Story ends(bool whole) const { return {calls_, whole, false, {}}; }
  [[nodiscard]] Story told(std::string why) const { return {calls_, false, true, std::move(why)}; }

 private:
  std::string machine_;
  std::vector<DriverCall> calls_;
};

void tell_private(std::vector<Story>& all) {
  for (const bool whole : {false, true}) {
    Teller teller("private_space");
    for (std::uint64_t block = 0; block < kBlocks; ++block) {
      teller.slice_made(slice(0, PrivateRegion::mmio, block), whole);
    }
    all.push_back(teller.ends(whole));
    all.push_back(teller.then("use_iommu", {0}).ends(whole));
    teller.slice_made(kDevices, whole);
    all.push_back(teller.ends(whole));
    all.push_back(teller.slice_made(kDomains, whole).then("use_guest", {1}).ends(whole));
  }
}

void tell_words(std::vector<Story>& all) {
  Teller teller("vf_words");
  teller.then("reset", {1}).then("command_queue", {1, kBase, 9, 1, 1});
  teller.then("event_queue", {1, kBase + 8, 10, 1, 1});
  teller.then("ppr_queue", {1, kBase + 16, 11, 1, 1, 1, 1, 1, 1});
  all.push_back(teller.ends(false));
  for (unsigned bit = 0; bit < 64; ++bit) {
    Teller written = teller;
    all.push_back(written.then("control_write", {1, 1ULL << bit})
                      .then("control_read", {1})
                      .told("one bit of Control"));
  }
  for (unsigned bit = 0; bit < 40; ++bit) {
    Teller set("vf_words");
    const std::uint64_t base = 1ULL << bit;
    set.then("reset", {1}).then("command_queue", {1, base, 8, 0, 0});
    set.then("event_queue", {1, base, 8, 0, 0}).then("ppr_queue", {1, base, 8, 0, 0, 0, 0, 0, 0});
    all.push_back(set.told("one bit of the bases"));
  }
}

void tell_nested(std::vector<Story>& all) {
  Teller teller("nested_device");
  teller.then("create", {0}).then("create", {1});
  teller.then("vdevice_init", {0, 0, 0}).then("vdevice_init", {1, 0, 1});
  for (const std::uint64_t n : {0, 1}) {
    Values args{n, n};
    const Values entry = rich(0).asked(1);
    args.insert(args.end(), entry.begin(), entry.end());
    teller.then("nested_alloc", args);
  }
  all.push_back(teller.ends(false));
  teller.then("attach", {0, 0, 0}).then("attach", {1, 1, 0});
  all.push_back(teller.ends(false));
  all.push_back(teller.told("what a guest's entry says besides is not copied"));
}

void tell_parent(std::vector<Story>& all) {
  for (const bool whole : {false, true}) {
    Teller teller("parent_domain");
    teller.then("make", {1, 4, kRoot}).then("link", {1, 0, 0x10}).then("attach", {1, 0x20, 2});
    all.push_back(teller.ends(whole));
    teller.then("link", {2, 1, 0x11}).then("attach", {2, 0x21, 3});
    all.push_back(teller.ends(whole));
  }
}

void tell_attach(std::vector<Story>& all) {
  Teller failed("device_attach");
  failed.then("plug", {0xffff, 9}).then("attach", {0xffff, 5, 2}).then("alloc", {0});
  all.push_back(failed.told("what a failed attach reserved stays reserved"));
  Teller collides("device_attach");
  collides.then("plug", {8, 9}).then("plug_alias", {8, 0xffff}).then("alloc", {0});
  collides.then("attach", {8, 5, 0});
  all.push_back(collides.told("its alias was handed out"));
  Teller steps("device_attach");
  steps.then("plug", {8, 9}).then("plug_alias", {8, 0xffff}).then("attach_own", {8, 5, 0});
  steps.then("attach_ivrs", {8, 0}).then("attach_finish", {8});
  all.push_back(steps.told("an alias is not reserved"));
  Teller late("device_attach");
  late.then("plug", {8, 9}).then("plug_alias", {8, 0xffff}).then("attach_own", {8, 5, 0});
  late.then("attach_ivrs", {8, 0}).then("alloc", {0}).then("attach_alias", {8, 0xffff, 0});
  all.push_back(late.told("an alias was handed out in between"));
}

// Two guests that number a domain of theirs the same way.
void tell_domains(std::vector<Story>& all) {
  Teller teller("gdom_map");
  teller.then("create", {0}).then("create", {1});
  teller.then("nested_alloc", {0, 7, 0}).then("nested_alloc", {1, 7, 1});
  all.push_back(teller.told("each guest has an entry of its own"));
  Teller freed = teller;
  all.push_back(freed.then("nested_free", {0})
                    .then("nested_alloc", {1, 7, 2})
                    .told("what one guest frees stays the other's"));
  all.push_back(teller.then("destroy_begin", {0})
                    .then("destroy_clear", {0})
                    .then("nested_alloc", {1, 7, 2})
                    .told("the other guest keeps its domain"));
}

}  // namespace

std::optional<Sample> sample_of(std::string_view call, std::string_view argument, unsigned ids) {
  for (const Known& one : known()) {
    const bool is_call = call.starts_with(one.call) &&
                         (call.size() == one.call.size() || call[one.call.size()] == '.');
    if (is_call && one.argument == argument)
      return Sample{ids == 1 ? one.few : one.more, one.combined};
  }
  return std::nullopt;
}

std::vector<Values> joint_samples(std::string_view call, unsigned ids) {
  if (call != "nested_device.nested_alloc") return {};
  std::vector<Values> samples{plain(0).asked(0), rich(0).asked(1), rich(0).asked(0),
                              plain(0).with(D::Mode, 4).asked(0)};
  if (ids > 1) samples.push_back(plain(7).asked(0));
  return samples;
}

std::vector<Story> stories(std::string_view machine) {
  std::vector<Story> all;
  if (machine == "private_space") tell_private(all);
  if (machine == "vf_words") tell_words(all);
  if (machine == "nested_device") tell_nested(all);
  if (machine == "parent_domain") tell_parent(all);
  if (machine == "gdom_map") tell_domains(all);
  if (machine == "device_attach") tell_attach(all);
  return all;
}

}  // namespace amdvi::generate
