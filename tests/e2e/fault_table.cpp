// Which vectors tell a device with a fault from the model: every named fault must fail at least
// one vector, or raise a suspect where only inferred clauses speak of it; for the rules, the share
// of atoms whose inversion is noticed.
//
//   amdvi_fault_table PROFILE VECTORS
#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "checker/dut/caching_adapter.hpp"
#include "checker/dut/faulty_adapter.hpp"
#include "checker/dut/model_adapter.hpp"
#include "checker/generate/ask.hpp"
#include "checker/judge/runner.hpp"
#include "checker/judge/selection.hpp"

using namespace amdvi;

namespace {

// Faults that the vectors do not show yet, and why. One that they do show is an error here.
struct Known {
  std::string_view fault;
  std::string_view why;
};
constexpr std::array kNotSeen{
    Known{"ignore-se", "a vector allows an event to be logged more than once"},
};

// Conditions that no vector can show to be inverted, and why.
constexpr std::array kHiddenAtoms{
    Known{"ats_request/5", "a forwarded address and the identity answer are the same"},
    Known{"ats_request/6", "a forwarded address and the identity answer are the same"},
    Known{"dte_memory_check/20", "which revision reserves the field is an option"},
    Known{"event_encoding/4", "all memory of a vector can be read"},
    Known{"event_encoding/5", "all memory of a vector can be read"},
    Known{"event_encoding/8", "the devices of vectors answer invalidations"},
    Known{"page_size_encoding/5", "an option says whether a page of that size is legal"},
    Known{"register_write/18", "a pointer beyond its ring is undefined"},
    Known{"event_route/2", "which log gets a fault of the host's tables is an option"},
    Known{"guest_command/2", "it shows in what is cached; devices with caches have no guests here"},
    Known{"guest_command/4", "it shows in what is cached; devices with caches have no guests here"},
};

constexpr double kLeastScore =
    0.95;  // of atoms that can be, as measured; falls if vectors are lost

struct Caught {
  std::size_t failed = 0;
  std::size_t suspect = 0;
  std::string first;  // a vector that failed
};

Caught try_device(const profile::Profile& profile, const std::vector<vector::Vector>& vectors,
                  const judge::AdapterFactory& make_adapter) {
  judge::RunOptions options;
  options.canary = false;
  options.reruns = 0;
  const auto run = judge::run(profile, vectors, make_adapter, options);
  Caught caught;
  if (!run) return caught;
  for (const judge::VectorResult& result : run->results) {
    if (result.verdict == judge::Verdict::kSuspect) ++caught.suspect;
    if (result.verdict != judge::Verdict::kFail) continue;
    if (++caught.failed == 1) caught.first = result.id;
  }
  return caught;
}

Caught try_fault(const profile::Profile& profile, const std::vector<vector::Vector>& vectors,
                 std::string_view fault) {
  return try_device(profile, vectors,
                    [&] { return dut::make_faulty_adapter(profile.config, fault); });
}

bool is_known(std::string_view fault) {
  return std::any_of(kNotSeen.begin(), kNotSeen.end(),
                     [&](const Known& known) { return known.fault == fault; });
}

int fault_table(const profile::Profile& profile, const std::vector<vector::Vector>& vectors) {
  int survivors = 0;
  for (const dut::FaultInfo& fault : dut::faults()) {
    const Caught caught = try_fault(profile, vectors, fault.name);
    fmt::print("{:<30} {:>6} fail {:>6} suspect  {}\n", fault.name, caught.failed, caught.suspect,
               caught.first.empty() ? fault.text : std::string_view(caught.first));
    const bool seen = caught.failed + caught.suspect > 0;
    if (seen && is_known(fault.name)) fmt::print("  it is caught: take it off the list\n");
    if (seen == is_known(fault.name)) ++survivors;
  }
  fmt::print("{} of {} faults are not as expected, {} are known not to be caught\n\n", survivors,
             dut::faults().size(), kNotSeen.size());
  return survivors;
}

// Decisions that some vector's path goes through: the known answers of the others have a test of
// their own.
std::set<std::string> decisions_of(const std::vector<vector::Vector>& vectors) {
  std::set<std::string> decisions;
  for (const vector::Vector& vector : vectors) {
    for (const std::string& rule : vector.rules) decisions.insert(rule.substr(0, rule.find('/')));
  }
  return decisions;
}

// "atom:DECISION/INDEX:kind" -> DECISION.
std::string decision_of(const std::string& atom) {
  const std::size_t start = atom.find(':') + 1;
  return atom.substr(start, atom.find('/') - start);
}

unsigned index_of(const std::string& atom) {
  return static_cast<unsigned>(std::stoul(atom.substr(atom.find('/') + 1)));
}

// Vectors whose path goes through the decision. What a decision that only the setup asks makes is
// seen by them all.
std::vector<vector::Vector> that_ask(const std::vector<vector::Vector>& vectors,
                                     const std::string& decision) {
  std::vector<vector::Vector> some;
  std::copy_if(vectors.begin(), vectors.end(), std::back_inserter(some), [&](const auto& v) {
    return std::any_of(v.rules.begin(), v.rules.end(),
                       [&](const std::string& rule) { return rule.starts_with(decision + "/"); });
  });
  return some;
}

// In parts, until one shows the fault: most are seen at once.
bool is_noticed(const profile::Profile& profile, const std::vector<vector::Vector>& vectors,
                std::string_view fault) {
  constexpr std::size_t kPart = 200;
  for (std::size_t at = 0; at < vectors.size(); at += kPart) {
    const auto first = vectors.begin() + static_cast<std::ptrdiff_t>(at);
    const auto last = first + static_cast<std::ptrdiff_t>(std::min(kPart, vectors.size() - at));
    const Caught caught = try_fault(profile, {first, last}, fault);
    if (caught.failed + caught.suspect > 0) return true;
  }
  return false;
}

// Whether the atom can decide anything with the capabilities and options of the profile: one that
// is next to an absent feature, or that only tells two clauses of one outcome apart, cannot.
bool can_be_noticed(const profile::Profile& profile, const std::string& atom) {
  generate::Ask ask(decision_of(atom), profile.config);
  return ask.matters(index_of(atom));
}

// An option inverted is another device that the specification allows: nothing may notice it.
bool is_choice(const std::string& atom) {
  const spec::DecisionInfo& decision = *spec::find_decision(decision_of(atom));
  return decision.atoms[index_of(atom)].text.starts_with("opt.");
}

// Why nothing shows it; empty: nobody knows.
std::string_view why_hidden(const std::string& atom) {
  for (const Known& known : kHiddenAtoms) {
    if (atom.find(fmt::format(":{}:", known.fault)) != std::string::npos) return known.why;
  }
  return {};
}

struct Score {
  std::size_t noticed = 0, missed = 0, decide_nothing = 0, choices = 0;
  std::size_t unexplained = 0;
};

void count_unnoticed(const profile::Profile& profile, const std::string& atom, Score& score) {
  if (is_choice(atom)) {
    ++score.choices;
  } else if (!can_be_noticed(profile, atom)) {
    ++score.decide_nothing;
  } else {
    ++score.missed;
    const std::string_view why = why_hidden(atom);
    if (why.empty()) ++score.unexplained;
    fmt::print("not noticed  {}  {}\n", atom, why.empty() ? "for no known reason" : why);
  }
}

// Whether enough of them are noticed, and of all others it is known why not.
bool atom_score(const profile::Profile& profile, const std::vector<vector::Vector>& vectors) {
  Score score;
  auto atoms = dut::atom_faults();
  const std::set<std::string> asked = decisions_of(vectors);
  std::erase_if(atoms, [&](const std::string& a) { return !asked.contains(decision_of(a)); });
  for (const std::string& atom : atoms) {
    const bool seen = is_noticed(profile, that_ask(vectors, decision_of(atom)), atom) ||
                      is_noticed(profile, vectors, atom);
    if (!seen) {
      count_unnoticed(profile, atom, score);
      continue;
    }
    ++score.noticed;
    if (why_hidden(atom).empty()) continue;
    fmt::print("{} is noticed: take it off the list\n", atom);
    ++score.unexplained;
  }
  const std::size_t possible = score.noticed + score.missed;
  const double share = static_cast<double>(score.noticed) / static_cast<double>(possible);
  fmt::print(
      "{} of {} inverted atoms are noticed: {:.1f} %; {} more decide nothing in this profile, "
      "{} choose between legal answers\n",
      score.noticed, possible, 100 * share, score.decide_nothing, score.choices);
  return share >= kLeastScore && score.unexplained == 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto profile = profile::load(argv[1]);
  if (!profile) {
    fmt::print(stderr, "{}\n", vector::to_text(profile.error()));
    return 2;
  }
  const auto loaded = judge::load({argv[2]}, *profile);
  if (!loaded || loaded->vectors.empty()) {
    fmt::print(stderr, "{}\n", loaded ? "no vectors" : vector::to_text(loaded.error()));
    return 2;
  }
  // Vectors that the sound model fails would catch everything.
  const Caught sound = try_device(*profile, loaded->vectors,
                                  [&] { return dut::make_model_adapter(profile->config); });
  if (sound.failed + sound.suspect > 0) {
    fmt::print(stderr, "the model itself fails {}\n", sound.first);
    return 1;
  }
  // Nor may they ask more of a device than the specification does.
  const Caught stale = try_device(*profile, loaded->vectors,
                                  [&] { return dut::make_caching_adapter(profile->config); });
  if (stale.failed + stale.suspect > 0) {
    fmt::print(stderr, "a model that caches as long as it may fails {} ({} fail, {} suspect)\n",
               stale.first, stale.failed, stale.suspect);
    return 1;
  }
  const int survivors = fault_table(*profile, loaded->vectors);
  const bool enough = atom_score(*profile, loaded->vectors);
  return survivors == 0 && enough ? 0 : 1;
}
