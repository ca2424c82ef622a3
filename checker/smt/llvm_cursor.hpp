// Reads types and values from the tokens of one line of IR. Internal to the lifter.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "checker/smt/llvm_ir.hpp"

namespace amdvi::smt::ir {

// Every failure is an Error that quotes the line.
class Cursor {
 public:
  Cursor(const Source& source, std::string line);

  [[nodiscard]] const std::string& peek() const {
    return at_ < tokens_.size() ? tokens_[at_] : end_;
  }
  std::string take();
  bool accept(std::string_view token);
  void expect(std::string_view token);
  bool skip_to(std::string_view token);  // stands behind it if there is one
  [[noreturn]] void fail(const std::string& why) const;

  std::uint64_t number();
  TypePtr type();
  Operand value(const TypePtr& type);
  Operand typed_value();  // type [attributes] value
  std::string label();    // label %name
  std::string local();    // %name
  // Parameter and return attributes: `noundef align 8 dereferenceable(56)`.
  void skip_attributes();

 private:
  TypePtr base_type();
  TypePtr array();
  TypePtr structure(bool is_packed);
  TypePtr named(const std::string& name);
  bool constant(Operand& result);
  void gep(Operand& result);
  void aggregate(Operand& result, const std::string& open);
  void skip_to_close();

  const Source& source_;
  std::string line_;
  std::vector<std::string> tokens_;
  std::size_t at_ = 0;
  std::string end_;  // what peek() gives behind the last token
};

}  // namespace amdvi::smt::ir
