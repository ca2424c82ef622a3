"""What the checked-in pages are made of besides the specification: the section list and the vectors."""
from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from errors import Errors
from ir import Spec, Structure
from loader import Map, load


@dataclass
class Section:
    document: str
    number: str
    title: str
    why: str = ""  # why it is no behaviour; empty: it is
    parent: bool = False  # a chapter whose text is in its sections
    items: list[str] = field(default_factory=list)
    item_why: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.document} {self.number}"


def _items(words: list) -> list[str]:
    """`D-01..D-32` is all of them; anything else is itself."""
    result: list[str] = []
    for word in map(str, words):
        m = re.fullmatch(r"(\D*)(\d+)(\D*)\.\.\1(\d+)\3", word)
        if m is None:
            result.append(word)
            continue
        width = len(m[2]) if m[2].startswith("0") and len(m[2]) > 1 else 0
        result += [f"{m[1]}{n:0{width}d}{m[3]}" for n in range(int(m[2]), int(m[4]) + 1)]
    return result


def read_sections(path: Path, name: str) -> dict[str, Section]:
    sections: dict[str, Section] = {}
    for document, numbers in load(path, name)["documents"].items():
        for number, m in numbers.items():
            s = Section(document, str(number), m["title"], m.get("why", ""), m.get("parent", False),
                        _items(m.get("items", [])), {str(k): v for k, v in m.get("item_why", Map()).items()})
            sections[s.name] = s
    return sections


def split_fact(fact: str, sections: dict[str, Section]) -> tuple[str, str]:
    """`core 9 D-08` -> section `core 9`, item `D-08`; `viommu 11.9`, if 11 has no sections, item `9` of it."""
    document, number, *item = fact.split(" ", 2)
    name = f"{document} {number}"
    chapter, _, last = name.rpartition(".")
    if name not in sections and not item and chapter in sections:
        return chapter, last
    return name, item[0] if item else ""


def check_facts(spec: Spec, sections: dict[str, Section], errors: Errors) -> None:
    for c in spec.clauses.values():
        for fact in c.facts:
            if fact.count(" ") == 0 or split_fact(fact, sections)[0] not in sections:
                errors.add(c.at, f"clause `{c.id}` names `{fact}`, which is no section of the facts", "add it to docs/fact-sections.yaml")


@dataclass
class Counts:
    """How many vectors, and how many known answers, name a clause."""
    vectors: Counter
    answers: Counter


def count_vectors(root: Path) -> Counts:
    counts = Counts(Counter(), Counter())
    for path in sorted(root.rglob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        for key, counter in (("vectors", counts.vectors), ("tests", counts.answers)):
            for one in data.get(key, []) if path.parent.name != "schema" else []:
                counter.update(set(one["clauses"]))
    return counts


@dataclass
class Use:
    kind: str
    name: str


# Z3 proves each of these of what it is part of (amdvi prove).
PROVED = ("rule", "machine", "invariant")


def clause_uses(spec: Spec) -> dict[str, list[Use]]:
    uses: dict[str, list[Use]] = {c: [] for c in spec.clauses}

    def add(clause: str, kind: str, name: str) -> None:
        if clause and not any(u.kind == kind and u.name == name for u in uses[clause]):
            uses[clause].append(Use(kind, name))

    for s in spec.structures.values():
        _structure_uses(s, add)
    for e in spec.enums.values():
        add(e.clause, "enum", e.name)
    for r in spec.records.values():
        for member, clause in r.clauses.items():
            add(clause, "record", f"{r.name}.{member}")
    for f in spec.functions.values():
        add(f.clause, "function", f.name)
    for d in spec.decisions.values():
        for rule in d.rules:
            add(rule.clause, "rule", f"{d.name}/{rule.id}")
    for o in spec.options.values():
        add(o.clause, "option", o.name)
    for b in spec.behaviours.values():
        add(b.clause, "behaviour", b.name)
    for p in spec.properties.values():
        add(p.clause, "property", p.name)
    for clause, why in spec.pending.items():
        add(clause, "pending", why)
    _host_uses(spec, add)
    return uses


def _structure_uses(s: Structure, add) -> None:
    add(s.clause, s.kind, s.name)
    add(s.gate_clause, "gate", s.name)
    add(s.reset_clause, "reset", s.name)
    for f in s.fields:
        if f.clause != s.clause:
            add(f.clause, "field", f"{s.name}.{f.name}")
        for r in f.reserved:
            if r.clause not in (s.clause, f.clause):
                add(r.clause, "field", f"{s.name}.{f.name}")


def _host_uses(spec: Spec, add) -> None:
    for a in spec.host.actions.values():
        add(a.clause, "action", a.name)
    for m in spec.host.machines.values():
        for cell in m.cells.values():
            add(cell.clause, "machine", f"{m.name}.{cell.name}")
        for op in m.operations.values():
            for case in op.cases:
                add(case.clause, "machine", f"{m.name}.{op.name}/{case.id}")
    for i in spec.host.invariants.values():
        add(i.clause, "invariant", i.name)
    for x in spec.host.mistakes.values():
        add(x.clause, "mistake", x.name)
