"""The C++ headers: enums, structures, records, functions, decisions."""
from __future__ import annotations

from cpp_expr import CppExpr, cpp_type
from ir import BOOL, REVISIONS, Decision, Field, Function, Record, Spec, Structure, Type, Typed


def banner(file: str) -> str:
    return f"// GENERATED from spec/{file} by gen/amdvigen; edit that instead.\n#pragma once\n"


def quote(text: str) -> str:
    out = []
    for ch in text:
        out.append({"\\": "\\\\", '"': '\\"', "\n": "\\n"}.get(ch, ch))
    return '"' + "".join(out) + '"'


def header(file: str, includes: list[str], body: str) -> str:
    lines = "".join(f"#include {i}\n" for i in includes)
    return f"{banner(file)}\n{lines}\nnamespace amdvi::spec {{\n\n{body}\n}}  // namespace amdvi::spec\n"


def own(name: str) -> str:
    return f"<amdvi/spec/{name}.gen.hpp>"


# -- enums ----------------------------------------------------------------------------------------
def enum_header(spec: Spec, name: str) -> str:
    e = spec.enums[name]
    size = next(s for s in (8, 16, 32, 64) if e.width <= s)
    body = "".join(f"  {k if not k[0].isdigit() else '_' + k} = {v:#x},\n" for k, v in e.values.items())
    head = f"// {e.text}\n" if e.text else ""
    return header(e.file, ["<cstdint>"], f"{head}enum class {name} : std::uint{size}_t {{\n{body}}};\n")


