// A vector as a program that a person reads: steps in words, registers and memory by field name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <amdvi/spec_info.hpp>

#include "checker/vector/vector.hpp"

namespace amdvi::wording {

// A structure, command or event in memory that a step writes.
struct Element {
  std::size_t index = 0;  // in units of the structure's size, from the start of the write
  const spec::StructureInfo* info = nullptr;
  std::vector<std::uint64_t> words;
};

struct StepView {
  std::string verb;   // "write"
  std::string what;   // "Control"
  std::string value;  // "IommuEn|CmdBufEn"
  std::string raw;    // "0x0000000000001001"
  std::string label;  // the observation's name
  std::string note;
  std::vector<Element> elements;  // those that are not all zero
};

StepView describe(const vector::Step& step, std::string_view revision);

// What a memory write holds, if its note says so: a word of the note that is the name of a
// structure, command or event makes the bytes an array of it; commands are told apart by opcode.
std::vector<Element> elements(const vector::Step& step);

// Little-endian 64-bit words; the last one is filled up with zeros.
std::vector<std::uint64_t> words_from(const std::vector<std::uint8_t>& bytes);

// "write Control = IommuEn|CmdBufEn"
std::string plain(const StepView& view);
// The whole vector, one numbered step a line.
std::string program(const vector::Vector& vector, std::string_view revision);

}  // namespace amdvi::wording
