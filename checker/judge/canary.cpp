#include "checker/judge/canary.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <amdvi/spec/COMPLETION_WAIT.gen.hpp>
#include <amdvi/spec/CapabilityHeader.gen.hpp>
#include <amdvi/spec/Command.gen.hpp>
#include <amdvi/spec/CommandBufferBase.gen.hpp>
#include <amdvi/spec/Control.gen.hpp>
#include <amdvi/spec/DeviceTableBase.gen.hpp>
#include <amdvi/spec/DeviceTableEntry.gen.hpp>
#include <amdvi/spec/INVALIDATE_DEVTAB_ENTRY.gen.hpp>
#include <amdvi/spec/INVALIDATE_IOMMU_PAGES.gen.hpp>
#include <amdvi/spec/V1Pte.gen.hpp>

namespace amdvi::judge {
namespace {

using vector::Step;
using vector::StepKind;
using Words2 = std::array<std::uint64_t, 2>;
using Words4 = std::array<std::uint64_t, 4>;

namespace Dte = spec::field::DeviceTableEntry;

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kDteBytes = 32;
constexpr unsigned kLevels = 4;        // every device has at least four
constexpr unsigned kIndexBits = 9;     // of an IOVA, a level
constexpr unsigned kSmallestRing = 8;  // length code
constexpr std::uint64_t kDomain = 1;
constexpr std::uint64_t kData = 0xa55a;  // fits what the narrowest engine writes

std::vector<std::uint8_t> bytes_of(std::span<const std::uint64_t> words) {
  std::vector<std::uint8_t> bytes(words.size() * 8);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(words[i / 8] >> (i % 8 * 8));
  }
  return bytes;
}

// Lays out one question in the window and writes it down.
class Builder {
 public:
  Builder(const profile::Profile& profile, const dut::Hello& hello)
      : device_(profile.requesters.front().device_id),
        wide_(std::find(hello.engines.begin(), hello.engines.end(), "write") !=
              hello.engines.end()),
        next_(profile.window_start) {
    vector_.group = "canary";
    table_ = take((device_ + 1) * kDteBytes);
    ring_ = take(kPage);
    target_ = take(kPage);
    iova_ = take(kPage);  // inside of the window, so that an untranslated write does no harm
  }

  std::uint64_t take(std::uint64_t length) {
    const std::uint64_t at = next_;
    next_ += (length + kPage - 1) / kPage * kPage;
    return at;
  }

  // kLevels tables that lead from iova_ to target_; the address of the first one.
  std::uint64_t map() {
    const std::uint64_t root = take(kPage);
    std::uint64_t table = root;
    for (unsigned level = kLevels; level > 0; --level) {
      const std::uint64_t next = level > 1 ? take(kPage) : target_;
      std::uint64_t entry = 0;
      spec::field::V1Pte::PR.set(entry, 1);
      spec::field::V1Pte::NextLevel.set(entry, level - 1);
      spec::field::V1Pte::PageAddress.set(entry, next / kPage);
      spec::field::V1Pte::IR.set(entry, 1);
      spec::field::V1Pte::IW.set(entry, 1);
      const std::uint64_t index = iova_ / kPage >> (kIndexBits * (level - 1));
      mem(table + index % (std::uint64_t{1} << kIndexBits) * 8, std::span(&entry, 1));
      table = next;
    }
    return root;
  }

  // With `root`, or to pass through if it is 0.
  void enable(std::uint64_t root) {
    Words4 dte{};
    Dte::V.set(dte, 1);
    Dte::TV.set(dte, 1);
    Dte::IR.set(dte, 1);
    Dte::IW.set(dte, 1);
    Dte::DomainID.set(dte, kDomain);
    if (root != 0) Dte::Mode.set(dte, kLevels);
    Dte::HostPTRoot.set(dte, root / kPage);
    mem(table_ + device_ * kDteBytes, dte);
    std::uint64_t base = 0;
    spec::field::DeviceTableBase::Base.set(base, table_ / kPage);
    spec::field::DeviceTableBase::Size.set(base, ((device_ + 1) * kDteBytes - 1) / kPage);
    write("DeviceTableBase", base);
    std::uint64_t ring = 0;
    spec::field::CommandBufferBase::Base.set(ring, ring_ / kPage);
    spec::field::CommandBufferBase::Len.set(ring, kSmallestRing);
    write("CommandBufferBase", ring);
    std::uint64_t control = 0;
    spec::field::Control::IommuEn.set(control, 1);
    spec::field::Control::CmdBufEn.set(control, 1);
    write("Control", control);
  }

