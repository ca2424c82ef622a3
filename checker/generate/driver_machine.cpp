#include "checker/generate/driver_machine.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include <amdvi/spec/HostError.gen.hpp>
#include <amdvi/spec_info.hpp>
#include <amdvi/value/bit_field.hpp>

#include "checker/generate/driver_explore.hpp"
#include "checker/generate/driver_script.hpp"
#include "checker/generate/driver_variants.hpp"

namespace amdvi::generate {
namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0};
constexpr std::uint64_t kOne = 1;
constexpr std::uint64_t kFew = 3;
constexpr std::size_t kStates = 150;
constexpr std::uint32_t kMostCalls = 0x1'0001;
// A pool is emptied from the first states only: one of them is near enough.
constexpr std::size_t kPumpStates = 3;
// So often a variant may go apart without a difference that shows, in one domain.
constexpr unsigned kMostTries = 2;

using CaseId = std::pair<unsigned, unsigned>;  // operation, case

class MachineVectors {
 public:
  explicit MachineVectors(host::MachineCode code) : code_(std::move(code)) {
    // One of everything first: what it can show is shown in the simplest way. Limits below those
    // of the fields last: they rest on less.
    for (const bool whole : {false, true}) {
      if (whole && !has_procedures()) continue;
      for (const auto& [ids, last] : {std::pair{1U, kAll}, {2U, kAll}, {1U, kOne}, {2U, kFew}}) {
        if (last != kAll && !has_parameters()) continue;
        domains_.push_back(make_domain(*code_.info, ids, last, whole));
        if (has_switch()) {
          domains_.push_back(domains_.back());
          switch_off(domains_.back());
        }
      }
    }
  }

  std::vector<vector::Vector> make() {
    for (const Domain& domain : domains_) witness(domain);
    exhaust();
    if (has_procedures()) given_back();
    tell();
    for (const Variant& variant : variants_of(code_)) {
      tell_from(variant, false);
      if (has_procedures()) tell_from(variant, true);
    }
    set_closed(vectors_);
    return std::move(vectors_);
  }

 private:
  void add(const Domain& domain, std::vector<DriverCall> calls, const DriverRemark& remark) {
    vector::Vector v = make_vector({&code_, domain.parameters, std::move(calls)}, remark);
    const auto known = std::find_if(vectors_.begin(), vectors_.end(),
                                    [&](const vector::Vector& other) { return other.id == v.id; });
    if (known == vectors_.end()) {
      vectors_.push_back(std::move(v));
      return;
    }
    const auto join = [](std::vector<std::string>& all, const std::vector<std::string>& more) {
      for (const std::string& one : more) {
        if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
      }
    };
    join(known->rules, v.rules);
    join(known->clauses, v.clauses);
  }

  static std::vector<DriverCall> after(const State& state, const DriverCall& call) {
    std::vector<DriverCall> calls = state.path;
    calls.push_back(call);
    return calls;
  }

  void witness(const Domain& domain) {
    states_.push_back(explore(code_, domain, kStates));
    ways_.emplace_back();
    for (const State& state : states_.back()) {
      ways_.back().emplace_back();
      for (const DriverCall& call : domain.calls) {
        host::Machine machine = state.machine;
        const host::CallOutcome outcome = host::run_call(machine, call.name, call.args);
        ways_.back().back().push_back(outcome.cases);
        bool first = outcome.cases.size() > 1 && seen_.emplace(call.name, outcome.cases).second;
        for (const CaseId& taken : outcome.cases) first |= reached_.insert(taken).second;
        if (first) add(domain, after(state, call), {});
      }
    }
  }

  // An operation again and again until it fails: the end of an id space or of a counter. Each
  // operation once, where it first succeeds.
  void exhaust() {
    const Domain& domain = domains_.front();
    std::set<std::pair<std::string, std::size_t>> done;
    // The furthest of them first: more can be done there.
    for (std::size_t i = std::min(states_[0].size(), kPumpStates); i-- > 0;) {
      const State& state = states_[0][i];
      for (const DriverCall& call : domain.calls) {
        if (!moves(state, call)) continue;
        // What is done once is not done again with the same arguments.
        if (call.args.empty() && done.emplace(call.name, 0).second) {
          pump(domain, state, call, std::nullopt);
        }
        for (std::size_t arg = 0; arg < call.args.size(); ++arg) {
          if (done.emplace(call.name, arg).second) pump(domain, state, call, arg);
        }
      }
    }
  }

  static bool moves(const State& state, const DriverCall& call) {
    host::Machine machine = state.machine;
    host::run_call(machine, call.name, call.args);
    return machine.key() != state.machine.key();
  }

  void pump(const Domain& domain, const State& state, const DriverCall& call,
            std::optional<std::size_t> counting) {
    State end = state;
    DriverCall next = call;
    const std::uint64_t last =
        counting ? spec::low_bits(host::find_call(call.name)->args[*counting].width) : 0;
    host::CallOutcome outcome;
    std::uint32_t done = 0;
    for (; done < kMostCalls; ++done) {
      outcome = host::run_call(end.machine, call.name, next.args);
      if (outcome.error != 0) break;
      if (counting && next.args[*counting]++ == last) return;
    }
    if (done < kFewestCalls || done == kMostCalls) return;
    // How much memory there is no specification says.
    if (outcome.error == static_cast<unsigned>(spec::HostError::E_NOMEM)) return;
    end.path.push_back(call);
    end.path.back().times = done;
    end.path.back().counting = counting;
    if (exhausted_.insert(outcome.cases.front()).second) exhausted(domain, end, next);
    for (const DriverCall& other : domain.calls) {
      host::Machine machine = end.machine;
      outcome = host::run_call(machine, other.name, other.args);
      if (outcome.error != 0 && !reached_.contains(outcome.cases.front())) {
        exhausted(domain, end, other);
      }
    }
  }

