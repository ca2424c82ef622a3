// Words back into the fields people know them by.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <amdvi/spec_info.hpp>

#include "checker/vector/vector.hpp"

namespace amdvi::wording {

struct Decoded {
  const spec::FieldInfo* field = nullptr;
  std::uint64_t value = 0;
  std::string_view value_name;  // empty: the value has no name
};

// True if the field exists in `revision` ("3.10") of the specification.
bool is_in(const spec::FieldInfo& field, std::string_view revision);

// 64-bit words a structure occupies.
std::size_t words_of(const spec::StructureInfo& info);

// Every field, from bit 0 upwards. Words that are missing count as zero.
std::vector<Decoded> decode(const spec::StructureInfo& info, std::span<const std::uint64_t> words,
                            std::string_view revision);

// "IommuEn|InvTimeOut=3|Reserved_3_2=0x1": what is not zero; "0" if nothing is.
std::string in_words(const spec::StructureInfo& info, std::span<const std::uint64_t> words,
                     std::string_view revision);

// "translate (2)", "0x81000": addresses are written whole, as the document means them, not shifted
// down to the field's bit 0.
std::string value_text(const Decoded& decoded);

// The field's bits in word `index` of the structure.
std::uint64_t bits_of(const spec::FieldInfo& field, std::size_t index);

// True if an observed bit of the field is not what is expected under the mask.
bool differs(const spec::FieldInfo& field, std::span<const vector::Masked> expected,
             std::span<const std::uint64_t> observed);
// True if the mask has a bit of the field.
bool is_compared(const spec::FieldInfo& field, std::span<const vector::Masked> expected);

// Names of the fields that differ.
std::vector<std::string> differences(const spec::StructureInfo& info,
                                     std::span<const vector::Masked> expected,
                                     std::span<const std::uint64_t> observed,
                                     std::string_view revision);

}  // namespace amdvi::wording
