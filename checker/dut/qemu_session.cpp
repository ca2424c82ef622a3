#include "checker/dut/qemu_session.hpp"

#include <fstream>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "checker/dut/apic_trace.hpp"
#include "checker/dut/bios.hpp"
#include "checker/dut/temp_dir.hpp"

namespace amdvi::dut {
namespace {

constexpr std::uint64_t kMebi = std::uint64_t{1} << 20;
constexpr std::uint64_t kPage = 4096;
constexpr std::string_view kDirPlaceholder = "{dir}";
// A process that was just seen to close its sockets is given this long to be reaped.
constexpr std::chrono::milliseconds kDying{500};

std::string with_dir(std::string word, const std::string& dir) {
  for (auto at = word.find(kDirPlaceholder); at != std::string::npos;
       at = word.find(kDirPlaceholder, at + dir.size())) {
    word.replace(at, kDirPlaceholder.size(), dir);
  }
  return word;
}

tl::unexpected<Failure> bad_config(std::string what) {
  return fail(FailureKind::kAdapter, "QEMU profile: " + std::move(what));
}

struct Sockets {
  Listener qtest;
  Listener qmp;
};

Reply<Sockets> listen_in(const std::filesystem::path& dir) {
  auto qtest = Listener::bind(dir / "qtest");
  if (!qtest) return tl::unexpected(qtest.error());
  auto qmp = Listener::bind(dir / "qmp");
  if (!qmp) return tl::unexpected(qmp.error());
  return Sockets{*std::move(qtest), *std::move(qmp)};
}

Reply<void> write_bios(const std::filesystem::path& path) {
  const auto image = halt_bios();
  std::ofstream out(path, std::ios::binary);
  out << std::string(image.begin(), image.end());
  if (!out.flush()) return fail(FailureKind::kAdapter, "cannot write " + path.string());
  return {};
}

std::vector<std::string> command(const QemuConfig& config, const std::string& dir) {
  std::vector<std::string> words{config.binary, "-display", "none", "-nodefaults",
                                 "-no-user-config"};
  const auto option = [&words](std::string name, std::string value) {
    words.push_back(std::move(name));
    words.push_back(std::move(value));
  };
  option("-m", fmt::format("{}M", config.memory / kMebi));
  option("-qtest", fmt::format("unix:{}/qtest", dir));
  option("-qtest-log", "none");
  option("-chardev", fmt::format("socket,id=amdvi-qmp,path={}/qmp", dir));
  option("-mon", "chardev=amdvi-qmp,mode=control");
  option("-D", fmt::format("{}/log", dir));
  option("-trace", std::string(kApicTraceEvent));
  option("-bios", fmt::format("{}/bios", dir));
  for (const auto& arg : config.args) words.push_back(with_dir(arg, dir));
  return words;
}

// One line on why QEMU did not come up: its own last words if it has any.
tl::unexpected<Failure> not_started(Process& process, const LogFile& errors, const Failure& cause) {
  const bool dying = cause.kind == FailureKind::kCrash;
  const auto fate = process.ended(dying ? kDying : std::chrono::milliseconds{0});
  std::string what = fmt::format("QEMU did not start: {}", fate ? *fate : cause.what);
  const std::string words = last_words(errors.tail(0));
  if (!words.empty()) what += ": " + words;
  return fail(FailureKind::kAdapter, what + " (check the profile's arguments)");
}

}  // namespace

Reply<void> check_config(const QemuConfig& config) {
  if (config.memory == 0 || config.memory % kMebi != 0) {
    return bad_config("memory must be a whole number of MiB");
  }
  if (config.scratch % kPage != 0 || config.scratch + kPage > config.memory) {
    return bad_config(fmt::format("scratch page {:#x} is not a page of RAM", config.scratch));
  }
  if (config.bar_base < config.memory) {
    return bad_config(fmt::format("device registers at {:#x} would be in RAM", config.bar_base));
  }
  if (config.pci.base_low == config.pci.base_high || config.pci.base_low_mask == 0) {
    return bad_config("the IOMMU capability's layout was not given");
  }
  for (const auto& arg : config.args) {
    if (arg.starts_with("edu") && arg.find("dma_mask=0xffffffffffffffff") == std::string::npos) {
      return bad_config("add dma_mask=0xffffffffffffffff to edu: it silently truncates addresses");
    }
  }
  for (const auto& requester : config.requesters) {
    if (requester.engine != "edu" && requester.engine != "lsi53c895a" &&
        requester.engine != "ioapic") {
      return bad_config(
          fmt::format("unknown engine '{}' (edu, lsi53c895a, ioapic)", requester.engine));
    }
    if (requester.device_id >> 8 != 0) {
      return bad_config(fmt::format("requester {:#06x} is not on bus 0", requester.device_id));
    }
  }
  return {};
}

QemuSession::QemuSession(Process process, Qtest qtest, Qmp qmp, LogFile errors, LogFile trace)
    : process_(std::move(process)),
      qtest_(std::move(qtest)),
      qmp_(std::move(qmp)),
      errors_(std::move(errors)),
      trace_(std::move(trace)) {}

Reply<QemuSession> QemuSession::start(const QemuConfig& config) {
  const auto dir = TempDir::make("amdvi-qemu");
  if (!dir) return tl::unexpected(dir.error());
  if (auto done = write_bios(dir->path() / "bios"); !done) return tl::unexpected(done.error());
  auto errors = LogFile::anonymous();
  if (!errors) return tl::unexpected(errors.error());
  auto trace = LogFile::create(dir->path() / "log");
  if (!trace) return tl::unexpected(trace.error());
  const auto sockets = listen_in(dir->path());
  if (!sockets) return tl::unexpected(sockets.error());

  auto process = Process::start({command(config, dir->path().string()), errors->fd(), false});
  if (!process) {
    return fail(FailureKind::kAdapter,
                process.error().what + " (install qemu-system-x86, or name it in the profile)");
  }
  const Deadline deadline(config.start_deadline);
  auto qtest = sockets->qtest.accept(deadline, process->watch_fd());
  if (!qtest) return not_started(*process, *errors, qtest.error());
  auto monitor = sockets->qmp.accept(deadline, process->watch_fd());
  if (!monitor) return not_started(*process, *errors, monitor.error());
  // The greeting comes when QEMU has read its firmware and made its machine.
  auto qmp = Qmp::open(*std::move(monitor), config.start_deadline);
  if (!qmp) return not_started(*process, *errors, qmp.error());
  return QemuSession(*std::move(process), Qtest(*std::move(qtest), config.deadline),
                     *std::move(qmp), *std::move(errors), *std::move(trace));
}

std::vector<MsiReply> QemuSession::take_messages() {
  const std::string text = trace_.tail(std::exchange(messages_mark_, trace_.length()));
  return apic_messages(text);
}

void QemuSession::mark_logs() {
  errors_mark_ = errors_.length();
  trace_mark_ = trace_.length();
}

}  // namespace amdvi::dut
