#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string>

#include <amdvi/host/machine.hpp>
#include <amdvi/spec/machines.gen.hpp>

namespace amdvi::host {
namespace {

struct CollectMachines {
  std::vector<MachineCode>& machines;
  template <template <class> class M>
  void operator()() {
    machines.push_back(machine_code<M>());
  }
};

struct CollectMistakes {
  std::vector<MistakenMachine>& mistakes;
  template <template <class> class M>
  void operator()() {
    mistakes.push_back({&M<Concrete>::mistake(), machine_code<M>()});
  }
};

// The first written entry from `index` on, upwards or downwards.
template <class Use>
void next_written(const std::map<std::uint64_t, std::uint64_t>& entries, std::uint64_t index,
                  bool down, Use use) {
  const auto next = down ? entries.upper_bound(index) : entries.lower_bound(index);
  if (down && next != entries.begin()) use(std::prev(next)->first);
  if (!down && next != entries.end()) use(next->first);
}

template <class Infos>
unsigned number_of(const Infos& infos, std::string_view name) {
  for (unsigned i = 0; i < infos.size(); ++i) {
    if (infos[i].name == name) return i;
  }
  throw std::out_of_range("a machine has no `" + std::string(name) + "`");
}

}  // namespace

std::vector<MachineCode> all_machines() {
  std::vector<MachineCode> machines;
  spec::for_each_machine(CollectMachines{machines});
  return machines;
}

std::vector<MistakenMachine> all_mistakes() {
  std::vector<MistakenMachine> mistakes;
  spec::for_each_mistake(CollectMistakes{mistakes});
  return mistakes;
}

MachineCode machine_named(std::string_view name) {
  for (MachineCode& code : all_machines()) {
    if (code.info->name == name) return std::move(code);
  }
  throw std::out_of_range("there is no machine `" + std::string(name) + "`");
}

Machine::Machine(MachineCode code, std::span<const std::uint64_t> parameters)
    : code_(std::make_shared<const MachineCode>(std::move(code))),
      cells_(code_->info->cells.size()),
      rejected_(code_->info->operations.size()) {
  std::size_t next = 0;
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const spec::CellInfo& cell = code_->info->cells[i];
    if (!cell.parameter) continue;
    const std::uint64_t value = next < parameters.size() ? parameters[next] : 0;
    ++next;
    cells_[i][0] = value & spec::low_bits(cell.value_width);
  }
}

std::uint64_t Machine::read(unsigned cell, std::uint64_t index) const {
  const auto entry = cells_[cell].find(index);
  return entry != cells_[cell].end() ? entry->second : code_->initial(cell, index);
}

std::uint64_t Machine::read(std::string_view cell, std::uint64_t index) const {
  return read(number_of(code_->info->cells, cell), index);
}

MachineCode::State Machine::state() const {
  return {[this](unsigned cell, std::uint64_t index) { return read(cell, index); }};
}

Machine Machine::run_by(MachineCode code) const {
  Machine other = *this;
  other.code_ = std::make_shared<const MachineCode>(std::move(code));
  other.rejected_.assign(rejected_.size(), {});
  return other;
}

std::vector<std::uint64_t> Machine::key() const {
  std::vector<std::uint64_t> words;
  for (unsigned cell = 0; cell < cells_.size(); ++cell) {
    for (const auto& [index, value] : cells_[cell]) {
      if (code_->info->cells[cell].parameter || value != code_->initial(cell, index)) {
        words.insert(words.end(), {cell, index, value});
      }
    }
  }
  return words;
}

bool Machine::fits(unsigned operation, std::span<const std::uint64_t> args,
                   std::uint64_t candidate) {
  Rejected& known = rejected_[operation];
  const std::uint64_t last = spec::low_bits(code_->info->operations[operation].pick.width);
  MachineCode::State s{[&](unsigned cell, std::uint64_t index) {
    if ((index & last) == candidate) {
      known.own.insert(cell);
    } else {
      known.others.emplace(cell, index);
    }
    return read(cell, index);
  }};
  return code_->pick(s, operation, args, candidate);
}

std::uint64_t Machine::alike(unsigned operation, std::span<const std::uint64_t> args,
                             std::uint64_t candidate) const {
  const spec::PickInfo& pick = code_->info->operations[operation].pick;
  const std::uint64_t last = spec::low_bits(pick.width);
  const auto at = [&](std::uint64_t id) { return pick.highest ? last - id : id; };
  std::uint64_t count = last - at(candidate);  // to the last of all
  const auto differs = [&](std::uint64_t id) {
    if (id <= last && at(id) >= at(candidate)) count = std::min(count, at(id) - at(candidate));
  };
  const auto compared = [&](std::uint64_t id) {
    for (const std::uint64_t one : {id - 1, id, id + 1}) {
      if (one != candidate) differs(one);
    }
    if (id == candidate) count = 0;
  };
  compared(0);
  for (const std::uint64_t arg : args) compared(arg);
  for (unsigned cell = 0; cell < cells_.size() && count != 0; ++cell) {
    const spec::CellInfo& info = code_->info->cells[cell];
    if (info.index_id == 0) compared(read(cell));
    if (info.index_id == pick.id) {
      next_written(cells_[cell], candidate, pick.highest, differs);
    } else if (rejected_[operation].own.contains(cell)) {
      for (const auto& entry : cells_[cell]) differs(entry.first & last);
    }
  }
  return count == 0 ? 0 : count - 1;
}

