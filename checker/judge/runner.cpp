#include "checker/judge/runner.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "checker/judge/canary.hpp"
#include "checker/judge/requirements.hpp"
#include "checker/judge/session.hpp"

namespace amdvi::judge {
namespace {

bool is_well(const VectorResult& result) {
  return result.verdict == Verdict::kPass || result.verdict == Verdict::kSkip;
}

// What went wrong, without the values: vectors with the same signature likely have one cause.
std::string signature(const vector::Vector& vector, const VectorResult& result) {
  std::string text = fmt::format("{}", static_cast<int>(result.verdict));
  for (std::size_t i = 0; i < result.checks.size(); ++i) {
    if (result.checks[i].ok) continue;
    text += fmt::format("|{}:{}", vector.checks[i].id, fmt::join(vector.checks[i].clauses, ","));
  }
  return text;
}

std::string in_words(const VectorResult& result) {
  switch (result.verdict) {
    case Verdict::kPass: return "passes";
    case Verdict::kHang: return "hangs";
    case Verdict::kCrash: return "crashes";
    case Verdict::kSkip: return "is skipped: " + result.reason;
    case Verdict::kFail:
    case Verdict::kSuspect:
    case Verdict::kUnstable: break;
  }
  std::string broken;
  for (const CheckResult& check : result.checks) {
    if (!check.ok) broken += (broken.empty() ? "" : ", ") + check.check;
  }
  return "breaks " + broken;
}

class Runner {
 public:
  Runner(const profile::Profile& profile, std::vector<vector::Vector> vectors,
         const RunOptions& options)
      : profile_(profile),
        vectors_(std::move(vectors)),
        options_(options),
        results_(vectors_.size()) {}

  dut::Reply<Run> run(const AdapterFactory& make_adapter) {
    const auto start = std::chrono::steady_clock::now();
    if (auto done = start_up(make_adapter); !done) return tl::unexpected(done.error());
    Run run;
    run.profile = profile_.name;
    run.revision = profile_.revision;
    run.device = hello_.name + (hello_.version.empty() ? "" : " " + hello_.version);
    if (options_.canary) {
      auto canary = check_canary(*sessions_.front(), profile_, hello_);
      if (!canary) return tl::unexpected(canary.error());
      run.canary = std::move(canary->stops);
      no_interrupts_ = std::move(canary->no_interrupts);
    }
    if (run.canary.empty()) {
      if (auto done = judge_all(); !done) return tl::unexpected(done.error());
      run.results = std::move(results_);
    }
    for (const auto& session : sessions_) run.restarts += session->restarts();
    for (vector::Vector& vector : vectors_) run.vectors.emplace(vector.id, std::move(vector));
    run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return run;
  }

 private:
  dut::Reply<void> start_up(const AdapterFactory& make_adapter) {
    const std::size_t jobs = std::clamp<std::size_t>(options_.jobs, 1, std::max<std::size_t>(
                                                                          vectors_.size(), 1));
    for (std::size_t i = 0; i < jobs; ++i) {
      sessions_.push_back(std::make_unique<Session>(make_adapter(), profile_));
      auto hello = sessions_.back()->hello();
      if (!hello) return tl::unexpected(hello.error());
      hello_ = *std::move(hello);
    }
    return {};
  }

  dut::Reply<void> judge_all() {
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < vectors_.size(); ++i) {
      auto unmet = unmet_requirement(vectors_[i], profile_.config, hello_);
      if (!unmet && !no_interrupts_.empty() && needs_interrupts(vectors_[i])) {
        unmet = no_interrupts_;
      }
      if (unmet) {
        results_[i] = {vectors_[i].id, Verdict::kSkip, *unmet, {}, "", 0};
      } else {
        all.push_back(i);
      }
    }
    total_ = all.size();
    if (auto done = for_each(all, dut::ResetKind::kSoft); !done) return done;
    return arbitrate();
  }

