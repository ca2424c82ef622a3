// What drivers do with slices, nested domains, parents and devices in one call (viommu.md 4, 6.2, 7
// and 9.2).
#include <algorithm>
#include <set>

#include <amdvi/spec/AttachStep.gen.hpp>
#include <amdvi/spec/DteUse.gen.hpp>
#include <amdvi/spec/ExtendedFeature.gen.hpp>
#include <amdvi/spec/HostError.gen.hpp>
#include <amdvi/spec/guest_dte_validation.gen.hpp>
#include <amdvi/spec/ids.gen.hpp>
#include <amdvi/value/decide.hpp>

#include "host_procedures.hpp"

namespace amdvi::host::detail {
namespace {

using spec::HostError;
using Args = std::span<const std::uint64_t>;

constexpr std::size_t kEntryWords = 4;

CallOutcome make_slice(Machine& machine, Args args) {
  CallOutcome whole;
  const Outcome taken = step(machine, "take_page", {args[0], args[1]}, whole);
  whole.error = taken.error;
  if (whole.error != 0) return whole;
  for (const std::string_view next : {"set_uncached", "map"}) go(machine, next, {args[0]}, whole);
  return whole;
}

CallOutcome drop_slice(Machine& machine, Args args) {
  CallOutcome whole;
  const std::uint64_t slice = args[0];
  if (!go(machine, "unmap", {slice}, whole)) return whole;
  go(machine, "invalidate", {slice}, whole);
  go(machine, "wait", {spec::id::Slice::iommu.get(slice)}, whole);
  for (const std::string_view next : {"set_write_back", "free_page"}) {
    go(machine, next, {slice}, whole);
  }
  return whole;
}

// `args`: vIOMMU, nested domain, the guest's entry, and how many levels the host's guest tables
// have.
CallOutcome nested_alloc(Machine& machine, Args args) {
  Concrete d;
  spec::guest_dte_validation<Concrete>::Storage storage;
  for (std::size_t i = 0; i < kEntryWords; ++i) storage.gdte.w[i] = Concrete::k<64>(args[2 + i]);
  std::uint64_t features = 0;
  spec::field::ExtendedFeature::GATS.set(features, args[2 + kEntryWords]);
  storage.cap.EFR.w[0] = Concrete::k<64>(features);
  const auto checked = decide<spec::guest_dte_validation>(d, storage.in()).out;
  const std::uint64_t domain = spec::field::DeviceTableEntry::DomainID.get(args.subspan<2, 4>());
  CallOutcome whole;
  const Outcome outcome =
      step(machine, "nested_alloc", {args[0], domain, args[1], checked.error.v}, whole);
  whole.error = outcome.error;
  whole.result = outcome.result;
  return whole;
}

// Entries that walk the parent's table.
std::vector<std::uint64_t> walkers(const Machine& machine) { return changed(machine, "use"); }

std::uint64_t home(const Machine& machine, std::uint64_t device) {
  return machine.read("home", machine.read("of", device));
}

CallOutcome grow(Machine& machine, Args args) {
  CallOutcome whole;
  if (!go(machine, "grow", {args[0]}, whole)) return whole;
  for (const std::uint64_t device : walkers(machine)) go(machine, "grow_entry", {device}, whole);
  go(machine, "grow_end", {}, whole);
  return whole;
}

CallOutcome unmap(Machine& machine, Args) {
  CallOutcome whole;
  if (!go(machine, "unmap", {}, whole)) return whole;
  std::set<std::uint64_t> iommus;
  std::set<std::pair<std::uint64_t, std::uint64_t>> nested;
  for (const std::uint64_t device : walkers(machine)) {
    const std::uint64_t iommu = home(machine, device);
    iommus.insert(iommu);
    if (machine.read("use", device) != static_cast<std::uint64_t>(spec::DteUse::NESTED)) continue;
    nested.emplace(iommu, machine.read("e_domain", device));
  }
  for (const std::uint64_t iommu : iommus) go(machine, "invalidate_parent", {iommu}, whole);
  for (const auto& [iommu, domain] : nested) {
    go(machine, "invalidate_nested", {iommu, domain}, whole);
  }
  for (const std::uint64_t iommu : iommus) go(machine, "wait", {iommu}, whole);
  go(machine, "unmap_end", {}, whole);
  return whole;
}

// `args`: the device, its new domain, and which reservation cannot be stored, from 1 on; 0: none.
CallOutcome attach(Machine& machine, Args args) {
  CallOutcome whole;
  const std::uint64_t device = args[0];
  std::uint64_t number = 0;
  const auto fails = [&] { return std::uint64_t{++number == args[2]}; };
  if (!go(machine, "attach_own", {device, args[1], fails()}, whole)) return whole;
  if (machine.read("step", device) != static_cast<std::uint64_t>(spec::AttachStep::OWN)) {
    return whole;  // it has that domain already
  }
  bool reserved = go(machine, "attach_ivrs", {device, fails()}, whole);
  for (const std::uint64_t alias : changed(machine, "alias")) {
    if (!reserved || spec::id::DevAlias::dev.get(alias) != device) continue;
    const std::uint64_t id = spec::id::DevAlias::alias.get(alias);
    reserved = go(machine, "attach_alias", {device, id, fails()}, whole);
  }
  if (reserved) {
    go(machine, "attach_finish", {device}, whole);
  } else {
    step(machine, "attach_fails", {device}, whole);
  }
  return whole;
}

std::vector<CallArgument> entry_arguments() {
  std::vector<CallArgument> args{argument("nested_device", "nested_alloc", 0, "v"),
                                 argument("nested_device", "nested_alloc", 2, "n")};
  for (std::size_t i = 0; i < kEntryWords; ++i) {
    args.push_back({"gdte." + std::to_string(i), 0, 64});
  }
  args.push_back({"cap.EFR.GATS", 0, 2});
  return args;
}

}  // namespace

std::vector<Procedure> object_procedures() {
  const CallArgument slice = argument("private_space", "map", 0, "s");
  const CallArgument root = argument("parent_domain", "grow", 0, "r");
  return {{"make",
           "private_space",
           "A slice gets uncacheable memory and is mapped",
           "host.private.tables",
           {"take_page", "set_uncached", "map"},
           0,
           {slice, {"no_memory", 0, 1}},
           make_slice},
          {"drop",
           "private_space",
           "It is unmapped, and its memory is free",
           "host.private.flush",
           {"unmap", "invalidate", "wait", "set_write_back", "free_page"},
           0,
           {slice},
           drop_slice},
          {"nested_alloc",
           "nested_device",
           "A nested domain is made of a guest's entry",
           "host.nested.checked",
           {"nested_alloc"},
           0,
           entry_arguments(),
           nested_alloc},
          {"grow_all",
           "parent_domain",
           "Its table gets one more level, with all entries that walk it",
           "host.parent.grow",
           {"grow", "grow_entry", "grow_end"},
           0,
           {root},
           grow},
          {"unmap_all",
           "parent_domain",
           "The guest's memory is unmapped, and its pages are free",
           "host.parent.unmap",
           {"unmap", "invalidate_parent", "invalidate_nested", "wait", "unmap_end"},
           0,
           {{"address", 0, 64}, {"bytes", 0, 64}},
           unmap},
          {"attach",
           "device_attach",
           "A device gets a domain; reservation number `fail_at`, if not 0, fails with ENOMEM",
           "host.attach.order",
           {"attach_own", "attach_ivrs", "attach_alias", "attach_finish", "attach_fails"},
           3,
           {argument("device_attach", "attach_own", 0, "d"),
            argument("device_attach", "attach_own", 1, "h"),
            {"fail_at", 0, 4}},
           attach}};
}

}  // namespace amdvi::host::detail
