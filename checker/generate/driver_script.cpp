#include "checker/generate/driver_script.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <amdvi/spec_info.hpp>
#include <amdvi/value/bit_field.hpp>

#include "checker/vector/file.hpp"
#include "checker/wording/answers.hpp"

namespace amdvi::generate {
namespace {

constexpr std::string_view kKind = "driver";

void add_new(std::vector<std::string>& list, std::string_view value) {
  if (std::find(list.begin(), list.end(), value) == list.end()) list.emplace_back(value);
}

bool all_stated(const std::vector<std::string>& clauses) {
  return std::all_of(clauses.begin(), clauses.end(), [](const std::string& id) {
    const spec::ClauseInfo* clause = spec::find_clause(id);
    return clause != nullptr && clause->confidence == spec::Confidence::kStated;
  });
}

std::string in_words(const DriverCall& call) {
  const host::CallInfo& info = *host::find_call(call.name);
  std::string args;
  for (std::size_t i = 0; i < call.args.size(); ++i) {
    args += fmt::format("{}{} {:#x}", args.empty() ? "" : ", ", info.args[i].name, call.args[i]);
  }
  const std::string text = fmt::format("{}({})", call.name.substr(call.name.find('.') + 1), args);
  return call.times == 1 ? text : fmt::format("{} times {}", call.times, text);
}

class Writer {
 public:
  Writer(const DriverScript& script, const DriverRemark& remark)
      : script_(script), remark_(remark), machine_(*script.code, script.parameters) {}

  vector::Vector write() {
    vector_.group = script_.code->info->name;
    open();
    for (const DriverCall& call : script_.calls) add(call);
    vector_.name = name();
    for (const std::string& rule : remark_.rules) add_new(vector_.rules, rule);
    for (const std::string& clause : remark_.clauses) add_new(vector_.clauses, clause);
    vector_.id = vector::make_id(kKind, vector::kDriverProfile, vector_);
    return std::move(vector_);
  }

 private:
  void open() {
    vector::Step step;
    step.kind = vector::StepKind::kOpen;
    step.call = script_.code->info->name;
    const auto parameters = host::parameters_of(step.call);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      step.args.push_back({parameters[i].name, script_.parameters[i]});
      // Answers may depend on a limit that is lower than the field allows.
      if (script_.parameters[i] != spec::low_bits(parameters[i].width)) {
        for (const spec::CellInfo& cell : script_.code->info->cells) {
          if (cell.name == parameters[i].name) add_new(path_, cell.clause);
        }
      }
    }
    vector_.setup.push_back(std::move(step));
    vector_.clauses = path_;
  }

  void add(const DriverCall& call) {
    vector::Step step;
    step.kind = vector::StepKind::kCall;
    step.call = call.name;
    const host::CallInfo& info = *host::find_call(call.name);
    for (std::size_t i = 0; i < call.args.size(); ++i) {
      step.args.push_back({info.args[i].name, call.args[i]});
    }
    step.times = call.times;
    if (call.counting) step.counting = info.args[*call.counting].name;
    step.label = fmt::format("c{}", vector_.steps.size() + 1);
    const host::CallOutcome outcome = run(call);
    vector_.steps.push_back(step);
    check(step, outcome);
  }

  // The last of them is what is looked at.
  host::CallOutcome run(const DriverCall& call) {
    std::vector<std::uint64_t> args = call.args;
    host::CallOutcome outcome;
    for (std::uint32_t i = 0; i < call.times; ++i) {
      outcome = host::run_call(machine_, call.name, args);
      if (call.counting) ++args[*call.counting];
    }
    return outcome;
  }

  void check(const vector::Step& step, const host::CallOutcome& outcome) {
    std::vector<std::string> clauses;
    const auto& operations = script_.code->info->operations;
    // The case that decided first: it is what a wrong answer breaks.
    for (auto it = outcome.cases.rbegin(); it != outcome.cases.rend(); ++it) {
      const spec::OperationInfo& operation = operations[it->first];
      const spec::CaseInfo& decided = operation.cases[it->second];
      add_new(clauses, decided.clause);
      add_new(vector_.rules,
              fmt::format("{}/{}/{}", script_.code->info->name, operation.name, decided.id));
    }
    const host::Procedure* procedure = host::find_procedure(step.call);
    if (procedure != nullptr) add_new(clauses, procedure->clause);
    for (const std::string& clause : clauses) add_new(path_, clause);
    for (const std::string& clause : path_) add_new(clauses, clause);
    for (const std::string& clause : clauses) add_new(vector_.clauses, clause);
    last_ = wording::answer_text(words(outcome));
    vector_.checks.push_back(answer(step, outcome, clauses));
    if (step.times == 1) vector_.checks.push_back(actions(step, outcome, clauses));
  }

  static std::vector<std::uint64_t> words(const host::CallOutcome& outcome) {
    std::vector<std::uint64_t> result{outcome.error};
    if (outcome.result) result.push_back(*outcome.result);
    return result;
  }

