// Known answers of layouts, to be read both ways: 0, all ones and each single bit of every field,
// reserved ones too, and every value with a name.
#include <algorithm>

#include <amdvi/value/bit_field.hpp>

#include "checker/generate/kats.hpp"

namespace amdvi::generate {

namespace {

unsigned width_of(const spec::FieldInfo& field) {
  unsigned width = 0;
  for (const spec::BitRange& piece : field.pieces) width += piece.hi - piece.lo + 1U;
  return width;
}

vector::KatField kat_field_of(const spec::FieldInfo& info) {
  vector::KatField field{std::string(info.name), width_of(info), {}};
  if (info.kind == spec::FieldKind::kReserved) field.role = "reserved";
  if (info.kind == spec::FieldKind::kIgnored) field.role = "ignored";
  field.since = info.since;
  field.until = info.until;
  return field;
}

// Commands and events are nothing without their code.
bool is_code(const spec::StructureInfo& info, const spec::FieldInfo& field) {
  return (info.kind == spec::StructureKind::kCommand && field.name == "opcode") ||
         (info.kind == spec::StructureKind::kEvent && field.name == "EventCode");
}

class Layout {
 public:
  explicit Layout(const spec::StructureInfo& info) : info_(info) {
    file_.kind = vector::KatKind::kLayout;
    file_.revision = newest_revision();
    file_.subject = info.name;
    for (const spec::FieldInfo& f : info.fields) {
      file_.inputs.push_back(kat_field_of(f));
      base_.push_back(is_code(info, f) ? info.code : 0);
    }
    for (unsigned at = 0; at < info.width; at += 64) {
      file_.outputs.push_back({"word" + std::to_string(at / 64), std::min(info.width, 64U), {}});
    }
  }

  vector::KatFile make() {
    add(base_, *info_.clause);
    for (std::size_t i = 0; i < info_.fields.size(); ++i) {
      const spec::FieldInfo& field = info_.fields[i];
      if (is_code(info_, field)) continue;
      add_value(i, spec::low_bits(width_of(field)));
      for (const spec::ValueName& named : field.values) add_value(i, named.value);
      for (unsigned bit = 0; bit < width_of(field); ++bit) add_value(i, std::uint64_t{1} << bit);
    }
    for (const NamedValues& named : worked_examples(info_.name)) {
      add(in_order(file_, named), *info_.clause);
    }
    return std::move(file_);
  }

 private:
  void add_value(std::size_t field, std::uint64_t value) {
    std::vector<std::uint64_t> values = base_;
    values[field] = value;
    add(values, *info_.fields[field].clause);
  }
  void add(const std::vector<std::uint64_t>& values, const spec::ClauseInfo& clause) {
    vector::Kat kat;
    kat.clauses.emplace_back(clause.id);
    kat.trust = kat_trust(clause);
    kat.in = values;
    kat.out.resize(file_.outputs.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      // A field of another revision may be at the same place: a zero would clear it.
      if (values[i] != 0) spec::set_field(info_.fields[i], kat.out, values[i]);
    }
    kat.id = vector::make_kat_id(file_, kat);
    const bool known = std::any_of(file_.tests.begin(), file_.tests.end(),
                                   [&](const vector::Kat& k) { return k.id == kat.id; });
    if (!known) file_.tests.push_back(std::move(kat));
  }

  const spec::StructureInfo& info_;
  vector::KatFile file_;
  std::vector<std::uint64_t> base_;
};

}  // namespace

vector::KatFile make_kats(const spec::StructureInfo& layout) { return Layout(layout).make(); }

}  // namespace amdvi::generate
