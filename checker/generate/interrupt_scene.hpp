// A requester whose interrupts go through a remapping table: the parts that interrupt vectors share.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checker/generate/groups.hpp"

namespace amdvi::generate {

// Index and data of the interrupt that most vectors send: fixed, vector 31h, to a processor that
// nobody has, so that what is forwarded disturbs none.
inline constexpr std::uint32_t kMessageData = 0x31;
inline constexpr std::uint64_t kMessageAddress = 0xFEE3C000;

using Words = std::vector<std::uint64_t>;

enum class EntryFormat { k32, k128 };

std::string_view entry_structure(EntryFormat format);
// An entry that delivers, unlike the message it is for in every field.
Words good_entry(EntryFormat format);

class InterruptScene {
 public:
  explicit InterruptScene(const profile::Profile& profile);

  Scene& scene() { return scene_; }
  std::uint64_t table() const { return table_; }
  // An entry of the device table with a full interrupt table and no page tables.
  Words dte(Fields more = {}) const;
  void entry(EntryFormat format, std::uint64_t index, const Words& words);

  // Enables with this Control, sends, looks, and hands the vector over.
  void ask(Collection& out, const Words& dte, const Words& control, std::uint64_t address,
           std::uint32_t data, Question question) &&;

 private:
  Scene scene_;
  std::uint64_t table_;
};

// Control with what every scene needs, and `more`.
Words control_with(Fields more = {});

void add_interrupt_entries(Collection& out);  // rules and bits of remapping entries

}  // namespace amdvi::generate
