#include "checker/vector/codec.hpp"
#include "checker/vector/hex.hpp"

namespace amdvi::vector {
namespace {

void put_target(Json& json, const Step& step) {
  json["reg"] = step.reg;
  json["size"] = step.size;
  if (step.high_half) json["high_half"] = true;
}

// What is not there is not written: files older than these members stay as they are.
void put_pasid(Json& json, const Pasid& pasid) {
  if (!pasid.present) return;
  json["pasid"] = hex(pasid.value, 5);
  if (pasid.exec) json["exec"] = true;
  if (pasid.privileged) json["privileged"] = true;
}

Json encode_dma(const Step& step) {
  const bool atomic = step.is_read && step.is_write;
  Json json = {{"op", "dma"},
               {"device", hex(step.device, 4)},
               {"access", atomic          ? "atomic"
                          : step.is_write ? "write"
                                          : "read"},
               {"at", hex(step.at)}};
  put_pasid(json, step.pasid);
  if (step.translated) json["translated"] = true;
  if (step.is_write) json["bytes"] = hex_bytes(step.bytes);
  if (!step.is_write) json["length"] = step.length;
  if (!step.is_write || atomic) json["label"] = step.label;
  return json;
}

std::string_view access_of(const Step& step) {
  if (step.is_write) return step.is_read ? "read-write" : "write";
  return step.is_read ? "read" : "none";
}

Json encode_ats(const Step& step) {
  Json json = {{"op", "ats"},
               {"device", hex(step.device, 4)},
               {"access", access_of(step)},
               {"at", hex(step.at)}};
  put_pasid(json, step.pasid);
  json["label"] = step.label;
  return json;
}

Json encode_ppr(const Step& step) {
  Json json = {{"op", "ppr"},
               {"device", hex(step.device, 4)},
               {"access", access_of(step)},
               {"at", hex(step.at)}};
  put_pasid(json, step.pasid);
  json["group"] = step.group;
  json["last"] = step.last;
  return json;
}

Json encode_copy(const Step& step) {
  return {{"op", "copy"},
          {"device", hex(step.device, 4)},
          {"at", hex(step.at)},
          {"to", hex(step.to)},
          {"length", step.length},
          {"script", hex(step.script)},
          {"script_spa", hex(step.script_spa)}};
}

Json encode_msi(const Step& step) {
  return {{"op", "msi"},
          {"device", hex(step.device, 4)},
          {"at", hex(step.at)},
          {"data", hex(step.value, 8)},
          {"label", step.label}};
}

void put_access(Json& json, bool write, const Step& step) {
  put_target(json, step);
  if (write) {
    json["value"] = hex(step.value);
  } else {
    json["label"] = step.label;
  }
}

Json encode_register_access(const Step& step) {
  const bool write = step.kind == StepKind::kWrite;
  Json json = {{"op", write ? "write" : "read"}};
  put_access(json, write, step);
  return json;
}

Json encode_vf(const Step& step) {
  const bool write = step.kind == StepKind::kVfWrite;
  Json json = {{"op", write ? "vf_write" : "vf_read"}, {"guest", hex(step.guest, 4)}};
  put_access(json, write, step);
  return json;
}

Json encode_entries(const Step& step) {
  Json json = {{"op", "entries"}, {"at", hex(step.at)}, {"length", step.length}};
  if (!step.reg.empty()) json["of"] = step.reg;
  json["label"] = step.label;
  return json;
}

Json encode_arguments(const std::vector<Argument>& args) {
  Json json = Json::object();
  for (const Argument& arg : args) json[arg.name] = hex(arg.value);
  return json;
}

Json encode_call(const Step& step) {
  Json json = {{"op", "call"}, {"call", step.call}, {"args", encode_arguments(step.args)}};
  if (step.times != 1) json["times"] = step.times;
  if (!step.counting.empty()) json["counting"] = step.counting;
  json["label"] = step.label;
  return json;
}

Json encode_config(const Step& step) {
  if (step.kind == StepKind::kConfigRead) {
    return {{"op", "config_read"}, {"reg", step.reg}, {"label", step.label}};
  }
  return {{"op", "config_write"}, {"reg", step.reg}, {"value", hex(step.value, 8)}};
}

Json encode_action(const Step& step) {
  switch (step.kind) {
    case StepKind::kWrite:
    case StepKind::kRead:
      return encode_register_access(step);
    case StepKind::kMem:
      return {{"op", "mem"}, {"at", hex(step.at)}, {"bytes", hex_bytes(step.bytes)}};
    case StepKind::kZero:
      return {{"op", "zero"}, {"at", hex(step.at)}, {"length", step.length}};
    case StepKind::kPeek:
      return {{"op", "peek"}, {"at", hex(step.at)}, {"length", step.length}, {"label", step.label}};
    case StepKind::kDma:
      return encode_dma(step);
    case StepKind::kCopy:
      return encode_copy(step);
    case StepKind::kEvents:
      return {{"op", "events"}, {"label", step.label}};
    case StepKind::kSettle:
      return {{"op", "settle"}};
    case StepKind::kMsi:
      return encode_msi(step);
    case StepKind::kVfWrite:
    case StepKind::kVfRead:
      return encode_vf(step);
    case StepKind::kEntries:
      return encode_entries(step);
    case StepKind::kConfigWrite:
    case StepKind::kConfigRead:
      return encode_config(step);
    case StepKind::kReset:
      return {{"op", "reset"}};
    case StepKind::kOwnMessage:
      return {{"op", "own_message"}, {"label", step.label}};
    case StepKind::kAts:
      return encode_ats(step);
    case StepKind::kPpr:
      return encode_ppr(step);
    case StepKind::kResponses:
      return {{"op", "responses"}, {"label", step.label}};
    case StepKind::kInvalidations:
      return {{"op", "invalidations"}, {"label", step.label}};
    case StepKind::kOpen:
      return {{"op", "open"}, {"call", step.call}, {"args", encode_arguments(step.args)}};
    case StepKind::kCall:
      return encode_call(step);
  }
  return {};
}

Json encode_step(const Step& step) {
  Json json = encode_action(step);
  if (!step.note.empty()) json["note"] = step.note;
  return json;
}

template <class T, class Encode>
Json encode_all(const std::vector<T>& values, Encode encode_one) {
  Json json = Json::array();
  for (const T& value : values) json.push_back(encode_one(value));
  return json;
}

Json encode_shown(const Action& action) {
  return {
      {"action", action.name}, {"args", encode_arguments(action.args)}, {"after", action.after}};
}

Json encode_actions(const Outcome& outcome) {
  return {{"actions", encode_all(outcome.actions, encode_shown)},
          {"closed", outcome.closed},
          {"says", outcome.says}};
}

Json encode_outcome(const Outcome& outcome) {
  Json json = {{"words", encode_all(outcome.words, [](const Masked& word) {
                  return Json::array({hex(word.value), hex(word.mask)});
                })}};
  if (outcome.may_repeat) json["may_repeat"] = true;
  json["says"] = outcome.says;
  if (!outcome.options.empty()) json["options"] = outcome.options;
  return json;
}

Json encode_check(const Check& check) {
  Json view = {{"kind", check.view.kind}};
  if (!check.view.name.empty()) view["name"] = check.view.name;
  return {{"id", check.id},
          {"label", check.label},
          {"view", view},
          {"trust", trust_name(check.trust)},
          {"clauses", check.clauses},
          {"one_of", encode_all(check.one_of,
                                check.view.kind == "actions" ? encode_actions : encode_outcome)}};
}

}  // namespace

std::string_view trust_name(Trust trust) { return trust == Trust::kMust ? "must" : "suspect"; }

Json encode(const Vector& vector) {
  return {{"id", vector.id},
          {"name", vector.name},
          {"group", vector.group},
          {"clauses", vector.clauses},
          {"rules", vector.rules},
          {"requires", vector.requires_},
          {"setup", encode_all(vector.setup, encode_step)},
          {"steps", encode_all(vector.steps, encode_step)},
          {"checks", encode_all(vector.checks, encode_check)}};
}

Json question(std::string_view profile, const Vector& vector) {
  return {{"profile", profile},
          {"setup", encode_all(vector.setup, encode_action)},
          {"steps", encode_all(vector.steps, encode_action)}};
}

}  // namespace amdvi::vector
