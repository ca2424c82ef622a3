// A field of a register or structure over plain words: `field::Control::CmdBufEn.set(words, 1)`.
// Bits are numbered through the whole structure, a split field has its high piece first.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace amdvi::spec {

struct BitPiece {
  unsigned hi;
  unsigned lo;
};

constexpr std::uint64_t low_bits(unsigned width) {
  return width >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
}

// `WordBits`: how many bits of the structure one element of the words holds (64, or the width of
// a smaller structure).
template <std::size_t N, unsigned WordBits>
struct BitField {
  std::array<BitPiece, N> pieces;

  constexpr std::uint64_t get(std::span<const std::uint64_t> words) const {
    std::uint64_t value = 0;
    for (const BitPiece& p : pieces) {
      for (unsigned hi = p.hi + 1; hi > p.lo;) {  // high part first, word by word
        const unsigned word = (hi - 1) / WordBits;
        const unsigned lo = word * WordBits > p.lo ? word * WordBits : p.lo;
        const unsigned width = hi - lo;
        const std::uint64_t part = (words[word] >> (lo % WordBits)) & low_bits(width);
        value = width >= 64 ? part : (value << width) | part;
        hi = lo;
      }
    }
    return value;
  }
  constexpr std::uint64_t get(std::uint64_t word) const { return get(std::span(&word, 1)); }

  // Bits of `value` beyond the field's width are dropped.
  constexpr void set(std::span<std::uint64_t> words, std::uint64_t value) const {
    for (std::size_t i = N; i-- > 0;) {
      for (unsigned lo = pieces[i].lo; lo <= pieces[i].hi;) {
        const unsigned word = lo / WordBits;
        const unsigned end = (word + 1) * WordBits - 1;
        const unsigned hi = end < pieces[i].hi ? end : pieces[i].hi;
        const unsigned width = hi - lo + 1;
        const std::uint64_t mask = low_bits(width) << (lo % WordBits);
        words[word] = (words[word] & ~mask) | ((value << (lo % WordBits)) & mask);
        value = width >= 64 ? 0 : value >> width;
        lo = hi + 1;
      }
    }
  }
  constexpr void set(std::uint64_t& word, std::uint64_t value) const {
    set(std::span(&word, 1), value);
  }

  // The field's bits in a one-word structure.
  constexpr std::uint64_t mask() const {
    std::uint64_t word = 0;
    set(word, ~std::uint64_t{0});
    return word;
  }
};

}  // namespace amdvi::spec
