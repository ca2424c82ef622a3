// In z3++ this compiles and is signed.
#include "checker/smt/symbolic.hpp"

int main() {
  const amdvi::smt::Symbolic d;
  const auto x = d.var<64>("x");
  const auto y = d.var<64>("y");
#ifdef AMDVI_MISUSE
  (void)(x > y);
#else
  (void)d.ult(y, x);
#endif
  return 0;
}
