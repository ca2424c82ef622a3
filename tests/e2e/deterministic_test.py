"""Another process generates the same bytes, and sees which files are not those."""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

VECTORS = Path(os.environ["AMDVI_VECTORS"])  # what the first process made


def check(out: Path) -> "tuple[int, list[str]]":
    done = subprocess.run([os.environ["AMDVI"], "--profiles", os.environ["AMDVI_PROFILES"], "generate", "--check",
                           "--out", str(out)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=500,
                          check=False)
    return done.returncode, sorted(done.stderr.splitlines())


with tempfile.TemporaryDirectory(dir=VECTORS.parent) as directory:
    # Three files are wrong, each in its way: whatever else differed would be complained of too.
    copy = Path(shutil.copytree(VECTORS, Path(directory) / "copy", copy_function=os.link))
    changed, missing, left = copy / "reference/registers.json", copy / "kat/exclusion.json", copy / "minimal/old.json"
    text = changed.read_bytes()
    changed.unlink()
    changed.write_bytes(text + b"\n")
    missing.unlink()
    left.write_text("{}\n", encoding="utf-8")
    status, said = check(copy)
    wanted = {changed: "not what the specification gives", missing: "missing", left: "nothing generates it"}
    # Known answers belong to every profile: each of them misses the file.
    unknown = [line for line in said
               if not any(line.startswith(f"{path}: error: {what};") for path, what in wanted.items())]
    unseen = [str(path) for path in wanted if not any(line.startswith(f"{path}: error: ") for line in said)]

print(f"{sum(1 for _ in VECTORS.rglob('*.json'))} files")
if status != 1 or unknown or unseen:
    sys.exit(f"exit {status}\nnot the same twice: {unknown}\nnot seen: {unseen}")
