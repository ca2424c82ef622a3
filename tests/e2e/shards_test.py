"""Shards of a run, merged, say what the whole run says."""
import json
import os
import subprocess
import tempfile
import unittest

BASE = [os.environ["AMDVI"], "--profiles", os.environ["AMDVI_PROFILES"], "--vectors",
        os.environ["AMDVI_VECTORS"]]


def amdvi(*args: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*BASE, *args], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=120, check=False)


def untimed(text: str) -> "list[object]":
    """The results without times and without how they were asked for."""
    lines = [json.loads(line) for line in text.splitlines()]
    for line in lines:
        line.pop("seconds", None)
        for key in ("seconds", "command", "findings"):
            line.get("summary", {}).pop(key, None)
    return lines


class Shards(unittest.TestCase):
    def setUp(self) -> None:
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)

    def shard(self, k: int, n: int) -> str:
        path = os.path.join(self.dir.name, f"{k}-of-{n}.jsonl")
        done = amdvi("run", "--dut", "faulty:ignore-tv", "--shard", f"{k}/{n}", "--json", path)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return path

    def test_all_shards_are_the_whole(self) -> None:
        whole = amdvi("run", "--dut", "faulty:ignore-tv", "--json", "-")
        merged = amdvi("merge", *(self.shard(k, 4) for k in (2, 0, 3, 1)), "--json", "-")
        self.assertEqual((whole.returncode, merged.returncode), (1, 1), merged.stderr)
        self.assertEqual(untimed(merged.stdout), untimed(whole.stdout))

    def test_a_missing_shard_is_3(self) -> None:
        done = amdvi("merge", self.shard(0, 3), self.shard(2, 3))
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("shards 1 are missing", done.stderr)

    def test_a_shard_given_twice_is_2(self) -> None:
        one = self.shard(0, 2)
        self.assertEqual(amdvi("merge", one, one).returncode, 2)

    def test_a_report_of_results(self) -> None:
        page = os.path.join(self.dir.name, "r.html")
        done = amdvi("report", self.shard(0, 2), "--html", page)
        self.assertEqual(done.returncode, 1, done.stderr)
        with open(page, encoding="utf-8") as file:
            self.assertIn("<html", file.read())


if __name__ == "__main__":
    unittest.main()
