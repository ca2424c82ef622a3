"""The vectors of the project are those that are generated: current_test.py GENERATED VECTORS."""
import sys
from pathlib import Path


def texts(root: Path, directories: "set[str]") -> "dict[str, bytes]":
    return {str(path.relative_to(root)): path.read_bytes()
            for name in directories for path in (root / name).rglob("*.json")}


generated, there = (Path(argument) for argument in sys.argv[1:])
directories = {path.name for path in generated.iterdir()}
new, old = texts(generated, directories), texts(there, directories)
stale = sorted(name for name in new.keys() | old.keys() if new.get(name) != old.get(name))
if stale or not new:
    sys.exit(f"not what the specification gives: {', '.join(stale)}\nrun `amdvi generate`")
print(f"{len(new)} files")
