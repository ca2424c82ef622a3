// The part of Lifter that deals with operands, addresses and accesses.
#include <optional>

#include "checker/smt/llvm_lifter.hpp"
#include "checker/smt/llvm_memory.hpp"

namespace amdvi::smt::ir {

Value Lifter::evaluate(const Operand& operand) {
  if (operand.kind == Operand::Kind::kGep) return address(operand.source, operand.parts);
  if (operand.kind == Operand::Kind::kGlobal) {
    Value result;
    result.targets.push_back({Term(), constant_object(operand.text), context_.bv_value(64, 0)});
    return result;
  }
  if (operand.kind != Operand::Kind::kLocal) return constant(operand);
  const auto value = values_.find(operand.text);
  if (value == values_.end()) throw Error("IR: '%" + operand.text + "' has no value yet");
  return value->second;
}

Value Lifter::constant(const Operand& operand) {
  const bool is_poison = operand.kind == Operand::Kind::kPoison;
  Value result;
  const bool is_struct = operand.type->kind == Type::Kind::kStruct;  // its members carry it
  if (is_poison && !is_struct) result.poison = {context_.bool_value(true)};
  switch (operand.type->kind) {
    case Type::Kind::kInt:
      if (operand.type->width > 64 && operand.integer >> 63 != 0) {
        throw Error("IR: a negative constant wider than 64 bits");
      }
      result.bits = context_.bv_value(operand.type->width, operand.integer);
      return result;
    case Type::Kind::kPointer:
      if (is_poison) return result;
      break;
    case Type::Kind::kStruct:
      for (std::size_t i = 0; i < operand.type->members.size(); ++i) {
        Operand member = operand;
        if (operand.kind == Operand::Kind::kAggregate) member = operand.parts.at(i);
        member.type = operand.type->members[i];
        result.members.push_back(evaluate(member));
      }
      return result;
    default:
      break;
  }
  throw Error("IR: a constant of an unsupported type");
}

std::size_t Lifter::constant_object(const std::string& name) {
  const auto known = constant_of_.find(name);
  if (known != constant_of_.end()) return known->second;
  constants_.push_back(contents_of(context_, parse_global(source_, name)));
  const std::size_t object = memory_.size() + constants_.size() - 1;
  constant_of_.emplace(name, object);
  return object;
}

const Term& Lifter::contents(std::size_t object) const {
  return object < memory_.size() ? memory_[object] : constants_.at(object - memory_.size());
}

Value Lifter::address(const TypePtr& source, std::span<const Operand> parts) {
  Value result = evaluate(parts[0]);
  TypePtr type = source;
  Term offset = context_.bv_value(64, 0);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const Value index = evaluate(parts[i]);
    result.poison = either(result.poison, index.poison);
    const std::optional<std::uint64_t> known = index.bits.constant();
    if (i > 1 && type->kind == Type::Kind::kStruct) {
      if (!known) throw Error("IR: a structure is indexed by a variable");
      offset = untyped::add(offset, context_.bv_value(64, member_offset(*type, *known)));
      type = type->members.at(*known);
      continue;
    }
    if (i > 1) type = type->members.at(0);
    if (index.bits.width() > 64) throw Error("IR: an index wider than 64 bits");
    const Term step = context_.bv_value(64, size_of(*type));
    offset = untyped::add(offset, untyped::mul(untyped::sext(index.bits, 64), step));
  }
  for (Target& target : result.targets) {
    target.offset = untyped::simplify(untyped::add(target.offset, offset));
  }
  return result;
}

void Lifter::run_memory(const Instruction& instruction) {
  const bool is_load = instruction.opcode == "load";
  const TypePtr& type = is_load ? instruction.type : instruction.operands.at(0).type;
  if (type->kind != Type::Kind::kInt || type->width % 8 != 0) {
    throw Error("IR: unsupported access: " + instruction.text);
  }
  const Value pointer = evaluate(instruction.operands.back());
  if (is_load) {
    values_[instruction.result] = load(pointer, type->width);
  } else {
    store(pointer, evaluate(instruction.operands[0]));
  }
}

Value Lifter::load(const Value& pointer, unsigned width) {
  undefined_if(pointer.poison);
  Value result;
  for (const Target& target : pointer.targets) {
    const Term& object = contents(target.object);
    const Condition is_outside = outside(object, target.offset, width);
    const Term bits = read(object, target.offset, width);
    const bool is_certain = target.condition.is_null();
    undefined_if(is_certain ? is_outside : both(is_outside, target.condition));
    result.bits = result.bits.is_null() || is_certain
                      ? bits
                      : untyped::ite(target.condition, bits, result.bits);
  }
  if (result.bits.is_null()) result.bits = context_.bv_value(width, 0);  // a poison pointer
  return result;
}

void Lifter::store(const Value& pointer, const Value& value) {
  undefined_if(pointer.poison);
  undefined_if(value.poison);
  for (const Target& target : pointer.targets) {
    if (target.object >= memory_.size()) throw Error("IR: a store to a constant");
    Term& object = memory_[target.object];
    const Condition is_outside = outside(object, target.offset, value.bits.width());
    const Term written = write(object, target.offset, value.bits);
    const bool is_certain = target.condition.is_null();
    undefined_if(is_certain ? is_outside : both(is_outside, target.condition));
    object = is_certain ? written : untyped::ite(target.condition, written, object);
  }
}

void Lifter::run_call(const Instruction& instruction) {
  std::vector<Value> arguments;
  for (const Operand& operand : instruction.operands) arguments.push_back(evaluate(operand));
  const std::string& name = instruction.name;
  const auto is_a = [&](std::string_view prefix) {
    return name.compare(0, prefix.size(), prefix) == 0;
  };
  if (is_a("llvm.assume")) {
    undefined_if(arguments.at(0).poison);
    undefined_if({untyped::lnot(truth(arguments.at(0)))});
  } else if (is_a("llvm.memset.") || is_a("llvm.memcpy.")) {
    const std::optional<std::uint64_t> length = arguments.at(2).bits.constant();
    constexpr std::uint64_t kLongest = 4096;
    if (!length || *length > kLongest) throw Error("IR: " + name + " of unknown length");
    if (*length == 0) return;
    Value bytes = arguments[1];
    if (is_a("llvm.memcpy.")) {
      bytes = load(arguments[1], static_cast<unsigned>(*length * 8));
    } else {
      for (std::uint64_t i = 1; i < *length; ++i) {
        bytes.bits = untyped::concat(bytes.bits, arguments[1].bits);
      }
    }
    store(arguments[0], bytes);
  } else if (!instruction.result.empty()) {
    values_[instruction.result] = intrinsic(instruction, arguments);
  } else {
    throw Error("IR: call of '" + name + "'; inline it");
  }
}

}  // namespace amdvi::smt::ir
