// Between a device and its memory: tells tables, commands and events apart, and lets a fault change
// them.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include <amdvi/spec/DeviceTableEntry.gen.hpp>
#include <amdvi/spec/EventLogBase.gen.hpp>
#include <amdvi/spec/V1Pte.gen.hpp>

#include "checker/dut/fault.hpp"

namespace amdvi::dut {

// Hears which table is read next, and where the device's own interrupt is about to go.
class TableKinds final : public Observer {
 public:
  void table_use(const TableUse& use) override { kind = use.kind; }
  void message(InterruptCause, std::uint64_t address, std::uint32_t) override {
    message_at = address;
  }
  TableKind kind = TableKind::kDeviceTable;
  std::optional<std::uint64_t> message_at;
};

// What the device is at, which tells what it reads and writes.
enum class Activity { kIdle, kTranslating, kInterrupt, kCommands };

class TamperedMemory final : public Memory {
 public:
  // Without `kinds` every table of one word is taken for a host table.
  TamperedMemory(Memory& real, const Fault& fault, const TableKinds* kinds = nullptr)
      : real_(&real), kinds_(kinds), fault_(fault) {}

  void begin(Activity activity, std::uint64_t event_base) {
    activity_ = activity;
    namespace B = spec::field::EventLogBase;
    log_start_ = B::Base.get(event_base) * 4096;
    log_end_ = log_start_ + (kEntryBytes << B::Len.get(event_base));
  }

  bool read(std::uint64_t spa, std::span<std::uint8_t> bytes) override {
    if (!real_->read(spa, bytes)) return false;
    const bool of_device = activity_ == Activity::kTranslating || activity_ == Activity::kInterrupt;
    if (of_device && bytes.size() == kDteBytes) read_dte(bytes);
    if (activity_ == Activity::kInterrupt && bytes.size() < kDteBytes) read_irte(bytes);
    if (activity_ == Activity::kTranslating && bytes.size() == kWordBytes) read_pte(bytes);
    if (activity_ == Activity::kCommands && bytes.size() == kEntryBytes) read_command(bytes);
    return true;
  }

  bool write(std::uint64_t spa, std::span<const std::uint8_t> bytes) override {
    if (is_message(spa, bytes)) return write_message(spa, bytes);
    const bool is_update = activity_ == Activity::kTranslating && !in_log(spa);
    if (is_update && fault_.drops_updates) return true;
    const bool is_event = in_log(spa) && bytes.size() == kWordBytes;
    if (activity_ == Activity::kIdle || !is_event || fault_.event == nullptr) {
      return real_->write(spa, bytes);
    }
    const std::size_t index = spa % kEntryBytes / kWordBytes;
    if (index == 0) event_ = {};
    event_[index] = load(bytes);
    std::array<std::uint64_t, 2> changed = event_;
    return !fault_.event(changed) || real_->write64(spa, changed[index]);
  }

 private:
  TableKind kind() const { return kinds_ != nullptr ? kinds_->kind : TableKind::kV1Table; }
  bool in_log(std::uint64_t spa) const { return spa >= log_start_ && spa < log_end_; }

  void read_dte(std::span<std::uint8_t> bytes) {
    std::array<std::uint64_t, kDteBytes / kWordBytes> words{};
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = load(bytes.subspan(i * kWordBytes));
    if (fault_.dte != nullptr) fault_.dte(words);
    level_ = static_cast<unsigned>(spec::field::DeviceTableEntry::Mode.get(words));
    for (std::size_t i = 0; i < words.size(); ++i) store(bytes.subspan(i * kWordBytes), words[i]);
  }

  void read_pte(std::span<std::uint8_t> bytes) {
    std::uint64_t entry = load(bytes);
    if (kind() == TableKind::kV2Table || kind() == TableKind::kGcr3Table) {
      const auto change = kind() == TableKind::kV2Table ? fault_.v2 : fault_.gcr3;
      if (change != nullptr) change(entry);
      store(bytes, entry);
      return;
    }
    if (fault_.pte != nullptr) fault_.pte(entry, level_);
    level_ = static_cast<unsigned>(spec::field::V1Pte::NextLevel.get(entry));
    store(bytes, entry);
  }

  void read_irte(std::span<std::uint8_t> bytes) {
    if (fault_.irte == nullptr) return;
    std::array<std::uint8_t, kEntryBytes> padded{};
    std::copy(bytes.begin(), bytes.end(), padded.begin());
    const std::span all(padded);
    std::array<std::uint64_t, 2> words{load(all), load(all.subspan(kWordBytes))};
    fault_.irte(std::span(words).first(bytes.size() <= kWordBytes ? 1 : 2));
    store(all, words[0]);
    store(all.subspan(kWordBytes), words[1]);
    std::copy_n(padded.begin(), bytes.size(), bytes.begin());
  }

  bool is_message(std::uint64_t spa, std::span<const std::uint8_t> bytes) const {
    return fault_.own_message != nullptr && kinds_ != nullptr && kinds_->message_at == spa &&
           bytes.size() == kMessageBytes;
  }
  bool write_message(std::uint64_t spa, std::span<const std::uint8_t> bytes) {
    std::uint32_t data = 0;
    for (std::size_t i = kMessageBytes; i-- > 0;) data = data << 8 | bytes[i];
    if (!fault_.own_message(spa, data)) return true;
    std::array<std::uint8_t, kMessageBytes> changed{};
    for (std::size_t i = 0; i < changed.size(); ++i) {
      changed[i] = static_cast<std::uint8_t>(data >> (8 * i));
    }
    return real_->write(spa, changed);
  }

  void read_command(std::span<std::uint8_t> bytes) {
    if (fault_.command == nullptr) return;
    std::array<std::uint64_t, 2> words{load(bytes), load(bytes.subspan(kWordBytes))};
    fault_.command(words);
    store(bytes, words[0]);
    store(bytes.subspan(kWordBytes), words[1]);
  }

  static constexpr std::size_t kWordBytes = 8;
  static constexpr std::size_t kMessageBytes = 4;
  static constexpr std::size_t kDteBytes = 32;
  static constexpr std::uint64_t kEntryBytes = 16;  // of a ring

  static std::uint64_t load(std::span<const std::uint8_t> bytes) {
    std::uint64_t word = 0;
    for (std::size_t i = kWordBytes; i-- > 0;) word = word << 8 | bytes[i];
    return word;
  }
  static void store(std::span<std::uint8_t> bytes, std::uint64_t word) {
    for (std::size_t i = 0; i < kWordBytes; ++i) {
      bytes[i] = static_cast<std::uint8_t>(word >> (8 * i));
    }
  }

  Memory* real_;
  const TableKinds* kinds_;
  Fault fault_;
  Activity activity_ = Activity::kIdle;
  std::uint64_t log_start_ = 0;
  std::uint64_t log_end_ = 0;
  unsigned level_ = 0;                    // of the table that is read next
  std::array<std::uint64_t, 2> event_{};  // the entry on its way to the log
};

}  // namespace amdvi::dut
