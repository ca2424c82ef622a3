#include <algorithm>

#include "checker/smt/context.hpp"
#include "checker/smt/llvm_ir.hpp"

namespace amdvi::smt::ir {
namespace {

std::uint64_t round_up(std::uint64_t value, std::uint64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

std::uint64_t int_align(unsigned width) {
  std::uint64_t bytes = 1;
  while (bytes * 8 < width && bytes < 8) bytes *= 2;
  return bytes;
}

}  // namespace

std::uint64_t align_of(const Type& type) {
  switch (type.kind) {
    case Type::Kind::kInt:
      return int_align(type.width);
    case Type::Kind::kPointer:
      return 8;
    case Type::Kind::kArray:
      return align_of(*type.members[0]);
    case Type::Kind::kStruct: {
      std::uint64_t result = 1;
      if (type.is_packed) return result;
      for (const TypePtr& member : type.members) result = std::max(result, align_of(*member));
      return result;
    }
    default:
      throw Error("IR: a type without a layout");
  }
}

std::uint64_t size_of(const Type& type) {
  switch (type.kind) {
    case Type::Kind::kInt:
      return round_up((type.width + 7) / 8, int_align(type.width));
    case Type::Kind::kPointer:
      return 8;
    case Type::Kind::kArray:
      return type.count * size_of(*type.members[0]);
    case Type::Kind::kStruct:
      return round_up(member_offset(type, type.members.size()), align_of(type));
    default:
      throw Error("IR: a type without a layout");
  }
}

// For index == the number of members: where the last one ends.
std::uint64_t member_offset(const Type& type, std::uint64_t index) {
  if (type.kind == Type::Kind::kArray) return index * size_of(*type.members[0]);
  if (type.kind != Type::Kind::kStruct || index > type.members.size()) {
    throw Error("IR: no such member");
  }
  std::uint64_t offset = 0;
  for (std::size_t i = 0; i < type.members.size(); ++i) {
    if (!type.is_packed) offset = round_up(offset, align_of(*type.members[i]));
    if (i == index) return offset;
    offset += size_of(*type.members[i]);
  }
  return offset;
}

}  // namespace amdvi::smt::ir
