// A formula has no truth value at build time.
#include "checker/smt/symbolic.hpp"

int main() {
  const amdvi::smt::Symbolic d;
  const auto x = d.var<64>("x");
  const auto y = d.var<64>("y");
#ifdef AMDVI_MISUSE
  if (d.eq(x, y)) return 1;
#else
  if (d.eq(x, y).term().is_null()) return 1;
#endif
  return 0;
}
