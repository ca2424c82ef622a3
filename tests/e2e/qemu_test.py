"""A short run on QEMU: it is judged, without a hang, and the same twice."""
import json
import os
import shutil
import subprocess
import sys

BASE = [os.environ["AMDVI"], "--profiles", os.environ["AMDVI_PROFILES"], "--vectors",
        os.environ["AMDVI_VECTORS"]]
GROUPS = ["walk-levels", "walk-reserved", "completion-wait"]


def run() -> "dict[str, str]":
    groups = [word for group in GROUPS for word in ("--group", group)]
    done = subprocess.run([*BASE, "run", "--dut", "qemu", *groups, "--json", "-"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
                          check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"exit {done.returncode}: {done.stderr}")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["id"]: line["verdict"] for line in lines if "id" in line}


if shutil.which("qemu-system-x86_64") is None:
    print("skipped: qemu-system-x86_64 is not installed")
    sys.exit(77)
first, second = run(), run()
verdicts = sorted(set(first.values()))
print(f"{len(first)} vectors: {', '.join(f'{v} {list(first.values()).count(v)}' for v in verdicts)}")
if first != second:
    sys.exit("two runs differ")
if not {"pass", "fail"} >= set(verdicts) - {"suspect"} or "pass" not in verdicts:
    sys.exit("QEMU was not judged")
