// Vectors as JSON values, both ways.
#pragma once

#include <string_view>

#include "checker/vector/cursor.hpp"
#include "checker/vector/vector.hpp"

namespace amdvi::vector {

Json encode(const Vector& vector);
// What the device is asked, and nothing else: the part of a vector that its id names.
Json question(std::string_view profile, const Vector& vector);

Vector decode_vector(const Cursor& at);

std::string_view trust_name(Trust trust);
Trust decode_trust(const Cursor& at);

}  // namespace amdvi::vector
