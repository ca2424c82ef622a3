// There is no implicit widening in the value domain either.
#include "checker/smt/symbolic.hpp"

int main() {
  const amdvi::smt::Symbolic d;
  const auto x = d.var<64>("x");
  const auto y = d.var<32>("y");
#ifdef AMDVI_MISUSE
  (void)d.eq(x, y);
#else
  (void)d.eq(x, d.zext<64>(y));
#endif
  return 0;
}
