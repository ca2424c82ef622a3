// A number as a type: picks one rule of a decision at compile time.
#pragma once

#include <cstddef>
#include <type_traits>

namespace amdvi::spec {

template <std::size_t I>
using Index = std::integral_constant<std::size_t, I>;

}  // namespace amdvi::spec
