// What the .cpp files of checker/smt share; the only header here that includes z3.h.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <z3.h>

#include "checker/smt/context.hpp"

namespace amdvi::smt::detail {

struct Core {
  Core();
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  Z3_context z3 = nullptr;
  std::map<std::string, unsigned> variables;  // name -> width, to catch one name with two sorts
};

using CorePtr = std::shared_ptr<Core>;

// Z3 reports failure through an error code kept in the context; the handler installed by Core does
// nothing, so every call that can fail is followed by this.
void throw_on_error(Z3_context z3);

struct Access {
  // Takes a reference to what a Z3_mk_* call just returned, or throws if that call failed.
  static Term wrap(const CorePtr& core, Z3_ast ast, unsigned width);
  static const CorePtr& core(const Term& term);  // throws if null
  static const CorePtr& core(const Context& context) { return context.core_; }
  static Z3_ast ast(const Term& term) { return term.ast_; }
};

}  // namespace amdvi::smt::detail
