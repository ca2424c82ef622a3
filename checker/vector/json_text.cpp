#include "checker/vector/json_text.hpp"

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <vector>

#include <fmt/format.h>

namespace amdvi::vector {
namespace {

constexpr std::size_t kDeepest = 32;

enum class Token { kKey, kString, kScalar, kOpenObject, kOpenArray, kClose, kEnd };

// Walks text that is known to be JSON.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  Token next() {
    at_ = text_.find_first_not_of(" \t\r\n,:", end_);
    if (at_ == std::string_view::npos) return Token::kEnd;
    end_ = at_ + 1;
    switch (text_[at_]) {
      case '{':
        return Token::kOpenObject;
      case '[':
        return Token::kOpenArray;
      case '}':
      case ']':
        return Token::kClose;
      case '"':
        return string();
      default:
        end_ = std::min(text_.find_first_of(" \t\r\n,]}", at_), text_.size());
    }
    return Token::kScalar;
  }

  [[nodiscard]] std::size_t offset() const { return at_; }
  [[nodiscard]] std::string_view token() const { return text_.substr(at_, end_ - at_); }

 private:
  Token string() {
    while (text_[end_] != '"') end_ += text_[end_] == '\\' ? 2 : 1;
    ++end_;
    const auto after = text_.find_first_not_of(" \t\r\n", end_);
    const bool is_key = after != std::string_view::npos && text_[after] == ':';
    return is_key ? Token::kKey : Token::kString;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
};

struct Flaw {
  std::size_t offset;
  std::string what;
  std::string hint;
};

std::optional<Flaw> find_flaw(std::string_view text) {
  Scanner scanner(text);
  std::vector<std::unordered_set<std::string_view>> open;  // keys of each enclosing value
  for (Token token = scanner.next(); token != Token::kEnd; token = scanner.next()) {
    if (token == Token::kOpenObject || token == Token::kOpenArray) open.emplace_back();
    if (token == Token::kClose) open.pop_back();
    if (open.size() > kDeepest) return Flaw{scanner.offset(), "nested too deeply", ""};
    if (token != Token::kKey) continue;
    const std::string_view key = scanner.token();
    if (key.find('\\') != std::string_view::npos) {
      return Flaw{scanner.offset(), fmt::format("key {} is escaped", key), "write it plainly"};
    }
    if (!open.back().insert(key).second) {
      return Flaw{scanner.offset(), fmt::format("key {} is given twice", key), "remove one"};
    }
  }
  return std::nullopt;
}

// How many values come before `node` in reading order; the JSON library keeps that order.
std::size_t values_before(const Json& root, const Json& node) {
  std::vector<const Json*> pending = {&root};
  for (std::size_t count = 0; !pending.empty(); ++count) {
    const Json* value = pending.back();
    pending.pop_back();
    if (value == &node) return count;
    if (!value->is_structured()) continue;
    const auto first = pending.size();
    for (const auto& child : *value) pending.push_back(&child);
    std::reverse(pending.begin() + static_cast<std::ptrdiff_t>(first), pending.end());
  }
  return 0;
}

std::size_t offset_of_value(std::string_view text, std::size_t index) {
  Scanner scanner(text);
  for (std::size_t count = 0;;) {
    const Token token = scanner.next();
    if (token == Token::kEnd) return 0;
    if (token == Token::kKey || token == Token::kClose) continue;
    if (count++ == index) return scanner.offset();
  }
}

// The library's message without its own idea of the place.
std::string plain_message(std::string_view message) {
  for (const std::string_view prefix : {": ", "- "}) {
    const auto at = message.find(prefix);
    if (at != std::string_view::npos) message.remove_prefix(at + prefix.size());
  }
  return std::string(message);
}

}  // namespace

Result<JsonText> JsonText::parse(std::string_view text, std::string file) {
  JsonText document(text, std::move(file));
  try {
    document.root_ = Json::parse(text);
  } catch (const Json::parse_error& error) {
    const std::size_t offset = error.byte == 0 ? 0 : error.byte - 1;
    return tl::make_unexpected(document.error_at_offset(
        std::min(offset, text.size()), "not JSON: " + plain_message(error.what()),
        offset >= text.size() ? "the file is cut short: fetch or generate it again"
                              : "correct it or generate the file again"));
  } catch (const Json::exception& error) {  // a number too large for any type
    return tl::make_unexpected(
        document.error_at_offset(0, "not JSON: " + plain_message(error.what()), ""));
  }
  if (auto flaw = find_flaw(text)) {
    return tl::make_unexpected(
        document.error_at_offset(flaw->offset, std::move(flaw->what), std::move(flaw->hint)));
  }
  return document;
}

Error JsonText::error_at(const Json& node, std::string what, std::string hint) const {
  return error_at_offset(offset_of_value(text_, values_before(root_, node)), std::move(what),
                         std::move(hint));
}

Error JsonText::error_at_pointer(std::string_view pointer, std::string what,
                                 std::string hint) const {
  std::string path(pointer);
  const Json* node = &root_;
  while (!path.empty()) {
    const Json::json_pointer at(path);
    if (root_.contains(at)) {
      node = &root_.at(at);
      break;
    }
    path.resize(path.rfind('/'));
  }
  return error_at(*node, std::move(what), std::move(hint));
}

Error JsonText::error_at_offset(std::size_t offset, std::string what, std::string hint) const {
  const std::string_view before = text_.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto start = before.rfind('\n');
  const auto col = start == std::string_view::npos ? offset + 1 : offset - start;
  return {file_, static_cast<int>(line), static_cast<int>(col), std::move(what), std::move(hint)};
}

}  // namespace amdvi::vector