  vector::Check answer(const vector::Step& step, const host::CallOutcome& outcome,
                       const std::vector<std::string>& clauses) const {
    vector::Check check;
    check.id = fmt::format("answer.{}", vector_.steps.size());
    check.label = step.label;
    check.view = {"answer", step.call};
    check.trust = all_stated(clauses) ? vector::Trust::kMust : vector::Trust::kSuspect;
    check.clauses = clauses;
    vector::Outcome expected;
    expected.words = {{outcome.error}, {outcome.result.value_or(0), outcome.result ? ~0ULL : 0}};
    expected.says = last_;
    check.one_of.push_back(std::move(expected));
    return check;
  }

  vector::Check actions(const vector::Step& step, const host::CallOutcome& outcome,
                        std::vector<std::string> clauses) const {
    vector::Check check;
    check.id = fmt::format("actions.{}", vector_.steps.size());
    check.label = vector::actions_label(step.label);
    check.view = {"actions", step.call};
    vector::Outcome expected;
    for (const host::Shown& shown : outcome.actions) {
      const spec::ActionInfo& info = spec::host_actions()[shown.action];
      add_new(clauses, info.clause);
      expected.says += (expected.says.empty() ? "" : ", ") + std::string(info.name);
      expected.actions.push_back(action(info, shown, outcome.actions, expected.actions.size()));
    }
    if (expected.says.empty()) expected.says = "nothing is shown";
    check.trust = all_stated(clauses) ? vector::Trust::kMust : vector::Trust::kSuspect;
    check.clauses = std::move(clauses);
    check.one_of.push_back(std::move(expected));
    return check;
  }

  static vector::Action action(const spec::ActionInfo& info, const host::Shown& shown,
                               const std::vector<host::Shown>& all, std::size_t index) {
    vector::Action result{std::string(info.name), {}, {}};
    for (std::size_t i = 0; i < shown.args.size(); ++i) {
      result.args.push_back({std::string(info.args[i].name), shown.args[i]});
    }
    for (std::uint32_t i = 0; i < index; ++i) {
      const auto& first = info.after;
      if (std::find(first.begin(), first.end(), all[i].action) != first.end() &&
          of_one(info, shown, all[i])) {
        result.after.push_back(i);
      }
    }
    return result;
  }

  // What two actions are said to be of by the same name is the same: orders are those of one
  // device, guest or IOMMU.
  static bool of_one(const spec::ActionInfo& info, const host::Shown& shown,
                     const host::Shown& other) {
    const spec::ActionInfo& with = spec::host_actions()[other.action];
    for (std::size_t i = 0; i < shown.args.size(); ++i) {
      for (std::size_t o = 0; o < other.args.size(); ++o) {
        const bool names_it = info.args[i].id != 0 && info.args[i].name == with.args[o].name &&
                              (info.args[i].name == "DeviceID" || info.args[i].name == "Iommu" ||
                               info.args[i].name == "GuestID");
        if (names_it && shown.args[i] != other.args[o]) return false;
      }
    }
    return true;
  }

  std::string name() const {
    const std::size_t count = script_.calls.size();
    std::string text = fmt::format("{} answers {}", in_words(script_.calls.back()), last_);
    if (count == 2) text = fmt::format("after {}, {}", in_words(script_.calls.front()), text);
    if (count > 2) {
      text = fmt::format("after {} and {} more calls, {}", in_words(script_.calls.front()),
                         count - 2, text);
    }
    return remark_.why.empty() ? text : fmt::format("{}: {}", text, remark_.why);
  }

  const DriverScript& script_;
  const DriverRemark& remark_;
  host::Machine machine_;
  vector::Vector vector_;
  std::vector<std::string> path_;  // clauses that the state stands on
  std::string last_;               // the last answer in words
};

}  // namespace

vector::Vector make_vector(const DriverScript& script, const DriverRemark& remark) {
  return Writer(script, remark).write();
}

void set_closed(std::vector<vector::Vector>& vectors) {
  const std::set<std::string> harmless{
      "COMPLETION_WAIT",    "WAIT_ON",           "INVALIDATE_DEVTAB_ENTRY", "INVALIDATE_ENTRY",
      "INVALIDATE_OWN_DTE", "INVALIDATE_DOMAIN", "INVALIDATE_IOMMU_PAGES",  "INVALIDATE_PRIVATE"};
  std::set<std::string> kinds;
  const auto for_each = [&](auto use) {
    for (vector::Vector& v : vectors) {
      for (vector::Check& check : v.checks) {
        if (check.view.kind == "actions") use(check.one_of.front());
      }
    }
  };
  for_each([&](const vector::Outcome& outcome) {
    for (const vector::Action& action : outcome.actions) {
      if (!harmless.contains(action.name)) kinds.insert(action.name);
    }
  });
  for_each([&](vector::Outcome& outcome) { outcome.closed.assign(kinds.begin(), kinds.end()); });
  if (!kinds.empty()) return;
  for (vector::Vector& v : vectors) {  // the machine shows nothing: nothing to check
    std::erase_if(v.checks, [](const auto& check) { return check.view.kind == "actions"; });
  }
}

}  // namespace amdvi::generate
