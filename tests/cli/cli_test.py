"""The command line of amdvi as a user meets it: exit codes, streams, help.

By hand: AMDVI=build/release/checker/cli/amdvi python3 tests/cli/cli_test.py
"""
import os
import subprocess
import unittest

AMDVI = os.environ.get("AMDVI", "amdvi")
VERSION = os.environ.get("AMDVI_VERSION", "")


def amdvi(*args: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([AMDVI, *args], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60, check=False)


class Usage(unittest.TestCase):
    def test_version_is_on_stdout(self) -> None:
        done = amdvi("--version")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, rf"\bamdvi {VERSION}")

    def test_help_fits_a_screen(self) -> None:
        done = amdvi("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        lines = done.stdout.splitlines()
        self.assertLessEqual(len(lines), 50)
        self.assertLessEqual(max(map(len, lines)), 120)

    def test_a_usage_error_is_2_and_says_what_on_stderr(self) -> None:
        # CLI11's own codes are 105 and up.
        for args in ([], ["no-such-command"], ["--no-such-option"]):
            with self.subTest(args=args):
                done = amdvi(*args)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertNotEqual(done.stderr, "")


if __name__ == "__main__":
    unittest.main()
