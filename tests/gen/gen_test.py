"""What the generator promises its build: same bytes everywhere, nothing rewritten
without need, the list of outputs true, and a spec that satisfies its schemas.

By hand, for any Python with yaml: python3 tests/gen/gen_test.py [Outputs|Schemas|Backing|Findings]
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Dict, List, Tuple

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "spec"
GENERATOR = ROOT / "gen" / "amdvigen"

try:
    import jsonschema
except ImportError:
    jsonschema = None


def generate(out: Path, *extra: str, python: str = sys.executable, seed: str = "0",
             spec: Path = SPEC) -> str:
    """Runs the generator in another directory than the build does; returns its stdout."""
    env = dict(os.environ, PYTHONHASHSEED=seed)
    done = subprocess.run(
        [python, "-B", str(GENERATOR), "--spec", str(spec), "--out", str(out), *extra],
        cwd=tempfile.gettempdir(), env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"generator exited {done.returncode}:\n{done.stderr}")
    return done.stdout


def tree(out: Path) -> Dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}


def times(out: Path) -> Dict[str, int]:
    return {str(p.relative_to(out)): p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file()}


def usable_pythons() -> List[str]:
    """Every distinct Python of this machine that can run the generator."""
    names = [f"{d}/{n}" for d in os.environ.get("PATH", "").split(os.pathsep) + ["/usr/bin"]
             for n in ("python3", "python3.9", "python3.10", "python3.11", "python3.12", "python3.13")]
    names += map(str, Path.home().glob(".pyenv/versions/*/bin/python3"))
    probe = "import sys, yaml; assert sys.version_info >= (3, 9); print(sys.executable)"
    found = set()
    for name in dict.fromkeys(n for n in names if os.access(n, os.X_OK)):
        try:
            done = subprocess.run([name, "-B", "-c", probe], capture_output=True, text=True,
                                  timeout=30, check=False)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if done.returncode == 0:
            found.add(os.path.realpath(done.stdout.strip()))
    return sorted(found)


class Outputs(unittest.TestCase):
    def setUp(self) -> None:
        self.dir = Path(tempfile.mkdtemp(prefix="amdvi-gen-"))
        self.addCleanup(shutil.rmtree, self.dir)
        self.out = self.dir / "out"

    def test_same_bytes_for_every_hash_seed(self) -> None:
        generate(self.out, seed="0")
        reference = tree(self.out)
        for seed in ("1", "random"):
            with self.subTest(seed=seed):
                generate(self.dir / seed, seed=seed)
                self.assertEqual(tree(self.dir / seed), reference)

    def test_same_bytes_for_every_python(self) -> None:
        generate(self.out)
        reference = tree(self.out)
        pythons = usable_pythons()
        self.assertTrue(pythons)
        for number, python in enumerate(pythons):
            with self.subTest(python=python):
                generate(self.dir / str(number), python=python)
                self.assertEqual(tree(self.dir / str(number)), reference)

    def test_second_run_rewrites_nothing(self) -> None:
        generate(self.out)
        before = times(self.out)
        generate(self.out)
        self.assertEqual(times(self.out), before)

    def test_lists_exactly_what_it_writes(self) -> None:
        listed = generate(self.out, "--list-outputs").split()
        self.assertFalse(self.out.exists(), "--list-outputs wrote something")
        generate(self.out)
        names = [str((self.out / name).relative_to(self.out)) for name in listed]
        self.assertEqual(sorted(names), sorted(tree(self.out)))

    def test_outputs_name_no_place_of_this_machine(self) -> None:
        generate(self.out)
        for name, text in tree(self.out).items():
            with self.subTest(file=name):
                for place in (str(ROOT), str(self.dir), str(Path.home()) + "/"):
                    self.assertNotIn(place.encode(), text)

    def test_depfile_names_the_stamp_and_every_spec_file_read(self) -> None:
        # In a directory with a space, which make and ninja want escaped.
        spec, depfile, stamp = self.dir / "a b" / "spec", self.dir / "d", self.dir / "a b" / "stamp"
        shutil.copytree(SPEC, spec)
        generate(self.out, "--depfile", str(depfile), "--stamp", str(stamp), spec=spec)
        self.assertTrue(stamp.exists())
        target, _, inputs = depfile.read_text().replace("\\\n", " ").partition(": ")
        self.assertEqual(target, str(stamp).replace(" ", "\\ "))
        named = re.split(r"(?<!\\)\s+", inputs.strip())
        for path in sorted((spec / "core").rglob("*.yaml")):
            self.assertIn(str(path.resolve()).replace(" ", "\\ "), named)

    def test_a_change_of_layout_in_the_source_changes_no_output(self) -> None:
        spec = self.dir / "spec"
        shutil.copytree(SPEC, spec)
        generate(self.out, spec=spec)
        before = times(self.out)
        for path in spec.rglob("*.yaml"):
            path.write_text(path.read_text() + "\n# a comment at the end\n")
        generate(self.out, spec=spec)
        self.assertEqual(times(self.out), before)

    def test_a_changed_rule_rewrites_nothing_but_its_own_header(self) -> None:
        spec = self.dir / "spec"
        shutil.copytree(SPEC, spec)
        generate(self.out, spec=spec)
        before = times(self.out)
        rule = spec / "core" / "rules" / "host_update.yaml"
        text = rule.read_text()
        self.assertIn("!pte.A", text)
        rule.write_text(text.replace("!pte.A", "pte.A == 0"))
        generate(self.out, spec=spec)
        after = times(self.out)
        changed = [name for name in after if after[name] != before.get(name)]
        self.assertEqual(sorted(Path(name).name for name in changed),
                         ["host_update.gen.hpp"])

    def test_of_two_conditions_the_one_that_costs_something_is_asked_second(self) -> None:
        generate(self.out)
        text = (self.out / "amdvi" / "spec" / "v1_walk_step.gen.hpp").read_text()
        condition = next(line for line in text.split("let_skips_set_bits(Dom& d", 1)[1].splitlines() if "return" in line)
        # As the source numbers them: 0 calls functions, 1 compares two levels.
        self.assertRegex(condition, r"return d\.land\(d\.atom\(info\(\), 1, .*, \[&\] \{ return d\.atom\(info\(\), 0, ")


class Findings(unittest.TestCase):
    def test_every_clause_that_a_review_names_exists(self) -> None:
        clauses = "".join(p.read_text() for p in (SPEC / "clauses").glob("*.yaml"))
        known = set(re.findall(r"^  ([a-z0-9.-]+):$", clauses, re.MULTILINE))
        for review in (SPEC.parent / "docs").glob("*findings*.md"):
            rows = [line.split("|")[1] for line in review.read_text().splitlines()
                    if line.startswith("| `")]
            named = [name for row in rows for name in re.findall(r"`([^`]+)`", row)]
            self.assertGreater(len(named), 20)
            self.assertEqual([name for name in named if name not in known], [])


@unittest.skipIf(jsonschema is None, "no python3-jsonschema here")
class Schemas(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        sys.path.insert(0, str(ROOT / "tests" / "gen"))
        from plain_yaml import load  # the strict loader is the generator's; this one is not
        cls.files: List[Tuple[Path, object]] = [
            (p, load(p.read_text())) for p in sorted(SPEC.rglob("*.yaml"))]
        cls.schemas = {p.name.split(".")[0]: json.loads(p.read_text())
                       for p in sorted((SPEC / "schema").glob("*.json"))}

    def test_every_schema_is_a_valid_schema(self) -> None:
        self.assertTrue(self.schemas)
        for kind, schema in self.schemas.items():
            with self.subTest(kind=kind):
                jsonschema.Draft202012Validator.check_schema(schema)

    def test_every_file_satisfies_the_schema_of_its_kind(self) -> None:
        self.assertTrue(self.files)
        for path, document in self.files:
            with self.subTest(file=str(path.relative_to(ROOT))):
                self.assertEqual(next(iter(document)), "kind", "the first key is `kind`")
                self.assertIn(document["kind"], self.schemas, "no schema for this kind")
                validator = jsonschema.Draft202012Validator(self.schemas[document["kind"]])
                # Wording of the errors differs between versions: shown, never compared.
                errors = [f"{e.json_path}: {e.message}" for e in validator.iter_errors(document)]
                self.assertEqual(errors, [])

    def test_every_schema_is_used(self) -> None:
        kinds = {document["kind"] for _, document in self.files}
        self.assertEqual(sorted(set(self.schemas) - kinds), [])


def unit_tests() -> str:
    """All unit tests as one text, with adjacent string literals joined."""
    texts = [p.read_text() for p in sorted((ROOT / "tests" / "unit").glob("*.[ch]pp"))]
    return re.sub(r'"\s*\n\s*"', "", "\n".join(texts))


class Backing(unittest.TestCase):
    """What the lists of spec/ say of the model and its tests is so."""

    @classmethod
    def setUpClass(cls) -> None:
        import yaml
        def entries(kind: str) -> Dict[str, dict]:
            found: Dict[str, dict] = {}
            for path in sorted(SPEC.rglob(f"{kind}.yaml")):
                document = yaml.safe_load(path.read_text())
                found.update(document[kind] if document["kind"] == kind else {})
            return found
        cls.behaviours, cls.properties, cls.options = map(entries, ("behaviours", "properties", "options"))
        cls.tests = unit_tests()
        cls.cases = set(re.findall(r'TEST_CASE\(\s*"([^"]*)"', cls.tests))
        unit = ROOT / "tests" / "unit"
        cls.shown = {"rules": yaml.safe_load((unit / "decisions.yaml").read_text()),
                     **yaml.safe_load((unit / "entries.yaml").read_text())}
        sources = sorted((ROOT / "model").rglob("*.[ch]pp"))
        cls.model = "\n".join(p.read_text() for p in sources)

    def test_the_model_tells_every_behaviour(self) -> None:
        told = set(re.findall(r"Behaviour::(\w+)", self.model))
        self.assertEqual(sorted(set(self.behaviours) - told), [])

    def test_every_property_is_shown_by_a_unit_test_of_that_name(self) -> None:
        for name, entry in self.properties.items():
            with self.subTest(property=name):
                self.assertTrue(entry["shown_by"] in self.cases, f"no unit test is called: {entry['shown_by']}")

    def test_every_decision_command_and_event_is_held_against_values_worked_out_by_hand(self) -> None:
        for kind, shown in self.shown.items():
            names = {path.stem for path in (SPEC / "core" / kind).glob("*.yaml")}
            self.assertEqual(sorted(names ^ set(shown)), [])
            for name, cases in shown.items():
                with self.subTest(kind=kind, name=name):
                    self.assertTrue(cases, "no unit test is named")
                    self.assertEqual([c for c in cases if c not in self.cases], [])

    def test_a_unit_test_takes_every_choice_of_every_option(self) -> None:
        for name, entry in self.options.items():
            values = entry["values"] if isinstance(entry["values"], list) else [False, True]
            for value in values:
                if value == entry["default"]:
                    continue
                text = str(value).lower() if isinstance(value, bool) else str(value)
                with self.subTest(option=name, value=text):
                    self.assertTrue(self.sets(name, text), f"no unit test sets {name} to {text}")

    def sets(self, name: str, value: str) -> bool:
        """Whether the option is set by name somewhere, and its value is named close by."""
        close = [m.start() for m in re.finditer(f'"{name}"', self.tests)]
        return any(f'"{value}"' in self.tests[max(0, at - 1500):at + 1500] for at in close)


if __name__ == "__main__":
    unittest.main()
