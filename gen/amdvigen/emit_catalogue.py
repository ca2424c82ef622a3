"""The catalogue: what the specification says of itself, as constant data for reports and proofs."""
from __future__ import annotations

from cpp_expr import uses
from docs_data import clause_uses
from emit_cpp import DecisionEmitter, quote
from ir import REVISIONS, Clause, Decision, Field, Spec, Structure, Type

_CONF = {"stated": "kStated", "inferred": "kInferred", "unknown": "kUnknown"}
_KIND = {"plain": "kPlain", "reserved": "kReserved", "ignored": "kIgnored"}
_SKIND = {"structure": "kStructure", "register": "kRegister", "command": "kCommand", "event": "kEvent"}


def clause_lives(spec: Spec) -> dict[str, tuple[str, str]]:
    """Clause -> first and last revision it is of, as it says or as every field that uses it says."""
    life: dict[str, list[tuple[str, str]]] = {c: [] for c in spec.clauses}
    for s in spec.structures.values():
        for f in s.fields:
            for name in {f.clause, *(r.clause for r in f.reserved)} - {""}:
                life[name].append((f.since, f.until))
    only_fields = {c for c, uses in clause_uses(spec).items() if uses and all(u.kind == "field" for u in uses)}

    def ends(name: str, c: Clause) -> tuple[str, str]:
        if c.since or c.until or name not in only_fields:
            return c.since, c.until
        since, until = zip(*life[name])
        return ("" if "" in since else min(since, key=REVISIONS.get)), ("" if "" in until else max(until, key=REVISIONS.get))

    return {name: ends(name, c) for name, c in spec.clauses.items()}


