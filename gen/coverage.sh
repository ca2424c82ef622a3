#!/bin/sh
# Branch coverage of model/ by its unit tests and the comparison with the naive model.
#   gen/coverage.sh             prints each branch that is left and the figure
# Counted as gen/coverage.py says, in what clang knows of the source: nothing that only a compiler
# makes, such as the ways that exceptions take. Needs clang and llvm.
set -eu
cd "$(dirname "$0")/.."
build=build/coverage
cmake --preset coverage > /dev/null
cmake --build $build --target amdvi_model_unit amdvi_diff >&2
unit=$build/tests/unit/amdvi_model_unit
diff=$build/tests/diff/amdvi_diff
LLVM_PROFILE_FILE=$build/unit.profraw RC_PARAMS=seed=48882 $unit -m >&2
LLVM_PROFILE_FILE=$build/diff.profraw $diff >&2
llvm-profdata merge -o $build/all.profdata $build/unit.profraw $build/diff.profraw
llvm-cov export -instr-profile $build/all.profdata $unit -object $diff model |
  python3 -B gen/coverage.py .
