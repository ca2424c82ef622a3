// A device under test as data: what it offers, where vectors may put their tables, who can make
// requests, how it is started. Read from spec/profiles/*.yaml at run time.
// Tested by tests/unit/profile_load_test.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include <amdvi/config.hpp>

#include "checker/vector/error.hpp"

namespace amdvi::profile {

struct Requester {
  std::string name;             // "edu"
  std::uint16_t device_id = 0;  // bus 15:8, device 7:3, function 2:0
  std::string engine;           // "model", "edu", "lsi53c895a"
};

struct Qemu {
  std::string binary;
  std::vector<std::string> args;
  std::uint64_t memory = 0;   // bytes of RAM
  std::uint64_t scratch = 0;  // SPA of a page the adapter may use, outside of the window
  std::optional<std::uint64_t> mmio_base;  // unset: where the capability says
};

struct Profile {
  std::string name;
  std::string title;
  std::string revision;            // "3.11"
  Config config;                   // capabilities and options
  std::uint64_t window_start = 0;  // bytes; tables, rings and targets of vectors lie in here
  std::uint64_t window_length = 0;
  std::vector<Requester> requesters;
  Qemu qemu;  // binary empty: not an emulator that can be started
};

// `file` is a path; errors carry file:line:col and what to do next.
tl::expected<Profile, vector::Error> load(const std::string& file);

// The same for a text; `file` is what errors call it, and its stem the name the profile must have.
tl::expected<Profile, vector::Error> parse(const std::string& text, const std::string& file);

}  // namespace amdvi::profile
