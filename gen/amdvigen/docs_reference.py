"""docs/reference/*.md: registers, structures, commands, events and decisions, from the specification."""
from __future__ import annotations

from docs_coverage import GENERATED, table
from ir import Decision, Field, Spec, Structure

_ROW = 32   # bits in a row of a picture
_CELL = 3   # columns a bit
_TITLES = {"register": "Registers", "structure": "Structures", "command": "Commands", "event": "Events"}


def reference_pages(spec: Spec) -> dict[str, str]:
    pages = {f"{kind}s": _structures_page(spec, kind) for kind in _TITLES}
    pages["decisions"] = _decisions_page(spec)
    return pages


def bits_text(f: Field) -> str:
    return ", ".join(str(hi) if hi == lo else f"{hi}:{lo}" for hi, lo in f.pieces)


def _anchor(name: str) -> str:
    return name.lower().replace(" ", "-")


def _structures_page(spec: Spec, kind: str) -> str:
    found = [s for s in spec.structures.values() if s.kind == kind]
    found.sort(key=lambda s: (s.space, s.offset, s.code, s.name))
    text = GENERATED + f"# {_TITLES[kind]}\n\n"
    rows = [[f"[{s.name}](#{_anchor(s.name)})", where_text(s), s.title] for s in found]
    text += table(["Name", "Where", "Title"], rows)
    return text + "".join(_structure(spec, s) for s in found).rstrip("\n") + "\n"


def where_text(s: Structure) -> str:
    if s.kind == "register":
        many = f" + n x {s.stride:#x}, {s.count} of them" if s.count > 1 else ""
        return f"{s.space} {s.offset:#06x}{many}"
    if s.kind == "structure":
        return f"{s.width} bits"
    return f"{'opcode' if s.kind == 'command' else 'code'} {s.code:#x}"


def _structure(spec: Spec, s: Structure) -> str:
    text = f"## {s.name}\n\n{s.title}: {s.width} bits, {where_text(s)}." if s.kind != "structure" else f"## {s.name}\n\n{s.title}: {s.width} bits."
    if s.present_when:
        text += f" Present when `{s.present_when.text}`."
    if s.gate:
        text += f" Legal when `{s.gate.text}` (`{s.gate_clause}`)."
    if s.reset_clause:
        text += f" Reset values: `{s.reset_clause}`."
    text += "\n\n```text\n" + picture(s) + "```\n\n" + _fields(s)
    return text + _clauses(spec, s)


def picture(s: Structure) -> str:
    """Rows of 32 bits, the highest first, as the newest revision has them."""
    rows = []
    for first in range((s.width - 1) // _ROW * _ROW, -1, -_ROW):
        top = min(first + _ROW, s.width) - 1
        cells = sorted(((min(hi, top), max(lo, first), f) for f in s.fields if not f.until
                        for hi, lo in f.pieces if hi >= first and lo <= top), key=lambda c: -c[0])
        numbers, rule, names = " ", "+", "|"
        for hi, lo, f in cells:
            width = (hi - lo + 1) * _CELL - 1
            label = str(hi) if hi == lo else f"{hi}:{lo}"
            numbers += label[:width].ljust(width) + " "
            rule += "-" * width + "+"
            names += ("" if f.kind == "reserved" else f.name)[:width].center(width) + "|"
        rows += [numbers.rstrip(), rule, names, rule]
    return "\n".join(rows) + "\n"


def _meaning(f: Field) -> str:
    parts = [f.text] if f.text else []
    if f.kind == "ignored":
        parts.append("ignored by hardware")
    for r in f.reserved:
        parts.append(f"reserved ({r.set})" + (f" unless `{r.when.text}`" if r.when else ""))
    if f.const is not None:
        parts.append(f"always {f.const:#x}")
    if f.values:
        parts.append(", ".join(f"{v:#x} = {n}" for v, n in sorted(f.values.items())))
    if f.present_when:
        parts.append(f"present when `{f.present_when.text}`")
    if f.compare:
        parts.append("not compared" if f.compare == "never" else f"compared if {f.compare} is 1")
    if f.since or f.until:
        parts.append("in revisions " + (f"from {f.since} " if f.since else "") + (f"up to {f.until}" if f.until else "on"))
    return "; ".join(parts)


def _fields(s: Structure) -> str:
    rows = []
    for f in s.fields:
        row = [bits_text(f), f.name]
        if s.kind == "register":
            row += [f.access, f"{f.reset:#x}" if f.reset else "0" if f.access else ""]
        rows.append([*row, _meaning(f), f"`{f.clause}`"])
    head = ["Bits", "Field", *(["Access", "Reset"] if s.kind == "register" else []), "Meaning", "Clause"]
    return table(head, rows)


def _clauses(spec: Spec, s: Structure) -> str:
    ids = {s.clause, s.gate_clause, s.reset_clause, *(f.clause for f in s.fields), *(r.clause for f in s.fields for r in f.reserved)}
    return clause_list(spec, ids)


def clause_list(spec: Spec, ids: set[str]) -> str:
    lines = []
    for name in sorted(ids - {""}):
        c = spec.clauses[name]
        place = f" ({c.place})" if c.place else ""
        lines.append(f"- `{c.id}` [{c.confidence}]{place}: {c.text}\n")
    return "".join(lines) + "\n"


def _decisions_page(spec: Spec) -> str:
    found = sorted(spec.decisions.values(), key=lambda d: d.name)
    text = GENERATED + "# Decisions\n\nOrdered rules: the first one whose condition holds says what happens.\n\n"
    text += table(["Name", "Title", "Rules"], [[f"[{d.name}](#{_anchor(d.name)})", d.title, str(len(d.rules))] for d in found])
    return text + "".join(_decision(spec, d) for d in found).rstrip("\n") + "\n"


def _decision(spec: Spec, d: Decision) -> str:
    text = f"## {d.name}\n\n{d.title}. Written in `spec/{d.file}`.\n\n"
    text += "Inputs: " + ", ".join(f"`{n}` ({t})" for n, t in d.inputs.items()) + ".\n\n"
    if d.assume:
        text += f"Assumes `{d.assume.text}`.\n\n"
    if d.lets:
        text += table(["Let", "Is"], [[f"`{n}`", f"`{e.text}`"] for n, e in d.lets.items()])
    rows = []
    for i, r in enumerate(d.rules, 1):
        last = r.id == "default"
        when = "never: the rules are complete" if last and d.default_unreachable else "otherwise" if last else f"`{r.when.text}`"
        then = ", ".join(f"{n} = `{e.text}`" for n, e in r.then.items())
        rows.append([str(i), r.id, when, then, r.text, f"`{r.clause}`"])
    text += table(["", "Rule", "When", "Then", "Meaning", "Clause"], rows)
    outputs = [[f"`{o.name}`", str(o.type), _values(spec, o.type.name), o.text] for o in d.outputs.values()]
    text += table(["Output", "Type", "Values", "Meaning"], outputs)
    return text + clause_list(spec, {r.clause for r in d.rules})


def _values(spec: Spec, enum: str) -> str:
    return ", ".join(f"{n} = {v}" for n, v in spec.enums[enum].values.items()) if enum in spec.enums else ""