class Catalogue:
    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.index = {c: i for i, c in enumerate(sorted(spec.clauses))}
        self.lines: list[str] = []
        self.arrays = 0

    def clause(self, name: str) -> str:
        return f"&kClauses[{self.index[name]}]" if name else "nullptr"

    def array(self, kind: str, items: list[str]) -> str:
        """Names a constant array and returns the expression that views it."""
        if not items:
            return "{}"
        self.arrays += 1
        name = f"kA{self.arrays}"
        self.lines.append(f"constexpr {kind} {name}[] = {{{', '.join(items)}}};\n")
        return name

    def values(self, values: dict[int, str]) -> str:
        return self.array("ValueName", [f"{{{v:#x}, {quote(n)}}}" for v, n in sorted(values.items())])

    def enum_values(self, t: Type) -> str:
        if t.kind != "enum":
            return "{}"
        return self.values({v: k for k, v in self.spec.enums[t.name].values.items()})

    def clauses(self) -> None:
        rows, life = [], clause_lives(self.spec)
        for name in sorted(self.spec.clauses):
            c: Clause = self.spec.clauses[name]
            rows.append(f"    {{{quote(c.id)}, {quote(c.title)}, {quote(c.text)}, Confidence::{_CONF[c.confidence]}, {quote(c.place)}, "
                        f"{quote(c.sources)}, {quote('spec/' + c.at.file)}, {c.at.line}, {quote(life[name][0])}, {quote(life[name][1])}}},\n")
        self.lines.append("constexpr ClauseInfo kClauses[] = {\n" + "".join(rows) + "};\n")

    def field(self, f: Field) -> str:
        pieces = self.array("BitRange", [f"{{{hi}, {lo}}}" for hi, lo in f.pieces])
        values = self.values(f.values)
        access = "k" + (f.access or "None")
        reserved = self.array("ReservedInfo", [f"{{{quote(r.set)}, {self.clause(r.clause)}, {quote(r.when.text if r.when else '')}}}"
                                               for r in f.reserved])
        return (f"{{{quote(f.name)}, {pieces}, {quote(f.text)}, {self.clause(f.clause)}, FieldKind::{_KIND[f.kind]}, Access::{access}, "
                f"{f.reset:#x}, {quote(f.since)}, {quote(f.until)}, {values}, {quote(f.compare)}, {reserved}}}")

    def structures(self) -> str:
        rows = []
        for s in self.spec.structures.values():
            fields = self.array("FieldInfo", [self.field(f) for f in s.fields])
            for i in range(s.count):
                name = s.name if s.count == 1 else f"{s.name}[{i}]"
                rows.append(f"{{{quote(name)}, {quote(s.title)}, StructureKind::{_SKIND[s.kind]}, {s.width}, {self.clause(s.clause)}, {fields}, "
                            f"{s.offset + i * s.stride:#x}, {s.code:#x}, {quote(s.space if s.kind == 'register' else '')}, {self.clause(s.reset_clause)}}}")
        return self.array("StructureInfo", rows)

    def decision(self, d: Decision) -> None:
        emitter = DecisionEmitter(self.spec, d)
        emitter.header()
        rules = self.array("RuleInfo", [f"{{{quote(r.id)}, {self.clause(r.clause)}, {quote(r.when.text)}, {quote(r.text)}, {r.line}}}" for r in d.rules])
        atoms = self.array("AtomInfo", [f"{{{i}, {quote(t)}}}" for i, t in emitter.atoms])
        outs = self.array("OutputInfo", [f"{{{quote(o.name)}, {o.type.width}, {self.enum_values(o.type)}}}" for o in d.outputs.values()])
        ins = self.array("InputInfo", self.inputs(d))
        self.lines.append(f"constexpr DecisionInfo kDecision_{d.name} = {{{quote(d.name)}, {quote(d.title)}, {quote('spec/' + d.file)}, {rules}, "
                          f"{'true' if d.default_unreachable else 'false'}, {atoms}, {outs}, {ins}}};\n")

    def inputs(self, d: Decision) -> list[str]:
        used: set[str] = set()
        for r in d.rules:
            for e in (r.when, *r.then.values()):
                used |= uses(self.spec, e, d.lets)
        if d.assume:
            used |= uses(self.spec, d.assume, d.lets)
        return self.leaves(d.inputs, used)

    def functions(self) -> str:
        """FunctionInfo of every function, and what hands them out."""
        getters = []
        for f in self.spec.functions.values():
            used = uses(self.spec, f.body, f.lets) | (uses(self.spec, f.assume, {}) if f.assume else set())
            ins = self.array("InputInfo", self.leaves(f.params, used))
            width = max(1, f.returns.width)
            self.lines.append(f"constexpr FunctionInfo kFunction_{f.name} = {{{quote(f.name)}, {quote(f.text)}, {quote('spec/' + f.file)}, "
                              f"{self.clause(f.clause)}, {ins}, {{\"value\", {width}, {self.enum_values(f.returns)}}}}};\n")
            getters.append(f"const FunctionInfo& info_function_{f.name}();\nconst FunctionInfo& info_function_{f.name}() {{ return kFunction_{f.name}; }}\n")
        return "".join(getters)

    def leaves(self, types: dict[str, Type], used: set[str]) -> list[str]:
        rows: list[str] = []
        leaf = 0

        def walk(path: str, t: Type) -> None:
            nonlocal leaf
            if t.kind == "record":
                for n, m in self.spec.records[t.name].members.items():
                    walk(f"{path}.{n}", m)
            elif t.kind == "struct":
                s: Structure = self.spec.structures[t.name]
                for f in s.fields:
                    if f"{path}.{f.name}" in used:
                        rows.append(self.input(f"{path}.{f.name}", f.width, f.pieces, leaf, s.word, self.values(f.values), s.name, f.name))
                leaf += s.width // s.word
            else:
                if path in used:
                    rows.append(self.input(path, t.width, [(t.width - 1, 0)], leaf, 64, self.enum_values(t), "", ""))
                leaf += 1

        for name, t in types.items():
            walk(name, t)
        return rows

    def input(self, name: str, width: int, pieces, leaf: int, word: int, values: str, structure: str, field: str) -> str:
        ranges = self.array("BitRange", [f"{{{hi}, {lo}}}" for hi, lo in pieces])
        return f"{{{quote(name)}, {width}, {ranges}, {leaf}, {word}, {values}, {quote(structure)}, {quote(field)}}}"

    def options(self) -> str:
        rows = []
        for o in self.spec.options.values():
            values = self.array("std::string_view", [quote(v) for v in o.values])
            rows.append(f"{{{quote(o.name)}, {self.clause(o.clause)}, {quote(o.text)}, {values}, {o.default}}}")
        return self.array("OptionInfo", rows)

    def behaviours(self) -> str:
        rows = [f"{{{quote(b.name)}, {self.clause(b.clause)}, {quote(b.text)}}}" for b in self.spec.behaviours.values()]
        if not rows:
            return ""
        name = self.array("BehaviourInfo", rows)
        return f"const BehaviourInfo& behaviour_info(Behaviour behaviour) {{ return {name}[static_cast<std::size_t>(behaviour)]; }}\n"

    def pending(self) -> str:
        return self.array("PendingInfo", [f"{{{self.clause(c)}, {quote(why)}}}" for c, why in self.spec.pending.items()])

    def source(self) -> str:
        self.clauses()
        structures = self.structures()
        for d in self.spec.decisions.values():
            self.decision(d)
        decisions = self.array("const DecisionInfo*", [f"&kDecision_{n}" for n in self.spec.decisions])
        options = self.options()
        pending = self.pending()
        behaviours = self.behaviours()
        functions = self.functions()
        getters = "".join(f"const DecisionInfo& info_{n}() {{ return kDecision_{n}; }}\n" for n in self.spec.decisions)
        if decisions == "{}":
            decisions = "std::span<const DecisionInfo* const>{}"
        return ("// GENERATED from spec/ by gen/amdvigen; edit that instead.\n#include <amdvi/function_info.hpp>\n#include <amdvi/spec/behaviours.gen.hpp>\n\n"
                "namespace amdvi::spec {\nnamespace {\n" + "".join(self.lines) +
                f"constexpr Catalogue kCatalogue = {{kClauses, {structures}, {decisions}, {options}, {pending}}};\n}}  // namespace\n\n"
                "const Catalogue& catalogue() { return kCatalogue; }\n" + behaviours + functions + getters + "}  // namespace amdvi::spec\n")
