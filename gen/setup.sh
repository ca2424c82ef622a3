#!/bin/sh
# Makes sure this machine can build: installs what Debian lacks, and nothing else.
# A second run finds nothing to do and needs neither root nor the network.
set -eu

set -- g++ cmake ninja-build pkg-config \
  libz3-dev libcli11-dev libyaml-cpp-dev nlohmann-json3-dev libfmt-dev libexpected-dev libssl-dev \
  doctest-dev librapidcheck-dev \
  python3 python3-yaml python3-jsonschema \
  qemu-system-x86

if ! command -v dpkg-query >/dev/null; then
  echo "setup: not a Debian system; these must be installed (Debian names): $*" >&2
  exit 0
fi

for package in "$@"; do
  shift
  dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
    set -- "$@" "$package"
done
[ $# -gt 0 ] || exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then
  as_root=sudo
  if ! command -v sudo >/dev/null; then
    echo "setup: run this as root, then try again:" >&2
    echo "  apt-get install --no-install-recommends $*" >&2
    exit 2
  fi
fi

apt_get() {
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600 \
    -o Acquire::Retries=3 "$@" >&2
}

# The package lists may be absent (a fresh image) or stale: then update, once.
echo "setup: installing $*" >&2
apt_get install -y --no-install-recommends "$@" ||
  { apt_get update && apt_get install -y --no-install-recommends "$@"; } ||
  { echo "setup: could not install: $*" >&2; exit 2; }
