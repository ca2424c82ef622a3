"""Two runs of the proofs write the same bytes: same_bytes.py AMDVI."""
import subprocess
import sys


def report(amdvi: str, *args: str) -> bytes:
    done = subprocess.run([amdvi, "prove", *args, "--json", "-"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, check=True)
    if not done.stdout.startswith(b"{"):
        raise RuntimeError("no report on stdout")
    return done.stdout


if report(sys.argv[1]) != report(sys.argv[1], "--seed", "7"):
    sys.exit("two runs differ")
