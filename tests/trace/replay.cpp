#include "tests/trace/replay.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/sha.h>

#include <amdvi/spec/COMPLETION_WAIT.gen.hpp>
#include <amdvi/spec/Command.gen.hpp>
#include <amdvi/spec/CommandBufferBase.gen.hpp>
#include <amdvi/spec/MessageAddress.gen.hpp>
#include <amdvi/spec/MessageData.gen.hpp>
#include <amdvi/spec/Status.gen.hpp>
#include <amdvi/spec/registers.gen.hpp>

namespace amdvi::trace {

namespace {

using Json = nlohmann::json;
using Bytes = std::vector<std::uint8_t>;

std::uint64_t number(const Json& text) { return std::stoull(text.get<std::string>(), nullptr, 16); }

Bytes bytes_of(const std::string& hex) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

class Replay {
 public:
  Replay(const Config& config, unsigned without) : device_(config, memory_), without_(without) {}

  void line(const Json& line) {
    ++tally_.lines;
    const auto op = line.at("op").get<std::string>();
    if (op == "mmio_write") {
      device().mmio_write(number(line.at("off")), line.at("size"), number(line.at("val")));
    } else if (op == "mem") {
      become_known(line);
    } else if (op == "st") {
      device_.memory().write(number(line.at("addr")), bytes_of(line.at("hex")));
    } else if (op == "cmd") {
      command(line);
    } else if (op == "cwait_store") {
      completion(line);
    } else if (op == "dma") {
      dma(line);
    } else if (op == "ir") {
      interrupt(line);
    } else if (op == "snap") {
      snapshot(line);
    }
  }
  Tally tally() && { return std::move(tally_); }

 private:
  Device& device() { return device_.device(); }
  void wrong(std::string why) {
    tally_.wrong.push_back(fmt::format("line {}: {}", tally_.lines, why));
  }

  // What was there before it was known is not old: it goes past the history.
  void become_known(const Json& line) {
    const std::uint64_t spa = number(line.at("addr"));
    const bool zero = line.contains("zero");
    memory_.write(spa, zero ? Bytes(line.at("zero").get<std::size_t>(), 0)
                            : bytes_of(line.at("hex").get<std::string>()));
  }

  void command(const Json& line) {
    ++tally_.commands;
    std::array<std::uint64_t, 2> words{};
    for (std::size_t i = 0; i < 4; ++i) {
      words[i / 2] |= number(line.at("dw")[i]) << (32 * (i % 2));
    }
    namespace C = spec::field::Command;
    if (without_ != 0 && C::opcode.get(words) == without_) {
      words = {};
      C::opcode.set(words, spec::kOpcode_COMPLETION_WAIT);
    }
    namespace B = spec::field::CommandBufferBase;
    const std::uint64_t ring = B::Base.get(device().mmio_read(spec::kOffset_CommandBufferBase, 8));
    const std::uint64_t at = (ring << 12) + 16 * line.at("idx").get<std::uint64_t>();
    memory_.write64(at, words[0]);
    memory_.write64(at + 8, words[1]);
    if (!device().step()) wrong("the command is not fetched");
    if (spec::field::Status::CmdBufRun.get(device().mmio_read(spec::kOffset_Status, 8)) == 0) {
      wrong("the command processor halts");
    }
  }

  void completion(const Json& line) {
    ++tally_.completions;
    std::uint64_t value = 0;
    memory_.read64(number(line.at("addr")), value);
    if (value != number(line.at("val"))) wrong("a completion store of another value");
  }

  // The log does not say whether it was a read.
  void dma(const Json& line) {
    ++tally_.dma;
    Request request;
    request.device_id = static_cast<std::uint16_t>(number(line.at("devid")));
    request.address = number(line.at("iova"));
    const bool ok = line.at("res") == "ok";
    tally_.dma_faults += ok ? 0 : 1;
    bool allowed = false, certain = false;
    for (const bool write : {false, true}) {
      request.read = !write;
      request.write = write;
      const std::vector<Outcome> all = device_.outcomes(request);
      const bool possible = std::any_of(all.begin(), all.end(), [&](const Outcome& o) {
        const Translation& t = o.translation;
        return t.ok == ok && (!ok || (t.spa & ~t.offset_mask) == base(line, t));
      });
      allowed = allowed || possible;
      certain = certain || (possible && all.size() == 1);
    }
    if (!allowed) wrong("an address that the tables never gave");
    if (!certain) ++tally_.several;
  }
  // Without `base` the request passed through.
  static std::uint64_t base(const Json& line, const Translation& t) {
    return (line.contains("base") ? number(line.at("base")) : number(line.at("iova"))) &
           ~t.offset_mask;
  }

  // Trigger mode and level are not compared: the sources differ in where they come from.
  void interrupt(const Json& line) {
    ++tally_.interrupts;
    namespace A = spec::field::MessageAddress;
    namespace D = spec::field::MessageData;
    const auto seen = [](std::uint64_t address, std::uint64_t data) {
      return std::array{A::Destination_7_0.get(address), A::DestinationMode.get(address),
                        D::Vector.get(data), D::DeliveryMode.get(data)};
    };
    InterruptRequest request;
    request.device_id = static_cast<std::uint16_t>(number(line.at("devid")));
    request.address = number(line.at("addr"));
    request.data = static_cast<std::uint32_t>(number(line.at("data")));
    const auto out = seen(number(line.at("out_addr")), number(line.at("out_data")));
    const auto all = device_.interrupt_outcomes(request);
    if (std::none_of(all.begin(), all.end(), [&](const InterruptOutcome& o) {
          return seen(o.result.address, o.result.data) == out;
        })) {
      wrong("another interrupt than the table has");
    }
    if (all.size() > 1) ++tally_.several;
  }

  // Proves that memory is what it was; and the ring, what the driver's reads saw.
  void snapshot(const Json& line) {
    ++tally_.snapshots;
    for (const Json& area : line.at("areas")) {
      Bytes bytes(area[2].get<std::size_t>());
      memory_.read(number(area[1]), bytes);
      std::array<unsigned char, SHA256_DIGEST_LENGTH> sum{};
      SHA256(bytes.data(), bytes.size(), sum.data());
      std::string hex;
      for (const unsigned char byte : sum) hex += fmt::format("{:02x}", byte);
      if (hex.substr(0, area[3].get<std::string>().size()) != area[3]) {
        wrong(fmt::format("memory of {} at {} differs", area[0].get<std::string>(),
                          area[1].get<std::string>()));
      }
    }
    for (const std::uint64_t offset :
         {spec::kOffset_DeviceTableBase, spec::kOffset_Control, spec::kOffset_CommandBufferBase,
          spec::kOffset_CommandBufferHead}) {
      const Json& regs = line.at("regs");
      const std::string key = fmt::format("{:#x}", offset);
      if (regs.contains(key) && device().mmio_read(offset, 8) != number(regs.at(key))) {
        wrong(fmt::format("register {} reads {:#x}", key, device().mmio_read(offset, 8)));
      }
    }
  }

  SparseMemory memory_;
  CachingDevice device_;
  unsigned without_;
  Tally tally_;
};

}  // namespace

Tally replay(const Config& config, const std::string& file, unsigned without) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error(file + ": cannot be read");
  Replay replay(config, without);
  for (std::string text; std::getline(in, text);) replay.line(Json::parse(text));
  return std::move(replay).tally();
}

}  // namespace amdvi::trace
