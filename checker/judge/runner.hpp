// Runs vectors on a device under test and says what it found. Tested by tests/unit/judge_*_test.cpp.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "checker/dut/adapter.hpp"
#include "checker/judge/result.hpp"
#include "checker/profile/profile.hpp"

namespace amdvi::judge {

// Called once a job: every job has a device of its own.
using AdapterFactory = std::function<std::unique_ptr<dut::Adapter>()>;

struct RunOptions {
  unsigned jobs = 1;  // in parallel; results do not depend on it
  // How many vectors that break the same checks of the same clauses are run again on a freshly
  // started device. If all of those agree, the others keep the verdict of their first run.
  std::size_t reruns = 3;
  bool canary = true;
  std::function<void(std::size_t done, std::size_t total)> progress;  // called from one thread at a time
};

// Results in order of id, vectors in Run::vectors; findings, command and digest are the caller's.
// The failure is that of an adapter: the device was not judged.
dut::Reply<Run> run(const profile::Profile& profile, std::vector<vector::Vector> vectors,
                    const AdapterFactory& make_adapter, const RunOptions& options);

}  // namespace amdvi::judge
