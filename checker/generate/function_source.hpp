// Every pure function of the specification behind one type, over named inputs.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include <amdvi/spec/functions.gen.hpp>
#include <amdvi/value/concrete.hpp>

namespace amdvi::generate {

struct FunctionSource {
  const spec::FunctionInfo* info = nullptr;
  // One value an input; nullopt: outside of what callers guarantee.
  std::function<std::optional<std::uint64_t>(std::span<const std::uint64_t>)> evaluate;
};

std::vector<FunctionSource> all_functions();

// The parameters of a function of this domain that hold `values`, one an input.
template <class Function, class Domain>
typename Function::Storage function_storage(Domain& d, std::span<const std::uint64_t> values) {
  typename Function::Storage storage;
  unsigned leaf = 0;
  storage.visit([&]<unsigned W>(std::string_view, typename Domain::template Bv<W>& word) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const spec::InputInfo& input = Function::info().inputs[i];
      unsigned from = 0;  // bit of the value; the high piece comes first
      for (auto piece = input.pieces.rbegin(); piece != input.pieces.rend(); ++piece) {
        for (unsigned bit = piece->lo; bit <= piece->hi; ++bit, ++from) {
          if (input.first_leaf + bit / input.word != leaf) continue;
          bits |= (values[i] >> from & 1) << bit % input.word;
        }
      }
    }
    word = d.template k<W>(bits);
    ++leaf;
  });
  return storage;
}

}  // namespace amdvi::generate
