#include "checker/smt/llvm_cursor.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

#include "checker/smt/context.hpp"

namespace amdvi::smt::ir {
namespace {

// Words that end a run of attributes.
constexpr std::array<std::string_view, 10> kNoAttributes = {
    "true",          "false",   "undef", "poison", "zeroinitializer",
    "getelementptr", "bitcast", "null",  "void",   "ptr"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_integer(const std::string& token) {
  return is_digit(token.back()) && (is_digit(token[0]) || token[0] == '-');
}

bool is_int_type(const std::string& token) {
  return token.size() > 1 && token[0] == 'i' &&
         std::all_of(token.begin() + 1, token.end(), is_digit);
}

TypePtr make_type(Type type) { return std::make_shared<const Type>(std::move(type)); }

TypePtr plain(Type::Kind kind) {
  Type type;
  type.kind = kind;
  return make_type(type);
}

}  // namespace

Cursor::Cursor(const Source& source, std::string line)
    : source_(source), line_(std::move(line)), tokens_(tokenize(line_)) {
  // `, !tbaa !3`: metadata ends the line.
  for (std::size_t i = 0; i + 1 < tokens_.size(); ++i) {
    if (tokens_[i] == "," && tokens_[i + 1][0] == '!') tokens_.resize(i);
  }
}

std::string Cursor::take() {
  if (at_ >= tokens_.size()) fail("the line ends early");
  return tokens_[at_++];
}

bool Cursor::accept(std::string_view token) {
  if (peek() != token) return false;
  ++at_;
  return true;
}

void Cursor::expect(std::string_view token) {
  if (!accept(token)) fail("expected '" + std::string(token) + "'");
}

bool Cursor::skip_to(std::string_view token) {
  while (at_ < tokens_.size()) {
    if (tokens_[at_++] == token) return true;
  }
  return false;
}

void Cursor::fail(const std::string& why) const { throw Error("IR: " + why + " in: " + line_); }

std::uint64_t Cursor::number() {
  const std::string token = take();
  const bool is_negative = token[0] == '-';
  std::uint64_t value = 0;
  const char* end = token.data() + token.size();
  const auto parsed = std::from_chars(token.data() + (is_negative ? 1 : 0), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end) fail("'" + token + "' is no 64-bit number");
  return is_negative ? ~value + 1 : value;
}

TypePtr Cursor::type() {
  TypePtr result = base_type();
  while (accept("*")) result = plain(Type::Kind::kPointer);
  return result;
}

TypePtr Cursor::base_type() {
  const std::string token = take();
  if (is_int_type(token)) {
    Type type;
    type.kind = Type::Kind::kInt;
    type.width = static_cast<unsigned>(std::stoul(token.substr(1)));
    return make_type(type);
  }
  if (token == "void") return plain(Type::Kind::kVoid);
  if (token == "ptr") return plain(Type::Kind::kPointer);
  if (token == "[") return array();
  if (token == "{") return structure(false);
  if (token == "<" && accept("{")) {
    TypePtr result = structure(true);
    expect(">");
    return result;
  }
  if (token[0] == '%') return named(token.substr(1));
  fail("unsupported type '" + token + "'");
}

TypePtr Cursor::array() {
  Type result;
  result.kind = Type::Kind::kArray;
  result.count = number();
  expect("x");
  result.members.push_back(type());
  expect("]");
  return make_type(std::move(result));
}

TypePtr Cursor::structure(bool is_packed) {
  Type result;
  result.kind = Type::Kind::kStruct;
  result.is_packed = is_packed;
  while (!accept("}")) {
    result.members.push_back(type());
    accept(",");
  }
  return make_type(std::move(result));
}

// A pointer's target is not looked at: it may be recursive, and nothing depends on it.
TypePtr Cursor::named(const std::string& name) {
  if (peek() == "*") return plain(Type::Kind::kOther);
  const auto line = source_.types.find(name);
  if (line == source_.types.end()) fail("unknown type '%" + name + "'");
  Cursor definition(source_, line->second);
  definition.take();
  definition.expect("=");
  definition.expect("type");
  return definition.accept("opaque") ? plain(Type::Kind::kOther) : definition.type();
}

Operand Cursor::value(const TypePtr& type) {
  Operand result;
  result.type = type;
  if (constant(result)) return result;
  const std::string token = take();
  if (token[0] == '%' || token[0] == '@') {
    result.kind = token[0] == '%' ? Operand::Kind::kLocal : Operand::Kind::kGlobal;
    result.text = token.substr(1);
  } else if (token == "getelementptr") {
    gep(result);
  } else if (token == "bitcast") {
    expect("(");
    result = typed_value();
    expect("to");
    result.type = this->type();
    expect(")");
  } else if (token == "[" || token == "{" || token == "<") {
    aggregate(result, token);
  } else {
    fail("unknown value '" + token + "'");
  }
  return result;
}

bool Cursor::constant(Operand& result) {
  const std::string token = peek();
  if (token.empty()) return false;
  if (is_integer(token)) {
    result.kind = Operand::Kind::kInteger;
    result.integer = number();
    return true;
  }
  if (token == "true" || token == "false") {
    result.kind = Operand::Kind::kInteger;
    result.integer = token == "true" ? 1 : 0;
  } else if (token == "undef" || token == "poison") {
    result.kind = Operand::Kind::kPoison;
  } else if (token == "zeroinitializer") {
    result.kind = Operand::Kind::kZero;
  } else if (token[0] == '"') {
    result.kind = Operand::Kind::kString;
    result.text = token.substr(1);
  } else {
    return false;
  }
  take();
  return true;
}

Operand Cursor::typed_value() {
  const TypePtr operand_type = type();
  skip_attributes();
  return value(operand_type);
}

std::string Cursor::label() {
  expect("label");
  return local();
}

std::string Cursor::local() {
  const std::string token = take();
  if (token[0] != '%') fail("expected a local name");
  return token.substr(1);
}

void Cursor::skip_attributes() {
  while (std::isalpha(static_cast<unsigned char>(peek()[0])) != 0) {
    const bool is_last =
        is_int_type(peek()) ||
        std::find(kNoAttributes.begin(), kNoAttributes.end(), peek()) != kNoAttributes.end();
    if (is_last) return;
    const bool has_number = take() == "align" && peek() != "(";
    if (has_number) take();
    if (accept("(")) skip_to_close();
  }
}

void Cursor::gep(Operand& result) {
  result.kind = Operand::Kind::kGep;
  accept("inbounds");
  expect("(");
  result.source = type();
  while (accept(",")) {
    accept("inrange");
    result.parts.push_back(typed_value());
  }
  expect(")");
}

void Cursor::aggregate(Operand& result, const std::string& open) {
  result.kind = Operand::Kind::kAggregate;
  if (open == "<") expect("{");
  const std::string close = open == "[" ? "]" : "}";
  while (!accept(close)) {
    result.parts.push_back(typed_value());
    accept(",");
  }
  if (open == "<") expect(">");
}

void Cursor::skip_to_close() {
  for (int depth = 1; depth > 0;) {
    const std::string token = take();
    depth += token == "(" ? 1 : 0;
    depth -= token == ")" ? 1 : 0;
  }
}

}  // namespace amdvi::smt::ir
