// What reports say of machines, in both formats.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "checker/prove/machine_report.hpp"

namespace amdvi::prove {

std::string machine_text(const MachineProof& proof);
std::string mistake_text(const MistakeProof& proof);
// "NAME 0.123 s, 4 queries; slowest: ...", and a line a query.
std::string cost_text(std::string_view name, const ProofCost& cost);

nlohmann::ordered_json machine_json(const MachineProof& proof);
nlohmann::ordered_json mistake_json(const MistakeProof& proof);
nlohmann::ordered_json cost_json(std::string_view name, const ProofCost& cost);

}  // namespace amdvi::prove
