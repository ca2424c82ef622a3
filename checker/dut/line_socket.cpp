#include "checker/dut/line_socket.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace amdvi::dut {
namespace {

// A peer that sends this much without a line end is not speaking the protocol.
constexpr std::size_t kLongestLine = std::size_t{64} << 20;
constexpr std::size_t kReadSize = std::size_t{64} << 10;

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

tl::unexpected<Failure> closed() { return fail(FailureKind::kCrash, "the connection was closed"); }

tl::unexpected<Failure> silent(const Deadline& deadline) {
  return fail(FailureKind::kHang,
              fmt::format("no reply within {} ms", deadline.patience().count()));
}

tl::unexpected<Failure> socket_failure(const std::filesystem::path& path) {
  return fail(FailureKind::kAdapter,
              fmt::format("socket {}: {}", path.string(), std::strerror(errno)));
}

Reply<sockaddr_un> address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& name = path.native();
  if (name.size() >= sizeof address.sun_path) {
    return fail(
        FailureKind::kAdapter,
        fmt::format("socket path too long ({} bytes; at most {}): set TMPDIR to a shorter one",
                    name.size(), sizeof address.sun_path - 1));
  }
  name.copy(static_cast<char*>(address.sun_path), name.size());
  return address;
}

Fd unix_socket() { return Fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

const sockaddr* generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);  // NOLINT: the socket API's own idiom
}

}  // namespace

LineSocket::LineSocket(Fd fd) : fd_(std::move(fd)) {
  fcntl(fd_.get(), F_SETFL, fcntl(fd_.get(), F_GETFL) | O_NONBLOCK);  // NOLINT: variadic by design
}

void LineSocket::send_some() {
  const ssize_t count = send(fd_.get(), out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL);
  if (count < 0) {
    if (would_block()) return;
    // Nobody listens any more; what the peer said before it left is still to be read.
    out_.clear();
    sent_ = 0;
    return;
  }
  sent_ += static_cast<std::size_t>(count);
  if (sent_ == out_.size()) {
    out_.clear();
    sent_ = 0;
  }
}

Reply<void> LineSocket::receive_some() {
  std::array<char, kReadSize> buffer;  // NOLINT: filled by recv
  const ssize_t count = recv(fd_.get(), buffer.data(), buffer.size(), 0);
  if (count < 0 && would_block()) return {};
  if (count <= 0) return closed();
  if (in_.size() - taken_ > kLongestLine) {
    return fail(FailureKind::kAdapter, "the peer sends without ever ending its line");
  }
  if (taken_ > 0) {
    in_.erase(0, taken_);
    scanned_ -= taken_;
    taken_ = 0;
  }
  in_.append(buffer.data(), static_cast<std::size_t>(count));
  return {};
}

// Sends and receives whatever is possible now: taking replies while sending keeps two full socket
// buffers from blocking each other.
Reply<void> LineSocket::wait(const Deadline& deadline) {
  const bool sending = !out_.empty();
  pollfd watch{fd_.get(), static_cast<short>(sending ? POLLIN | POLLOUT : POLLIN), 0};
  const int ready = poll(&watch, 1, deadline.left_ms());
  if (ready == 0) return silent(deadline);
  if (ready < 0) {
    if (errno == EINTR) return {};
    return fail(FailureKind::kAdapter, fmt::format("poll: {}", std::strerror(errno)));
  }
  if ((watch.revents & POLLIN) != 0) {
    if (auto got = receive_some(); !got) return got;
  }
  if (sending && (watch.revents & (POLLOUT | POLLERR | POLLHUP)) != 0) {
    send_some();
    return {};
  }
  // Data that came before the end of the connection is still taken above.
  if ((watch.revents & POLLIN) == 0 && (watch.revents & (POLLHUP | POLLERR)) != 0) return closed();
  return {};
}

Reply<void> LineSocket::flush(const Deadline& deadline) {
  if (!out_.empty()) send_some();
  while (!out_.empty()) {
    if (auto done = wait(deadline); !done) return done;
  }
  return {};
}

Reply<std::string> LineSocket::read_line(const Deadline& deadline) {
  if (auto sent = flush(deadline); !sent) return tl::unexpected(sent.error());
  for (;;) {
    const auto end = in_.find('\n', scanned_);
    if (end != std::string::npos) {
      std::string line = in_.substr(taken_, end - taken_);
      taken_ = scanned_ = end + 1;
      if (!line.empty() && line.back() == '\r') line.pop_back();
      return line;
    }
    scanned_ = in_.size();
    if (auto done = wait(deadline); !done) return tl::unexpected(done.error());
  }
}

Reply<Listener> Listener::bind(const std::filesystem::path& path) {
  const auto address = address_of(path);
  if (!address) return tl::unexpected(address.error());
  Fd fd = unix_socket();
  if (!fd.valid() || ::bind(fd.get(), generic(*address), sizeof *address) != 0 ||
      listen(fd.get(), 1) != 0) {
    return socket_failure(path);
  }
  return Listener(std::move(fd));
}

Reply<LineSocket> Listener::accept(const Deadline& deadline, int watch_fd) const {
  for (;;) {
    std::array<pollfd, 2> watch{{{fd_.get(), POLLIN, 0}, {watch_fd, POLLIN, 0}}};
    const int ready = poll(watch.data(), watch.size(), deadline.left_ms());
    if (ready == 0) return fail(FailureKind::kHang, "nobody connected to the socket in time");
    if (ready < 0) continue;
    if (watch[0].revents != 0) {
      Fd fd(accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (fd.valid()) return LineSocket(std::move(fd));
    }
    if (watch[1].revents != 0) {
      return fail(FailureKind::kCrash, "the process ended before it connected");
    }
  }
}

Reply<LineSocket> connect_unix(const std::filesystem::path& path) {
  const auto address = address_of(path);
  if (!address) return tl::unexpected(address.error());
  Fd fd = unix_socket();
  if (!fd.valid() || connect(fd.get(), generic(*address), sizeof *address) != 0) {
    return socket_failure(path);
  }
  return LineSocket(std::move(fd));
}

}  // namespace amdvi::dut
