// Steps of procedures, which several files have.
#pragma once

#include <initializer_list>
#include <string_view>

#include <amdvi/host/calls.hpp>

namespace amdvi::host::detail {

// Adds what an operation does; its error is not yet the procedure's.
Outcome step(Machine& machine, std::string_view operation,
             std::initializer_list<std::uint64_t> args, CallOutcome& whole);

// The same, and its error is the procedure's. false: there is one.
bool go(Machine& machine, std::string_view operation, std::initializer_list<std::uint64_t> args,
        CallOutcome& whole);

// Indices of a cell whose entries are not what they were first.
std::vector<std::uint64_t> changed(const Machine& machine, std::string_view cell);

// Argument of a machine's operation, by number.
CallArgument argument(std::string_view machine, std::string_view operation, std::size_t number,
                      std::string_view name);

// Of lifecycles: steps in a fixed order, each of which can fail, and the way back.
std::vector<Procedure> lifecycle_procedures();
// Of objects: what a driver does with them in one call.
std::vector<Procedure> object_procedures();

}  // namespace amdvi::host::detail
