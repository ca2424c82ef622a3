#include "checker/prove/machine_operation.hpp"

#include <fmt/core.h>

#include "checker/smt/ops.hpp"

namespace amdvi::prove {

namespace u = smt::untyped;

OperationTerms::OperationTerms(const MachineTerms& machine, smt::Symbolic& domain,
                               MachineState& state, unsigned operation, const std::string& prefix)
    : machine_(&machine), domain_(&domain), state_(&state), operation_(operation) {
  for (const spec::VariableInfo& arg : info().args) {
    args_.push_back(
        domain.context.bv_variable(arg.width, fmt::format("{}{}:{}", prefix, arg.name, arg.width)));
  }
  values_ = args_;
  if (info().pick.width != 0) {
    const std::string name = fmt::format("{}{}.{}", prefix, info().name, info().pick.name);
    values_.push_back(domain.context.bv_variable(info().pick.width, name));
    values_.push_back(domain.context.bv_variable(1, name + ".found"));
  }
  before_ = std::make_shared<MachineTerms::State>(state.at(state.now()));
}

const spec::OperationInfo& OperationTerms::info() const {
  return machine_->info->operations[operation_];
}

unsigned OperationTerms::picked_id() const { return machine_ == nullptr ? 0 : info().pick.id; }

std::vector<smt::Term> OperationTerms::names_of(unsigned id) const {
  std::vector<smt::Term> names;
  for (std::size_t i = 0; i < info().args.size(); ++i) {
    if (info().args[i].id == id) names.push_back(values_[i]);
  }
  if (info().pick.width != 0 && info().pick.id == id) names.push_back(picked());
  return names;
}

smt::Bool OperationTerms::found() const { return smt::truth(smt::Bv<1>(values_.back())); }

smt::Bool OperationTerms::fits(const smt::Term& id) {
  return machine_->pick(domain_->context, *before_, operation_, args_, id);
}

smt::Bool OperationTerms::picks_right() {
  if (info().pick.width == 0) return domain_->lit(true);
  const smt::Term none = domain_->context.bv_value(info().pick.width, 0);
  return smt::ite(found(), fits(picked()), smt::Bool(u::eq(picked(), none)));
}

smt::Bool OperationTerms::no_better(const smt::Term& id) {
  const smt::Term not_better = info().pick.highest ? u::ule(id, picked()) : u::ule(picked(), id);
  return smt::implies(fits(id), smt::land(found(), smt::Bool(not_better)));
}

smt::Bool OperationTerms::takes(unsigned number) {
  smt::Bool result = machine_->when(domain_->context, *before_, operation_, number, values_);
  for (unsigned earlier = 0; earlier < number; ++earlier) {
    result = smt::land(result, smt::lnot(machine_->when(domain_->context, *before_, operation_,
                                                        earlier, values_)));
  }
  return result;
}

void OperationTerms::apply(unsigned number, const smt::Bool& happens) {
  MachineTerms::Updates updates;
  updates.set = [&](unsigned cell, const smt::Term& index, const smt::Term& value) {
    state_->set(happens, cell, index, value);
  };
  updates.reset = [&](unsigned cell, MachineState::Where where) {
    state_->reset(happens, cell,
                  [where = std::move(where), alive = before_](const smt::Term& index) {
                    return where(index);
                  });
  };
  updates.assign = [&](unsigned cell, MachineState::Where where, MachineState::ValueAt value) {
    state_->assign(
        happens, cell,
        [where = std::move(where), alive = before_](const smt::Term& index) {
          return where(index);
        },
        std::move(value));
  };
  machine_->update(*domain_, *before_, operation_, number, values_, updates);
}

}  // namespace amdvi::prove
