#include "checker/generate/expect.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <span>

#include <fmt/format.h>

#include "checker/generate/masks.hpp"
#include "checker/generate/say.hpp"
#include "checker/generate/variants.hpp"
#include "checker/vector/file.hpp"
#include "checker/vector/guest_place.hpp"
#include "checker/vector/message_words.hpp"

namespace amdvi::generate {

namespace {

using vector::Check;
using vector::Outcome;
using vector::Step;
using vector::StepKind;
using vector::Trust;
constexpr std::string_view kLogLabel = "log-";

using Clauses = std::vector<const spec::ClauseInfo*>;

void add_all(Clauses& to, const Clauses& from) {
  for (const spec::ClauseInfo* c : from) {
    if (std::find(to.begin(), to.end(), c) == to.end()) to.push_back(c);
  }
}

// An unknown that an option enumerates is in the accepted outcomes already: what is left to compare
// does not depend on it.
Clauses without_enumerated(const Clauses& clauses) {
  Clauses left;
  for (const spec::ClauseInfo* c : clauses) {
    const auto options = spec::catalogue().options;
    const bool enumerated = std::any_of(options.begin(), options.end(),
                                        [&](const spec::OptionInfo& o) { return o.clause == c; });
    if (!enumerated) left.push_back(c);
  }
  return left;
}

// That a register of a guest is where it is.
const spec::ClauseInfo* place_clause(const Step& looks) {
  const spec::StructureInfo& info = *spec::find_structure(looks.reg);
  if (vector::guest_place(looks.reg)->control) return info.clause;
  const bool command = looks.reg == "CommandBufferHead" || looks.reg == "CommandBufferTail";
  return spec::find_clause(command ? "vf.page.command" : "vf.page");
}

// Whether what was logged, or told by an interrupt, shows in it.
bool shows_reports(const Step& looks) {
  return looks.kind == StepKind::kEvents || looks.kind == StepKind::kRead ||
         looks.kind == StepKind::kVfRead || looks.kind == StepKind::kEntries ||
         looks.kind == StepKind::kOwnMessage || looks.kind == StepKind::kConfigRead ||
         looks.label.starts_with(kOwnInterruptLabel);
}

// What an observation stands on: everything that the steps up to it, `so_far`, did that bears on
// it, the decisive clause (the last rule's) first.
Clauses grounds_of(const Step& looks, std::span<const Grounds> so_far) {
  Clauses clauses;
  // What shows whether an event was logged stands on the log first.
  const bool of_log = looks.kind == StepKind::kRead && looks.label.starts_with(kLogLabel);
  for (auto g = so_far.rbegin(); g != so_far.rend(); ++g) {
    if (of_log) add_all(clauses, {g->report.rbegin(), g->report.rend()});
    add_all(clauses, {g->data.rbegin(), g->data.rend()});
    add_all(clauses, g->behaviours);
    if (shows_reports(looks)) add_all(clauses, g->report);
    if (looks.kind == StepKind::kRead || looks.kind == StepKind::kVfRead) {
      add_all(clauses, without_enumerated(g->status));
    }
    if (looks.kind == StepKind::kConfigRead) add_all(clauses, g->config);
  }
  if (looks.kind == StepKind::kVfRead) add_all(clauses, {place_clause(looks)});
  return clauses;
}

bool all_stated(const Clauses& clauses) {
  return std::all_of(clauses.begin(), clauses.end(), [](const spec::ClauseInfo* c) {
    return c->confidence == spec::Confidence::kStated;
  });
}

bool is_remapped(const std::vector<Grounds>& all) {
  return std::any_of(all.begin(), all.end(), [](const Grounds& g) {
    return std::any_of(g.rules.begin(), g.rules.end(), [](const std::string& rule) {
      return rule.starts_with("interrupt_message/");
    });
  });
}

Outcome outcome(const Step& step, const std::vector<std::uint64_t>& words,
                const std::vector<std::uint64_t>& mask) {
  Outcome o;
  for (std::size_t i = 0; i < words.size(); ++i) o.words.push_back({words[i] & mask[i], mask[i]});
  o.says = say(step, words);
  o.may_repeat =
      step.kind == StepKind::kEvents && words.size() == 2 && spec::event_of(words[0])->code != 0;
  return o;
}

bool same_claim(const Outcome& a, const Outcome& b) {
  return std::equal(a.words.begin(), a.words.end(), b.words.begin(), b.words.end(),
                    [](const vector::Masked& x, const vector::Masked& y) {
                      return x.value == y.value && x.mask == y.mask;
                    });
}

[[noreturn]] void unknown_clause(std::string_view id) {
  fmt::print(stderr, "amdvi: there is no clause {}\n", id);
  std::abort();
}

class Checks {
 public:
  Checks(const vector::Vector& v, const std::vector<Variant>& variants, std::string_view revision,
         bool of_reset)
      : vector_(v), variants_(variants), revision_(revision), of_reset_(of_reset) {}

  std::vector<Check> make() {
    std::size_t observed = 0;
    for (const Step& step : vector_.steps) {
      if (step.label.empty()) continue;
      claim(step, observed, false);
      claim(step, observed, true);
      ++observed;
    }
    return std::move(checks_);
  }

