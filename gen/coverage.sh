#!/bin/sh
# Branch coverage of model/ by its unit tests and the comparison with the naive model.
#   gen/coverage.sh [BUILD]     prints the figure and each branch that is left
# Not counted: generated code, branches that only the compiler makes for exceptions, and lines
# marked GCOVR_EXCL (none today). Needs gcovr.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=${1:-$root/build/coverage}
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS=--coverage \
  -DCMAKE_CXX_FLAGS=--coverage > /dev/null
cmake --build "$build" --target amdvi_model_unit amdvi_diff
find "$build" -name '*.gcda' -delete
RC_PARAMS=seed=48882 "$build/tests/unit/amdvi_model_unit" -m
"$build/tests/diff/amdvi_diff" 20000 20000 20000 500
gcovr --root "$root" --filter "$root/model/" --exclude-throw-branches \
  --exclude-unreachable-branches --branches --print-summary "$build"