  // Failing vectors again, each on a fresh device: a few of each signature, and all of one of which
  // any turned out differently.
  dut::Reply<void> arbitrate() {
    std::map<std::string, std::vector<std::size_t>> alike;
    for (std::size_t i = 0; i < vectors_.size(); ++i) {
      if (!is_well(results_[i])) alike[signature(vectors_[i], results_[i])].push_back(i);
    }
    std::vector<std::size_t> few;
    for (const auto& [text, indices] : alike) {
      few.insert(few.end(), indices.begin(), indices.begin() + some_of(indices));
    }
    total_ += few.size();
    if (auto done = for_each(few, dut::ResetKind::kFresh); !done) return done;
    std::vector<std::size_t> rest;
    for (const auto& [text, indices] : alike) {
      const auto tried = indices.begin() + some_of(indices);
      const bool differs = std::any_of(indices.begin(), tried, [this](std::size_t i) {
        return results_[i].verdict == Verdict::kUnstable;
      });
      if (differs) rest.insert(rest.end(), tried, indices.end());
    }
    total_ += rest.size();
    return for_each(rest, dut::ResetKind::kFresh);
  }

  std::ptrdiff_t some_of(const std::vector<std::size_t>& indices) const {
    return static_cast<std::ptrdiff_t>(std::min(indices.size(), options_.reruns));
  }

  // Vector n goes to job n % jobs, so that each device sees the same sequence every time.
  dut::Reply<void> for_each(const std::vector<std::size_t>& indices, dut::ResetKind reset) {
    std::vector<std::thread> threads;
    for (std::size_t job = 0; job < sessions_.size(); ++job) {
      threads.emplace_back([this, job, reset, &indices] {
        for (std::size_t n = job; n < indices.size() && !stop_; n += sessions_.size()) {
          judge(*sessions_[job], indices[n], reset);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    if (failure_) return tl::unexpected(*failure_);
    return {};
  }

  void judge(Session& session, std::size_t index, dut::ResetKind reset) {
    const bool fresh = needs_fresh_device(vectors_[index]);
    auto result = session.judge(vectors_[index], fresh ? dut::ResetKind::kFresh : reset);
    const std::lock_guard lock(mutex_);
    if (!result) {
      failure_ = result.error();
      failure_->what = fmt::format("vector {}: {}", vectors_[index].id, failure_->what);
      stop_ = true;
      return;
    }
    if (reset == dut::ResetKind::kFresh) settle_difference(results_[index], *result);
    results_[index] = *std::move(result);
    if (options_.progress) options_.progress(++done_, total_);
  }

  static void settle_difference(const VectorResult& soft, VectorResult& fresh) {
    const std::string first = in_words(soft);
    const std::string second = in_words(fresh);
    if (first == second) return;
    fresh.verdict = Verdict::kUnstable;
    fresh.reason = fmt::format("after other vectors it {}, on a fresh device it {}", first, second);
    if (fresh.log.empty()) fresh.log = soft.log;
  }

  const profile::Profile& profile_;
  std::vector<vector::Vector> vectors_;
  const RunOptions& options_;
  std::vector<VectorResult> results_;
  std::vector<std::unique_ptr<Session>> sessions_;
  dut::Hello hello_;
  std::string no_interrupts_;  // why vectors that send interrupts are skipped
  std::mutex mutex_;  // guards what follows, and the results
  std::optional<dut::Failure> failure_;
  std::atomic<bool> stop_ = false;
  std::size_t done_ = 0;
  std::size_t total_ = 0;
};

}  // namespace

dut::Reply<Run> run(const profile::Profile& profile, std::vector<vector::Vector> vectors,
                    const AdapterFactory& make_adapter, const RunOptions& options) {
  std::sort(vectors.begin(), vectors.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  return Runner(profile, std::move(vectors), options).run(make_adapter);
}

}  // namespace amdvi::judge
