// Lines of text over a connected stream socket: writes are collected until flush(), and no wait
// outlives its deadline. A silent peer is kHang, a closed connection kCrash.
// Tested by dut_pipeline_test.cpp.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "checker/dut/adapter.hpp"
#include "checker/dut/failure.hpp"
#include "checker/dut/fd.hpp"

namespace amdvi::dut {

class LineSocket {
 public:
  explicit LineSocket(Fd fd);

  void queue(std::string_view bytes) { out_.append(bytes); }
  Reply<void> flush(const Deadline& deadline);

  // The next line, without its end. Flushes first.
  Reply<std::string> read_line(const Deadline& deadline);

 private:
  void send_some();
  Reply<void> receive_some();
  Reply<void> wait(const Deadline& deadline);

  Fd fd_;
  std::string out_;
  std::size_t sent_ = 0;  // of out_
  std::string in_;
  std::size_t taken_ = 0;    // of in_: already handed out
  std::size_t scanned_ = 0;  // of in_: known to hold no further line end
};

// A unix socket that listens from the moment it is made, so that the peer may connect at once.
class Listener {
 public:
  static Reply<Listener> bind(const std::filesystem::path& path);

  // `watch_fd` (or -1) becoming readable means that the peer has ended and will never connect.
  [[nodiscard]] Reply<LineSocket> accept(const Deadline& deadline, int watch_fd) const;

 private:
  explicit Listener(Fd fd) : fd_(std::move(fd)) {}

  Fd fd_;
};

Reply<LineSocket> connect_unix(const std::filesystem::path& path);

}  // namespace amdvi::dut
