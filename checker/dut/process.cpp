#include "checker/dut/process.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checker/dut/failure.hpp"

namespace amdvi::dut {
namespace {

struct ChildFiles {
  int in = -1;
  int out = -1;
  int err = -1;
  int status = -1;  // exec's errno goes here
};

std::string describe_status(int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    return fmt::format("signal {} ({})", number, strsignal(number));
  }
  return fmt::format("exit status {}", WEXITSTATUS(status));
}

// Runs in the child between fork and exec: async-signal-safe calls only.
[[noreturn]] void become(char* const* argv, const ChildFiles& files, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The parent may have died before prctl took effect.
  if (getppid() != parent) _exit(127);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(files.in, STDIN_FILENO);
  dup2(files.out, STDOUT_FILENO);
  dup2(files.err, STDERR_FILENO);
  execvp(argv[0], argv);
  const int error = errno;
  // If even this write fails the parent sees exit status 127.
  [[maybe_unused]] const auto written = write(files.status, &error, sizeof error);
  _exit(127);
}

std::vector<char*> pointers(const std::vector<std::string>& argv) {
  std::vector<char*> out;
  out.reserve(argv.size() + 1);
  for (const auto& word : argv)
    out.push_back(const_cast<char*>(word.c_str()));  // NOLINT: execvp's signature
  out.push_back(nullptr);
  return out;
}

tl::unexpected<Failure> system_failure(std::string_view doing) {
  return fail(FailureKind::kAdapter, fmt::format("{}: {}", doing, std::strerror(errno)));
}

// exec's errno, or 0 when the status pipe closed because exec succeeded.
int exec_error(const Fd& status) {
  int error = 0;
  ssize_t got = 0;
  do {
    got = read(status.get(), &error, sizeof error);
  } while (got < 0 && errno == EINTR);
  return got == static_cast<ssize_t>(sizeof error) ? error : 0;
}

}  // namespace

Reply<Process> Process::start(const Spawn& spawn) {
  if (spawn.argv.empty()) return fail(FailureKind::kAdapter, "no command to start");
  const Fd null(open("/dev/null", O_RDONLY | O_CLOEXEC));
  std::array<int, 2> pair{-1, -1};
  if (spawn.talk && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    return system_failure("cannot make a socket pair");
  }
  Fd mine(pair[0]);
  Fd theirs(pair[1]);
  std::array<int, 2> ends{-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return system_failure("cannot make a pipe");
  const Fd status(ends[0]);
  Fd report(ends[1]);

  const auto argv = pointers(spawn.argv);
  const ChildFiles files{spawn.talk ? theirs.get() : null.get(),
                         spawn.talk ? theirs.get() : spawn.error_log, spawn.error_log,
                         report.get()};
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) become(argv.data(), files, parent);
  if (pid < 0) return system_failure("cannot fork");
  report.close();
  theirs.close();
  // No pidfd (an old kernel) only means that a death is noticed through the sockets.
  Process process(pid, Fd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))), std::move(mine));
  if (const int error = exec_error(status); error != 0) {
    return fail(FailureKind::kAdapter,
                fmt::format("cannot start '{}': {}", spawn.argv[0], std::strerror(error)));
  }
  return process;
}

Process::Process(pid_t pid, Fd watch, Fd stdio)
    : pid_(pid), watch_(std::move(watch)), stdio_(std::move(stdio)) {}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      watch_(std::move(other.watch_)),
      stdio_(std::move(other.stdio_)),
      fate_(std::move(other.fate_)) {}

Process& Process::operator=(Process&& other) noexcept {
  if (this != &other) {
    kill();
    pid_ = std::exchange(other.pid_, -1);
    watch_ = std::move(other.watch_);
    stdio_ = std::move(other.stdio_);
    fate_ = std::move(other.fate_);
  }
  return *this;
}

Process::~Process() { kill(); }

std::optional<std::string> Process::ended(std::chrono::milliseconds patience) {
  if (fate_ || pid_ < 0) return fate_;
  if (watch_.valid()) {
    pollfd watch{watch_.get(), POLLIN, 0};
    poll(&watch, 1, static_cast<int>(patience.count()));
  }
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  pid_ = -1;
  fate_ = describe_status(status);
  return fate_;
}

void Process::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  fate_ = describe_status(status);
}

}  // namespace amdvi::dut
