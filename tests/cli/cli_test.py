"""The command line of amdvi as a user meets it: exit codes, streams, help.

By hand: AMDVI=build/release/checker/cli/amdvi python3 tests/cli/cli_test.py
"""
import os
import shutil
import subprocess
import tempfile
import unittest

AMDVI = os.environ.get("AMDVI", "amdvi")
VERSION = os.environ.get("AMDVI_VERSION", "")
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
VECTORS = os.environ.get("AMDVI_VECTORS", os.path.join(ROOT, "vectors"))

PROFILE = """kind: profile
name: {name}
title: "A tiny device"
revision: "3.05"
header: {{CapId: 0x0f}}
EFR: {efr}
EFR2: {{}}
memory: {{start: 0x100000, length: 0x100000}}
requesters:
  - {{name: dev, device_id: 0x0028, engine: model}}
options: {{}}
"""


def amdvi(*args: str, cwd: str = ROOT, **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([AMDVI, *args], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=240, check=False, cwd=cwd, env={**os.environ, **env})


class Case(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.dir = temporary.name

    def file(self, name: str, text: str) -> str:
        path = os.path.join(self.dir, name)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        return path

    def vectors(self) -> str:
        return os.path.join(VECTORS, "reference", "registers.json")

    def refused(self, *args: str, says: str) -> None:
        """Exit 2, nothing on stdout, one line on stderr."""
        done = amdvi(*args)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertIn(says, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)


class Usage(unittest.TestCase):
    def test_version_is_on_stdout(self) -> None:
        done = amdvi("--version")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, rf"\bamdvi {VERSION}")

    def test_help_fits_a_screen(self) -> None:
        for command in ([], ["run"], ["spec"], ["prove"], ["generate"], ["merge"]):
            done = amdvi(*command, "--help")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            lines = done.stdout.splitlines()
            self.assertLessEqual(len(lines), 50)
            self.assertLessEqual(max(map(len, lines)), 120)

    def test_a_usage_error_is_2_and_says_what_on_stderr(self) -> None:
        # CLI11's own codes are 105 and up.
        for args in ([], ["no-such-command"], ["--no-such-option"], ["spec"], ["run", "--jobs", "0"],
                     ["run", "--jobs", "many"], ["explain"], ["completion", "fish"], ["export"]):
            with self.subTest(args=args):
                done = amdvi(*args)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertNotEqual(done.stderr, "")


class BadInput(Case):
    def test_profiles(self) -> None:
        self.refused("run", "--profile", "no-such", says="no such profile; one of ")
        self.refused("run", "--profile", "no/such.yaml", says="no/such.yaml")
        bad = self.file("tiny.yaml", PROFILE.format(name="tiny", efr="{HATS: 9}"))
        self.refused("run", "--profile", bad, says="tiny.yaml:6:13: error: 0x9 does not fit 2 bits")
        self.refused("--profiles", self.dir, "run", "--profile", "no-such", says="one of tiny")

    def test_vector_files(self) -> None:
        self.refused("run", "no/such.json", says="no/such.json")
        self.refused("run", self.file("v.json", "{"), says="v.json:1:2: error")

    def test_devices(self) -> None:
        self.refused("run", "--dut", "faulty:no-such", "--profile", "reference", self.vectors(),
                     says="no such fault")
        self.refused("run", "--dut", "qemu", "--profile", "reference", self.vectors(),
                     says="does not say how to start an emulator")

    def test_selections(self) -> None:
        self.refused("run", "--shard", "4/4", says="'4/4' is not a shard")
        self.refused("run", "--shard", "x", says="'x' is not a shard")
        self.refused("run", "--only", "no-such", self.vectors(), says="no vector no-such")
        self.refused("run", "--group", "no-such", self.vectors(),
                     says="no vector of profile reference is selected")

    def test_waivers_and_results(self) -> None:
        waivers = self.file("w.yaml", "kind: waivers\nwaivers: [{vector: v}]\n")
        self.refused("run", "--waivers", waivers, says="w.yaml:2:11: error: key 'reason' is missing")
        self.refused("report", self.file("r.jsonl", "x\n"), says="r.jsonl:1:1: error: not a result")
        self.refused("merge", self.file("e.jsonl", ""), says="the results end without a summary")

    def test_names(self) -> None:
        self.refused("spec", "list", "nothing", says="one of registers")
        self.refused("spec", "show", "Nothing", says="nothing is called 'Nothing'")
        self.refused("prove", "--decision", "nothing", says="no decision is called 'nothing'")
        self.refused("prove", "--machine", "nothing", says="no machine is called 'nothing'")
        self.refused("prove", "--mistakes", "--decision", "exclusion", says="have no mistakes")
        self.refused("explain", "no-such", says="neither a vector nor a file")


class Work(Case):
    def test_a_run_conforms_or_does_not(self) -> None:
        vectors = self.vectors()
        good = amdvi("run", "--dut", "model", vectors)
        self.assertEqual((good.returncode, good.stderr), (0, ""))
        bad = amdvi("run", "--dut", "faulty:half-write-clobbers", vectors)
        self.assertEqual(bad.returncode, 1)
        self.assertIn("does not conform", bad.stdout.splitlines()[-1])
        self.assertNotIn("\x1b", bad.stdout)
        self.assertNotIn("\x1b", amdvi("run", vectors, NO_COLOR="1").stdout)
        self.assertIn("\x1b", amdvi("--color", "always", "run", vectors).stdout)

    def test_a_broken_adapter_is_3(self) -> None:
        done = amdvi("run", "--dut", "exit 1", "--profile", "reference", self.vectors())
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertNotEqual(done.stderr, "")

    def test_a_stale_waiver_is_1(self) -> None:
        waivers = self.file("w.yaml", "kind: waivers\nwaivers: [{clause: reg.access.width, reason: r}]\n")
        done = amdvi("run", "--waivers", waivers, self.vectors())
        self.assertEqual(done.returncode, 1)
        self.assertIn("stale", done.stderr)

    def test_one_report_has_stdout_for_itself(self) -> None:
        done = amdvi("run", "--json", "-", self.vectors())
        self.assertTrue(all(line.startswith("{") for line in done.stdout.splitlines()))

    def test_generated_vectors_are_checked(self) -> None:  # of devices: tests/e2e/deterministic_test.py
        check = ("generate", "--profile", "driver", "--check", "--out")
        self.assertEqual(amdvi(*check, VECTORS).returncode, 0)
        copy = shutil.copytree(os.path.join(VECTORS, "driver"), os.path.join(self.dir, "driver"))
        with open(os.path.join(copy, "devid_map.json"), "a", encoding="utf-8") as file:
            file.write("\n")
        done = amdvi(*check, self.dir)
        self.assertEqual(done.returncode, 1)
        self.assertIn("devid_map.json: error: not what the specification gives", done.stderr)

    def test_the_specification_is_shown(self) -> None:
        for kind in ("registers", "structures", "commands", "events", "decisions", "clauses",
                     "options", "profiles"):
            self.assertEqual(amdvi("spec", "list", kind).returncode, 0)
        for name in ("Control", "V1Pte", "IO_PAGE_FAULT", "COMPLETION_WAIT", "v1_walk_step",
                     "dte.tv-clear", "mode7_event"):
            done = amdvi("spec", "show", name)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn(name, done.stdout)
        self.assertEqual(amdvi("spec", "check").returncode, 0)

    def test_profiles_are_found_from_anywhere_below_the_project(self) -> None:
        self.assertIn("reference", amdvi("spec", "list", "profiles").stdout)

    def test_the_c_header_is_exported(self) -> None:
        done = amdvi("export", "--c-header", "-")
        self.assertEqual(done.returncode, 0)
        self.assertTrue(done.stdout.startswith("/* GENERATED"))
        self.assertTrue(done.stdout.rstrip().endswith("*/"), done.stdout[-80:])

    def test_completion_completes(self) -> None:
        script = self.file("completion", amdvi("completion", "bash").stdout)
        ask = (f'. {script}; COMP_WORDS=(amdvi spec sh); COMP_CWORD=2; _amdvi; echo "${{COMPREPLY[@]}}";'
               'COMP_WORDS=(amdvi run --ju); COMP_CWORD=2; _amdvi; echo "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, timeout=20,
                              check=False)
        self.assertEqual(done.stdout.split(), ["show", "--junit"], done.stderr)


if __name__ == "__main__":
    unittest.main()
