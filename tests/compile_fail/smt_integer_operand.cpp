// A plain integer has no width.
#include "checker/smt/symbolic.hpp"

int main() {
  const amdvi::smt::Symbolic d;
  const auto x = d.var<64>("x");
#ifdef AMDVI_MISUSE
  (void)d.add(x, 1);
#else
  (void)d.add(x, d.k<64>(1));
#endif
  return 0;
}
