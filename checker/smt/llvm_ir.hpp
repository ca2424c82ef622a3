// The part of textual LLVM IR that integer code without loops needs, as data. Internal to the
// lifter.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace amdvi::smt::ir {

struct Type;
using TypePtr = std::shared_ptr<const Type>;

struct Type {
  enum class Kind { kVoid, kInt, kPointer, kArray, kStruct, kOther };
  Kind kind = Kind::kOther;
  unsigned width = 0;            // kInt
  std::uint64_t count = 0;       // kArray
  bool is_packed = false;        // kStruct
  std::vector<TypePtr> members;  // kStruct; kArray: the element
};

// Layout as in LLVM's x86-64 data layout, in bytes.
std::uint64_t size_of(const Type& type);
std::uint64_t align_of(const Type& type);
std::uint64_t member_offset(const Type& type, std::uint64_t index);

struct Operand {
  enum class Kind { kLocal, kGlobal, kInteger, kPoison, kZero, kString, kAggregate, kGep };
  Kind kind = Kind::kZero;
  TypePtr type;
  std::string text;            // local or global name, bytes of a string
  std::uint64_t integer = 0;   // two's complement
  std::vector<Operand> parts;  // aggregate elements; kGep: base and indices
  TypePtr source;              // kGep
};

struct Instruction {
  std::string result;              // empty if none
  std::string opcode;              // "nop" for calls without meaning here
  std::vector<std::string> flags;  // nuw, nsw, exact, disjoint, nneg
  std::string name;                // icmp predicate, callee
  TypePtr type;                    // of the result; gep: source type; load: loaded type
  std::vector<Operand> operands;
  std::vector<std::string> labels;     // br, switch: targets; phi: incoming blocks
  std::vector<std::uint64_t> indices;  // extractvalue, insertvalue
  std::string text;                    // for messages
};

struct Block {
  std::string label;
  std::vector<Instruction> instructions;
};

struct Parameter {
  TypePtr type;
  std::string name;
};

struct Function {
  std::vector<Parameter> parameters;
  std::vector<Block> blocks;  // the first is the entry
};

struct Global {
  TypePtr type;
  Operand initializer;
};

// Lines of a module by what they define; parsed when asked for, so that functions nobody lifts may
// contain anything.
struct Source {
  std::map<std::string, std::string> types;
  std::map<std::string, std::string> globals;
  std::map<std::string, std::vector<std::string>> functions;  // first line: the header
};

Source split(std::string_view module_text);

// All throw smt::Error on anything they do not know.
Function parse_function(const Source& source, const std::string& name);
Global parse_global(const Source& source, const std::string& name);

// Splits one line into tokens: comments gone, quotes of names removed, strings as '"' and
// their bytes.
std::vector<std::string> tokenize(std::string_view line);

}  // namespace amdvi::smt::ir
