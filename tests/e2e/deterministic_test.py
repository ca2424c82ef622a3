"""Two processes generate the same bytes."""
import os
import pathlib
import subprocess
import sys
import tempfile


def generate(out: str) -> "dict[str, bytes]":
    done = subprocess.run([os.environ["AMDVI"], "--profiles", os.environ["AMDVI_PROFILES"],
                           "generate", "--profile", "minimal", "--out", out],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240,
                          check=False)
    if done.returncode != 0:
        sys.exit(f"exit {done.returncode}: {done.stderr}")
    root = pathlib.Path(out)
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*.json")}


with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
    first, second = generate(one), generate(two)
print(f"{len(first)} files, {sum(map(len, first.values()))} bytes")
if not first:
    sys.exit("nothing was generated")
differ = [name for name in sorted(first.keys() | second.keys())
          if first.get(name) != second.get(name)]
if differ:
    sys.exit(f"not the same twice: {', '.join(differ)}")
