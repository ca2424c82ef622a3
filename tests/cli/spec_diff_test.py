"""`amdvi spec diff` and `amdvi spec ivrs` as a user meets them.

By hand: AMDVI=build/release/checker/cli/amdvi python3 tests/cli/spec_diff_test.py
"""
import json
import os
import subprocess
import tempfile
import unittest

AMDVI = os.environ.get("AMDVI", "amdvi")


def diff(*args: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([AMDVI, "spec", "diff", *args], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60, check=False)


def objects(*args: str) -> dict:
    done = diff(*args, "--json", "-")
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return {(o["kind"], o["name"]): o["changes"] for o in json.loads(done.stdout)["objects"]}


class SpecDiff(unittest.TestCase):
    def test_a_field_that_took_the_place_of_another(self) -> None:
        control = {c.get("name"): c for c in objects("3.05", "3.10")["register", "Control"]}
        self.assertEqual((control["NumIntRemapMode"]["change"], control["NumIntRemapMode"]["bits"]), ("gained", "44:43"))
        self.assertIn("DomainIDPNE", control["NumIntRemapMode"]["text"])
        self.assertEqual(control["DomainIDPNE"]["change"], "lost")

    def test_reserved_bits_that_got_a_meaning(self) -> None:
        entry = objects("3.10", "3.11")["structure", "DeviceTableEntry"]
        self.assertIn(("lost", "reserved set", "low_revision", "6:4"),
                      [(c["change"], c["what"], c.get("name"), c.get("bits")) for c in entry])
        self.assertIn(("gained", "CXLMemAttr"), [(c["change"], c.get("name")) for c in entry])

    def test_a_reserved_set_by_its_condition(self) -> None:
        entry = objects("3.05", "3.06")["structure", "DeviceTableEntry"]
        sets = [(c["change"], c["name"], c["bits"]) for c in entry if c["what"] == "reserved set"]
        self.assertIn(("lost", "low_revision", "106"), sets)
        self.assertTrue(any(s[0] == "gained" and s[2] == "106" for s in sets), sets)  # unless SATSSup

    def test_clauses_come_and_go(self) -> None:
        changes = objects("3.05", "3.11")["specification", "clauses"]
        gained = {c["clause"] for c in changes if c["change"] == "gained" and c["what"] == "clause"}
        self.assertLessEqual({"dte.snp-mode-zero", "dte.cxl-mem-attr", "dte.sats"}, gained)
        self.assertNotIn("dte.v", gained)
        late = {c["clause"] for c in objects("3.10", "3.11")["specification", "clauses"]}
        self.assertIn("dte.cxl-mem-attr", late)
        self.assertNotIn("dte.sats", late)

    def test_a_rule_that_depends_on_the_revision(self) -> None:
        rules = objects("3.05", "3.06")["decision", "dte_memory_check"]
        self.assertEqual([c["what"] for c in rules], ["rule"])
        self.assertEqual(rules[0]["text"], "cap.Revision >= Revision.r3_06 becomes true")

    def test_backwards_is_the_mirror(self) -> None:
        there, back = objects("3.05", "3.11"), objects("3.11", "3.05")
        self.assertEqual(set(there), set(back))
        mirror = {"gained": "lost", "lost": "gained", "changed": "changed"}
        for name, changes in there.items():
            self.assertEqual(sorted((mirror[c["change"]], c.get("name", ""), c.get("bits", "")) for c in changes),
                             sorted((c["change"], c.get("name", ""), c.get("bits", "")) for c in back[name]))

    def test_a_revision_is_like_itself(self) -> None:
        self.assertEqual(objects("3.10", "3.10"), {})
        self.assertEqual(diff("3.10", "3.10").stdout, "Revision 3.10 to 3.10: 0 objects differ\n")

    def test_text_and_page(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            page = os.path.join(directory, "diff.html")
            done = diff("3.05", "3.11", "--html", page)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("register Control", done.stdout)
            with open(page, encoding="utf-8") as text:
                self.assertIn("NumIntRemapMode", text.read())

    def test_no_such_revision(self) -> None:
        done = diff("3.05", "4.00")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("there is no revision '4.00'; one of 3.05", done.stderr)


class SpecIvrs(unittest.TestCase):
    def ivrs(self, what: str, *args: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([AMDVI, "spec", "ivrs", what, *args], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=60, check=False)

    def test_a_table_of_qemu(self) -> None:
        done = self.ivrs("495652536800000001f8424f43485320425850432020202001000000425850430100000000280000"
                         "000000000000000010d13800080040000000d8fe0000000000000000440000000200000002080000"
                         "02100000021800000220000002f8000002fa000002fb0000")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("IVHD 10h: IOMMU 0x0008 of segment 0, capability 0x40, MMIO 0xfed80000", done.stdout)
        self.assertIn("  0x0020\n", done.stdout)

    def test_a_profile_of_a_table(self) -> None:
        done = self.ivrs("495652536800000001f8424f43485320425850432020202001000000425850430100000000280000"
                         "000000000000000010d13800080040000000d8fe0000000000000000440000000200000002080000"
                         "02100000021800000220000002f8000002fa000002fb0000", "--profile", "here")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("name: here\n", done.stdout)
        self.assertIn("  GTSup: 0x1\n", done.stdout)
        self.assertIn("  - {name: dev-0020, device_id: 0x0020, engine: model}\n", done.stdout)

    def test_no_table(self) -> None:
        for what, says in (("no/such", "neither a file nor hex digits"), ("4956", "byte 0: an IVRS has 48 bytes")):
            done = self.ivrs(what)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(says, done.stderr)


if __name__ == "__main__":
    unittest.main()
