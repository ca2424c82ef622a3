"""YAML objects to the typed specification. Two passes: names and shapes first, expressions second."""
from __future__ import annotations

from pathlib import Path
from typing import Optional

from check import Checker
from errors import Errors, Place, SpecError
from ir import REVISIONS, Clause, Enum, Spec
from loader import Map, load
from machine_reader import MachineReader
from reader_base import allow, take
from reader_layouts import LayoutReader
from reader_rules import RuleReader

CONFIDENCE = ("stated", "inferred", "unknown")
_STRUCTURES = ("structure", "register", "command", "event")
# Checked elsewhere: profiles are read by the checker at run time.
_OTHER = ("profile",)
_HOST = ("ids", "actions", "machine", "invariant", "mistake")  # machine_reader.py


class Reader(LayoutReader, RuleReader):
    def __init__(self, root: Path) -> None:
        self.root, self.spec, self.errors = root, Spec(), Errors()
        self.checker = Checker(self.spec)
        self.objects: list[tuple[str, Map, str]] = []  # kind, yaml, file
        self.gates: list = []  # closures for the second pass
        self.machines = MachineReader(self)

    def read(self) -> Spec:
        for path in sorted(self.root.rglob("*.yaml")):
            name = path.relative_to(self.root).as_posix()
            self.spec.files.append(name)
            with self.errors.guard():
                self._file(load(path, name), name)
        if not self.spec.files:
            self.errors.add(Place(str(self.root), 1, 1), "no .yaml file here", "give the directory that holds the specification")
        # What refers to a refused object would be refused too, and that error may sort first:
        # a stage runs only if those before it were clean.
        for stage in (("clauses",), ("enum",), _STRUCTURES, ("options", "record"), (), ("function",), (), ("decision", "behaviours"), ("properties",),
                      ("ids",), ("actions",), ("machine",), ("invariant",), ("mistake",), ("pending",)):
            self.errors.raise_if_any()
            for wanted in stage:
                self._objects_of(wanted)
            if not stage:  # expressions that had to wait until the names they may use were known
                self._second_pass()
        self.errors.raise_if_any()
        self._unused_clauses()
        self.errors.raise_if_any()
        return self.spec

    def _objects_of(self, wanted: str) -> None:
        for kind, m, file in self.objects:
            if kind == wanted:
                with self.errors.guard():
                    self.machines.read(kind, m, file) if kind in _HOST else getattr(self, "_" + kind)(m, file)

    def _file(self, m: Map, file: str) -> None:
        kind = take(m, "kind", str)
        known = ("clauses", "enum", *_STRUCTURES, "options", "record", "function", "decision", "behaviours", "properties", *_HOST, "pending", *_OTHER)
        if kind not in known:
            raise SpecError(m.value_at["kind"], f"unknown kind `{kind}`", "one of: " + ", ".join(known))
        if next(iter(m)) != "kind":
            raise SpecError(m.place, "`kind:` must be the first key")
        if "name" in m and kind not in ("profile",) and m["name"] != Path(file).stem:
            raise SpecError(m.value_at["name"], f"name `{m['name']}` differs from the file name `{Path(file).stem}`", "one object a file; path = identity")
        if kind not in _OTHER:
            self.objects.append((kind, m, file))

    def _second_pass(self) -> None:
        for todo in self.gates:
            with self.errors.guard():
                todo()
        self.gates = []

    def _unique(self, name: str, place: Place, what: str) -> None:
        for other in (self.spec.enums, self.spec.structures, self.spec.records, self.spec.functions, self.spec.decisions):
            if name in other:
                raise SpecError(place, f"{what} `{name}` is defined twice")

    def clause(self, m: Map, key: str = "clause", inherit: Optional[str] = None) -> str:
        if key not in m and inherit:
            return inherit
        name = take(m, key, str)
        if name not in self.spec.clauses:
            import difflib
            close = difflib.get_close_matches(name, list(self.spec.clauses), 1)
            raise SpecError(m.value_at[key], f"unknown clause `{name}`", f"did you mean `{close[0]}`?" if close else "add it under spec/clauses/")
        self.spec.clauses[name].used = True
        return name

    # -- pass 1 -----------------------------------------------------------------------------------
    def _clauses(self, m: Map, file: str) -> None:
        allow(m, "kind", "title", "clauses")
        for name, c in take(m, "clauses", Map).items():
            with self.errors.guard():
                self._one_clause(m["clauses"], name, c)

    def _one_clause(self, parent: Map, name: str, c: Map) -> None:
        place = parent.at[name]
        if not isinstance(c, Map):
            raise SpecError(place, f"clause `{name}` must be a mapping")
        allow(c, "title", "text", "confidence", "place", "sources", "facts", "since", "until", "note")
        if name in self.spec.clauses:
            raise SpecError(place, f"clause `{name}` is defined twice", f"first at {self.spec.clauses[name].at}")
        confidence = take(c, "confidence", str)
        if confidence not in CONFIDENCE:
            raise SpecError(c.value_at["confidence"], f"confidence `{confidence}` is not one of {', '.join(CONFIDENCE)}")
        where = take(c, "place", Map, Map())
        parts = [f"{k} {v}" if k == "section" else str(v) for k, v in where.items()]
        sources = ", ".join(str(s) for s in take(c, "sources", list))
        if not sources:
            raise SpecError(c.value_at["sources"], "a clause needs at least one source")
        self.spec.clauses[name] = Clause(name, take(c, "title", str), " ".join(take(c, "text", str).split()), confidence,
                                         ", ".join(parts), sources, place, [str(f) for f in take(c, "facts", list, [])],
                                         self._revision(c, "since"), self._revision(c, "until"))

    def _revision(self, c: Map, key: str) -> str:
        revision = take(c, key, str, "")
        if revision and revision not in REVISIONS:
            raise SpecError(c.value_at[key], f"there is no revision `{revision}`", "one of: " + ", ".join(REVISIONS))
        return revision

    def _enum(self, m: Map, file: str) -> None:
        allow(m, "kind", "name", "width", "values", "text", "clause")
        name, width = take(m, "name", str), take(m, "width", int)
        self._unique(name, m.value_at["name"], "enum")
        if not 1 <= width <= 64:
            raise SpecError(m.value_at["width"], f"width {width} is outside 1..64")
        values: dict[str, int] = {}
        raw = take(m, "values", Map)
        for key in raw:
            number = take(raw, key, int)
            if number >> width:
                raise SpecError(raw.value_at[key], f"{number:#x} does not fit in {width} bits")
            if number in values.values():
                raise SpecError(raw.value_at[key], f"value {number} is given to two names of {name}")
            values[key] = number
        clause = self.clause(m) if "clause" in m else ""
        self.spec.enums[name] = Enum(name, width, values, take(m, "text", str, ""), file, clause)

    def _unused_clauses(self) -> None:
        for c in self.spec.clauses.values():
            if not c.used:
                self.errors.add(c.at, f"clause `{c.id}` is not used by anything", "use it, or remove it")
