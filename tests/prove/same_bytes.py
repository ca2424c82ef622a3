"""Another run of the proofs, with another seed, writes the same bytes: same_bytes.py AMDVI REPORT."""
import subprocess
import sys
from pathlib import Path

amdvi, report = sys.argv[1:]
done = subprocess.run([amdvi, "prove", "--seed", "7", "--json", "-"], stdin=subprocess.DEVNULL,
                      stdout=subprocess.PIPE, check=True)
if not done.stdout.startswith(b"{"):
    sys.exit("no report on stdout")
if done.stdout != Path(report).read_bytes():
    sys.exit("two runs differ")
