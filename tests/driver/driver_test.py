"""`amdvi run --driver`: shared objects that are right, wrong, foreign or none, and the reports of them."""
import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

AMDVI, VECTORS = os.environ["AMDVI"], Path(os.environ["AMDVI_VECTORS"])
DRIVER, POOL, ODD = os.environ["AMDVI_DRIVER"], os.environ["AMDVI_POOL_DRIVER"], os.environ["AMDVI_ODD_DRIVER"]


def amdvi(*args):
    return subprocess.run([AMDVI, "--vectors", str(VECTORS), *args], capture_output=True, text=True, timeout=250, check=False)


def results(*args):
    run = amdvi("run", "--json", "-", *args)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    return run.returncode, [line for line in lines if "verdict" in line]


class Loading(unittest.TestCase):
    def refused(self, file, what):
        run = amdvi("run", "--driver", str(file))
        self.assertEqual(run.returncode, 2, run.stdout)
        self.assertEqual(len(run.stderr.splitlines()), 1, run.stderr)
        self.assertIn(what, run.stderr)

    def test_a_file_that_is_not_there(self):
        self.refused("/nowhere/lib.so", "cannot open shared object")

    def test_a_file_that_is_no_shared_object(self):
        self.refused(os.environ["AMDVI_EXAMPLE"], "ELF")

    def test_another_version_of_the_abi(self):
        self.refused(ODD, "speaks version 42 of the ABI, not 1")

    def test_a_driver_and_a_device_are_two_things(self):
        self.assertEqual(amdvi("run", "--driver", DRIVER, "--dut", "model").returncode, 2)


class Pool(unittest.TestCase):
    def test_the_pool_of_the_tutorial_passes_and_the_rest_is_skipped(self):
        code, vectors = results("--driver", POOL, "--strict")
        self.assertEqual(code, 0)
        own = [v for v in vectors if v["group"] == "host_domain_ids"]
        self.assertTrue(own and all(v["verdict"] == "pass" for v in own))
        others = [v for v in vectors if v["group"] != "host_domain_ids"]
        self.assertTrue(others and all(v["verdict"] == "skip" for v in others))
        self.assertIn("does not offer", others[0]["reason"])

    def test_it_is_as_long_as_the_tutorial_says_and_below_100_lines(self):
        lines = len(Path(os.environ["AMDVI_EXAMPLE"]).read_text().splitlines())
        said = re.search(r"A pool of IDs in (\d+) lines", Path(os.environ["AMDVI_TUTORIAL"]).read_text())
        self.assertEqual(lines, int(said[1]))
        self.assertLess(lines, 100)

    def test_what_the_tutorial_shows_is_in_the_file(self):
        example = Path(os.environ["AMDVI_EXAMPLE"]).read_text()
        text = Path(os.environ["AMDVI_TUTORIAL"]).read_text()
        block = re.search(r"( {7}static int do_reserve.*?\n {7}}\n)", text, re.S)[1]
        self.assertIn("".join(line[7:] + "\n" for line in block.splitlines()), example)


class Reports(unittest.TestCase):
    WRONG = ["--driver", DRIVER, "--driver-options", "mistake=reserve_steals"]

    def test_a_broken_driver_is_one_finding_with_a_rerun(self):
        run = amdvi("run", *self.WRONG)
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertIn("FAIL     host.trans-id.reserve.busy", run.stdout)
        rerun = re.search(r"rerun +(.*)", run.stdout)[1]
        self.assertIn("--only driver-", rerun)
        again = subprocess.run(rerun, shell=True, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(again.returncode, 1, again.stderr)
        self.assertIn("fail 1 ", again.stdout)

    def test_every_format_tells_it(self):
        with tempfile.TemporaryDirectory() as at:
            amdvi("run", *self.WRONG, "--group", "trans_devid_pool", "--junit", f"{at}/r.xml", "--html", f"{at}/r.html",
                  "--json", f"{at}/r.json")
            for name in ("r.xml", "r.html", "r.json"):
                text = Path(at, name).read_text()
                self.assertIn("trans_devid_pool", text)
                self.assertIn("reserve(", text)
                self.assertIn("E_BUSY", text)
            # Read back and told again.
            self.assertEqual(amdvi("report", f"{at}/r.json").returncode, 1)

    def test_a_waiver_covers_it_and_is_stale_for_a_right_driver(self):
        with tempfile.TemporaryDirectory() as at:
            waivers = Path(at, "waivers.yaml")
            waivers.write_text("kind: waivers\nwaivers:\n  - {clause: host.trans-id.reserve.busy, reason: known}\n")
            group = ["--waivers", str(waivers)]
            self.assertEqual(amdvi("run", *self.WRONG, *group).returncode, 0)
            stale = amdvi("run", "--driver", DRIVER, *group)
            self.assertEqual(stale.returncode, 1)
            self.assertIn("is stale", stale.stderr)

    def test_what_rests_on_an_inference_is_a_suspect_and_strict_counts_it(self):
        wrong = ["--driver", DRIVER, "--driver-options", "mistake=free_unreserves"]
        self.assertEqual(amdvi("run", *wrong).returncode, 0)
        self.assertEqual(amdvi("run", *wrong, "--strict").returncode, 1)

    def test_an_option_that_the_driver_refuses_fails_every_vector(self):
        code, vectors = results("--driver", DRIVER, "--driver-options", "nonsense", "--group", "guest_id_pool")
        self.assertEqual(code, 1)
        self.assertTrue(all("cannot be opened: E_INVAL" in v["reason"] for v in vectors))


class Files(unittest.TestCase):
    def broken(self, old, new, what):
        text = (VECTORS / "driver" / "host_domain_ids.json").read_text()
        self.assertIn(old, text)
        with tempfile.TemporaryDirectory() as at:
            file = Path(at, "broken.json")
            file.write_text(text.replace(old, new, 1))
            run = amdvi("run", "--driver", DRIVER, str(file))
            self.assertEqual(run.returncode, 2)
            self.assertRegex(run.stderr, rf"broken\.json:\d+:\d+: error: .*{what}")

    def test_an_unknown_operation_has_a_place(self):
        self.broken('"call":"host_domain_ids.alloc"', '"call":"host_domain_ids.grab"', "no operation 'host_domain_ids.grab'")

    def test_a_changed_question_is_another_vector(self):
        self.broken('"times":65533', '"times":65532', "does not name this question")

    def test_every_file_validates_against_the_schema(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("jsonschema is not there")
        schema = json.loads(Path(os.environ["AMDVI_SCHEMA"]).read_text())
        for file in sorted((VECTORS / "driver").glob("*.json")):
            jsonschema.Draft202012Validator(schema).validate(json.loads(file.read_text()))

    def test_every_operation_is_listed(self):
        listed = amdvi("spec", "list", "operations").stdout
        for file in sorted((VECTORS / "driver").glob("*.json")):
            for vector in json.loads(file.read_text())["vectors"]:
                for step in vector["steps"]:
                    self.assertIn(f"{step['call']}(", listed)


if __name__ == "__main__":
    unittest.main()
