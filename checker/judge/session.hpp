// One device under test while vectors run on it, one after the other.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "checker/dut/adapter.hpp"
#include "checker/judge/result.hpp"
#include "checker/judge/soft_reset.hpp"
#include "checker/profile/profile.hpp"
#include "checker/vector/vector.hpp"

namespace amdvi::judge {

using Observations = std::map<std::string, std::vector<std::uint64_t>>;  // by label

class Session {
 public:
  Session(std::unique_ptr<dut::Adapter> adapter, const profile::Profile& profile);

  dut::Reply<dut::Hello> hello() { return adapter_->hello(); }

  // Resets, sets up, acts and looks. Every observation of the vector has an entry.
  dut::Reply<Observations> execute(const vector::Vector& vector, dut::ResetKind reset);

  // The same, judged. A device that hung or died is started again; an adapter that broke is the
  // only failure.
  dut::Reply<VectorResult> judge(const vector::Vector& vector, dut::ResetKind reset);

  // How often the device had to be started again because it hung or died.
  int restarts() const { return restarts_; }

  // `tell` is called with nullptr after the set-up, then before each step.
  void before_steps(std::function<void(const vector::Step*)> tell) { tell_ = std::move(tell); }

 private:
  dut::Reply<void> reset(const vector::Vector& vector, dut::ResetKind kind);
  dut::Reply<void> announce(const vector::Vector& vector);
  dut::Reply<void> run_steps(const vector::Vector& vector);
  dut::Reply<void> run_step(const vector::Step& step);
  dut::Reply<void> write(const vector::Step& step);
  dut::Reply<void> read(const vector::Step& step);
  dut::Reply<void> peek(const vector::Step& step);
  dut::Reply<void> events(const vector::Step& step);
  dut::Reply<void> keep(const vector::Step& step, const dut::Reply<dut::MsiReply>& message);
  dut::Reply<void> config_write(const vector::Step& step);
  dut::Reply<void> config_read(const vector::Step& step);
  dut::Reply<void> restore_config();
  dut::Reply<void> observe(const vector::Step& step, dut::Reply<std::vector<std::uint64_t>> words);
  dut::Reply<void> vf(const vector::Step& step);
  dut::Reply<void> entries(const std::string& label, std::uint64_t start, std::uint64_t length);
  dut::Reply<void> collect();

  std::unique_ptr<dut::Adapter> adapter_;
  const profile::Profile& profile_;
  std::vector<RegisterWrite> program_;
  Pages dirty_;
  bool config_touched_ = false;  // the PCI function is not as after power-on
  int restarts_ = 0;
  std::function<void(const vector::Step*)> tell_ = [](const vector::Step*) {};

  // Of the vector that runs.
  Observations observed_;
  Observations seen_;  // what of an observation the adapter can see, if not all of it
  std::vector<const vector::Step*> reads_;  // DMA reads, in order
  std::uint64_t log_base_ = 0;              // what the vector wrote to EventLogBase
};

}  // namespace amdvi::judge
