// What the reference model sends to devices and processors, kept until it is asked for. Passes all
// else on.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include <amdvi/interrupt.hpp>
#include <amdvi/observer.hpp>

#include "checker/dut/adapter.hpp"

namespace amdvi::dut {

class Outbox final : public Observer {
 public:
  explicit Outbox(Observer* next) : next_(next) {}

  std::vector<PriResponse> take_responses() { return std::exchange(responses_, {}); }
  std::vector<AtsInvalidation> take_invalidations() { return std::exchange(invalidations_, {}); }
  // The processor whose doorbell was rung last.
  std::optional<std::uint32_t> take_doorbell() { return std::exchange(doorbell_, std::nullopt); }
  // The last one of the IOMMU itself.
  MsiReply take_message() { return std::exchange(message_, {}); }
  void clear() { *this = Outbox(next_); }

  void rule(const spec::DecisionInfo& decision, unsigned rule) override {
    if (next_ != nullptr) next_->rule(decision, rule);
  }
  void behaviour(spec::Behaviour behaviour) override {
    if (next_ != nullptr) next_->behaviour(behaviour);
  }
  void table_use(const TableUse& use) override {
    if (next_ != nullptr) next_->table_use(use);
  }
  void command(std::span<const std::uint64_t> words) override {
    if (next_ != nullptr) next_->command(words);
  }
  void table_read(TableKind kind, std::uint64_t spa,
                  std::span<const std::uint64_t> words) override {
    if (next_ != nullptr) next_->table_read(kind, spa, words);
  }
  void table_write(TableKind kind, std::uint64_t spa, std::uint64_t entry) override {
    if (next_ != nullptr) next_->table_write(kind, spa, entry);
  }
  void page_response(const PageResponse& r) override {
    responses_.push_back({r.device_id, r.has_pasid, r.pasid, r.group, r.code});
    if (next_ != nullptr) next_->page_response(r);
  }
  bool invalidate_iotlb(const IotlbInvalidation& i) override {
    invalidations_.push_back(
        {i.device_id, i.queue_id, i.has_pasid, i.pasid, i.first, i.offset_mask});
    return next_ == nullptr || next_->invalidate_iotlb(i);
  }
  void event(std::span<const std::uint64_t> words) override {
    if (next_ != nullptr) next_->event(words);
  }
  void interrupt(InterruptCause cause) override {
    if (next_ != nullptr) next_->interrupt(cause);
  }
  void message(InterruptCause cause, std::uint64_t address, std::uint32_t data) override {
    if (is_interrupt_address(address)) message_ = {true, address, data, {}};
    if (next_ != nullptr) next_->message(cause, address, data);
  }
  void doorbell(std::uint32_t destination) override {
    doorbell_ = destination;
    if (next_ != nullptr) next_->doorbell(destination);
  }
  void ga_entry(std::uint64_t entry) override {
    if (next_ != nullptr) next_->ga_entry(entry);
  }

 private:
  Observer* next_;
  std::vector<PriResponse> responses_;
  std::vector<AtsInvalidation> invalidations_;
  std::optional<std::uint32_t> doorbell_;
  MsiReply message_;
};

}  // namespace amdvi::dut