  void exhausted(const Domain& domain, const State& end, const DriverCall& call) {
    host::Machine machine = end.machine;
    reached_.insert(host::run_call(machine, call.name, call.args).cases.front());
    add(domain, after(end, call), {"all of them are used", {}, {}});
  }

  bool has_procedures() const {
    const auto all = host::procedures();
    return std::any_of(all.begin(), all.end(), [&](const host::Procedure& procedure) {
      return procedure.machine == code_.info->name && !procedure.replaces();
    });
  }

  // A parameter of one bit is a variant: both are asked for.
  bool has_switch() const {
    const auto cells = code_.info->cells;
    return std::any_of(cells.begin(), cells.end(),
                       [](const auto& cell) { return cell.parameter && cell.value_width == 1; });
  }

  void switch_off(Domain& domain) const {
    std::size_t next = 0;
    for (const spec::CellInfo& cell : code_.info->cells) {
      if (!cell.parameter) continue;
      if (cell.value_width == 1) domain.parameters[next] = 0;
      ++next;
    }
  }

  bool has_parameters() const {
    const auto cells = code_.info->cells;
    return std::any_of(cells.begin(), cells.end(), [](const auto& cell) { return cell.parameter; });
  }

  // Whatever a procedure that fails leaves behind stands in the way of the next.
  void given_back() {
    for (std::size_t i = 0; i < domains_.size(); ++i) {
      if (!domains_[i].whole || domains_[i].parameters != domains_.front().parameters) continue;
      for (const State& state : states_[i]) {
        for (const DriverCall& call : domains_[i].calls) give_back(domains_[i], state, call);
      }
      return;
    }
  }

  void give_back(const Domain& domain, const State& state, const DriverCall& call) {
    const host::Procedure* procedure = host::find_procedure(call.name);
    if (procedure == nullptr || procedure->steps == 0 || call.args.back() == 0) return;
    host::Machine machine = state.machine;
    const host::CallOutcome outcome = host::run_call(machine, call.name, call.args);
    if (outcome.error == 0 || !given_back_.emplace(call.name, outcome.cases).second) return;
    std::vector<DriverCall> calls = after(state, call);
    DriverCall again = call;
    again.args.back() = 0;
    calls.push_back(again);
    // The next of them: what the first should have got is not left over.
    if (spec::low_bits(host::find_call(call.name)->args[0].width) > ++again.args[0]) {
      calls.push_back(again);
    }
    add(domain, std::move(calls), {"everything was given back", {}, {}});
  }

  void tell() {
    for (const Story& story : stories(code_.info->name)) {
      if (story.told) add(domains_.front(), story.calls, {story.why, {}, {}});
    }
  }

  void tell_from(const Variant& variant, bool whole) {
    for (std::size_t i = 0; i < domains_.size(); ++i) {
      unsigned tries = 0;
      if (domains_[i].whole != whole) continue;
      for (std::size_t s = 0; s < states_[i].size(); ++s) {
        for (std::size_t c = 0; c < domains_[i].calls.size(); ++c) {
          if (tries == kMostTries || !decides(variant, ways_[i][s][c])) continue;
          auto found =
              differ(states_[i][s], variant.code, domains_[i].calls[c], domains_[i], tries);
          if (!found) continue;
          add(domains_[i], std::move(found->calls), remark_of(variant, found->broken));
          return;
        }
      }
    }
  }

  // Whether what is wrong comes into it.
  static bool decides(const Variant& variant, const std::vector<CaseId>& way) {
    return std::any_of(way.begin(), way.end(), [&](const CaseId& taken) {
      return taken.first == variant.operation &&
             taken.second == variant.number.value_or(taken.second);
    });
  }

  DriverRemark remark_of(const Variant& variant, const std::vector<unsigned>& broken) const {
    DriverRemark remark{variant.why, {}, {}};
    for (const unsigned number : broken) {
      const spec::InvariantInfo& invariant = code_.info->invariants[number];
      remark.rules.push_back(fmt::format("invariant/{}", invariant.name));
      remark.clauses.emplace_back(invariant.clause);
    }
    if (variant.mistake != nullptr) {
      remark.rules.push_back(fmt::format("mistake/{}", variant.mistake->name));
      remark.clauses.emplace_back(variant.mistake->clause);
    }
    return remark;
  }

  static constexpr std::uint32_t kFewestCalls = 0x100;

  host::MachineCode code_;
  std::vector<Domain> domains_;
  std::vector<std::vector<State>> states_;  // of each domain, nearest first
  std::set<CaseId> reached_;
  std::set<CaseId> exhausted_;
  using Way = std::vector<CaseId>;                   // what decided in a call
  std::vector<std::vector<std::vector<Way>>> ways_;  // of each domain, state and call
  std::set<std::pair<std::string, Way>> seen_, given_back_;
  std::vector<vector::Vector> vectors_;
};

}  // namespace

std::vector<vector::Vector> machine_vectors(const host::MachineCode& code) {
  return MachineVectors(code).make();
}

}  // namespace amdvi::generate
