#!/bin/sh
# The unit tests of the model and the comparison with the naive model under Valgrind: memcheck with
# full leak check, which may report nothing.
#   gen/valgrind.sh [BUILD] [N]     BUILD has amdvi_model_unit and amdvi_diff; N cases at a time
set -eu
build=${1:-$(dirname "$0")/../build/release}
step=${2:-40}
unit=$build/tests/unit/amdvi_model_unit
diff=$build/tests/diff/amdvi_diff

check() {
  status=0
  RC_PARAMS=seed=48882 valgrind -q --error-exitcode=9 --leak-check=full "$@" || status=$?
  [ $status -ne 9 ]
}

cases=$("$unit" --count | sed -n 's/.*filters: //p')
first=1
while [ "$first" -le "$cases" ]; do
  last=$((first + step - 1))
  check "$unit" -m --first="$first" --last="$last"
  [ $status -eq 0 ]
  echo "cases $first to $last of $cases: nothing reported"
  first=$((last + 1))
done
# So few do not come to every rule, which is 1.
check "$diff" 1000 1000 1000 10 > /dev/null
echo "comparison with the naive model: nothing reported"
