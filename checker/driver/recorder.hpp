// What one call shows to the hardware, in the words of spec/host/actions.yaml.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include <amdvi/spec/machines.gen.hpp>

namespace amdvi::driver {

class Recorder {
 public:
  // A new call. `viommu`: whose it is, if an argument says so. `creates`: it is made by it.
  void begin(std::optional<std::uint64_t> viommu, bool creates);
  // A call answered which GuestID a vIOMMU has.
  void learn(std::uint64_t viommu, std::uint64_t guest_id) { viommus_[guest_id] = viommu; }
  // The observation, as vector::StepKind::kCall has it.
  std::vector<std::uint64_t> end();

  void add(spec::HostAction action, std::vector<std::uint64_t> args);
  // Once a call and set of arguments, however often it is shown.
  void add_once(spec::HostAction action, std::vector<std::uint64_t> args);

  // One entry of a map of 65536. If all of them become nothing (the parent, or no device) in one
  // call, that is `whole`; else it is `action`, of the vIOMMU that the GuestID is taken to be of.
  struct MapWrite {
    spec::HostAction action;
    spec::HostAction whole;
    std::uint64_t guest_id = 0;
    std::uint64_t index = 0;
    bool nothing = false;
    std::vector<std::uint64_t> rest;  // arguments after vIOMMU and index
  };
  void add(const MapWrite& write);

 private:
  struct Entry {
    spec::HostAction action;
    std::vector<std::uint64_t> args;
    bool folded = false;  // it is part of a whole
  };
  struct Sweep {
    std::vector<bool> seen;
    std::size_t count = 0;
    std::vector<std::size_t> entries;
  };

  std::uint64_t viommu_of(std::uint64_t guest_id);

  std::vector<Entry> entries_;
  std::map<std::pair<spec::HostAction, std::uint64_t>, Sweep> sweeps_;  // by whole and GuestID
  std::optional<std::uint64_t> viommu_;
  std::map<std::uint64_t, std::uint64_t> viommus_;  // by GuestID
};

}  // namespace amdvi::driver