std::optional<std::uint64_t> Machine::pick(unsigned operation,
                                           std::span<const std::uint64_t> args) {
  const spec::PickInfo& pick = code_->info->operations[operation].pick;
  Rejected& known = rejected_[operation];
  const bool same = std::equal(args.begin(), args.end(), known.args.begin(), known.args.end());
  if (pick.by_args && !same) {
    known = {{args.begin(), args.end()}, 0, {}, {}};
  }
  const std::uint64_t last = spec::low_bits(pick.width);
  for (; known.count <= last; ++known.count) {
    const std::uint64_t candidate = pick.highest ? last - known.count : known.count;
    if (fits(operation, args, candidate)) return candidate;
    known.count += alike(operation, args, candidate);
  }
  return std::nullopt;
}

void Machine::forget(unsigned cell, std::uint64_t index) {
  for (std::size_t operation = 0; operation < rejected_.size(); ++operation) {
    Rejected& known = rejected_[operation];
    if (known.others.contains({cell, index})) known.count = 0;
    if (!known.own.contains(cell)) continue;
    const spec::PickInfo& pick = code_->info->operations[operation].pick;
    const std::uint64_t last = spec::low_bits(pick.width);
    const std::uint64_t at = pick.highest ? last - (index & last) : index & last;
    known.count = std::min(known.count, at);
  }
}

// All updates of a case read the state before any of them: collected first, then done in order.
void Machine::change(unsigned operation, unsigned number, std::span<const std::uint64_t> args) {
  struct Entry {
    unsigned cell;
    std::uint64_t index;
    std::optional<std::uint64_t> value;  // none: what it was first
  };
  std::vector<Entry> changes;
  MachineCode::State s = state();
  MachineCode::Updates updates;
  updates.set = [&](unsigned cell, std::uint64_t index, std::uint64_t value) {
    changes.push_back({cell, index, value});
  };
  updates.reset = [&](unsigned cell, const std::function<bool(std::uint64_t)>& where) {
    std::vector<Entry> cleared;
    for (const auto& [index, value] : cells_[cell]) {
      if (where(index)) cleared.push_back({cell, index, std::nullopt});
    }
    for (const Entry& set : changes) {
      if (set.cell == cell && where(set.index)) cleared.push_back({cell, set.index, std::nullopt});
    }
    changes.insert(changes.end(), cleared.begin(), cleared.end());
  };
  // Entries that nobody touched may be meant too: the index is narrow enough to try all.
  updates.assign = [&](unsigned cell, const std::function<bool(std::uint64_t)>& where,
                       const std::function<std::uint64_t(std::uint64_t)>& value) {
    const std::uint64_t last = spec::low_bits(code_->info->cells[cell].index_width);
    for (std::uint64_t index = 0; index <= last; ++index) {
      if (where(index)) changes.push_back({cell, index, value(index)});
    }
  };
  code_->update(s, operation, number, args, updates);
  for (const Entry& entry : changes) {
    forget(entry.cell, entry.index);
    if (entry.value) {
      cells_[entry.cell][entry.index] = *entry.value;
    } else {
      cells_[entry.cell].erase(entry.index);
    }
  }
}

Outcome Machine::run(unsigned operation, std::span<const std::uint64_t> args) {
  const spec::OperationInfo& info = code_->info->operations[operation];
  std::vector<std::uint64_t> values(args.begin(), args.end());
  values.resize(info.args.size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] &= spec::low_bits(info.args[i].width);
  Outcome outcome;
  if (info.pick.width != 0) {
    outcome.picked = pick(operation, values);
    values.push_back(outcome.picked.value_or(0));
    values.push_back(outcome.picked ? 1 : 0);
  }
  MachineCode::State s = state();
  while (outcome.number < info.cases.size() && !code_->when(s, operation, outcome.number, values)) {
    ++outcome.number;
  }
  if (outcome.number == info.cases.size()) throw std::logic_error("no case of an operation holds");
  outcome.error = info.cases[outcome.number].error;
  MachineCode::Show show{&outcome};
  code_->show(s, operation, outcome.number, values, show);
  change(operation, outcome.number, values);
  return outcome;
}

Outcome Machine::run(std::string_view operation, std::initializer_list<std::uint64_t> args) {
  return run(number_of(code_->info->operations, operation), {args.begin(), args.size()});
}

bool Machine::holds(unsigned invariant, std::span<const std::uint64_t> values) const {
  MachineCode::State s = state();
  return code_->invariant(s, invariant, values);
}

}  // namespace amdvi::host
