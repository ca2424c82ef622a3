// A machine of the host side that runs: ID pools, maps and lifecycles of drivers.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include <amdvi/host/machine_info.hpp>
#include <amdvi/value/concrete.hpp>

namespace amdvi::host {

template <>
struct Erasure<Concrete> {
  using Value = std::uint64_t;
  template <unsigned W>
  static Concrete::Bv<W> lift(Value value) {
    return Concrete::k<W>(value);
  }
  template <unsigned W>
  static Value erase(Concrete::Bv<W> value) {
    return value.v;
  }
};

struct Shown {
  unsigned action = 0;  // spec::HostAction
  std::vector<std::uint64_t> args;
  bool operator==(const Shown&) const = default;
};

struct Outcome {
  unsigned number = 0;  // of the case that decided
  unsigned error = 0;   // spec::HostError
  std::optional<std::uint64_t> picked;
  std::optional<std::uint64_t> result;
  std::vector<Shown> actions;
};

// The executable form of a generated machine, by numbers.
struct MachineCode {
  using Values = std::span<const std::uint64_t>;
  // Reads an entry; the state of a machine that runs.
  struct State {
    std::function<std::uint64_t(unsigned cell, std::uint64_t index)> read;
  };
  struct Updates {
    std::function<void(unsigned cell, std::uint64_t index, std::uint64_t value)> set;
    std::function<void(unsigned cell, std::function<bool(std::uint64_t)> where)> reset;
    std::function<void(unsigned cell, std::function<bool(std::uint64_t)> where,
                       std::function<std::uint64_t(std::uint64_t)> value)>
        assign;
  };
  struct Show {
    Outcome* outcome;
    void action(unsigned action, std::vector<std::uint64_t> args) const {
      outcome->actions.push_back({action, std::move(args)});
    }
    void result(std::uint64_t value) const { outcome->result = value; }
  };

  const spec::MachineInfo* info = nullptr;
  bool alone = true;  // what a pick finds depends on this machine's state, and on nothing else
  std::function<std::uint64_t(unsigned cell, std::uint64_t index)> initial;
  std::function<bool(State&, unsigned operation, Values, std::uint64_t candidate)> pick;
  std::function<bool(State&, unsigned operation, unsigned number, Values)> when;
  std::function<void(State&, unsigned operation, unsigned number, Values, Updates&)> update;
  std::function<void(State&, unsigned operation, unsigned number, Values, Show&)> show;
  std::function<bool(State&, unsigned invariant, Values)> invariant;
};

template <template <class> class M>
MachineCode machine_code() {
  using C = M<Concrete>;
  using Code = MachineCode;
  static constexpr auto domain = [] { return Concrete{}; };
  Code code;
  code.info = &C::info();
  code.initial = [](unsigned cell, std::uint64_t index) {
    Concrete d = domain();
    return C::initial(d, cell, index);
  };
  code.pick = [](Code::State& s, unsigned op, Code::Values a, std::uint64_t candidate) {
    Concrete d = domain();
    return C::pick(d, s, op, a, candidate);
  };
  code.when = [](Code::State& s, unsigned op, unsigned number, Code::Values a) {
    Concrete d = domain();
    return C::when(d, s, op, number, a);
  };
  code.update = [](Code::State& s, unsigned op, unsigned number, Code::Values a, Code::Updates& u) {
    Concrete d = domain();
    C::update(d, s, op, number, a, u);
  };
  code.show = [](Code::State& s, unsigned op, unsigned number, Code::Values a, Code::Show& out) {
    Concrete d = domain();
    C::show(d, s, op, number, a, out);
  };
  code.invariant = [](Code::State& s, unsigned number, Code::Values a) {
    Concrete d = domain();
    return C::invariant(d, s, number, a);
  };
  return code;
}

// Every machine of the specification, in its order, and every machine with a mistake.
std::vector<MachineCode> all_machines();
struct MistakenMachine {
  const spec::MistakeInfo* mistake = nullptr;
  MachineCode code;
};
std::vector<MistakenMachine> all_mistakes();
// Throws std::out_of_range for a name that is none.
MachineCode machine_named(std::string_view name);

class Machine {
 public:
  // `parameters`: one value a parameter of the machine, in the order of its cells.
  explicit Machine(MachineCode code, std::span<const std::uint64_t> parameters = {});

  // Runs an operation; nothing changes unless its error is 0. One value an argument, of which
  // bits beyond the argument's width are dropped.
  Outcome run(unsigned operation, std::span<const std::uint64_t> args);
  Outcome run(std::string_view operation, std::initializer_list<std::uint64_t> args);

  [[nodiscard]] std::uint64_t read(unsigned cell, std::uint64_t index = 0) const;
  [[nodiscard]] std::uint64_t read(std::string_view cell, std::uint64_t index = 0) const;
  // Whether an invariant holds for these values of its variables.
  [[nodiscard]] bool holds(unsigned invariant, std::span<const std::uint64_t> values) const;
  [[nodiscard]] const spec::MachineInfo& info() const { return *code_->info; }

  // The same state, run by other code of the same machine: with a mistake, say.
  [[nodiscard]] Machine run_by(MachineCode code) const;
  // The state in words: equal if and only if the state is.
  [[nodiscard]] std::vector<std::uint64_t> key() const;

 private:
  using Entries =
      std::map<std::uint64_t, std::uint64_t>;  // those that are not what they were first

  // What is known of the candidates of a pick: so many from the first on did not fit, for what was
  // read of the state. It makes a pool that is emptied cost as much as it has ids, not the square.
  struct Rejected {
    std::vector<std::uint64_t> args;
    std::uint64_t count = 0;
    std::set<unsigned>
        own;  // cells read at the candidate, or at an id of which it is the last part
    std::set<std::pair<unsigned, std::uint64_t>> others;  // entries read elsewhere
  };

  [[nodiscard]] MachineCode::State state() const;
  std::optional<std::uint64_t> pick(unsigned operation, std::span<const std::uint64_t> args);
  bool fits(unsigned operation, std::span<const std::uint64_t> args, std::uint64_t candidate);
  // After one that did not fit and of which nothing is written: how many more are like it. What
  // tells such candidates apart are arguments, scalars and 0, which they are compared with.
  [[nodiscard]] std::uint64_t alike(unsigned operation, std::span<const std::uint64_t> args,
                                    std::uint64_t candidate) const;
  void forget(unsigned cell, std::uint64_t index);
  void change(unsigned operation, unsigned number, std::span<const std::uint64_t> args);

  std::shared_ptr<const MachineCode> code_;
  std::vector<Entries> cells_;
  std::vector<Rejected> rejected_;  // by operation
};

}  // namespace amdvi::host
