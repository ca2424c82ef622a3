// What a run of vectors against one device produced: the input of every report.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "checker/vector/vector.hpp"

namespace amdvi::judge {

enum class Verdict {
  kPass,
  kFail,      // a `must` check broken: nonconformance
  kSuspect,   // only `suspect` checks broken
  kHang,
  kCrash,
  kSkip,      // a requirement is not met; counted, never passed
  kUnstable,  // differs between a soft reset and a fresh process; the fresh one is reported beside it
};

struct CheckResult {
  std::string check;  // Check::id
  bool ok = false;
  vector::Trust trust = vector::Trust::kMust;
  std::vector<std::uint64_t> observed;  // words
  int closest = -1;  // index of the `one_of` entry nearest to what was observed
  std::string says;  // one line: expected against observed, differing fields by name
};

struct VectorResult {
  std::string id;
  Verdict verdict = Verdict::kSkip;
  std::string reason;  // skip reason, failure text; empty for a pass
  std::vector<CheckResult> checks;
  std::string log;     // the adapter's log of this vector, if it failed
  double seconds = 0;
};

// Failing vectors that one cause explains.
struct Finding {
  std::string clause;   // the broken clause
  vector::Trust trust = vector::Trust::kMust;
  std::string check_kind;                // what is wrong: "event", "target", "read"...
  std::string representative;            // id of the smallest vector that shows it
  std::vector<std::string> vectors;      // all of them
  std::vector<std::string> explanation;  // lines: rule by rule, with the values that made it fire
};

struct Run {
  std::string device;    // Hello::name + version
  std::string profile;
  std::string revision;  // of the specification
  std::string command;   // what the user typed, to show reruns
  std::string vectors_digest;
  std::map<std::string, vector::Vector> vectors;  // by id
  std::vector<VectorResult> results;              // in order of id
  std::vector<Finding> findings;
  std::string canary;  // empty: passed; else why the device was not judged
  int restarts = 0;  // because the device hung or died
  double seconds = 0;
};

}  // namespace amdvi::judge
