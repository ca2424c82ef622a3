// An equation is made by name, so that it is not taken for a comparison of handles.
#include "checker/smt/symbolic.hpp"

int main() {
  const amdvi::smt::Symbolic d;
  const auto x = d.var<64>("x");
  const auto y = d.var<64>("y");
#ifdef AMDVI_MISUSE
  (void)(x == y);
#else
  (void)d.eq(x, y);
#endif
  return 0;
}
