// Random walks on the executable machines: operations with small arguments, so that they meet.
#pragma once

#include <cstdint>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include <amdvi/host/machine.hpp>

namespace amdvi::host_walk {

class Walk {
 public:
  // `limit`: of all parameters.
  explicit Walk(const host::MachineCode& code, unsigned seed = 1, std::uint64_t limit = 0xffff)
      : random_(seed), machine_(code, std::vector<std::uint64_t>(4, limit)) {}

  void step() {
    const auto& operations = machine_.info().operations;
    const auto op = static_cast<unsigned>(random_() % operations.size());
    std::vector<std::uint64_t> args;
    for (const spec::VariableInfo& arg : operations[op].args) args.push_back(small(arg));
    taken_.emplace(op, machine_.run(op, args).number);
  }

  // How many invariants and axioms are broken at some values of their variables.
  std::size_t broken() {
    std::size_t count = 0;
    for (unsigned i = 0; i < machine_.info().invariants.size(); ++i) {
      if (machine_.info().invariants[i].refuted != 0) continue;
      std::vector<std::uint64_t> at;
      for (const spec::VariableInfo& v : machine_.info().invariants[i].forall) {
        at.push_back(small(v));
      }
      count += machine_.holds(i, at) ? 0 : 1;
    }
    return count;
  }

  // Operations and the cases of them that decided.
  [[nodiscard]] const std::set<std::pair<unsigned, unsigned>>& taken() const { return taken_; }
  [[nodiscard]] const host::Machine& machine() const { return machine_; }

 private:
  // Below 4, and each part of a joined id below 4.
  std::uint64_t small(const spec::VariableInfo& v) {
    std::uint64_t value = 0;
    bool joined = false;
    for (const spec::PartInfo& part : machine_.info().parts) {
      if (part.joined != v.id || v.id == 0) continue;
      value |= (random_() % 4) << part.low;
      joined = true;
    }
    return (joined ? value : random_() % 4) & spec::low_bits(v.width);
  }

  std::mt19937 random_;
  host::Machine machine_;
  std::set<std::pair<unsigned, unsigned>> taken_;
};

}  // namespace amdvi::host_walk
