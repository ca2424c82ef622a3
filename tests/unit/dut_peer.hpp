// Both ends of a connection in one test: what the peer answers is written before it is asked, what
// it was asked is read afterwards.
#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

#include "checker/dut/fd.hpp"
#include "checker/dut/line_socket.hpp"

namespace amdvi::dut::test {

inline constexpr std::chrono::milliseconds kSoon{20};
inline constexpr std::chrono::milliseconds kPatient{5000};

class ScriptedPeer {
 public:
  ScriptedPeer() {
    std::array<int, 2> ends{-1, -1};
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data());
    ours_ = Fd(ends[0]);
    theirs_ = Fd(ends[1]);
  }

  LineSocket socket() { return LineSocket(std::move(ours_)); }
  bool answer(std::string_view text) {
    return ::write(theirs_.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  }
  void leave() { theirs_.close(); }

  // Everything sent to the peer so far.
  std::string asked() {
    std::string out;
    std::array<char, 4096> buffer{};
    for (;;) {
      const ssize_t got = recv(theirs_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (got <= 0) return out;
      out.append(buffer.data(), static_cast<std::size_t>(got));
    }
  }

 private:
  Fd ours_;
  Fd theirs_;
};

}  // namespace amdvi::dut::test
