// Steps that are a message to or from a device: sent to an adapter, and what was observed as words.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "checker/dut/adapter.hpp"
#include "checker/vector/vector.hpp"

namespace amdvi::judge {

using Words = std::vector<std::uint64_t>;

Words words_of(std::span<const std::uint8_t> bytes);
Words words_of(const dut::MsiReply& reply);
// The bits of those words that the adapter has seen; none if it sees all.
Words seen_of(const dut::MsiReply& reply);
dut::DmaRequest request_of(const vector::Step& step);

// No words for a DMA whose data only collect() gives.
dut::Reply<Words> send_dma(dut::Adapter& adapter, const vector::Step& step);
dut::Reply<dut::MsiReply> send_msi(dut::Adapter& adapter, const vector::Step& step);
dut::Reply<Words> ask_ats(dut::Adapter& adapter, const vector::Step& step);
dut::Reply<void> send_page_request(dut::Adapter& adapter, const vector::Step& step);
dut::Reply<Words> received_responses(dut::Adapter& adapter);
dut::Reply<Words> received_invalidations(dut::Adapter& adapter);

}  // namespace amdvi::judge
