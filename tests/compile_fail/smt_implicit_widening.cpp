// Nor in initialisation.
#include "checker/smt/symbolic.hpp"

int main() {
  const amdvi::smt::Symbolic d;
  const auto x = d.var<64>("x");
  const auto y = d.var<32>("y");
#ifdef AMDVI_MISUSE
  const amdvi::smt::Bv<64> wide = y;
  (void)wide;
#else
  const amdvi::smt::Bv<64> wide = d.zext<64>(y);
  (void)wide;
#endif
  return 0;
}
