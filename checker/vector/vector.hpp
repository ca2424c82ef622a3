// A vector: one question to a device or to a driver as a small program of steps, and the checks
// that judge the answers. Every observation is a list of 64-bit words, every expectation a list of
// masked words, so that registers, memory, DMA data, log entries and answers are compared by one
// rule; only what a driver shows to the hardware has one of its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace amdvi::vector {

struct Masked {
  std::uint64_t value = 0;
  std::uint64_t mask = ~std::uint64_t{0};  // only these bits are compared
};

enum class StepKind {
  kWrite,   // MMIO write: reg, size, value
  kRead,    // MMIO read -> label, 1 word
  kMem,     // memory write: at, bytes
  kZero,    // memory from `at` on, `length` bytes, becomes 0
  kPeek,    // memory read: at, length (multiple of 8) -> label, length/8 words
  kDma,     // device, at (IOVA), is_write, bytes or length, pasid, translated; a read -> label,
            // length/8 words; an atomic swap (is_read and is_write): 8 bytes -> label, 1 word
  kCopy,    // device, at -> to, length, script, script_spa
  kEvents,  // every entry present in the event log ring -> label, 2 words an entry
  kSettle,  // wait until the command buffer is processed
  kMsi,     // device, at, value (32 bits of data) -> label, 3 words: 1 if a message arrived, its
            // address and data; 2, the processor and 0 if its doorbell was rung; all 0 if neither
  kAts,     // translation request: device, at, is_read, is_write, pasid -> label, 3 words
            // (message_words.hpp)
  kPpr,     // page request: device, at, is_read, is_write, pasid, group, last
  kResponses,      // page request responses that devices got -> label, 1 word each
  kInvalidations,  // ATS invalidation requests that devices got -> label, 3 words each
  kVfWrite,  // guest, reg (of its page, or a control word), size, value
  kVfRead,   // guest, reg, size -> label, 1 word
  kEntries,  // every entry present in the ring at `at`, `length` bytes, of structure `reg` or, if
             // that is empty, events -> label, 2 words an entry
  kConfigWrite,  // PCI configuration write: reg, value (32 bits)
  kConfigRead,   // PCI configuration read: reg -> label, 1 word; ones if the capability is not there
  kReset,        // the platform's reset line: registers as after power-on, memory as it is
  kOwnMessage,   // the interrupts of the IOMMU itself that reached the processors since the last
                 // such step -> label, 3 words as of kMsi, of the last one
  // Of drivers, by names of spec/host:
  kOpen,  // an instance of the driver for a machine or decision `call`; args: its parameters
  kCall,  // operation `call` -> label, 2 words: the error and the result; and -> actions_label, what
          // it shows: a word (action << 8 | number of arguments) and its arguments, each time
};

struct Argument {
  std::string name;
  std::uint64_t value = 0;
  bool operator==(const Argument&) const = default;
};

// The PASID prefix of a request.
struct Pasid {
  bool present = false;
  std::uint32_t value = 0;  // 20 bits
  bool exec = false;
  bool privileged = false;
};

struct Step {
  StepKind kind = StepKind::kSettle;
  std::string reg;          // register name as in spec/
  unsigned size = 8;        // MMIO access size, bytes
  std::uint64_t value = 0;  // MMIO value; data of an interrupt
  bool high_half = false;   // for size 4: the access is to offset + 4
  std::uint64_t at = 0;     // SPA or IOVA
  std::uint64_t to = 0;     // IOVA (copy)
  std::uint16_t device = 0;  // DeviceID
  std::uint16_t guest = 0;   // GuestID
  bool is_write = false;
  bool is_read = false;     // of kAts and kPpr; of a DMA with is_write: an atomic
  bool translated = false;  // the address is one that an ATS answer gave
  Pasid pasid;
  std::uint16_t group = 0;  // of a page request, 9 bits
  bool last = false;        // of its group
  std::uint32_t length = 0;
  std::uint64_t script = 0;
  std::uint64_t script_spa = 0;
  std::vector<std::uint8_t> bytes;
  std::string call;
  std::vector<Argument> args;
  std::uint32_t times = 1;  // kCall: so often in a row, as long as it succeeds; the last one answers
  std::string counting;     // the argument that is one more each time, if any
  std::string label;  // names the observation; empty if the step observes nothing
  std::string note;   // what this step is for, in words a person reads
};

// What a step shows to the hardware, beside what it answers.
inline std::string actions_label(const std::string& label) { return label + ".actions"; }

enum class Trust { kMust, kSuspect };

// How an observation is shown to people: a register name, an event, plain memory.
struct View {
  // "register", "events", "memory", "data", "interrupt", "ats", "responses", "invalidations"; of
  // drivers "answer", "actions"
  std::string kind;
  std::string name;  // of a register, structure or operation, if any
};

// Something that a driver must show to the hardware.
struct Action {
  std::string name;  // as in spec/host/actions.yaml
  std::vector<Argument> args;
  std::vector<std::uint32_t> after;  // earlier ones in the list that must be shown before it
  bool operator==(const Action&) const = default;
};

struct Outcome {
  std::vector<Masked> words;
  // true: further words may follow, each pair equal to the last one under the last mask (a device
  // may split one DMA and log every part).
  bool may_repeat = false;
  std::string says;                // the outcome in words: "blocked", "one IO_PAGE_FAULT"
  std::vector<std::string> options;  // option=value choices that lead here, if the specification leaves a choice
  std::vector<Action> actions = {};      // view "actions": instead of words
  std::vector<std::string> closed = {};  // names of actions that are not shown unless they are listed
};

// One claim about one observation. Checks of a vector are judged apart.
struct Check {
  std::string id;     // unique in the vector: "target", "event", "event-fields", "status"
  std::string label;  // the observation it looks at
  View view;
  Trust trust = Trust::kMust;
  std::vector<std::string> clauses;  // what is broken if none of `one_of` matches
  std::vector<Outcome> one_of;
};

struct Vector {
  std::string id;    // "dma-0123456789abcdef": kind and hash of the question
  std::string name;  // a sentence about the device
  std::string group;
  std::vector<std::string> clauses;   // everything on the path
  std::vector<std::string> rules;     // decision/rule fired, in order
  std::vector<std::string> requires_;  // features and engines: "EFR.IASup", "engine.read"
  std::vector<Step> setup;             // before the device is enabled
  std::vector<Step> steps;
  std::vector<Check> checks;
};

enum class Subject { kDevice, kDriver };

struct VectorFile {
  std::string profile;  // "driver", if it asks a driver
  std::string revision;
  std::vector<Vector> vectors;
  Subject subject = Subject::kDevice;
};

}  // namespace amdvi::vector
