// What the known answers of functions are worth: for each operation of each function, whether a
// function that gets its result wrong answers one of them wrong. What no answer shows must be
// proved to make no difference.
#include <map>
#include <set>

#include <fmt/format.h>

#include "checker/generate/function_source.hpp"
#include "checker/generate/kats.hpp"
#include "checker/smt/solver.hpp"
#include "checker/smt/symbolic.hpp"
#include "tests/e2e/operation_mutant.hpp"

using namespace amdvi;

namespace {

struct Score {
  unsigned mutants = 0, noticed = 0, equivalent = 0, missed = 0;
};

template <template <class> class F>
bool notices(const vector::KatFile& file, OperationMutant<Concrete> mutant) {
  for (const vector::Kat& kat : file.tests) {
    OperationMutant<Concrete> d = mutant;
    d.armed = false;
    const auto storage = generate::function_storage<F<OperationMutant<Concrete>>>(d, kat.in);
    d.armed = true;
    if (F<OperationMutant<Concrete>>::result(d, storage).v != kat.out[0]) return true;
  }
  return false;
}

template <template <class> class F, class Domain>
typename F<Domain>::Storage variables(const smt::Context& context) {
  typename F<Domain>::Storage storage;
  unsigned leaf = 0;
  storage.visit([&]<unsigned W>(std::string_view, smt::Bv<W>& word) {
    word = smt::bv_variable<W>(context, fmt::format("leaf{}", leaf++));
  });
  return storage;
}

template <template <class> class F>
bool is_equivalent(int target, Wrong wrong) {
  using Broken = OperationMutant<smt::Symbolic>;
  const smt::Context context;
  smt::Symbolic sound{context};
  Broken broken{{context}, wrong, target, true, 0};
  const auto storage = variables<F, smt::Symbolic>(context);
  smt::Solver solver(context);
  solver.require(F<smt::Symbolic>::assume(sound, storage));
  solver.require(ne(F<smt::Symbolic>::result(sound, storage),
                    F<Broken>::result(broken, variables<F, Broken>(context))));
  return solver.check({}).is_unsat();
}

template <template <class> class F>
int operations() {
  OperationMutant<Concrete> d;
  d.armed = true;
  (void)F<OperationMutant<Concrete>>::result(d, {});
  return d.count;
}

struct TryAll {
  const std::map<std::string, vector::KatFile>& files;
  Score& score;

  template <template <class> class F>
  void operator()() {
    const std::string name(F<Concrete>::info().name);
    for (int target = 0; target < operations<F>(); ++target) {
      for (const Wrong wrong : {Wrong::kNext, Wrong::kZero, Wrong::kHalf}) {
        ++score.mutants;
        OperationMutant<Concrete> mutant;
        mutant.wrong = wrong;
        mutant.target = target;
        if (notices<F>(files.at(name), mutant)) {
          ++score.noticed;
          continue;
        }
        const bool equivalent = is_equivalent<F>(target, wrong);
        ++(equivalent ? score.equivalent : score.missed);
        if (!equivalent) fmt::print("MISSED  {}: operation {}, {}\n", name, target, int(wrong));
      }
    }
  }
};

}  // namespace

int main() {
  std::map<std::string, vector::KatFile> files;
  std::set<std::string> ids;
  std::size_t kats = 0;
  for (vector::KatFile& file : generate::function_kats()) {
    kats += file.tests.size();
    for (const vector::Kat& kat : file.tests) {
      if (!ids.insert(kat.id).second) return 1;
    }
    files.emplace(file.subject, std::move(file));
  }
  Score s;
  spec::for_each_function(TryAll{files, s});
  fmt::print("{} known answers of {} functions: {} of {} mutants noticed, {} proved to make no "
             "difference, {} missed\n",
             kats, files.size(), s.noticed, s.mutants, s.equivalent, s.missed);
  return s.missed == 0 ? 0 : 1;
}
