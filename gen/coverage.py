#!/usr/bin/env python3
"""Branch coverage from `llvm-cov export`: each way out of each condition and each label of a switch,
once for all instantiations of a template.

    llvm-cov export ... | coverage.py ROOT

A condition is known by its place in the source, and a way out counts as taken if one instantiation
takes it. Left out: conditions that the compiler folds (`if constexpr`), and the way out of a switch
over an enumeration that has a label for every value, which -Wswitch makes sure of.
"""
import json
import sys
from pathlib import Path
from typing import Dict, List, Tuple

Place = Tuple[str, int, int, int, int]


def branches(export: dict) -> Dict[Place, List[int]]:
    """How often each condition was true and false, over all functions that have it."""
    found: Dict[Place, List[int]] = {}
    for function in export["data"][0]["functions"]:
        for branch in function["branches"]:
            line, column, end_line, end_column, true, false, file = branch[:7]
            place = (function["filenames"][file], line, column, end_line, end_column)
            counts = found.setdefault(place, [0, 0])
            counts[0] += true
            counts[1] += false
    return found


def ways(text: List[str], place: Place, counts: List[int]) -> List[Tuple[str, bool]]:
    """The ways out of a condition and whether each was taken."""
    _, line, column, end_line, end_column = place
    here = text[line - 1]
    before, condition = here[:column - 1], here[column - 1:]
    if "if constexpr (" in before or before.rstrip().endswith("switch ("):
        return []
    if condition.startswith(("case ", "default")):
        return [(condition.split(":  ")[0].rstrip(" :{"), counts[0] > 0)]
    if line == end_line:
        condition = here[column - 1:end_column - 1]
    return [(f"{condition.strip()} is {name}", count > 0)
            for name, count in zip(("true", "false"), counts)]


def main() -> int:
    root = Path(sys.argv[1]).resolve()
    by_file: Dict[str, List[Tuple[int, str, bool]]] = {}
    texts: Dict[str, List[str]] = {}
    for place, counts in sorted(branches(json.load(sys.stdin)).items()):
        name = place[0]
        if root / "model" not in Path(name).resolve().parents:
            continue
        if name not in texts:
            texts[name] = Path(name).read_text().splitlines()
        short = str(Path(name).resolve().relative_to(root))
        by_file.setdefault(short, []).extend(
            (place[1], what, taken) for what, taken in ways(texts[name], place, counts))
    for name, found in by_file.items():
        for line, what, taken in found:
            if not taken:
                print(f"{name}:{line}: never: {what}")
    taken = sum(t for found in by_file.values() for _, _, t in found)
    all_of_them = sum(map(len, by_file.values()))
    print(f"{taken} of {all_of_them} branches, {100 * taken / all_of_them:.1f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