# -- structures -----------------------------------------------------------------------------------
def _field_expr(s: Structure, f: Field) -> str:
    parts = []
    for hi, lo in f.pieces:
        while lo // s.word != hi // s.word:  # a piece that crosses a word: split, high part first
            cut = (hi // s.word) * s.word
            parts.append((hi, cut))
            hi = cut - 1
        parts.append((hi, lo))
    texts = []
    for hi, lo in parts:
        w = f"w[{lo // s.word}]"
        texts.append(w if hi - lo + 1 == s.word else f"d.template extract<{hi % s.word}, {lo % s.word}>({w})")
    result = texts[-1]
    for t in reversed(texts[:-1]):
        result = f"d.concat({t}, {result})"
    return result


def accessor(s: Structure, f: Field) -> str:
    comment = f"  // {_bits(f)} {f.text}\n" if f.text else ""
    return f"{comment}  auto {f.name}(Dom& d) const {{ (void)d; return {_field_expr(s, f)}; }}\n"


def _bits(f: Field) -> str:
    return ",".join(f"{hi}" if hi == lo else f"{hi}:{lo}" for hi, lo in f.pieces)


def _revision_condition(f: Field, cap: str) -> str:
    terms = []
    if f.since:
        terms.append(f"d.ule(d.template k<12>({REVISIONS[f.since]:#x}), {cap}.Revision)")
    if f.until:
        terms.append(f"d.ule({cap}.Revision, d.template k<12>({REVISIONS[f.until]:#x}))")
    return terms[0] if len(terms) == 1 else f"d.land({terms[0]}, {terms[1]})" if terms else ""


def _reserved_when(spec: Spec, f: Field, r) -> str:
    """The condition under which a field of a reserved set is reserved; empty: always."""
    terms = [_revision_condition(f, "cap")]
    if r.when is not None:
        terms.append(f"d.lnot({CppExpr(spec, lambda n: n, lambda n: n).condition(r.when)})")
    terms = [t for t in terms if t]
    return f"d.land({terms[0]}, {terms[1]})" if len(terms) == 2 else "".join(terms)


def _any_set(s: Structure, fields: list[Field]) -> str:
    masks = [0] * (s.width // s.word)
    for f in fields:
        for hi, lo in f.pieces:
            for b in range(lo, hi + 1):
                masks[b // s.word] |= 1 << (b % s.word)
    return either([f"d.ne(d.band(w[{i}], d.template k<{s.word}>({mask:#x})), d.template k<{s.word}>(0))"
                   for i, mask in enumerate(masks) if mask])


def either(terms: list[str]) -> str:
    result = terms[0]
    for t in terms[1:]:
        result = f"d.lor({result},\n                 {t})"
    return result


def reserved_set(spec: Spec, s: Structure, name: str) -> str:
    together: dict[str, list[Field]] = {}  # by what reserves them
    for f, r in s.sets()[name]:
        together.setdefault(_reserved_when(spec, f, r), []).append(f)
    # The bits first: they are mostly clear, and then nobody need ask the condition.
    terms = [f"d.land({_any_set(s, fields)}, [&] {{ return {when}; }})" if when else _any_set(s, fields)
             for when, fields in sorted(together.items(), key=lambda item: bool(item[0]))]
    return (f"  // True if a bit of the reserved set `{name}` is set.\n"
            f"  typename Dom::Bool reserved_{name}(Dom& d, const Capabilities<Dom>& cap) const {{\n    (void)cap;\n    return {either(terms)};\n  }}\n")


def structure_header(spec: Spec, s: Structure) -> str:
    words, sets = s.width // s.word, s.sets()
    includes = ["<array>", "<cstdint>", "<string_view>", "<amdvi/value/bit_field.hpp>"]
    head = f"// {s.title}.\ntemplate <class Dom>\nstruct {s.name} {{\n  static constexpr unsigned kWidth = {s.width};\n"
    head += f"  std::array<typename Dom::template Bv<{s.word}>, {words}> w{{}};\n\n"
    body = "".join(accessor(s, f) for f in s.fields)
    body += "".join(reserved_set(spec, s, n) for n in sets)
    body += ("  template <class F>\n  void visit(std::string_view path, F&& f) {\n"
             f"    for (auto& word : w) f(path, word);\n  }}\n}};\n\n")
    forward = "template <class Dom>\nstruct Capabilities;\n\n" if sets else ""
    return header(s.file, includes, forward + head + body + bit_fields(s) + constants(s))


def bit_fields(s: Structure) -> str:
    lines = [f"// Fields of {s.name} by name, for building and reading plain words.\nnamespace field::{s.name} {{\n"]
    for f in s.fields:
        pieces = ", ".join(f"BitPiece{{{hi}, {lo}}}" for hi, lo in f.pieces)
        lines.append(f"inline constexpr BitField<{len(f.pieces)}, {s.word}> {f.name}{{{{{{{pieces}}}}}}};\n")
    return "".join(lines) + f"}}  // namespace field::{s.name}\n"


def constants(s: Structure) -> str:
    out = []
    if s.kind == "register":
        out.append(f"inline constexpr std::uint32_t kOffset_{s.name} = {s.offset:#06x};\n")
    if s.kind == "command":
        out.append(f"inline constexpr std::uint32_t kOpcode_{s.name} = {s.code:#x};\n")
    if s.kind == "event":
        out.append(f"inline constexpr std::uint32_t kCode_{s.name} = {s.code:#x};\n")
    return "".join(out)


# -- records --------------------------------------------------------------------------------------
def record_header(spec: Spec, r: Record) -> str:
    includes = ["<string_view>"] + [own(t.name) for t in r.members.values() if t.kind in ("struct", "record", "enum")]
    includes = list(dict.fromkeys(includes))
    lines = [f"template <class Dom>\nstruct {r.name} {{\n"]
    for name, t in r.members.items():
        note = f"  // {r.text[name]}" if r.text.get(name) else ""
        lines.append(f"  {cpp_type(t)} {name}{{}};{note}\n")
    lines.append("  template <class F>\n  void visit(std::string_view path, F&& f) {\n    (void)path;\n")
    for name, t in r.members.items():
        lines.append(f"    {name}.visit(\"{name}\", f);\n" if t.kind in ("struct", "record") else f"    f(\"{name}\", {name});\n")
    return header(r.file, includes, "".join(lines) + "  }\n};\n")


# -- functions ------------------------------------------------------------------------------------
def _type_includes(types) -> list[str]:
    return [own(t.name) for t in types if t.kind in ("struct", "record", "enum")]


def _calls(e: Typed, found: set[str], structs: set[str]) -> None:
    if e.op == "call":
        found.add(e.name)
    if e.op == "as":
        structs.add(e.name)
    for a in e.args:
        _calls(a, found, structs)


def dependencies(expressions: list[Typed], types: list[Type]) -> list[str]:
    calls: set[str] = set()
    structs: set[str] = set()
    for e in expressions:
        _calls(e, calls, structs)
    return list(dict.fromkeys([*_type_includes(types), *(own(n) for n in sorted(calls | structs))]))


def function_header(spec: Spec, f: Function) -> str:
    expr = CppExpr(spec, lambda n: n, lambda n: n)
    params = ", ".join(f"{'const ' if t.kind in ('struct', 'record') else ''}{cpp_type(t)}{'&' if t.kind in ('struct', 'record') else ''} {n}"
                       for n, t in f.params.items())
    lets = "".join(f"  const auto {n} = {expr.text(e)};\n" for n, e in f.lets.items())
    includes = dependencies([*f.lets.values(), f.body], [*f.params.values(), f.returns])
    body = (f"// {f.text or f.name}. Clause {f.clause}.\ntemplate <class Dom>\n{cpp_type(f.returns)} {f.name}(Dom& d, {params}) {{\n"
            f"  (void)d;\n{lets}  return {expr.text(f.body)};\n}}\n")
    return header(f.file, includes, body)


# -- decisions ------------------------------------------------------------------------------------
class DecisionEmitter:
    def __init__(self, spec: Spec, d: Decision) -> None:
        self.spec, self.d = spec, d
        self.atoms: list[tuple[int, str]] = []
        self.rule = -1

    def _atom(self, text: str, cpp: str) -> str:
        self.atoms.append((self.rule, text))
        return f"d.atom(info(), {len(self.atoms) - 1}, {cpp})"

    def header(self) -> str:
        d = self.d
        expressions = [*d.lets.values(), *(r.when for r in d.rules), *(e for r in d.rules for e in r.then.values())]
        expressions += [d.assume] if d.assume else []
        includes = ["<cstddef>", "<string_view>", "<amdvi/spec_info.hpp>", "<amdvi/value/index.hpp>"]
        includes += dependencies(expressions, [*d.inputs.values(), *(o.type for o in d.outputs.values())])
        parts = [f"// {d.title}. Ordered rules, the first that fires decides.\ntemplate <class Dom>\nstruct {d.name} {{\n",
                 f"  static constexpr std::size_t kRules = {len(d.rules)};\n", self._inputs(), self._out(),
                 "  static const DecisionInfo& info();\n\n", self._lets(), self._assume(), self._rules(), "};\n\n"]
        text = "".join(parts)
        info = (f"const DecisionInfo& info_{d.name}();\n"
                f"template <class Dom>\nconst DecisionInfo& {d.name}<Dom>::info() {{\n  return info_{d.name}();\n}}\n")
        # const: without it every atom of the concrete domain would call this for nothing.
        return header(d.file, list(dict.fromkeys(includes)),
                      f"[[gnu::const]] const DecisionInfo& info_{d.name}();\n\n" + text + info.split("\n", 1)[1])

    def _inputs(self) -> str:
        members, storage, visit, view = [], [], [], []
        for name, t in self.d.inputs.items():
            by_ref = t.kind == "record"
            members.append(f"    {'const ' if by_ref else ''}{cpp_type(t)}{'&' if by_ref else ''} {name};\n")
            storage.append(f"    {cpp_type(t)} {name}{{}};\n")
            visit.append(f"      {name}.visit(\"{name}\", f);\n" if t.kind in ("struct", "record") else f"      f(\"{name}\", {name});\n")
            view.append(name)
        return ("  struct In {\n" + "".join(members) + "  };\n"
                "  // Owns what In refers to; `visit` hands every leaf word to f(path, Bv&) in solver order.\n"
                "  struct Storage {\n" + "".join(storage) + f"    In in() const {{ return {{{', '.join(view)}}}; }}\n"
                "    template <class F>\n    void visit(F&& f) {\n" + "".join(visit) + "    }\n  };\n")

    def _out(self) -> str:
        lines = "".join(f"    {cpp_type(o.type)} {o.name};{'  // ' + o.text if o.text else ''}\n" for o in self.d.outputs.values())
        visit = "".join(f"      f(\"{o.name}\", {o.name});\n" for o in self.d.outputs.values())
        return f"  struct Out {{\n{lines}    template <class F>\n    void visit(F&& f) {{\n{visit}    }}\n  }};\n\n"

    def _expr(self, atoms: bool) -> CppExpr:
        return CppExpr(self.spec, lambda n: f"in.{n}", lambda n: f"let_{n}(d, in)", self._atom if atoms else None)

    def _lets(self) -> str:
        out = []
        for name, e in self.d.lets.items():
            self.rule = -1
            text = self._expr(True).condition(e) if e.type == BOOL else self._expr(False).text(e)
            out.append(f"  static {cpp_type(e.type)} let_{name}(Dom& d, const In& in) {{\n    (void)d;\n    return {text};\n  }}\n")
        return "".join(out)

    def _assume(self) -> str:
        text = self._expr(False).text(self.d.assume) if self.d.assume else "d.lit(true)"
        return ("  // What the environment guarantees of the inputs.\n"
                f"  static typename Dom::Bool assume(Dom& d, const In& in) {{\n    (void)in;\n    return {text};\n  }}\n\n")

    def _rules(self) -> str:
        out = []
        for i, r in enumerate(self.d.rules):
            self.rule = i
            out.append(f"  // {r.id}: {r.when.text} (clause {r.clause})\n"
                       f"  static typename Dom::Bool when(Index<{i}>, Dom& d, const In& in) {{\n    (void)d, (void)in;\n"
                       f"    return {self._expr(True).condition(r.when)};\n  }}\n"
                       f"  static Out then(Index<{i}>, Dom& d, const In& in) {{\n    (void)d, (void)in;\n    Out out{{}};\n")
            for o in self.d.outputs.values():
                value = self._expr(False).text(r.then[o.name]) if o.name in r.then else f"d.template k<{o.type.width}>(0)"
                out.append(f"    out.{o.name} = {value};\n")
            out.append("    return out;\n  }\n")
        return "".join(out)


def decisions_header(spec: Spec) -> str:
    calls = "".join(f"  f.template operator()<{n}>();\n" for n in spec.decisions)
    body = ("// Calls f.operator()<Decision>() for every decision template, in order of name.\n"
            f"template <class F>\nvoid for_each_decision(F&& f) {{\n{calls}}}\n")
    return header("core/rules", [own(n) for n in spec.decisions], body)