  void invalidate() {
    Words2 entry{};
    spec::field::Command::opcode.set(entry, spec::kOpcode_INVALIDATE_DEVTAB_ENTRY);
    spec::field::INVALIDATE_DEVTAB_ENTRY::DeviceID.set(entry, device_);
    Words2 pages{};
    namespace Inv = spec::field::INVALIDATE_IOMMU_PAGES;
    spec::field::Command::opcode.set(pages, spec::kOpcode_INVALIDATE_IOMMU_PAGES);
    Inv::DomainID.set(pages, kDomain);
    Inv::S.set(pages, 1);
    Inv::PDE.set(pages, 1);
    Inv::Address.set(pages, spec::low_bits(63) >> 12);  // with S: everything
    Words2 wait{};
    spec::field::Command::opcode.set(wait, spec::kOpcode_COMPLETION_WAIT);
    mem(ring_, entry);
    mem(ring_ + sizeof(Words2), pages);
    mem(ring_ + 2 * sizeof(Words2), wait);
    write("CommandBufferTail", 3 * sizeof(Words2));
    add(StepKind::kSettle);
  }

  // Writes to iova_ and claims that the data lands at `where`.
  vector::Vector ask(std::uint64_t where, std::string name) {
    Step& dma = add(StepKind::kDma);
    dma.device = device_;
    dma.at = iova_;
    dma.is_write = true;
    dma.bytes = bytes_of(std::span(&kData, 1));
    if (!wide_) dma.bytes.resize(4);
    Step& peek = add(StepKind::kPeek);
    peek.at = where;
    peek.length = 8;
    peek.label = "target";
    vector_.name = std::move(name);
    vector_.checks.push_back({"target",
                              "target",
                              {"memory", ""},
                              vector::Trust::kMust,
                              {},
                              {{{{kData, ~std::uint64_t{0}}}, false, "the data", {}}}});
    return std::move(vector_);
  }

  std::uint64_t target() const { return target_; }
  std::uint64_t iova() const { return iova_; }

 private:
  Step& add(StepKind kind) {
    vector_.steps.emplace_back().kind = kind;
    return vector_.steps.back();
  }
  void mem(std::uint64_t at, std::span<const std::uint64_t> words) {
    Step& step = add(StepKind::kMem);
    step.at = at;
    step.bytes = bytes_of(words);
  }
  void write(std::string reg, std::uint64_t value) {
    Step& step = add(StepKind::kWrite);
    step.reg = std::move(reg);
    step.value = value;
  }

  vector::Vector vector_;
  std::uint16_t device_;
  bool wide_;
  std::uint64_t next_;
  std::uint64_t table_ = 0, ring_ = 0, target_ = 0, iova_ = 0;
};

std::string why(const VectorResult& result, std::string_view what) {
  if (result.verdict == Verdict::kPass) return {};
  const std::string& detail = result.checks.empty() ? result.reason : result.checks.front().says;
  return fmt::format("{}: {}", what, detail);
}

}  // namespace

vector::Vector translated_canary(const profile::Profile& profile, const dut::Hello& hello) {
  Builder builder(profile, hello);
  builder.enable(builder.map());
  builder.invalidate();
  return builder.ask(builder.target(), "A mapped page is translated");
}

vector::Vector pass_through_canary(const profile::Profile& profile, const dut::Hello& hello) {
  Builder builder(profile, hello);
  builder.enable(0);
  builder.invalidate();
  return builder.ask(builder.iova(), "Mode 0 passes the address through");
}

vector::Vector feature_canary(const profile::Profile& profile) {
  vector::Vector vector;
  vector.group = "canary";
  vector.name = "The device has the features of its profile";
  Step& read = vector.steps.emplace_back();
  read.kind = StepKind::kRead;
  read.reg = "ExtendedFeature";
  read.label = "features";
  vector.checks.push_back({"features",
                           "features",
                           {"register", "ExtendedFeature"},
                           vector::Trust::kMust,
                           {},
                           {{{{profile.config.cap.EFR.w[0].v, ~std::uint64_t{0}}}, false, "the profile's", {}}}});
  return vector;
}

dut::Reply<std::string> check_canary(Session& session, const profile::Profile& profile,
                                     const dut::Hello& hello) {
  // What a wrong profile expects would accuse a device that is right.
  if (spec::field::CapabilityHeader::EFRSup.get(profile.config.cap.header.w[0].v) != 0) {
    const auto described = session.judge(feature_canary(profile), dut::ResetKind::kSoft);
    if (!described) return tl::unexpected(described.error());
    if (described->verdict == Verdict::kFail) {
      return why(*described, "the profile does not describe this DUT");
    }
  }
  const auto passed = session.judge(pass_through_canary(profile, hello), dut::ResetKind::kSoft);
  if (!passed) return tl::unexpected(passed.error());
  std::string text = why(*passed, "this DUT does not pass DMA through as configured");
  if (!text.empty()) return text;
  const auto translated = session.judge(translated_canary(profile, hello), dut::ResetKind::kSoft);
  if (!translated) return tl::unexpected(translated.error());
  return why(*translated, "this DUT does not translate DMA as configured");
}

}  // namespace amdvi::judge
