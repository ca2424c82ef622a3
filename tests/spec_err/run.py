"""Specs that must be refused, each with the message it must be refused with.

base/ is a small valid spec. A case in cases/ replaces or adds one file of it:

    file: core/structures/Entry.yaml     # path inside the spec
    text: |                              # the file's whole new text, or null: it is removed
      kind: structure
      ...
    expect: "core/structures/Entry.yaml:3:8: error: ..."     # first line on stderr, whole

    run.py              all cases        run.py --base      only: is base/ accepted?
    run.py CASE.yaml... these cases      run.py --show CASE.yaml   what does it say now?
"""
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import List, Tuple

import yaml

HERE = Path(__file__).resolve().parent
GENERATOR = HERE.parents[1] / "gen" / "amdvigen"


def check(spec: Path) -> Tuple[int, List[str]]:
    done = subprocess.run([sys.executable, "-B", str(GENERATOR), "--spec", ".", "--check"],
                          cwd=spec, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr.splitlines()


def run_case(path: Path) -> Tuple[int, List[str], str]:
    """The generator's exit code and stderr for a case, and the line expected of it."""
    case = yaml.safe_load(path.read_text())
    if set(case) != {"file", "text", "expect"}:
        raise SystemExit(f"{path}: a case has the keys file, text, expect")
    with tempfile.TemporaryDirectory(prefix="amdvi-spec-err-") as scratch:
        spec = Path(scratch) / "spec"
        shutil.copytree(HERE / "base", spec)
        target = spec / case["file"]
        if case["text"] is None:
            target.unlink()
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(case["text"])
        return (*check(spec), case["expect"])


def judge(path: Path) -> bool:
    code, lines, expected = run_case(path)
    said = lines[0] if lines else ""
    if code == 2 and said == expected:
        return True
    print(f"FAIL {path.stem}\n  expected: (2) {expected}\n  got:      ({code}) {said}")
    print("".join(f"            {line}\n" for line in lines[1:6]), end="")
    return False


def judge_base() -> bool:
    code, lines = check(HERE / "base")
    if code == 0 and not lines:
        return True
    print(f"FAIL base: exit {code}", *lines, sep="\n  ")
    return False


def main(args: List[str]) -> int:
    if args == ["--base"]:
        return 0 if judge_base() else 1
    if args[:1] == ["--show"]:
        for name in args[1:]:
            code, lines, _ = run_case(Path(name))
            print(f"exit {code}", *lines, sep="\n")
        return 0
    cases = [Path(a) for a in args] or sorted((HERE / "cases").glob("*.yaml"))
    results = [judge(path) for path in cases]
    if not args:
        results.append(judge_base())
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
