#include "checker/prove/machine_state.hpp"

#include <utility>

#include <fmt/core.h>

#include "checker/smt/ops.hpp"

namespace amdvi::prove {

namespace u = smt::untyped;

MachineState::MachineState(const smt::Context& context, const MachineTerms& machine, Base base)
    : context_(context), machine_(machine), base_(base) {}

MachineTerms::State MachineState::at(std::size_t time) {
  return {[this, time](unsigned cell, const smt::Term& index) { return read(cell, index, time); }};
}

void MachineState::set(const smt::Bool& happens, unsigned cell, const smt::Term& index,
                       const smt::Term& value) {
  log_.push_back({happens, cell, index, value, {}, {}});
}

void MachineState::reset(const smt::Bool& happens, unsigned cell, Where where) {
  log_.push_back({happens, cell, {}, {}, std::move(where), {}});
}

void MachineState::assign(const smt::Bool& happens, unsigned cell, Where where, ValueAt value) {
  log_.push_back({happens, cell, {}, {}, std::move(where), std::move(value)});
}

smt::Term MachineState::choose(const smt::Term& condition, const smt::Term& yes,
                               const smt::Term& no) {
  const smt::Term simple = u::simplify(condition);
  if (const auto constant = simple.constant()) return *constant != 0 ? yes : no;
  if (smt::same_node(yes, no)) return yes;
  smt::Term result = u::ite(simple, yes, no);
  kept_.push_back(result);
  splits_.emplace(result.node(), Split{simple, yes, no});
  return result;
}

smt::Term MachineState::read(unsigned cell, const smt::Term& index, std::size_t time) {
  // Writes to other cells do not matter: all times between two writes are one.
  while (time > 0 && log_[time - 1].cell != cell) --time;
  const Key key{cell, index.node(), time};
  const auto known = known_.find(key);
  if (known != known_.end()) return known->second;
  kept_.push_back(index);
  smt::Term value = compute(cell, index, time);
  known_.emplace(key, value);
  return value;
}

smt::Term MachineState::compute(unsigned cell, const smt::Term& index, std::size_t time) {
  const auto split = splits_.find(index.node());
  if (split != splits_.end()) {
    const Split s = split->second;
    return choose(s.condition, read(cell, s.yes, time), read(cell, s.no, time));
  }
  const smt::Term simple = u::simplify(index);
  if (!smt::same_node(simple, index)) return read(cell, simple, time);
  if (time == 0) return base_value(cell, index);
  const Write& write = log_[time - 1];
  if (!write.index.is_null()) {
    const smt::Term hit = u::land(write.happens.term(), u::eq(index, write.index));
    return choose(hit, write.value, read(cell, index, time - 1));
  }
  const smt::Term hit = u::land(write.happens.term(), write.where(index).term());
  const smt::Term value =
      write.value_at ? write.value_at(index) : machine_.initial(context_, cell, index);
  return choose(hit, value, read(cell, index, time - 1));
}

smt::Term MachineState::base_value(unsigned cell, const smt::Term& index) {
  const spec::CellInfo& info = machine_.info->cells[cell];
  if (base_ == Base::kInitial && !info.parameter) {
    return u::simplify(machine_.initial(context_, cell, index));
  }
  const std::string name =
      info.parameter ? std::string(info.name) : fmt::format("{}[{}]", info.name, entries_.size());
  smt::Term value = context_.bv_variable(info.value_width, name);
  for (const Entry& other : entries_) {
    if (other.cell != cell || info.index_id == 0) continue;
    const smt::Term same = u::simplify(u::eq(other.index, index));
    const auto constant = same.constant();
    if (constant && *constant == 0) continue;
    congruence_.emplace_back(u::lor(u::lnot(same), u::eq(other.value, value)));
  }
  entries_.push_back({cell, index, value});
  return value;
}

}  // namespace amdvi::prove
