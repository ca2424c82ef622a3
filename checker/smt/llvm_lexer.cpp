#include <cctype>

#include "checker/smt/context.hpp"
#include "checker/smt/llvm_ir.hpp"

namespace amdvi::smt::ir {
namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '$' ||
         c == '-';
}

unsigned hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  throw Error("IR: bad escape in a string");
}

class Lexer {
 public:
  explicit Lexer(std::string_view line) : line_(line) {}

  std::vector<std::string> run() {
    while (at_ < line_.size() && line_[at_] != ';') {
      const char c = line_[at_];
      if (std::isspace(static_cast<unsigned char>(c)) != 0) {
        ++at_;
      } else if (c == '%' || c == '@' || c == '!' || c == '#') {
        ++at_;
        tokens_.push_back(c + name());
      } else if (c == '"') {
        tokens_.push_back('"' + quoted());
      } else if (c == 'c' && at_ + 1 < line_.size() && line_[at_ + 1] == '"') {
        ++at_;
        tokens_.push_back('"' + quoted());
      } else if (is_word(c)) {
        tokens_.push_back(word());
      } else {
        tokens_.emplace_back(1, c);
        ++at_;
      }
    }
    return std::move(tokens_);
  }

 private:
  std::string word() {
    const std::size_t begin = at_;
    while (at_ < line_.size() && is_word(line_[at_])) ++at_;
    return std::string(line_.substr(begin, at_ - begin));
  }

  std::string name() { return at_ < line_.size() && line_[at_] == '"' ? quoted() : word(); }

  std::string quoted() {
    std::string result;
    for (++at_; at_ < line_.size() && line_[at_] != '"'; ++at_) {
      if (line_[at_] != '\\' || at_ + 2 >= line_.size()) {
        result += line_[at_];
        continue;
      }
      result += static_cast<char>(hex_digit(line_[at_ + 1]) << 4U | hex_digit(line_[at_ + 2]));
      at_ += 2;
    }
    ++at_;
    return result;
  }

  std::string_view line_;
  std::size_t at_ = 0;
  std::vector<std::string> tokens_;
};

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

std::string defined_name(std::string_view header) {
  for (const std::string& token : tokenize(header)) {
    if (token[0] == '@' || token[0] == '%') return token.substr(1);
  }
  return {};
}

// The name after `define ... @`: return types may hold %names, so only '@' counts.
std::string function_name(std::string_view header) {
  for (const std::string& token : tokenize(header)) {
    if (token[0] == '@') return token.substr(1);
  }
  return {};
}

}  // namespace

std::vector<std::string> tokenize(std::string_view line) { return Lexer(line).run(); }

Source split(std::string_view module_text) {
  Source source;
  std::vector<std::string>* body = nullptr;
  std::string joined;  // a switch spans several lines
  while (!module_text.empty()) {
    const std::size_t end = module_text.find('\n');
    const std::string line(module_text.substr(0, end));
    module_text.remove_prefix(end == std::string_view::npos ? module_text.size() : end + 1);
    if (body == nullptr) {
      if (starts_with(line, "define ")) {
        body = &source.functions[function_name(line)];
        body->push_back(line);
      } else if (starts_with(line, "%")) {
        source.types[defined_name(line)] = line;
      } else if (starts_with(line, "@")) {
        source.globals[defined_name(line)] = line;
      }
    } else if (line == "}") {
      body = nullptr;
    } else if (!joined.empty() ||
               (line.find("switch ") != std::string::npos && line.find(']') == std::string::npos)) {
      joined += ' ' + line;
      if (line.find(']') == std::string::npos) continue;
      body->push_back(joined);
      joined.clear();
    } else {
      body->push_back(line);
    }
  }
  return source;
}

}  // namespace amdvi::smt::ir
