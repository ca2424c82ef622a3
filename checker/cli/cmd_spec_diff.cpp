// `amdvi spec diff`: two revisions of the specification against each other.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "checker/cli/commands.hpp"
#include "checker/cli/output.hpp"
#include "checker/cli/picture.hpp"
#include "checker/cli/spec_changes.hpp"
#include "checker/profile/revision.hpp"
#include "checker/report/html.hpp"
#include "checker/wording/clause.hpp"
#include "checker/wording/text.hpp"

namespace amdvi::cli {
namespace {

using Objects = std::vector<ObjectChanges>;

std::string subject(const Change& change) {
  std::string text(change.what);
  if (!change.name.empty()) text += ' ' + change.name;
  if (!change.bits.empty()) text += ' ' + change.bits;
  return text;
}

std::string clause_of(const Change& change) {
  if (change.clause == nullptr) return "";
  return fmt::format(" [{}, {}]", change.clause->id,
                     wording::confidence_name(change.clause->confidence));
}

std::string as_text(const SpecDiffArgs& args, const Objects& objects) {
  std::string text =
      fmt::format("Revision {} to {}: {} objects differ\n", args.from, args.to, objects.size());
  for (const auto& object : objects) {
    text += fmt::format("\n{} {}: {}\n", object.kind, object.name, object.title);
    for (const auto& change : object.changes) {
      text += fmt::format("  {:<8} {}: {}{}\n", change_name(change.kind), subject(change),
                          change.text, clause_of(change));
    }
  }
  return text;
}

std::string as_json(const SpecDiffArgs& args, const Objects& objects) {
  nlohmann::ordered_json root{{"from", args.from}, {"to", args.to}};
  root["objects"] = nlohmann::ordered_json::array();
  for (const auto& object : objects) {
    nlohmann::ordered_json one{{"kind", object.kind}, {"name", object.name}};
    for (const auto& change : object.changes) {
      nlohmann::ordered_json entry{{"change", change_name(change.kind)}, {"what", change.what}};
      if (!change.name.empty()) entry["name"] = change.name;
      if (!change.bits.empty()) entry["bits"] = change.bits;
      entry["text"] = change.text;
      if (change.clause != nullptr) {
        entry["clause"] = change.clause->id;
        entry["confidence"] = wording::confidence_name(change.clause->confidence);
      }
      one["changes"].push_back(entry);
    }
    root["objects"].push_back(one);
  }
  return root.dump(2) + '\n';
}

std::string as_html(const SpecDiffArgs& args, const Objects& objects) {
  const std::string title = fmt::format("Revision {} to {}", args.from, args.to);
  std::string body;
  for (const auto& object : objects) {
    body += fmt::format("<h2>{} {}</h2><p>{}</p><table>\n", object.kind,
                        wording::escape(object.name), wording::escape(object.title));
    body += "<tr><th></th><th>What</th><th></th><th>Clause</th></tr>\n";
    for (const auto& change : object.changes) {
      const std::string clause(change.clause == nullptr ? "" : change.clause->id);
      body += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                          change_name(change.kind), wording::escape(subject(change)),
                          wording::escape(change.text), wording::escape(clause));
    }
    body += "</table>\n";
  }
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title>"
      "<style>{1}</style></head><body>\n<h1>{0}</h1><p>{2} objects differ.</p>\n{3}"
      "</body></html>\n",
      title, report::html::style(), objects.size(), body);
}

}  // namespace

int spec_diff(const SpecDiffArgs& args) {
  for (const std::string& revision : {args.from, args.to}) {
    if (!profile::revision_code(revision)) {
      return bad_input(fmt::format("there is no revision '{}'", revision),
                       fmt::format("one of {}", fmt::join(profile::revisions(), ", ")));
    }
  }
  const Objects objects = changes_between(args.from, args.to);
  if (args.json != "-" && args.html != "-") print(as_text(args, objects));
  const Exit json = write_output(args.json, args.json.empty() ? "" : as_json(args, objects));
  if (json != kConforms) return json;
  return write_output(args.html, args.html.empty() ? "" : as_html(args, objects));
}

}  // namespace amdvi::cli
