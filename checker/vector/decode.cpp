#include <array>

#include "checker/vector/codec.hpp"

namespace amdvi::vector {
namespace {

constexpr std::array<std::string_view, 23> kOps = {
    "write",       "read",          "mem",         "zero",    "peek",    "dma",
    "copy",        "events",        "settle",      "msi",     "ats",     "ppr",
    "responses",   "invalidations", "vf_write",    "vf_read", "entries", "config_write",
    "config_read", "reset",         "own_message", "open",    "call"};
constexpr std::array<std::string_view, 3> kAccesses = {"read", "write", "atomic"};
constexpr std::array<std::string_view, 3> kWanted = {"read", "write", "read-write"};
constexpr std::array<std::string_view, 4> kPageWanted = {"read", "write", "read-write", "none"};
constexpr std::array<std::string_view, 2> kTrusts = {"must", "suspect"};

// A register, or half of it, and what is written there or the label of what is read.
void decode_target(const Cursor& at, bool write, Step& step) {
  step.reg = at.at("reg").string();
  step.size = at.at("size").number();
  if (const auto high = at.find("high_half")) step.high_half = high->boolean();
  if (write) {
    step.value = at.at("value").hex();
  } else {
    step.label = at.at("label").string();
  }
}

void decode_register_access(const Cursor& at, Step& step) {
  const bool write = step.kind == StepKind::kWrite;
  at.only({"op", "reg", "size", "high_half", write ? "value" : "label", "note"});
  decode_target(at, write, step);
}

void decode_mem(const Cursor& at, Step& step) {
  at.only({"op", "at", "bytes", "note"});
  step.at = at.at("at").hex();
  step.bytes = at.at("bytes").bytes();
  step.length = static_cast<std::uint32_t>(step.bytes.size());
}

void decode_peek(const Cursor& at, Step& step) {
  at.only({"op", "at", "length", "label", "note"});
  step.at = at.at("at").hex();
  step.length = at.at("length").number();
  step.label = at.at("label").string();
}

Pasid decode_pasid(const Cursor& at) {
  Pasid pasid;
  if (const auto value = at.find("pasid")) {
    pasid.present = true;
    pasid.value = static_cast<std::uint32_t>(value->hex(5));
  }
  if (const auto exec = at.find("exec")) pasid.exec = exec->boolean();
  if (const auto privileged = at.find("privileged")) pasid.privileged = privileged->boolean();
  return pasid;
}

void decode_dma(const Cursor& at, Step& step) {
  const std::size_t access = at.at("access").one_of(kAccesses);
  step.is_write = access != 0;
  step.is_read = access == 2;
  step.device = static_cast<std::uint16_t>(at.at("device").hex(4));
  step.at = at.at("at").hex();
  step.pasid = decode_pasid(at);
  if (const auto translated = at.find("translated")) step.translated = translated->boolean();
  if (step.is_write) {
    at.only({"op", "device", "access", "at", "pasid", "exec", "privileged", "translated", "bytes",
             step.is_read ? "label" : "note", "note"});
    step.bytes = at.at("bytes").bytes();
    step.length = static_cast<std::uint32_t>(step.bytes.size());
  } else {
    at.only({"op", "device", "access", "at", "pasid", "exec", "privileged", "translated", "length",
             "label", "note"});
    step.length = at.at("length").number();
  }
  if (!step.is_write || step.is_read) step.label = at.at("label").string();
}

void decode_wanted(const Cursor& at, std::size_t access, Step& step) {
  step.is_read = access == 0 || access == 2;
  step.is_write = access == 1 || access == 2;
  step.device = static_cast<std::uint16_t>(at.at("device").hex(4));
  step.at = at.at("at").hex();
  step.pasid = decode_pasid(at);
}

void decode_ats(const Cursor& at, Step& step) {
  at.only({"op", "device", "access", "at", "pasid", "exec", "privileged", "label", "note"});
  decode_wanted(at, at.at("access").one_of(kWanted), step);
  step.label = at.at("label").string();
}

void decode_ppr(const Cursor& at, Step& step) {
  at.only({"op", "device", "access", "at", "pasid", "exec", "privileged", "group", "last", "note"});
  decode_wanted(at, at.at("access").one_of(kPageWanted), step);
  step.group = static_cast<std::uint16_t>(at.at("group").number());
  step.last = at.at("last").boolean();
}

void decode_copy(const Cursor& at, Step& step) {
  at.only({"op", "device", "at", "to", "length", "script", "script_spa", "note"});
  step.device = static_cast<std::uint16_t>(at.at("device").hex(4));
  step.at = at.at("at").hex();
  step.to = at.at("to").hex();
  step.length = at.at("length").number();
  step.script = at.at("script").hex();
  step.script_spa = at.at("script_spa").hex();
}

void decode_msi(const Cursor& at, Step& step) {
  at.only({"op", "device", "at", "data", "label", "note"});
  step.device = static_cast<std::uint16_t>(at.at("device").hex(4));
  step.at = at.at("at").hex();
  step.value = at.at("data").hex(8);
  step.label = at.at("label").string();
}

void decode_vf(const Cursor& at, Step& step) {
  const bool write = step.kind == StepKind::kVfWrite;
  at.only({"op", "guest", "reg", "size", "high_half", write ? "value" : "label", "note"});
  step.guest = static_cast<std::uint16_t>(at.at("guest").hex(4));
  decode_target(at, write, step);
}

void decode_config(const Cursor& at, Step& step) {
  const bool write = step.kind == StepKind::kConfigWrite;
  at.only({"op", "reg", write ? "value" : "label", "note"});
  step.reg = at.at("reg").string();
  step.size = 4;
  if (write) {
    step.value = at.at("value").hex(8);
  } else {
    step.label = at.at("label").string();
  }
}

void decode_entries(const Cursor& at, Step& step) {
  at.only({"op", "at", "length", "of", "label", "note"});
  step.at = at.at("at").hex();
  step.length = at.at("length").number();
  if (const auto of = at.find("of")) step.reg = of->string();
  step.label = at.at("label").string();
}

std::vector<Argument> decode_arguments(const Cursor& at) {
  std::vector<Argument> args;
  for (const auto& [name, value] : at.members()) args.push_back({name, value.hex()});
  return args;
}

void decode_call(const Cursor& at, Step& step) {
  at.only({"op", "call", "args", "times", "counting", "label", "note"});
  step.call = at.at("call").string();
  step.args = decode_arguments(at.at("args"));
  if (const auto times = at.find("times")) step.times = times->number();
  if (const auto counting = at.find("counting")) step.counting = counting->string();
  step.label = at.at("label").string();
}

void decode_action(const Cursor& at, Step& step) {
  switch (step.kind) {
    case StepKind::kWrite:
    case StepKind::kRead:
      return decode_register_access(at, step);
    case StepKind::kMem:
      return decode_mem(at, step);
    case StepKind::kZero:
      at.only({"op", "at", "length", "note"});
      step.at = at.at("at").hex();
      step.length = at.at("length").number();
      return;
    case StepKind::kPeek:
      return decode_peek(at, step);
    case StepKind::kDma:
      return decode_dma(at, step);
    case StepKind::kCopy:
      return decode_copy(at, step);
    case StepKind::kAts:
      return decode_ats(at, step);
    case StepKind::kPpr:
      return decode_ppr(at, step);
    case StepKind::kEvents:
    case StepKind::kOwnMessage:
    case StepKind::kResponses:
    case StepKind::kInvalidations:
      at.only({"op", "label", "note"});
      step.label = at.at("label").string();
      return;
    case StepKind::kSettle:
    case StepKind::kReset:
      at.only({"op", "note"});
      return;
    case StepKind::kMsi:
      return decode_msi(at, step);
    case StepKind::kVfWrite:
    case StepKind::kVfRead:
      return decode_vf(at, step);
    case StepKind::kEntries:
      return decode_entries(at, step);
    case StepKind::kOpen:
      at.only({"op", "call", "args", "note"});
      step.call = at.at("call").string();
      step.args = decode_arguments(at.at("args"));
      return;
    case StepKind::kCall:
      return decode_call(at, step);
    case StepKind::kConfigWrite:
    case StepKind::kConfigRead:
      return decode_config(at, step);
  }
}

std::vector<Step> decode_steps(const Cursor& at) {
  std::vector<Step> steps;
  for (const Cursor& element : at.elements()) {
    Step step;
    step.kind = static_cast<StepKind>(element.at("op").one_of(kOps));
    decode_action(element, step);
    if (const auto note = element.find("note")) step.note = note->string();
    steps.push_back(std::move(step));
  }
  return steps;
}

Masked decode_word(const Cursor& at) {
  const auto pair = at.elements();
  if (pair.size() != 2) {
    at.fail("a word is a value and a mask", R"(write ["0x<value>", "0x<mask>"])");
    return {};
  }
  return {pair[0].hex(), pair[1].hex()};
}

Action decode_shown(const Cursor& at) {
  at.only({"action", "args", "after"});
  Action action{at.at("action").string(), decode_arguments(at.at("args")), {}};
  for (const Cursor& earlier : at.at("after").elements()) action.after.push_back(earlier.number());
  return action;
}

Outcome decode_actions(const Cursor& at) {
  at.only({"actions", "closed", "says"});
  Outcome outcome;
  for (const Cursor& action : at.at("actions").elements()) {
    outcome.actions.push_back(decode_shown(action));
  }
  outcome.closed = at.at("closed").strings();
  outcome.says = at.at("says").string();
  return outcome;
}

Outcome decode_outcome(const Cursor& at) {
  at.only({"words", "may_repeat", "says", "options"});
  Outcome outcome;
  for (const Cursor& word : at.at("words").elements()) outcome.words.push_back(decode_word(word));
  if (const auto repeat = at.find("may_repeat")) outcome.may_repeat = repeat->boolean();
  outcome.says = at.at("says").string();
  if (const auto options = at.find("options")) outcome.options = options->strings();
  return outcome;
}

View decode_view(const Cursor& at) {
  at.only({"kind", "name"});
  View view{at.at("kind").string(), {}};
  if (const auto name = at.find("name")) view.name = name->string();
  return view;
}

Check decode_check(const Cursor& at) {
  at.only({"id", "label", "view", "trust", "clauses", "one_of"});
  Check check;
  check.id = at.at("id").string();
  check.label = at.at("label").string();
  check.view = decode_view(at.at("view"));
  check.trust = decode_trust(at.at("trust"));
  check.clauses = at.at("clauses").strings();
  const bool actions = check.view.kind == "actions";
  for (const Cursor& outcome : at.at("one_of").elements()) {
    check.one_of.push_back(actions ? decode_actions(outcome) : decode_outcome(outcome));
  }
  return check;
}

}  // namespace

Trust decode_trust(const Cursor& at) { return static_cast<Trust>(at.one_of(kTrusts)); }

Vector decode_vector(const Cursor& at) {
  at.only({"id", "name", "group", "clauses", "rules", "requires", "setup", "steps", "checks"});
  Vector vector;
  vector.id = at.at("id").string();
  vector.name = at.at("name").string();
  vector.group = at.at("group").string();
  vector.clauses = at.at("clauses").strings();
  vector.rules = at.at("rules").strings();
  vector.requires_ = at.at("requires").strings();
  vector.setup = decode_steps(at.at("setup"));
  vector.steps = decode_steps(at.at("steps"));
  for (const Cursor& check : at.at("checks").elements()) {
    vector.checks.push_back(decode_check(check));
  }
  return vector;
}

}  // namespace amdvi::vector
