#!/usr/bin/env python3
"""Branch coverage of model/, from the counters that a run of the tests left.

    gen/coverage.sh [BUILD]      builds, runs and calls this

Counted is each way out of each condition, once for all instantiations of a template. Not counted:
generated code, and the ways out that only the compiler makes: of a call, which gcov marks `throw`
(an exception leaves it), and of a switch that has a case for every value of its enumeration.
"""
import collections
import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Dict, List, Tuple

ROOT = Path(__file__).resolve().parents[1]
Key = Tuple[str, int, int, int]  # file, line, branches of the line, which of them


def records(build: Path) -> List[dict]:
    """What gcov says of every object that ran."""
    counters = sorted(str(p.resolve()) for p in build.rglob("*.gcda"))
    found = []
    with tempfile.TemporaryDirectory() as out:
        for start in range(0, len(counters), 8):
            subprocess.run(["gcov", "--json-format", "--branch-counts", "--branch-probabilities",
                            "--hash-filenames", *counters[start:start + 8]],
                           cwd=out, check=True, capture_output=True)
            for path in Path(out).glob("*.gcov.json.gz"):
                with gzip.open(path) as text:
                    found.append(json.load(text))
                path.unlink()
    return found


def model_file(name: str, cwd: str) -> str:
    path = Path(cwd, name).resolve()
    try:
        inside = path.relative_to(ROOT / "model")
    except ValueError:
        return ""
    return "model/" + inside.as_posix()


def conditions(ways: List[dict]) -> List[dict]:
    """Without those of calls, which have two: the call returns, or throws."""
    real = []
    for way in ways:
        if not way["throw"]:
            real.append(way)
        elif real:
            real.pop()
    return real


def branches(build: Path) -> Dict[Key, int]:
    counts: Dict[Key, int] = collections.Counter()
    for record in records(build):
        for file in record["files"]:
            name = model_file(file["file"], record["current_working_directory"])
            for line in file["lines"] if name else []:
                real = conditions(line["branches"])
                for index, branch in enumerate(real):
                    counts[name, line["line_number"], len(real), index] += branch["count"]
    return counts


def main() -> int:
    counts = branches(Path(sys.argv[1]))
    left: Dict[Tuple[str, int], List[str]] = collections.defaultdict(list)
    for (name, line, _, index), count in sorted(counts.items()):
        if count == 0:
            left[name, line].append(str(index))
    beyond = 0
    for (name, line), missing in left.items():
        source = (ROOT / name).read_text().splitlines()[line - 1].strip()
        if source.startswith("switch (") and len(missing) == 1:
            beyond += 1  # -Wswitch sees to it that every value has its case
            continue
        print(f"{name}:{line}: {len(missing)} not taken: {source}")
    taken = sum(1 for count in counts.values() if count > 0)
    total = len(counts) - beyond
    print(f"branches of model/: {taken} of {total} taken, {100 * taken / max(1, total):.1f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
