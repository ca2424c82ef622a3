// Terms and the context that owns them: the only door to Z3, through its C API, so that none of
// z3++'s silent readings (`x >> 3` is a shift of `x as bool`, `x > y` is signed) can be written.
//
// A Context is a cheap handle: copies share one Z3 context, which lives until the last handle and
// the last Term are gone. Contexts are independent of each other; one belongs to one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

// As in z3.h, which only the .cpp files include.
typedef struct _Z3_ast* Z3_ast;  // NOLINT(bugprone-reserved-identifier): Z3's own name

namespace amdvi::smt {

// A misuse of this library (null term, terms of two contexts, wrong width) or a failure inside Z3.
// Nothing here exits or aborts.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace detail {
struct Core;
struct Access;
}  // namespace detail

// A reference-counted, hash-consed node without a static type: the core under Bool and Bv<W>.
// Default-constructed terms are null: they may be copied and assigned, and any operation on one
// throws Error.
class Term {
 public:
  Term() = default;
  Term(const Term& other);
  Term(Term&& other) noexcept;
  Term& operator=(const Term& other);
  Term& operator=(Term&& other) noexcept;
  ~Term();

  [[nodiscard]] bool is_null() const { return ast_ == nullptr; }
  // In bits; 0 for a Boolean term.
  [[nodiscard]] unsigned width() const { return width_; }
  [[nodiscard]] bool is_bool() const { return width_ == 0; }

  // The value of a literal constant of at most 64 bits (Booleans as 0 and 1), else nullopt.
  [[nodiscard]] std::optional<std::uint64_t> constant() const;
  // The node, as a key of tables: differs between nodes as long as a Term of each lives.
  [[nodiscard]] const void* node() const { return ast_; }
  // SMT-LIB text, for people.
  [[nodiscard]] std::string to_string() const;

 private:
  friend struct detail::Access;
  std::shared_ptr<detail::Core> core_;
  Z3_ast ast_ = nullptr;
  unsigned width_ = 0;
};

// True if both are the very same node (hash-consing makes this a cheap proof of equality); false
// says nothing about their meaning.
bool same_node(const Term& a, const Term& b);

class Context {
 public:
  Context();
  // The context a term lives in.
  static Context of(const Term& term);

  [[nodiscard]] Term bool_value(bool value) const;
  // Bits of `value` above `width` are dropped.
  [[nodiscard]] Term bv_value(unsigned width, std::uint64_t value) const;

  // One name is one variable; asking for it again with another width throws Error.
  [[nodiscard]] Term bool_variable(const std::string& name) const;
  [[nodiscard]] Term bv_variable(unsigned width, const std::string& name) const;

  // A variable that nobody has asked for yet, called `name`, or `name.1`, `name.2`... if that is
  // taken: for inputs whose names need not be unique, such as the words of one structure.
  [[nodiscard]] Term new_bv_variable(unsigned width, const std::string& name) const;

  // An auxiliary variable different from all others, with a name of Z3's making.
  [[nodiscard]] Term fresh_bool(const std::string& prefix) const;
  [[nodiscard]] Term fresh_bv(unsigned width, const std::string& prefix) const;

 private:
  friend struct detail::Access;
  explicit Context(std::shared_ptr<detail::Core> core);
  std::shared_ptr<detail::Core> core_;
};

}  // namespace amdvi::smt
