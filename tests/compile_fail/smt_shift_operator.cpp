// In z3++ this compiles and means 0.
#include "checker/smt/symbolic.hpp"

int main() {
  const amdvi::smt::Symbolic d;
  const auto x = d.var<64>("x");
#ifdef AMDVI_MISUSE
  (void)(x >> 3);
#else
  (void)d.lshr(x, d.k<64>(3));
#endif
  return 0;
}
