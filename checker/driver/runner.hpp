// Runs vectors on a driver and says what it found. Every vector has a child of its own.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "checker/judge/result.hpp"
#include "checker/vector/error.hpp"

namespace amdvi::driver {

struct DriverOptions {
  std::string file;                            // the shared object
  std::string options;                         // for amdvi_setup::options
  std::chrono::milliseconds deadline{60'000};  // of a vector
  std::function<void(std::size_t done, std::size_t total)> progress;
};

// The driver's name, if the object can be loaded and speaks this ABI.
vector::Result<std::string> probe(const DriverOptions& options);

// Results in order of id, vectors in Run::vectors; findings, command and digest are the caller's.
// The error is that of the operating system.
vector::Result<judge::Run> run(std::vector<vector::Vector> vectors, const DriverOptions& options);

}  // namespace amdvi::driver
