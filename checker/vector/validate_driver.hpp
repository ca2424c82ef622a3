// What a schema cannot say of vectors for drivers: operations and actions of spec/host.
#pragma once

#include <string>
#include <string_view>

#include "checker/vector/first_invalid.hpp"
#include "checker/vector/vector.hpp"

namespace amdvi::vector {

bool is_of_driver(const Step& step);
// "trans_devid_pool.reserve", or a decision.
bool is_driver_call(std::string_view name);

void validate_driver_step(FirstInvalid& out, const Step& step, const std::string& at);
void validate_shown(FirstInvalid& out, const Outcome& outcome, const std::string& at);
// Only steps of its subject, and of a driver: opened once, first.
void validate_subject(FirstInvalid& out, const Vector& vector, Subject subject,
                      const std::string& at);

}  // namespace amdvi::vector
