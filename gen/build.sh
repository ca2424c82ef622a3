#!/bin/sh
# build.sh [TARGET...]: set this machine up, configure and build build/release.
# All output goes to stderr; stdout belongs to whatever runs next.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
build=$root/build/release
exec >&2

"$root/gen/setup.sh"
mkdir -p "$build"
if command -v flock >/dev/null; then   # two runs at once would break each other's build
  exec 9>"$build/.lock"
  flock 9
fi

# A tree that was moved or copied brings a cache that CMake refuses.
fresh=
if [ -f "$build/CMakeCache.txt" ] &&
  ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$build/CMakeCache.txt"; then
  fresh=--fresh
fi
cd "$root"
cmake --preset release --log-level=NOTICE ${fresh:+"$fresh"}
cmake --build "$build" ${1:+--target "$@"}
