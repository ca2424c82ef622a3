// The state of a machine as terms: a base and the log of what was written since. Arrays are never
// built; an entry is computed when it is read, so that only entries which are read cost anything.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "checker/prove/machine_terms.hpp"

namespace amdvi::prove {

class MachineState {
 public:
  enum class Base {
    kArbitrary,  // any state: one unknown an entry, equal for equal indices
    kInitial,    // the state before the first operation; parameters are unknown
  };
  using Where = std::function<smt::Bool(const smt::Term& index)>;
  using ValueAt = std::function<smt::Term(const smt::Term& index)>;

  // An entry of the base that was read.
  struct Entry {
    unsigned cell = 0;
    smt::Term index;
    smt::Term value;
  };

  MachineState(const smt::Context& context, const MachineTerms& machine, Base base);

  // The log's length; reading at an earlier one reads an earlier state.
  [[nodiscard]] std::size_t now() const { return log_.size(); }
  smt::Term read(unsigned cell, const smt::Term& index, std::size_t time);
  // A view of the state at `time`, good as long as this lives.
  MachineTerms::State at(std::size_t time);

  // Writes that happen if `happens` is true.
  void set(const smt::Bool& happens, unsigned cell, const smt::Term& index, const smt::Term& value);
  void reset(const smt::Bool& happens, unsigned cell, Where where);
  void assign(const smt::Bool& happens, unsigned cell, Where where, ValueAt value);

  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  // What must be required for the unknowns of entries to be those of a function: grows with
  // entries.
  [[nodiscard]] const std::vector<smt::Bool>& congruence() const { return congruence_; }

 private:
  struct Write {
    smt::Bool happens;
    unsigned cell = 0;
    smt::Term index;  // null: of every entry for which `where` holds
    smt::Term value;
    Where where;
    ValueAt value_at;  // none: back to the first value
  };
  // A term that this made as `condition ? yes : no`: reading at it reads at both.
  struct Split {
    smt::Term condition, yes, no;
  };
  using Key = std::tuple<unsigned, const void*, std::size_t>;

  smt::Term compute(unsigned cell, const smt::Term& index, std::size_t time);
  smt::Term base_value(unsigned cell, const smt::Term& index);
  smt::Term choose(const smt::Term& condition, const smt::Term& yes, const smt::Term& no);

  smt::Context context_;
  const MachineTerms& machine_;
  Base base_;
  std::vector<Write> log_;
  std::vector<Entry> entries_;
  std::vector<smt::Bool> congruence_;
  std::map<Key, smt::Term> known_;
  std::unordered_map<const void*, Split> splits_;
  std::vector<smt::Term> kept_;  // keys of the tables above stay what they are
};

}  // namespace amdvi::prove
