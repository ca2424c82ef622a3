#include "checker/judge/messages.hpp"

#include "checker/vector/message_words.hpp"

namespace amdvi::judge {
namespace {

using dut::Reply;
using vector::Step;

dut::PasidPrefix pasid_of(const Step& step) {
  const vector::Pasid& p = step.pasid;
  return {p.present, p.value, p.exec, p.privileged};
}

bool is_atomic(const Step& step) { return step.is_write && step.is_read; }

dut::AccessRequest access_of(const Step& step) {
  return {step.device, step.at, step.is_read, step.is_write, pasid_of(step)};
}

Words response_words(const std::vector<dut::PriResponse>& all) {
  Words words;
  for (const dut::PriResponse& r : all) words.push_back(vector::response_word(r));
  return words;
}

Words invalidation_words(const std::vector<dut::AtsInvalidation>& all) {
  Words words;
  for (const dut::AtsInvalidation& i : all) vector::put_invalidation(words, i, i.queue);
  return words;
}

}  // namespace

Words words_of(std::span<const std::uint8_t> bytes) {
  Words words(bytes.size() / 8);
  for (std::size_t i = 0; i < words.size() * 8; ++i) {
    words[i / 8] |= std::uint64_t{bytes[i]} << (i % 8 * 8);
  }
  return words;
}

dut::DmaRequest request_of(const Step& step) {
  return {step.device,    step.at,
          step.is_write,  step.bytes,
          step.is_write ? 0 : step.length,
          pasid_of(step), is_atomic(step),
          step.translated};
}

Reply<Words> send_dma(dut::Adapter& adapter, const Step& step) {
  return adapter.dma(request_of(step)).map([&](dut::DmaReply reply) {
    if (!is_atomic(step)) return Words();
    reply.data.resize(step.bytes.size());  // nothing, if it was aborted: zeros stand for it
    return words_of(reply.data);
  });
}

Words words_of(const dut::MsiReply& reply) {
  if (reply.doorbell) return vector::doorbell_words(*reply.doorbell);
  return reply.arrived ? vector::message_words(reply.address, reply.data) : Words{0, 0, 0};
}

// Of what did not arrive everything is seen.
Words seen_of(const dut::MsiReply& reply) {
  if (!reply.arrived) return {};
  const std::uint64_t no_data = ~std::uint64_t{~std::uint32_t{0}};
  return {~std::uint64_t{0}, reply.address_seen, reply.data_seen | no_data};
}

Reply<dut::MsiReply> send_msi(dut::Adapter& adapter, const Step& step) {
  return adapter.msi({step.device, step.at, static_cast<std::uint32_t>(step.value)});
}

Reply<Words> ask_ats(dut::Adapter& adapter, const Step& step) {
  return adapter.ats(access_of(step)).map(
      [](const dut::AtsReply& a) { return vector::ats_words(a, a.address); });
}

Reply<void> send_page_request(dut::Adapter& adapter, const Step& step) {
  // As in the entry of a page request: whether it is the last of its group, and the group.
  const unsigned tag = step.group | (step.last ? 0x200u : 0u);
  return adapter.page_request(access_of(step), static_cast<std::uint16_t>(tag));
}

Reply<Words> received_responses(dut::Adapter& adapter) {
  return adapter.responses().map(response_words);
}

Reply<Words> received_invalidations(dut::Adapter& adapter) {
  return adapter.invalidations().map(invalidation_words);
}

}  // namespace amdvi::judge
