// A term has no truth value at build time.
#include "checker/smt/symbolic.hpp"

int main() {
  const amdvi::smt::Symbolic d;
  const auto x = d.var<64>("x");
#ifdef AMDVI_MISUSE
  if (x) return 1;
#else
  if (x.term().is_null()) return 1;
#endif
  return 0;
}
