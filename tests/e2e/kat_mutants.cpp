// What the known answers are worth: for each condition of each decision, whether a decision with
// this condition inverted, or stuck at a value, answers at least one of them wrong. What no answer
// shows must be proved to make no difference.
#include <filesystem>
#include <map>
#include <set>

#include <fmt/format.h>

#include <amdvi/spec/decisions.gen.hpp>
#include <amdvi/value/decide.hpp>

#include "checker/dut/mutant.hpp"
#include "checker/prove/outcome.hpp"
#include "checker/vector/kat.hpp"

using namespace amdvi;

namespace {

using Outputs = std::vector<std::uint64_t>;
using Evaluate = Outputs (*)(Mutant d, std::span<const std::uint64_t> leaves);

template <template <class> class D>
Outputs evaluate(Mutant d, std::span<const std::uint64_t> leaves) {
  typename D<Mutant>::Storage storage;
  std::size_t index = 0;
  storage.visit([&]<unsigned W>(std::string_view, Mutant::Bv<W>& leaf) {
    leaf = Mutant::k<W>(leaves[index++]);
  });
  Outputs outputs;
  decide<D>(d, storage.in()).out.visit([&](std::string_view, const auto& value) {
    outputs.push_back(value.v);
  });
  return outputs;
}

struct Collect {
  std::map<std::string_view, Evaluate>& all;

  template <template <class> class D>
  void operator()() {
    all[D<Concrete>::info().name] = evaluate<D>;
  }
};

struct Score {
  unsigned mutants = 0, noticed = 0, equivalent = 0, missed = 0;
};

// Whether it is proved that the mutant answers as the decision does. An inverted condition
// differs where it differs from one stuck at either value.
bool is_equivalent(prove::DecisionEngine& engine, unsigned atom, Mutation mutation) {
  const auto never = [&](bool value) {
    return prove::shows(engine, {atom, value}).is_infeasible();
  };
  switch (mutation) {
    case Mutation::kNone:
      return true;
    case Mutation::kTrue:
      return never(true);
    case Mutation::kFalse:
      return never(false);
    case Mutation::kFlip:
      return never(true) && never(false);
  }
  return false;
}

bool notices(const vector::KatFile& file, const prove::DecisionSource& source, Evaluate evaluate,
             const Mutant& mutant) {
  for (const vector::Kat& kat : file.tests) {
    if (evaluate(mutant, prove::to_leaves(source, kat.in)) != kat.out) return true;
  }
  return false;
}

void try_atom(prove::DecisionEngine& engine, const vector::KatFile& file, Evaluate evaluate,
              unsigned atom, std::map<Mutation, Score>& scores) {
  for (const Mutation mutation : {Mutation::kFlip, Mutation::kTrue, Mutation::kFalse}) {
    Mutant mutant;
    mutant.decision = &engine.info();
    mutant.index = atom;
    mutant.mutation = mutation;
    Score& score = scores[mutation];
    ++score.mutants;
    if (notices(file, engine.source(), evaluate, mutant)) {
      ++score.noticed;
      continue;
    }
    const bool equivalent = is_equivalent(engine, atom, mutation);
    ++(equivalent ? score.equivalent : score.missed);
    fmt::print("{}  {}/{} {}  {}\n", equivalent ? "no difference (proved)" : "MISSED",
               engine.info().name, atom,
               mutation == Mutation::kFlip   ? "inverted"
               : mutation == Mutation::kTrue ? "stuck at 1"
                                             : "stuck at 0",
               engine.info().atoms[atom].text);
  }
}

// Answers that the model's code gives, and no id twice.
bool is_sound(const prove::DecisionEngine& engine, const vector::KatFile& file,
              std::set<std::string>& ids) {
  for (const vector::Kat& kat : file.tests) {
    const prove::Evaluation e = engine.evaluate(kat.in);
    if (e.assumed && e.outputs == kat.out && ids.insert(kat.id).second) continue;
    fmt::print("{}: {} is not what the model answers, or is there twice\n", file.subject, kat.id);
    return false;
  }
  return true;
}

}  // namespace

// The argument: the directory of the known answers.
int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::map<std::string_view, Evaluate> decisions;
  spec::for_each_decision(Collect{decisions});
  std::map<Mutation, Score> scores;
  std::size_t kats = 0;
  std::set<std::string> ids;
  for (const auto& [name, decision] : decisions) {
    const auto file =
        vector::read_kats(std::filesystem::path(argv[1]) / fmt::format("{}.json", name));
    if (!file) {
      fmt::print("{}\n", vector::to_text(file.error()));
      return 1;
    }
    kats += file->tests.size();
    const auto engine = prove::make_engine(*spec::find_decision(name));
    if (!is_sound(*engine, *file, ids)) return 1;
    for (unsigned atom = 0; atom < engine->info().atoms.size(); ++atom) {
      try_atom(*engine, *file, decision, atom, scores);
    }
  }
  unsigned missed = 0;
  for (const auto& [mutation, s] : scores) {
    fmt::print("{}: {} of {} noticed, {} proved to make no difference, {} missed ({:.1f} %)\n",
               mutation == Mutation::kFlip   ? "inverted"
               : mutation == Mutation::kTrue ? "stuck at 1"
                                             : "stuck at 0",
               s.noticed, s.mutants, s.equivalent, s.missed,
               100.0 * s.noticed / (s.mutants - s.equivalent));
    missed += s.missed;
  }
  fmt::print("{} known answers\n", kats);
  return missed == 0 ? 0 : 1;
}
