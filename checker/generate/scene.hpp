// Builds the program of one vector: places what it needs, writes it, acts and looks.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checker/generate/layout.hpp"
#include "checker/profile/profile.hpp"
#include "checker/vector/vector.hpp"

namespace amdvi::generate {

// Fields of a register or structure by name: {{"IommuEn", 1}, {"CmdBufEn", 1}}.
using Fields = std::initializer_list<std::pair<std::string_view, std::uint64_t>>;

// The words of a structure with the named fields set, all else 0; an unknown name is our bug and
// aborts.
std::vector<std::uint64_t> pack(std::string_view structure, Fields fields);
std::vector<std::uint64_t> pack(std::string_view structure, Fields fields,
                                std::vector<std::uint64_t> onto);
// The same of a list that is kept: an initializer list does not outlive its statement.
using FieldList = std::vector<std::pair<std::string_view, std::uint64_t>>;
std::vector<std::uint64_t> pack_all(std::string_view structure, const FieldList& fields,
                                    std::vector<std::uint64_t> onto);
// A command with its opcode.
std::vector<std::uint64_t> command(std::string_view name, Fields fields);

// Labels of what shows the interrupts of the IOMMU itself begin with it.
inline constexpr std::string_view kOwnInterruptLabel = "own-";
// What is seen before the change that a vector is about.
inline constexpr std::string_view kBeforeLabel = "first";

class Scene {
 public:
  explicit Scene(const profile::Profile& profile);

  const profile::Profile& profile() const { return profile_; }
  std::uint16_t device() const { return device_; }
  void use_requester(std::string_view engine);  // the first with that engine
  void use_device(std::uint16_t id) { device_ = id; }
  // false: the profile has none, or none that can do more than send interrupts.
  bool use_requester_beyond_table(bool interrupts = false);
  std::uint64_t take(std::uint64_t length, std::uint64_t align = 4096);

  // -- placed by the constructor, addresses in bytes
  std::uint64_t device_table() const { return device_table_; }
  std::uint64_t command_ring() const { return command_ring_; }
  std::uint64_t event_ring() const { return event_ring_; }
  // A page translations lead to, and one whose IOVA equals its SPA: a wrong pass-through lands
  // there.
  std::uint64_t page() const { return page_; }
  std::uint64_t identity() const { return identity_; }
  std::uint16_t domain() const { return domain_; }

  // -- before the device is enabled
  void set_dte(std::span<const std::uint64_t> words);  // of device()
  void mem(std::uint64_t at, std::span<const std::uint64_t> words, std::string note);
  void zero(std::uint64_t at, std::uint32_t length, std::string note);
  void write(std::string reg, std::uint64_t value, std::string note = "");
  void write_half(std::string reg, bool high, std::uint64_t value, std::string note = "");
  // Rings, device table and registers, the two pages filled, then Control; see `control`.
  void program_registers(unsigned command_length = 8, unsigned event_length = 8);
  void enable(Fields more = {});
  // The command ring is used from this byte offset on; only before enable().
  void start_at(std::uint64_t offset);
  // Software's way out of a halt or an overflow: the base again, which resets the pointers.
  void rewrite_command_base();
  void rewrite_event_base();
  // From here on steps belong to the vector's question, no longer to its setup.
  void start() { started_ = true; }

  // -- acting
  // Queues a command; `ring()` the doorbell makes them run.
  void queue(std::span<const std::uint64_t> command, std::string note);
  void ring();
  // What software owes the device after changing an entry or table of device(): drops every cached
  // copy and waits.
  void invalidate();
  void wait();  // a COMPLETION_WAIT, and until it is done
  void dma_write(std::uint64_t iova, std::uint32_t length = 8);
  void dma_read(std::uint64_t iova, std::uint32_t length = 8, std::string label = "data");
  // Of `length` bytes, by a script at IOVA `script` that lies at `script_spa`.
  void copy(std::uint64_t from, std::uint64_t to, std::uint32_t length, std::uint64_t script,
            std::uint64_t script_spa);
  void settle();
  void vf_write(std::uint16_t guest, std::string reg, std::uint64_t value, std::string note = "");
  void vf_write_half(std::uint16_t guest, std::string reg, bool high, std::uint64_t value);
  // A page request of one group, its last.
  void page_request(std::uint64_t iova, bool read, bool write, vector::Pasid pasid = {},
                    std::uint16_t group = 5, bool last = true);
  void ats(std::uint64_t iova, bool read, bool write, vector::Pasid pasid = {});
  void dma_swap(std::uint64_t iova);
  // The DMA steps from here on have this prefix, or use translated addresses.
  void use_pasid(vector::Pasid pasid) { pasid_ = pasid; }
  void use_translated(bool translated) { translated_ = translated; }
  void msi(std::uint64_t address, std::uint32_t data, std::string label = "message");
  void config_write(std::string reg, std::uint32_t value, std::string note = "");
  void reset();  // the platform's reset line

  // -- looking
  void read(std::string reg, std::string label, unsigned size = 8);
  void peek(std::uint64_t at, std::uint32_t length, std::string label, std::string note);
  void events();
  void vf_read(std::uint16_t guest, std::string reg, std::string label);
  // Of a ring that is not the event log: `of` a structure, or empty for events.
  void entries(std::uint64_t at, std::uint32_t length, std::string of, std::string label,
               std::string note);
  void config_read(std::string reg, std::string label);
  void own_message(std::string label);
  void responses();
  void invalidations();
  void look_at_pages();

  vector::Vector take_vector() { return std::move(vector_); }
  const vector::Vector& vector() const { return vector_; }

  // What DMA writes carry, and what fills memory before.
  static std::vector<std::uint8_t> token(std::uint32_t length);
  static constexpr std::uint64_t kPageFill = 0x1111111111111111;
  static constexpr std::uint64_t kIdentityFill = 0x2222222222222222;

 private:
  vector::Step& add(vector::StepKind kind);
  // What address translation services are asked for.
  vector::Step& wanted(vector::StepKind kind, std::uint64_t iova, bool read, bool write,
                       vector::Pasid pasid);
  void fill(std::uint64_t page, std::uint64_t word, std::string note);

  const profile::Profile& profile_;
  Layout layout_;
  vector::Vector vector_;
  bool started_ = false;
  vector::Pasid pasid_;
  bool translated_ = false;
  std::uint16_t device_ = 0;
  std::uint16_t domain_ = 0;
  std::uint64_t device_table_, command_ring_, event_ring_, page_, identity_, store_;
  std::uint64_t tail_ = 0;        // byte offset of the next command
  std::uint64_t ring_bytes_ = 0;  // of the command ring
  unsigned command_length_ = 8, event_length_ = 8;
  unsigned waits_ = 0;
};

}  // namespace amdvi::generate
