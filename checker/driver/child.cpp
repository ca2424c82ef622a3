#include "checker/driver/child.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checker/driver/patience.hpp"
#include "checker/dut/fd.hpp"
#include "checker/dut/log_file.hpp"

namespace amdvi::driver {
namespace {

using Clock = std::chrono::steady_clock;

// The last thing a child writes: what ends without it died, whatever its exit status.
constexpr std::string_view kEnd = "%end\n";

[[noreturn]] void be_child(const std::function<void(int)>& work, int out, int log) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  try {
    work(out);
    write_all(out, kEnd);
  } catch (...) {
    write_all(STDERR_FILENO, "an exception came out of the driver\n");
    std::abort();
  }
  _exit(0);
}

bool is_complete(const std::string& text) { return text.ends_with(kEnd); }

// CPU time that a child has had; 0 if the system does not say it.
Patience::Time cpu_time(pid_t pid) {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0) return {};
  return std::chrono::duration_cast<Patience::Time>(std::chrono::seconds(time.tv_sec) +
                                                    std::chrono::nanoseconds(time.tv_nsec));
}

// Its state stands after its name, which is in parentheses and may have any character.
bool sleeps(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  const std::string line{std::istreambuf_iterator<char>(file), {}};
  const std::size_t name = line.rfind(") ");
  return name == std::string::npos || line[name + 2] != 'R';
}

// false: it took too long.
bool read_until_end(int in, pid_t pid, Patience patience, std::string& text) {
  constexpr int kLook = 20;  // milliseconds
  std::array<char, 1 << 16> part{};
  while (!is_complete(text)) {
    const auto start = Clock::now();
    pollfd ready{in, POLLIN, 0};
    const int polled = poll(&ready, 1, kLook);
    if (polled < 0) continue;  // a signal
    patience.look(std::chrono::duration_cast<Patience::Time>(Clock::now() - start), cpu_time(pid),
                  polled == 0 && sleeps(pid));
    if (patience.is_over()) return false;
    if (polled == 0) continue;
    const ssize_t got = read(in, part.data(), part.size());
    if (got <= 0) return true;
    text.append(part.data(), static_cast<std::size_t>(got));
  }
  return true;
}

std::string describe(int status) {
  if (WIFSIGNALED(status)) {
    return fmt::format("signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
  }
  return fmt::format("it called exit({})", WEXITSTATUS(status));
}

}  // namespace

void write_all(int out, std::string_view text) {
  while (!text.empty()) {
    const ssize_t done = write(out, text.data(), text.size());
    if (done < 0 && errno != EINTR) return;  // the parent has gone
    if (done > 0) text.remove_prefix(static_cast<std::size_t>(done));
  }
}

tl::expected<ChildReport, std::string> run_in_child(const std::function<void(int)>& work,
                                                    std::chrono::milliseconds deadline) {
  const auto log = dut::LogFile::anonymous();
  std::array<int, 2> ends{};
  if (!log || pipe2(ends.data(), O_CLOEXEC) != 0) {
    return tl::unexpected(fmt::format("cannot start a child: {}", std::strerror(errno)));
  }
  const dut::Fd in(ends[0]);
  dut::Fd out(ends[1]);
  const pid_t pid = fork();
  if (pid < 0) return tl::unexpected(fmt::format("cannot fork: {}", std::strerror(errno)));
  if (pid == 0) be_child(work, out.get(), log->fd());
  out.close();
  ChildReport report;
  const bool in_time = read_until_end(in.get(), pid, Patience(deadline), report.text);
  if (!in_time || is_complete(report.text)) kill(pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  report.log = log->tail(0);
  if (!in_time) {
    report.end = ChildReport::End::kHung;
  } else if (!is_complete(report.text)) {
    report.end = ChildReport::End::kDied;
    report.how = describe(status);
  }
  return report;
}

}  // namespace amdvi::driver