 private:
  void claim(const Step& step, std::size_t observed, bool inferred_fields) {
    Clauses clauses;
    Check check;
    for (const Variant& variant : variants_) {
      const std::vector<std::uint64_t>& words = variant.evaluation.observations[observed].words;
      const auto so_far = static_cast<std::size_t>(&step - vector_.steps.data()) + 1;
      Clauses grounds = grounds_of(step, std::span(variant.evaluation.grounds).first(so_far));
      TrustMasks masks = masks_for(step, words, is_remapped(variant.evaluation.grounds), revision_);
      if (of_reset_) {
        const ResetMasks reset = masks_of_reset(*spec::find_structure(step.reg), revision_);
        masks = reset;
        grounds = inferred_fields ? reset.suspect_clauses : reset.must_clauses;
      }
      Outcome o = outcome(step, words, inferred_fields ? masks.suspect : masks.must);
      o.options = variant.options;
      add_all(clauses, grounds);
      add_outcome(check, std::move(o));
    }
    if (step.kind == StepKind::kDma) allow_all_ones(check);
    if (says_nothing(check, inferred_fields)) return;
    check.id = step.label + (inferred_fields ? "-inferred" : "");
    check.label = step.label;
    check.view = view_of(step);
    if (reads_register(step) && only_registers()) lead_with(register_clause(step), clauses);
    check.trust = !inferred_fields && all_stated(clauses) ? Trust::kMust : Trust::kSuspect;
    for (const spec::ClauseInfo* c : clauses) check.clauses.emplace_back(c->id);
    checks_.push_back(std::move(check));
  }

  static const spec::ClauseInfo* register_clause(const Step& step) {
    return spec::find_structure(step.reg)->clause;
  }
  // Whether the program does nothing but access registers: then it is about their layout.
  bool only_registers() const {
    return !of_reset_ && std::all_of(vector_.steps.begin(), vector_.steps.end(), [](const Step& s) {
      return reads_register(s) || s.kind == StepKind::kWrite || s.kind == StepKind::kVfWrite ||
             s.kind == StepKind::kConfigWrite || s.kind == StepKind::kReset;
    });
  }
  static bool reads_register(const Step& step) {
    return step.kind == StepKind::kRead || step.kind == StepKind::kVfRead ||
           step.kind == StepKind::kConfigRead;
  }
  // Unless a rule of its own decided, as when writing a base resets the pointers.
  static void lead_with(const spec::ClauseInfo* clause, Clauses& clauses) {
    std::erase(clauses, clause);
    const bool plain = clauses.empty() || clauses.front()->id.starts_with("reg.access");
    clauses.insert(plain ? clauses.begin() : clauses.end(), clause);
  }

  static void add_outcome(Check& check, Outcome o) {
    for (const Outcome& known : check.one_of) {
      if (same_claim(known, o)) return;
    }
    check.one_of.push_back(std::move(o));
  }

  // A blocked read gives no data; devices see that as zeros or as ones.
  static void allow_all_ones(Check& check) {
    const Outcome& first = check.one_of.front();
    const bool blocked = std::all_of(first.words.begin(), first.words.end(),
                                     [](const vector::Masked& w) { return w.value == 0; });
    if (!blocked) return;
    Outcome ones = first;
    for (vector::Masked& w : ones.words) w.value = w.mask;
    ones.says = "ones";
    add_outcome(check, std::move(ones));
  }

  static bool says_nothing(const Check& check, bool inferred_fields) {
    // An outcome without a single bit to compare would accept anything. "No event" is a claim, but
    // not one about inferred fields.
    return std::any_of(check.one_of.begin(), check.one_of.end(), [&](const Outcome& o) {
      if (o.words.empty()) return inferred_fields;
      return std::all_of(o.words.begin(), o.words.end(),
                         [](const vector::Masked& w) { return w.mask == 0; });
    });
  }

  const vector::Vector& vector_;
  const std::vector<Variant>& variants_;
  std::string_view revision_;
  bool of_reset_;
  std::vector<Check> checks_;
};

// What leads is what is blamed, so a check on a clause that is not stated only raises suspicion.
void lead_with(const std::string& id, Check& check) {
  const spec::ClauseInfo* clause = spec::find_clause(id);
  if (clause == nullptr) unknown_clause(id);
  if (clause->confidence != spec::Confidence::kStated) check.trust = Trust::kSuspect;
  std::erase(check.clauses, id);
  check.clauses.insert(check.clauses.begin(), id);
}

void collect(vector::Vector& v, const std::vector<Variant>& all) {
  const auto keep = [](std::vector<std::string>& list, std::string item) {
    if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(std::move(item));
  };
  for (const Grounds& g : all.front().evaluation.grounds) {
    for (const std::string& rule : g.rules) keep(v.rules, rule);
  }
  for (const Check& check : v.checks) {
    for (const std::string& clause : check.clauses) keep(v.clauses, clause);
  }
  std::sort(v.clauses.begin(), v.clauses.end());
}

}  // namespace

vector::Vector finish(Scene scene, Question question) {
  const profile::Profile& profile = scene.profile();
  vector::Vector v = scene.take_vector();
  v.group = std::move(question.group);
  v.name = std::move(question.name);
  v.requires_ = std::move(question.requires_);
  std::vector<Variant> all = variants(v, profile.config);
  if (question.cached) add_stale(all, v, profile.config);
  v.checks = Checks(v, all, profile.revision, question.of_reset).make();
  for (Check& check : v.checks) {
    const bool before = check.label == kBeforeLabel;
    for (auto id = question.leads.rbegin(); id != question.leads.rend() && !before; ++id) {
      lead_with(*id, check);
    }
    if (question.doubtful) check.trust = Trust::kSuspect;
    if (check.label == question.about.label) {
      lead_with(std::string(question.about.clause), check);
    }
  }
  collect(v, all);
  v.id = vector::make_id("device", profile.name, v);
  return v;
}

}  // namespace amdvi::generate
