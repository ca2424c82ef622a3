#include "checker/judge/waivers.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <amdvi/spec_info.hpp>

#include "checker/profile/yaml_reader.hpp"
#include "checker/vector/text_file.hpp"

namespace amdvi::judge {
namespace {

using profile::YamlNode;

Waiver read_waiver(const YamlNode& node) {
  node.only({"vector", "clause", "reason"});
  Waiver waiver;
  waiver.is_clause = node.has("clause");
  if (waiver.is_clause == node.has("vector")) {
    node.fail("a waiver is for one vector or one clause", "give `vector:` or `clause:`");
    return waiver;
  }
  waiver.subject = node.at(waiver.is_clause ? "clause" : "vector").text();
  waiver.reason = node.at("reason").text();
  if (waiver.is_clause && spec::find_clause(waiver.subject) == nullptr) {
    node.at("clause").fail(fmt::format("no clause '{}' in the specification", waiver.subject),
                           "list them with `amdvi spec list clauses`");
  }
  return waiver;
}

std::vector<Waiver> read_waivers(const YamlNode& root) {
  std::vector<Waiver> waivers;
  root.only({"kind", "waivers"});
  if (const auto kind = root.at("kind").text(); kind != "waivers") {
    root.at("kind").fail(fmt::format("this is a {}, not waivers", kind));
  }
  for (const YamlNode& item : root.at("waivers").items()) waivers.push_back(read_waiver(item));
  return waivers;
}

bool is_broken(const VectorResult& result) {
  return result.verdict != Verdict::kPass && result.verdict != Verdict::kSkip;
}

bool names(const std::vector<std::string>& clauses, const std::string& id) {
  return std::find(clauses.begin(), clauses.end(), id) != clauses.end();
}

// The waivers of one result, by index, and whether they cover all that is broken.
class Cover {
 public:
  Cover(const vector::Vector& vector, const VectorResult& result,
        const std::vector<Waiver>& waivers)
      : waivers_(waivers) {
    for (std::size_t i = 0; i < waivers.size(); ++i) {
      if (!waivers[i].is_clause && waivers[i].subject == vector.id) used_.insert(i);
    }
    complete_ = !used_.empty();
    if (complete_) return;
    bool any = false;
    complete_ = true;
    for (std::size_t c = 0; c < result.checks.size(); ++c) {
      if (result.checks[c].ok) continue;
      any = true;
      complete_ = by_clause(vector.checks[c]) && complete_;
    }
    complete_ = complete_ && any;
  }
  bool complete() const { return complete_; }
  const std::set<std::size_t>& used() const { return used_; }
  std::string reason() const {
    std::string text;
    for (const std::size_t i : used_) text += (text.empty() ? "" : "; ") + waivers_[i].reason;
    return text;
  }

 private:
  bool by_clause(const vector::Check& check) {
    bool covered = false;
    for (std::size_t i = 0; i < waivers_.size(); ++i) {
      if (!waivers_[i].is_clause || !names(check.clauses, waivers_[i].subject)) continue;
      used_.insert(i);
      covered = true;
    }
    return covered;
  }

  const std::vector<Waiver>& waivers_;
  std::set<std::size_t> used_;
  bool complete_ = false;
};

}  // namespace

vector::Result<std::vector<Waiver>> parse_waivers(const std::string& text,
                                                  const std::string& file) {
  std::optional<vector::Error> problem;
  std::vector<Waiver> waivers;
  if (const auto document = profile::parse_yaml(text)) {
    waivers = read_waivers({*document, problem});
  } else {
    problem = document.error();
  }
  if (!problem) return waivers;
  problem->file = file;
  return tl::unexpected(*std::move(problem));
}

vector::Result<std::vector<Waiver>> load_waivers(const std::string& file) {
  const auto text = vector::read_text(file);
  if (!text) return tl::unexpected(text.error());
  return parse_waivers(*text, file);
}

std::vector<Waiver> apply_waivers(Run& run, const std::vector<Waiver>& waivers, bool all) {
  std::set<std::size_t> needed;
  std::set<std::string> ran;
  for (VectorResult& result : run.results) {
    if (result.verdict != Verdict::kSkip) ran.insert(result.id);
    if (!is_broken(result)) continue;
    const Cover cover(run.vectors.at(result.id), result, waivers);
    needed.insert(cover.used().begin(), cover.used().end());
    if (!cover.complete()) continue;
    result.verdict = Verdict::kSkip;
    result.reason = "waived: " + cover.reason();
  }
  std::vector<Waiver> stale;
  for (std::size_t i = 0; i < waivers.size(); ++i) {
    const bool judged = waivers[i].is_clause ? all : all || ran.contains(waivers[i].subject);
    if (judged && !needed.contains(i)) stale.push_back(waivers[i]);
  }
  return stale;
}

}  // namespace amdvi::judge
