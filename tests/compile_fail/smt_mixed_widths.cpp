// There is no implicit widening.
#include "checker/smt/symbolic.hpp"

int main() {
  const amdvi::smt::Symbolic d;
  const auto x = d.var<64>("x");
  const auto y = d.var<32>("y");
#ifdef AMDVI_MISUSE
  (void)add(x, y);
#else
  (void)add(x, amdvi::smt::zext<64>(y));
#endif
  return 0;
}
