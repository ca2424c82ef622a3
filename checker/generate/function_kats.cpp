// Known answers of pure functions: 0, all ones and each single bit of every input, with the others
// at 0 and at all ones; all values of narrow inputs against each other.
#include <algorithm>
#include <set>

#include "checker/generate/function_source.hpp"
#include "checker/generate/kats.hpp"

namespace amdvi::generate {

namespace {

using Values = std::vector<std::uint64_t>;

struct AddFunction {
  std::vector<FunctionSource>& all;
  template <template <class> class F>
  void operator()() {
    all.push_back({&F<Concrete>::info(), [](std::span<const std::uint64_t> values) {
                     Concrete d;
                     const auto storage = function_storage<F<Concrete>>(d, values);
                     if (!F<Concrete>::assume(d, storage)) return std::optional<std::uint64_t>();
                     return std::optional(F<Concrete>::result(d, storage).v);
                   }});
  }
};

constexpr unsigned kNarrow = 3;              // bits: every value is tried
constexpr std::uint64_t kCombinations = 16;  // of narrow inputs that are all tried

bool is_narrow(const spec::InputInfo& input) {
  return input.width <= kNarrow || !input.values.empty();
}

// What is worth trying of one input.
Values values_of(const spec::InputInfo& input) {
  Values values{0, spec::low_bits(input.width)};
  for (const spec::ValueName& named : input.values) values.push_back(named.value);
  for (unsigned bit = 0; bit < input.width; ++bit) values.push_back(std::uint64_t{1} << bit);
  if (input.width <= kNarrow) {
    for (std::uint64_t v = 0; v <= spec::low_bits(input.width); ++v) values.push_back(v);
  }
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

class Selection {
 public:
  explicit Selection(const FunctionSource& source) : source_(source), inputs_(source.info->inputs) {}

  std::set<Values> make() {
    for (const Values& base : bases()) {
      for (std::size_t i = 0; i < inputs_.size(); ++i) vary(base, i);
      low_ones(base);
    }
    return std::move(found_);
  }

 private:
  // All combinations of the narrow inputs if they are few, with the others at 0 and at all ones.
  std::vector<Values> bases() const {
    std::vector<Values> all{Values(inputs_.size()), Values()};
    for (const spec::InputInfo& i : inputs_) all[1].push_back(spec::low_bits(i.width));
    std::uint64_t combinations = 1;
    for (const spec::InputInfo& i : inputs_) {
      if (is_narrow(i)) combinations *= std::min(kCombinations + 1, std::uint64_t{values_of(i).size()});
      if (combinations > kCombinations) return all;
    }
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (is_narrow(inputs_[i])) all = spread(all, i);
    }
    return all;
  }
  std::vector<Values> spread(const std::vector<Values>& bases, std::size_t i) const {
    std::vector<Values> all;
    for (const Values& base : bases) {
      for (const std::uint64_t value : values_of(inputs_[i])) {
        all.push_back(base);
        all.back()[i] = value;
      }
    }
    return all;
  }
  bool try_one(const Values& values) {
    if (!source_.evaluate(values)) return false;
    found_.insert(values);
    return true;
  }
  void vary(const Values& base, std::size_t i) {
    for (const std::uint64_t value : values_of(inputs_[i])) {
      Values values = base;
      values[i] = value;
      if (!try_one(values)) repair(values, i);
    }
  }
  // The first change of one other input that callers may ask for.
  void repair(const Values& values, std::size_t kept) {
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (i == kept) continue;
      for (const std::uint64_t value : values_of(inputs_[i])) {
        Values near = values;
        near[i] = value;
        if (try_one(near)) return;
      }
    }
  }
  // A carry through all lower bits.
  void low_ones(const Values& base) {
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      for (unsigned bits = 1; !is_narrow(inputs_[i]) && bits < inputs_[i].width; ++bits) {
        Values values = base;
        values[i] = spec::low_bits(bits);
        try_one(values);
      }
    }
  }

  const FunctionSource& source_;
  std::span<const spec::InputInfo> inputs_;
  std::set<Values> found_;
};

}  // namespace

std::vector<FunctionSource> all_functions() {
  std::vector<FunctionSource> all;
  spec::for_each_function(AddFunction{all});
  std::sort(all.begin(), all.end(), [](const FunctionSource& a, const FunctionSource& b) {
    return a.info->name < b.info->name;
  });
  return all;
}

vector::KatFile make_kats(const FunctionSource& source) {
  vector::KatFile file;
  file.kind = vector::KatKind::kFunction;
  file.revision = newest_revision();
  file.subject = source.info->name;
  for (const spec::InputInfo& i : source.info->inputs) file.inputs.push_back(kat_field(i));
  file.outputs.push_back(kat_field(source.info->result));
  std::set<Values> selected = Selection(source).make();
  for (const NamedValues& named : worked_examples(file.subject)) {
    selected.insert(in_order(file, named));
  }
  for (const Values& values : selected) {
    vector::Kat kat;
    kat.clauses.emplace_back(source.info->clause->id);
    kat.trust = kat_trust(*source.info->clause);
    kat.in = values;
    kat.out = {*source.evaluate(values)};
    kat.id = vector::make_kat_id(file, kat);
    file.tests.push_back(std::move(kat));
  }
  return file;
}

}  // namespace amdvi::generate
