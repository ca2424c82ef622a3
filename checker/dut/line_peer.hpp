// The connection behind a LineAdapter: the started command or the unix socket, and the replies of
// the line protocol taken apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "checker/dut/adapter.hpp"
#include "checker/dut/line_adapter.hpp"
#include "checker/dut/log_file.hpp"
#include "checker/dut/pipeline.hpp"
#include "checker/dut/process.hpp"

namespace amdvi::dut {

class LinePeer {
 public:
  static Reply<LinePeer> open(const LineConfig& config);

  [[nodiscard]] bool is_command() const { return process_.has_value(); }
  Pipeline& pipeline() { return pipeline_; }

  // How a started command ended, if it has.
  std::optional<std::string> fate();

  // A started command's stderr, since the last mark_log().
  [[nodiscard]] std::string log() const { return errors_ ? errors_->tail(mark_) : std::string(); }
  void mark_log() { mark_ = errors_ ? errors_->length() : 0; }

 private:
  explicit LinePeer(Pipeline pipeline) : pipeline_(std::move(pipeline)) {}
  LinePeer(Pipeline pipeline, Process process, LogFile errors)
      : pipeline_(std::move(pipeline)), process_(std::move(process)), errors_(std::move(errors)) {}

  Pipeline pipeline_;
  std::optional<Process> process_;
  std::optional<LogFile> errors_;
  std::uint64_t mark_ = 0;
};

struct LineHello {
  Hello hello;
  bool buffered = false;  // wants `prepare`, and answers reads only to `collect`
};

Reply<LineHello> parse_hello(std::string_view payload);
Reply<DmaReply> parse_dma(std::string_view payload, const DmaRequest& request);
Reply<std::vector<std::vector<std::uint8_t>>> parse_collected(std::string_view payload);
Reply<MsiReply> parse_msi(std::string_view payload);
Reply<AtsReply> parse_ats(std::string_view payload);
Reply<std::vector<PriResponse>> parse_responses(std::string_view payload);
Reply<std::vector<AtsInvalidation>> parse_invalidations(std::string_view payload);

}  // namespace amdvi::dut
