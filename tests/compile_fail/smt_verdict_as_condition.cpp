// An unknown verdict must be handled, so a verdict is no condition.
#include "checker/smt/solver.hpp"
#include "checker/smt/symbolic.hpp"

int main() {
  const amdvi::smt::Symbolic d;
  amdvi::smt::Solver solver(d.context);
#ifdef AMDVI_MISUSE
  if (solver.check({})) return 1;
#else
  if (solver.check({}).is_sat()) return 1;
#endif
  return 0;
}
