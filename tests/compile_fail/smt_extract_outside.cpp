// A slice lies inside its term.
#include "checker/smt/symbolic.hpp"

int main() {
  const amdvi::smt::Symbolic d;
  const auto x = d.var<64>("x");
#ifdef AMDVI_MISUSE
  (void)d.extract<64, 0>(x);
#else
  (void)d.extract<63, 0>(x);
#endif
  return 0;
}
