"""A short run on QEMU: it is judged, without a hang, and the same twice; interrupts, its own ones and
PCI configuration among it. What it is accused of is in the review of its findings."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BASE = [os.environ["AMDVI"], "--profiles", os.environ["AMDVI_PROFILES"], "--vectors",
        os.environ["AMDVI_VECTORS"]]
GROUPS = ["walk-levels", "walk-reserved", "completion-wait", "interrupt-check", "interrupt-bounds",
          "own-interrupts", "pci", "reset-line"]
REVIEW = Path(__file__).resolve().parents[2] / "docs" / "qemu-7.2-findings.md"


def run() -> "tuple[dict[str, str], set[str]]":
    groups = [word for group in GROUPS for word in ("--group", group)]
    with tempfile.TemporaryDirectory() as place:
        results = Path(place) / "results.json"
        done = subprocess.run([*BASE, "run", "--dut", "qemu", *groups, "--json", str(results)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=300, check=False)
        if done.returncode not in (0, 1):
            sys.exit(f"exit {done.returncode}: {done.stderr}")
        lines = [json.loads(line) for line in results.read_text().splitlines()]
    accused = set(re.findall(r"^FAIL +(\S+)", done.stdout, re.MULTILINE))
    return {line["id"]: line["verdict"] for line in lines if "id" in line}, accused


if shutil.which("qemu-system-x86_64") is None:
    print("skipped: qemu-system-x86_64 is not installed")
    sys.exit(77)
(first, accused), (second, _) = run(), run()
verdicts = sorted(set(first.values()))
print(f"{len(first)} vectors: {', '.join(f'{v} {list(first.values()).count(v)}' for v in verdicts)}")
if first != second:
    sys.exit("two runs differ")
if not {"pass", "fail"} >= set(verdicts) - {"suspect"} or "pass" not in verdicts:
    sys.exit("QEMU was not judged, or some vectors were skipped")
version = subprocess.run(["qemu-system-x86_64", "--version"], capture_output=True, text=True,
                         check=False).stdout
unreviewed = accused - set(re.findall(r"`([a-z0-9.-]+)`", REVIEW.read_text()))
if " 7.2." in version and unreviewed:
    sys.exit(f"accused and not reviewed in {REVIEW.name}: {', '.join(sorted(unreviewed))}")
