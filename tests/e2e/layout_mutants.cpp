// What the known answers of layouts are worth: they agree with what the model reads and writes, and
// every field that is moved, cut or put together in another order answers one of them wrong.
#include <map>
#include <set>

#include <amdvi/spec/layouts.gen.hpp>
#include <amdvi/value/concrete.hpp>
#include <fmt/format.h>

#include "checker/generate/kats.hpp"

using namespace amdvi;

namespace {

using Values = std::vector<std::uint64_t>;
using Decode = Values (*)(const Values& words);

template <template <class> class L>
Values decode(const Values& words) {
  Concrete d;
  typename L<Concrete>::Words layout;
  for (std::size_t i = 0; i < words.size(); ++i) layout.w[i].v = words[i];
  Values fields;
  L<Concrete>::visit(d, layout, [&](std::string_view, auto field) { fields.push_back(field.v); });
  return fields;
}

struct Collect {
  std::map<std::string_view, Decode>& all;
  template <template <class> class L>
  void operator()() {
    all[L<Concrete>::kName] = decode<L>;
  }
};

// A field as a list of bits of the structure, least significant first.
using Bits = std::vector<unsigned>;

Bits bits_of(const spec::FieldInfo& field) {
  Bits bits;
  for (auto piece = field.pieces.rbegin(); piece != field.pieces.rend(); ++piece) {
    for (unsigned bit = piece->lo; bit <= piece->hi; ++bit) bits.push_back(bit);
  }
  return bits;
}

std::uint64_t read(const Bits& bits, const Values& words) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bits.size(); ++i) {
    value |= (words[bits[i] / 64] >> bits[i] % 64 & 1) << i;
  }
  return value;
}

std::map<std::string, Bits> mutants(const spec::FieldInfo& field, unsigned width) {
  const Bits bits = bits_of(field);
  std::map<std::string, Bits> all;
  for (const int by : {-1, 1, -16, 16}) {
    Bits moved = bits;
    for (unsigned& bit : moved) bit += static_cast<unsigned>(by);
    if (moved.front() < width && moved.back() < width) all[fmt::format("moved by {}", by)] = moved;
  }
  if (bits.size() > 1) {
    all["without its highest bit"] = Bits(bits.begin(), bits.end() - 1);
    all["without its lowest bit"] = Bits(bits.begin() + 1, bits.end());
    all["in the opposite order"] = Bits(bits.rbegin(), bits.rend());
  }
  if (field.pieces.size() > 1) {
    Bits swapped;
    for (const spec::BitRange& piece : field.pieces) {
      for (unsigned bit = piece.lo; bit <= piece.hi; ++bit) swapped.push_back(bit);
    }
    all["with its pieces exchanged"] = swapped;
  }
  return all;
}

bool notices(const vector::KatFile& file, std::size_t field, const Bits& mutant) {
  for (const vector::Kat& kat : file.tests) {
    if (read(mutant, kat.out) != kat.in[field]) return true;
  }
  return false;
}

bool overlap(const spec::FieldInfo& a, const spec::FieldInfo& b) {
  for (const spec::BitRange& x : a.pieces) {
    for (const spec::BitRange& y : b.pieces) {
      if (x.lo <= y.hi && y.lo <= x.hi) return true;
    }
  }
  return false;
}

// Decoded, a test gives its fields; those of other revisions at the same place may differ.
bool agrees(const spec::StructureInfo& info, const vector::Kat& kat, const Values& decoded) {
  for (std::size_t i = 0; i < decoded.size(); ++i) {
    if (decoded[i] == kat.in[i]) continue;
    bool explained = false;
    for (std::size_t j = 0; j < decoded.size(); ++j) {
      explained = explained || (i != j && kat.in[j] != 0 && kat.in[i] == 0 &&
                                overlap(info.fields[i], info.fields[j]));
    }
    if (!explained) return false;
  }
  return true;
}

// The code of a command or event: no test can show the bits it does not have.
bool is_constant(const vector::KatFile& file, std::size_t field) {
  for (const vector::Kat& kat : file.tests) {
    if (kat.in[field] == 0 || kat.in[field] != file.tests.front().in[field]) return false;
  }
  return true;
}

struct Score {
  unsigned mutants = 0, missed = 0, tests = 0;
};

bool look_at(const vector::KatFile& file, Decode decode, std::set<std::string>& ids, Score& score) {
  const spec::StructureInfo& info = *spec::find_structure(file.subject);
  for (const vector::Kat& kat : file.tests) {
    ++score.tests;
    if (agrees(info, kat, decode(kat.out)) && ids.insert(kat.id).second) continue;
    fmt::print("{}: {} is not what the model reads, or is there twice\n", file.subject, kat.id);
    return false;
  }
  for (std::size_t i = 0; i < info.fields.size(); ++i) {
    if (is_constant(file, i)) continue;
    for (const auto& [what, bits] : mutants(info.fields[i], info.width)) {
      ++score.mutants;
      if (notices(file, i, bits)) continue;
      ++score.missed;
      fmt::print("MISSED  {}.{} {}\n", file.subject, info.fields[i].name, what);
    }
  }
  return true;
}

}  // namespace

int main() {
  std::map<std::string_view, Decode> decoders;
  spec::for_each_layout(Collect{decoders});
  std::set<std::string> ids;
  Score score;
  const std::vector<vector::KatFile> files = generate::layout_kats();
  for (const vector::KatFile& file : files) {
    const std::string_view name = std::string_view(file.subject).substr(0, file.subject.find('['));
    if (!look_at(file, decoders.at(name), ids, score)) return 1;
  }
  fmt::print("{} layouts, {} known answers, {} of {} mutants noticed\n", files.size(), score.tests,
             score.mutants - score.missed, score.mutants);
  return score.missed == 0 && files.size() == decoders.size() ? 0 : 1;
}
