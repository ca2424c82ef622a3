#include "checker/generate/driver_explore.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include <amdvi/value/bit_field.hpp>

namespace amdvi::generate {
namespace {

constexpr std::string_view kFailAt = "fail_at";

// Of a pair of machines that went apart: all of one more call, and some of two.
constexpr std::size_t kMostPairs = 40;

std::set<unsigned> picked_types(const spec::MachineInfo& info) {
  std::set<unsigned> types;
  for (const spec::OperationInfo& operation : info.operations) {
    if (operation.pick.width != 0) types.insert(operation.pick.id);
  }
  return types;
}

bool picks_highest(const spec::MachineInfo& info, unsigned type) {
  return std::any_of(info.operations.begin(), info.operations.end(), [&](const auto& operation) {
    return operation.pick.id == type && operation.pick.highest;
  });
}

Values values_of(const spec::MachineInfo& info, const host::CallArgument& arg, unsigned ids,
                 std::uint64_t last) {
  if (arg.id == 0) return {spec::low_bits(arg.width), 0};
  last = std::min(last, spec::low_bits(arg.width));
  if (!picked_types(info).contains(arg.id)) {
    Values values;
    for (unsigned i = 0; i < ids; ++i) values.push_back(i);
    return values;
  }
  const bool highest = picks_highest(info, arg.id);
  if (ids == 1) return {highest ? last : 1};
  if (highest) return {0, last, last - 1};
  return {0, 1, 2};
}

Sample asked(const spec::MachineInfo& info, const host::CallInfo& call,
             const host::CallArgument& arg, unsigned ids, std::uint64_t last) {
  if (arg.name == kFailAt) {
    Values values;
    for (std::uint64_t i = 0; i <= host::find_procedure(call.name)->steps; ++i) values.push_back(i);
    return {values, false};
  }
  if (auto known = sample_of(call.name, arg.name, ids)) return *known;
  return {values_of(info, arg, ids, last), arg.id != 0};
}

std::vector<Values> combined(const std::vector<Values>& tuples, const Values& values) {
  std::vector<Values> longer;
  for (const Values& tuple : tuples) {
    for (const std::uint64_t value : values) {
      longer.push_back(tuple);
      longer.back().push_back(value);
    }
  }
  return longer;
}

std::vector<Values> joined(const std::vector<Values>& tuples, const std::vector<Values>& ends) {
  std::vector<Values> longer;
  for (const Values& tuple : tuples) {
    for (const Values& end : ends) {
      longer.push_back(tuple);
      longer.back().insert(longer.back().end(), end.begin(), end.end());
    }
  }
  return longer;
}

void add_calls(const spec::MachineInfo& info, const host::CallInfo& call, unsigned ids,
               std::uint64_t last, std::vector<DriverCall>& calls) {
  std::vector<Values> tuples{{}};
  std::vector<std::pair<std::size_t, Values>> apart;  // one differs at a time
  const std::vector<Values> ends = joint_samples(call.name, ids);
  const std::size_t count = call.args.size() - (ends.empty() ? 0 : ends.front().size());
  for (std::size_t i = 0; i < count; ++i) {
    const Sample sample = asked(info, call, call.args[i], ids, last);
    if (!sample.combined) apart.emplace_back(i, sample.values);
    tuples = combined(tuples, sample.combined ? sample.values : Values{sample.values.front()});
  }
  if (!ends.empty()) tuples = joined(tuples, ends);
  const std::size_t first = tuples.size();
  for (const auto& [at, values] : apart) {
    for (std::size_t i = 0; i < first; ++i) {
      for (std::size_t v = 1; v < values.size(); ++v) {
        tuples.push_back(tuples[i]);
        tuples.back()[at] = values[v];
      }
    }
  }
  for (Values& tuple : tuples) calls.push_back({call.name, std::move(tuple), 1, std::nullopt});
}

// Whether drivers that do procedures in one go, or those that offer steps, have the call.
bool belongs(const host::CallInfo& call, bool whole) {
  const std::string operation = call.name.substr(call.name.find('.') + 1);
  const host::Procedure* own = host::find_procedure(call.name);
  if (own != nullptr && own->replaces()) return true;
  if (own != nullptr) return whole;
  const auto procedures = host::procedures();
  return !whole || std::none_of(procedures.begin(), procedures.end(), [&](const auto& procedure) {
    return procedure.machine == call.capability && procedure.runs(operation);
  });
}

State told(const host::MachineCode& code, const Domain& domain, const Story& story) {
  State state{host::Machine(code, domain.parameters), story.calls};
  for (const DriverCall& call : story.calls) host::run_call(state.machine, call.name, call.args);
  return state;
}

void explore_from(State start, const Domain& domain, std::size_t limit, std::set<Values>& seen,
                  std::vector<State>& states) {
  std::size_t at = states.size();
  limit += at;
  seen.insert(start.machine.key());
  states.push_back(std::move(start));
  for (; at < states.size() && states.size() < limit; ++at) {
    for (const DriverCall& call : domain.calls) {
      State next = states[at];
      host::run_call(next.machine, call.name, call.args);
      if (!seen.insert(next.machine.key()).second) continue;
      next.path.push_back(call);
      states.push_back(std::move(next));
    }
  }
}

bool same(const host::CallOutcome& a, const host::CallOutcome& b) {
  return a.error == b.error && a.result == b.result && a.actions == b.actions;
}

// Ids that the state knows of, by type; 0 of each.
std::map<unsigned, std::set<std::uint64_t>> known_ids(const host::Machine& machine) {
  std::map<unsigned, std::set<std::uint64_t>> ids;
  const Values key = machine.key();
  for (std::size_t i = 0; i + 2 < key.size(); i += 3) {
    const spec::CellInfo& cell = machine.info().cells[key[i]];
    ids[cell.index_id].insert(key[i + 1]);
    ids[cell.value_id].insert(key[i + 2]);
  }
  return ids;
}

bool holds(const host::Machine& machine, unsigned invariant) {
  auto ids = known_ids(machine);
  std::vector<Values> tuples{{}};
  for (const spec::VariableInfo& variable : machine.info().invariants[invariant].forall) {
    ids[variable.id].insert(0);
    std::vector<Values> longer;
    for (const Values& tuple : tuples) {
      for (const std::uint64_t value : ids[variable.id]) {
        longer.push_back(tuple);
        longer.back().push_back(value);
      }
    }
    tuples = std::move(longer);
  }
  return std::all_of(tuples.begin(), tuples.end(),
                     [&](const Values& tuple) { return machine.holds(invariant, tuple); });
}

std::vector<unsigned> broken_invariants(const host::Machine& machine) {
  std::vector<unsigned> broken;
  for (unsigned i = 0; i < machine.info().invariants.size(); ++i) {
    if (!holds(machine, i)) broken.push_back(i);
  }
  return broken;
}

struct Pair {
  host::Machine right, wrong;
  std::vector<DriverCall> path;
};

std::optional<std::vector<DriverCall>> first_difference(Pair start, const Domain& domain) {
  std::deque<Pair> open{std::move(start)};
  std::set<std::pair<Values, Values>> seen;
  for (std::size_t visited = 0; !open.empty() && visited < kMostPairs; ++visited) {
    const Pair pair = std::move(open.front());
    open.pop_front();
    for (const DriverCall& call : domain.calls) {
      Pair next = pair;
      next.path.push_back(call);
      const auto right = host::run_call(next.right, call.name, call.args);
      const auto wrong = host::run_call(next.wrong, call.name, call.args);
      if (!same(right, wrong)) return next.path;
      std::pair key(next.right.key(), next.wrong.key());
      if (key.first != key.second && seen.insert(std::move(key)).second) {
        open.push_back(std::move(next));
      }
    }
  }
  return std::nullopt;
}

}  // namespace

Domain make_domain(const spec::MachineInfo& info, unsigned ids, std::uint64_t last, bool whole) {
  Domain domain;
  domain.whole = whole;
  for (const spec::CellInfo& cell : info.cells) {
    if (cell.parameter) {
      domain.parameters.push_back(std::min(last, spec::low_bits(cell.value_width)));
    }
  }
  for (const host::CallInfo& call : host::calls()) {
    if (call.capability != info.name || !belongs(call, whole)) continue;
    add_calls(info, call, ids, last, domain.calls);
  }
  return domain;
}

std::vector<State> explore(const host::MachineCode& code, const Domain& domain, std::size_t limit) {
  std::vector<State> states;
  std::set<Values> seen;
  explore_from({host::Machine(code, domain.parameters), {}}, domain, limit, seen, states);
  for (const Story& story : stories(code.info->name)) {
    if (story.told || story.whole != domain.whole) continue;
    explore_from(told(code, domain, story), domain, limit, seen, states);
  }
  return states;
}

std::optional<Difference> differ(const State& state, const host::MachineCode& other,
                                 const DriverCall& call, const Domain& domain, unsigned& tries) {
  Pair pair{state.machine, state.machine.run_by(other), {}};
  const auto right = host::run_call(pair.right, call.name, call.args);
  const auto wrong = host::run_call(pair.wrong, call.name, call.args);
  const bool at_once = !same(right, wrong);
  if (!at_once && pair.right.key() == pair.wrong.key()) return std::nullopt;
  Difference difference{state.path, broken_invariants(pair.wrong)};
  difference.calls.push_back(call);
  if (at_once) return difference;
  ++tries;
  const auto rest = first_difference(std::move(pair), domain);
  if (!rest) return std::nullopt;
  difference.calls.insert(difference.calls.end(), rest->begin(), rest->end());
  return difference;
}

}  // namespace amdvi::generate
