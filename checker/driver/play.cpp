#include "checker/driver/play.hpp"

#include <sstream>

#include <fmt/format.h>

#include "checker/driver/bench.hpp"
#include "checker/driver/child.hpp"
#include "checker/wording/answers.hpp"

namespace amdvi::driver {
namespace {

class Player {
 public:
  Player(const vector::Vector& vector, const Library& library, int out)
      : vector_(vector), library_(library), out_(out) {}

  void play(const std::string& options) {
    if (const std::string missing = not_offered(); !missing.empty()) {
      return say(fmt::format("skip the driver does not offer {}", missing));
    }
    if (!open(options)) return;
    for (const vector::Step& step : vector_.steps) call(step);
    library_.table().close(driver_);
  }

 private:
  void say(const std::string& line) { write_all(out_, line + "\n"); }

  std::string not_offered() const {
    for (const vector::Step& step : vector_.steps) {
      if (library_.find(step.call) == nullptr) return step.call;
    }
    return {};
  }

  bool open(const std::string& options) {
    const vector::Step& step = vector_.setup.front();
    const std::vector<vector::Argument> around = World::surroundings();
    std::vector<amdvi_parameter> parameters;
    for (const auto* list : {&step.args, &around}) {
      for (const vector::Argument& arg : *list) parameters.push_back({arg.name.c_str(), arg.value});
    }
    const amdvi_setup setup{sizeof(amdvi_setup), step.call.c_str(),
                            options.c_str(),     &bench_.hardware(),
                            parameters.data(),   static_cast<std::uint32_t>(parameters.size())};
    const int error = library_.table().open(&setup, &driver_);
    if (error == -AMDVI_EOPNOTSUPP)
      say(fmt::format("skip the driver does not offer {}", step.call));
    if (error != 0 && error != -AMDVI_EOPNOTSUPP) say(fmt::format("unopened {}", -error));
    return error == 0;
  }

  void call(const vector::Step& step) {
    say(fmt::format("begin {}", step.label));
    const amdvi_operation_fn operation = library_.find(step.call);
    std::vector<std::uint64_t> args;
    for (const vector::Argument& arg : step.args) args.push_back(arg.value);
    bench_.begin(step);
    std::uint64_t result = 0;
    int error = 0;
    for (std::uint32_t i = 0; i < step.times && error == 0; ++i) {
      result = 0;
      error = operation(driver_, args.data(), &result);
      for (std::size_t a = 0; a < args.size(); ++a) {
        if (step.args[a].name == step.counting) ++args[a];
      }
    }
    bench_.end(error, result);
    observe(step.label,
            {static_cast<std::uint64_t>(-std::int64_t{error}), error == 0 ? result : 0});
    observe(vector::actions_label(step.label), bench_.recorder().end());
    for (const std::string& note : bench_.take_notes()) {
      say(fmt::format("note {}: {}", step.call, note));
    }
  }

  void observe(const std::string& label, const std::vector<std::uint64_t>& words) {
    std::string line = "saw " + label;
    for (const std::uint64_t word : words) line += fmt::format(" {:x}", word);
    say(line);
  }

  const vector::Vector& vector_;
  const Library& library_;
  int out_;
  Bench bench_;
  amdvi_driver* driver_ = nullptr;
};

std::string rest_of(std::istringstream& line) {
  std::string text;
  std::getline(line >> std::ws, text);
  return text;
}

}  // namespace

void play(const vector::Vector& vector, const Library& library, const std::string& options,
          int out) {
  Player(vector, library, out).play(options);
}

Played parse_play(const std::string& text) {
  Played played;
  std::istringstream lines(text);
  for (std::string one; std::getline(lines, one);) {
    std::istringstream line(one);
    std::string word;
    line >> word;
    if (word == "begin") {
      line >> played.calling;
    } else if (word == "saw") {
      std::string label;
      line >> label;
      auto& words = played.observed[label];
      for (std::uint64_t value = 0; line >> std::hex >> value;) words.push_back(value);
      if (label == played.calling) played.calling.clear();
    } else if (word == "skip") {
      played.skip = rest_of(line);
    } else if (word == "unopened") {
      std::uint64_t error = 0;
      line >> error;
      played.unopened = wording::error_name(error);
    } else if (word == "note") {
      played.notes += rest_of(line) + "\n";
    }
  }
  return played;
}

}  // namespace amdvi::driver
