// One operation of a machine, run on terms.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "checker/prove/machine_state.hpp"
#include "checker/prove/machine_terms.hpp"

namespace amdvi::prove {

class OperationTerms {
 public:
  // None.
  OperationTerms() = default;
  // Starts at the present state. Variables for arguments and for the pick are named `prefix` and
  // the argument, so that two with the same prefix share them. `domain` and `state` must live as
  // long as anything is read from `state`.
  OperationTerms(const MachineTerms& machine, smt::Symbolic& domain, MachineState& state,
                 unsigned operation, const std::string& prefix);

  // Arguments, then the picked id and whether there was one.
  [[nodiscard]] const std::vector<smt::Term>& values() const { return values_; }
  [[nodiscard]] unsigned picked_id() const;  // type of the id, 0 if nothing is picked

  // Arguments and picks of this id type.
  [[nodiscard]] std::vector<smt::Term> names_of(unsigned id) const;

  // What is picked fits, or is 0 because nothing was found. That it is the first to fit takes
  // no_better for every id; each is a fact, and as many are required as are needed.
  smt::Bool picks_right();
  smt::Bool no_better(const smt::Term& id);
  // This case and none before it.
  smt::Bool takes(unsigned number);
  // Does its updates if `happens`.
  void apply(unsigned number, const smt::Bool& happens);

 private:
  [[nodiscard]] const spec::OperationInfo& info() const;
  [[nodiscard]] const smt::Term& picked() const { return values_[values_.size() - 2]; }
  [[nodiscard]] smt::Bool found() const;
  smt::Bool fits(const smt::Term& id);

  const MachineTerms* machine_ = nullptr;
  smt::Symbolic* domain_ = nullptr;
  MachineState* state_ = nullptr;
  unsigned operation_ = 0;
  std::vector<smt::Term> args_;
  std::vector<smt::Term> values_;
  std::shared_ptr<MachineTerms::State> before_;  // resets in the log read it
};

}  // namespace amdvi::prove
