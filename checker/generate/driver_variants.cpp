#include "checker/generate/driver_variants.hpp"

#include <fmt/format.h>

namespace amdvi::generate {
namespace {

using Code = host::MachineCode;

// Updates of a case, counted by doing it with arguments that are all 0.
unsigned update_count(const Code& code, unsigned operation, unsigned number) {
  unsigned count = 0;
  Code::State state{[&](unsigned cell, std::uint64_t index) { return code.initial(cell, index); }};
  Code::Updates updates;
  updates.set = [&](unsigned, std::uint64_t, std::uint64_t) { ++count; };
  updates.reset = [&](unsigned, const std::function<bool(std::uint64_t)>&) { ++count; };
  updates.assign = [&](unsigned, const auto&, const auto&) { ++count; };
  const std::vector<std::uint64_t> zeros(code.info->operations[operation].args.size() + 2);
  code.update(state, operation, number, zeros, updates);
  return count;
}

Code without_update(const Code& code, unsigned operation, unsigned number, unsigned dropped) {
  Code wrong = code;
  wrong.update = [=](Code::State& s, unsigned op, unsigned n, Code::Values a, Code::Updates& out) {
    if (op != operation || n != number) return code.update(s, op, n, a, out);
    unsigned next = 0;
    Code::Updates rest;
    rest.set = [&](unsigned cell, std::uint64_t index, std::uint64_t value) {
      if (next++ != dropped) out.set(cell, index, value);
    };
    rest.reset = [&](unsigned cell, std::function<bool(std::uint64_t)> where) {
      if (next++ != dropped) out.reset(cell, std::move(where));
    };
    rest.assign = [&](unsigned cell, auto where, auto value) {
      if (next++ != dropped) out.assign(cell, std::move(where), std::move(value));
    };
    code.update(s, op, n, a, rest);
  };
  return wrong;
}

Code without_case(const Code& code, unsigned operation, unsigned number) {
  Code wrong = code;
  wrong.when = [=](Code::State& s, unsigned op, unsigned n, Code::Values a) {
    return (op != operation || n != number) && code.when(s, op, n, a);
  };
  return wrong;
}

Code changing_all_the_same(const Code& code, unsigned operation, unsigned error, unsigned done) {
  Code wrong = code;
  wrong.update = [=](Code::State& s, unsigned op, unsigned n, Code::Values a, Code::Updates& out) {
    code.update(s, op, op == operation && n == error ? done : n, a, out);
  };
  return wrong;
}

void add_of_case(const Code& code, unsigned operation, unsigned number,
                 std::vector<Variant>& result) {
  const spec::OperationInfo& info = code.info->operations[operation];
  const spec::CaseInfo& c = info.cases[number];
  const std::string name = fmt::format("{}/{}", info.name, c.id);
  for (unsigned i = 0; i < update_count(code, operation, number); ++i) {
    result.push_back({without_update(code, operation, number, i), operation, number,
                      fmt::format("shows whether {} does update {}", name, i + 1)});
  }
  if (number + 1 < info.cases.size()) {
    result.push_back({without_case(code, operation, number), operation, number,
                      fmt::format("shows whether {} is looked at", name)});
  }
  if (c.error == 0) return;
  for (unsigned done = 0; done < info.cases.size(); ++done) {
    if (!info.cases[done].changes) continue;
    result.push_back({changing_all_the_same(code, operation, number, done), operation, number,
                      fmt::format("{} changes nothing, {} neither", name, info.cases[done].id)});
  }
}

}  // namespace

std::vector<Variant> variants_of(const Code& code) {
  std::vector<Variant> result;
  for (unsigned operation = 0; operation < code.info->operations.size(); ++operation) {
    const auto& cases = code.info->operations[operation].cases;
    for (unsigned number = 0; number < cases.size(); ++number) {
      add_of_case(code, operation, number, result);
    }
  }
  for (host::MistakenMachine& mistaken : host::all_mistakes()) {
    if (mistaken.mistake->machine != code.info->name) continue;
    unsigned operation = 0;
    while (code.info->operations[operation].name != mistaken.mistake->operation) ++operation;
    result.push_back({std::move(mistaken.code), operation, std::nullopt,
                      fmt::format("not: {}", mistaken.mistake->text), mistaken.mistake});
  }
  return result;
}

}  // namespace amdvi::generate
