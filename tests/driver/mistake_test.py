"""A driver with the named mistake is caught, and the vectors that catch it are listed."""
import json
import os
import subprocess
import sys

mistake, capability = sys.argv[1:]
result = subprocess.run(
    [os.environ["AMDVI"], "--vectors", os.environ["AMDVI_VECTORS"], "run", "--driver", os.environ["AMDVI_DRIVER"],
     "--driver-options", f"mistake={mistake}", "--strict", "--json", "-",
     "--group", capability, *(["--deadline", "2"] if mistake == "hangs" else [])],
    capture_output=True, text=True, timeout=280, check=False)
if result.returncode != 1:
    sys.exit(f"{mistake}: exit {result.returncode}\n{result.stderr}")
lines = [json.loads(line) for line in result.stdout.splitlines()]
caught = [line for line in lines if line.get("verdict") in ("fail", "suspect", "hang", "crash")]
wanted = {"hangs": "hang", "crashes": "crash"}.get(mistake)
if not caught or (wanted and any(line["verdict"] != wanted for line in caught)):
    sys.exit(f"{mistake}: not caught as it should be")
print(f"{mistake}: caught by {len(caught)} vectors")
for line in caught[:20]:
    print(f"  {line['verdict']:<8}{line['id']}  {line['name']}")
