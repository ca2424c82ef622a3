#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>

#include "checker/smt/context.hpp"
#include "checker/smt/llvm_cursor.hpp"
#include "checker/smt/llvm_ir.hpp"

namespace amdvi::smt::ir {
namespace {

template <std::size_t N>
bool is_one_of(const std::string& word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// With these an operation on some operands is poison; `inbounds` and its kin need no tracking,
// because every access is checked against its object.
constexpr std::array<std::string_view, 5> kPoisonFlags = {"nuw", "nsw", "exact", "disjoint",
                                                          "nneg"};
constexpr std::array<std::string_view, 3> kIgnoredFlags = {"inbounds", "nusw", "fastcc"};
constexpr std::array<std::string_view, 9> kBinary = {"add", "sub", "mul",  "and", "or",
                                                     "xor", "shl", "lshr", "ashr"};
constexpr std::array<std::string_view, 4> kCasts = {"zext", "sext", "trunc", "bitcast"};
constexpr std::array<std::string_view, 4> kNoEffect = {
    "llvm.lifetime.start", "llvm.lifetime.end", "llvm.experimental.noalias.scope.decl", "llvm.dbg"};

bool has_no_effect(const std::string& callee) {
  return std::any_of(kNoEffect.begin(), kNoEffect.end(), [&](std::string_view prefix) {
    return callee.compare(0, prefix.size(), prefix) == 0;
  });
}

void parse_flags(Cursor& in, Instruction& out) {
  while (true) {
    if (is_one_of(in.peek(), kPoisonFlags)) {
      out.flags.push_back(in.take());
    } else if (is_one_of(in.peek(), kIgnoredFlags)) {
      in.take();
    } else {
      return;
    }
  }
}

void parse_two(Cursor& in, Instruction& out) {
  out.operands.push_back(in.typed_value());
  in.expect(",");
  out.operands.push_back(in.value(out.operands[0].type));
}

void parse_list(Cursor& in, Instruction& out) {
  do {
    out.operands.push_back(in.typed_value());
  } while (in.accept(","));
}

void parse_phi(Cursor& in, Instruction& out) {
  out.type = in.type();
  do {
    in.expect("[");
    out.operands.push_back(in.value(out.type));
    in.expect(",");
    out.labels.push_back(in.local());
    in.expect("]");
  } while (in.accept(","));
}

void parse_br(Cursor& in, Instruction& out) {
  if (in.peek() == "label") {
    out.labels.push_back(in.label());
    return;
  }
  out.operands.push_back(in.typed_value());
  for (int i = 0; i < 2; ++i) {
    in.expect(",");
    out.labels.push_back(in.label());
  }
}

// labels[0] is the default, operands[i] leads to labels[i].
void parse_switch(Cursor& in, Instruction& out) {
  out.operands.push_back(in.typed_value());
  in.expect(",");
  out.labels.push_back(in.label());
  in.expect("[");
  while (!in.accept("]")) {
    out.operands.push_back(in.typed_value());
    in.expect(",");
    out.labels.push_back(in.label());
  }
}

void parse_memory(Cursor& in, Instruction& out) {
  if (in.peek() == "volatile" || in.peek() == "atomic") in.fail("unsupported access");
  if (out.opcode == "store") {
    out.operands.push_back(in.typed_value());
  } else {
    out.type = in.type();
  }
  in.expect(",");
  out.operands.push_back(in.typed_value());
  while (out.opcode == "getelementptr" && in.accept(",")) {
    out.operands.push_back(in.typed_value());
  }
}

void parse_call(Cursor& in, Instruction& out) {
  in.skip_attributes();
  if (in.peek() == "void")
    in.take();
  else
    out.type = in.type();
  const std::string callee = in.take();
  if (callee[0] != '@') in.fail("only direct calls are supported");
  out.name = callee.substr(1);
  if (has_no_effect(out.name)) {
    out.opcode = "nop";
    return;
  }
  in.expect("(");
  if (!in.accept(")")) parse_list(in, out);
}

void parse_value_path(Cursor& in, Instruction& out) {
  out.operands.push_back(in.typed_value());
  out.type = out.operands[0].type;
  in.expect(",");
  if (out.opcode == "insertvalue") {
    out.operands.push_back(in.typed_value());
    in.expect(",");
  }
  out.indices.push_back(in.number());
  if (in.peek() == ",") in.fail("nested aggregates are not supported");
}

void parse_body(Cursor& in, Instruction& out) {
  const std::string& op = out.opcode;
  if (is_one_of(op, kBinary)) {
    parse_two(in, out);
    out.type = out.operands[0].type;
  } else if (op == "icmp") {
    out.name = in.take();
    parse_two(in, out);
  } else if (is_one_of(op, kCasts)) {
    out.operands.push_back(in.typed_value());
    in.expect("to");
    out.type = in.type();
  } else if (op == "select" || op == "freeze") {
    parse_list(in, out);
    out.type = out.operands.back().type;
  } else if (op == "phi") {
    parse_phi(in, out);
  } else if (op == "br") {
    parse_br(in, out);
  } else if (op == "switch") {
    parse_switch(in, out);
  } else if (op == "load" || op == "store" || op == "getelementptr") {
    parse_memory(in, out);
  } else if (op == "call") {
    parse_call(in, out);
  } else if (op == "extractvalue" || op == "insertvalue") {
    parse_value_path(in, out);
  } else if (op == "ret") {
    if (in.peek() != "void") out.operands.push_back(in.typed_value());
  } else if (op != "unreachable") {
    in.fail("unsupported instruction '" + op + "'");
  }
}

Instruction parse_instruction(const Source& source, const std::string& line) {
  Cursor in(source, line);
  Instruction out;
  out.text = line;
  if (in.peek()[0] == '%') {
    out.result = in.local();
    in.expect("=");
  }
  while (in.peek() == "tail" || in.peek() == "musttail" || in.peek() == "notail") in.take();
  out.opcode = in.take();
  parse_flags(in, out);
  parse_body(in, out);
  return out;
}

// The label a line defines (`7:`, `exit: ; preds = ...`), or "".
std::string defined_label(const std::string& line) {
  if (line.empty() || std::isspace(static_cast<unsigned char>(line[0])) != 0) return {};
  const std::vector<std::string> tokens = tokenize(line);
  if (tokens.size() != 2 || tokens[1] != ":") return {};
  return tokens[0][0] == '"' ? tokens[0].substr(1) : tokens[0];
}

std::vector<Parameter> parse_parameters(Cursor& header) {
  std::vector<Parameter> result;
  while (!header.accept(")")) {
    Parameter parameter;
    parameter.type = header.type();
    header.skip_attributes();
    parameter.name = header.local();
    result.push_back(std::move(parameter));
    header.accept(",");
  }
  return result;
}

}  // namespace

Function parse_function(const Source& source, const std::string& name) {
  const auto lines = source.functions.find(name);
  if (lines == source.functions.end()) throw Error("IR: no function '" + name + "'");
  Function function;
  Cursor header(source, lines->second[0]);
  if (!header.skip_to("@" + name)) header.fail("no name");
  header.expect("(");
  function.parameters = parse_parameters(header);

  // Unnamed values are numbered; an unlabelled entry block takes the number after the parameters.
  std::size_t unnamed = 0;
  for (const Parameter& parameter : function.parameters) {
    const std::string& text = parameter.name;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (std::all_of(text.begin(), text.end(), is_digit)) ++unnamed;
  }
  for (std::size_t i = 1; i < lines->second.size(); ++i) {
    const std::string& line = lines->second[i];
    if (tokenize(line).empty()) continue;
    const std::string label = defined_label(line);
    if (!label.empty()) {
      function.blocks.push_back({label, {}});
      continue;
    }
    if (function.blocks.empty()) function.blocks.push_back({std::to_string(unnamed), {}});
    function.blocks.back().instructions.push_back(parse_instruction(source, line));
  }
  if (function.blocks.empty()) throw Error("IR: function '" + name + "' has no code");
  return function;
}

Global parse_global(const Source& source, const std::string& name) {
  const auto line = source.globals.find(name);
  if (line == source.globals.end()) throw Error("IR: no global '" + name + "'");
  Cursor in(source, line->second);
  if (!in.skip_to("constant")) in.fail("not a constant");
  Global global;
  global.type = in.type();
  global.initializer = in.value(global.type);
  return global;
}

}  // namespace amdvi::smt::ir
