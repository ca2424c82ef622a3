// Requests and their replies, one line each, in order, over a LineSocket. Requests whose reply
// holds nothing are posted without waiting; their replies are taken later, at most `window` of
// them outstanding. Every reply has the deadline to itself.
//
// Reply lines: "OK[ payload]", "UNSUPPORTED[ text]", anything else is an error of the peer.
// Lines that start with `async_prefix` are no replies; they are kept for the log.
// Tested by dut_pipeline_test.cpp.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checker/dut/adapter.hpp"
#include "checker/dut/line_socket.hpp"

namespace amdvi::dut {

struct PipelineOptions {
  std::chrono::milliseconds deadline{3000};
  std::size_t window = 200;
  std::string async_prefix;
};

class Pipeline {
 public:
  Pipeline(LineSocket socket, PipelineOptions options);

  // `request` without its line end. A failure may be that of an earlier posted request.
  Reply<void> post(std::string_view request);
  Reply<std::string> ask(std::string_view request);  // the payload
  Reply<void> flush();                               // until every reply is here

  // Lines that came unasked, since the last call.
  std::vector<std::string> take_async() { return std::exchange(async_, {}); }

 private:
  Reply<std::string> next_reply();
  Reply<std::string> next_line();
  Reply<void> drain_to(std::size_t outstanding);

  LineSocket socket_;
  PipelineOptions options_;
  std::size_t outstanding_ = 0;
  std::vector<std::string> async_;
  std::optional<Failure> dead_;  // after a hang or crash replies cannot be matched any more
};

}  // namespace amdvi::dut
