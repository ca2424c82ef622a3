"""Typed expressions to C++ text over a value domain `D d`."""
from __future__ import annotations

from typing import Callable, Optional

from ir import Spec, Type, Typed

_BIN = {"==": "eq", "!=": "ne", "<": "ult", "<=": "ule", "&": "band", "|": "bor", "^": "bxor", "+": "add",
        "-": "sub", "<<": "shl", ">>": "lshr", "&&": "land", "||": "lor", "::": "concat"}


def cpp_type(t: Type, d: str = "Dom") -> str:
    if t.kind == "bool":
        return f"typename {d}::Bool"
    if t.kind in ("bv", "enum"):
        return f"typename {d}::template Bv<{t.width}>"
    return f"{t.name}<{d}>"


def costly(e: Typed) -> bool:
    """Whether working it out is more than a few instructions on the inputs."""
    return e.op in ("let", "call") or any(map(costly, e.args))


def connect(e: Typed, sides: list[str]) -> str:
    """`&&` or `||`. What costs something comes second, as a function: the running model calls it only if the other
    side does not decide."""
    costs = [costly(a) for a in e.args]
    first, second = reversed(sides) if costs == [True, False] else sides
    return f"d.{_BIN[e.op]}({first}, {f'[&] {{ return {second}; }}' if any(costs) else second})"


class CppExpr:
    """`var` and `let` say how a name is reached; `atom` wraps the smallest conditions, if given."""

    def __init__(self, spec: Spec, var: Callable[[str], str], let: Callable[[str], str],
                 atom: Optional[Callable[[str, str], str]] = None) -> None:
        self.spec, self.var, self.let, self.atom = spec, var, let, atom

    def condition(self, e: Typed) -> str:
        """A boolean expression whose atoms are marked."""
        if e.op in ("&&", "||"):
            return connect(e, [self.condition(a) for a in e.args])
        if e.op == "!":
            return f"d.lnot({self.condition(e.args[0])})"
        if e.op == "ite" and e.type.kind == "bool":
            return f"d.ite({', '.join(self.condition(a) for a in e.args)})"
        if e.op == "truth" and e.args[0].op == "lit":
            return f"d.lit({'true' if e.args[0].value else 'false'})"
        if self.atom is None or (e.op == "let" and e.type.kind == "bool"):
            return self.text(e)
        return self.atom(e.text, self.text(e))

    def text(self, e: Typed) -> str:
        a = e.args
        if e.op == "lit":
            return f"d.template k<{e.type.width}>({e.value:#x})"
        if e.op == "var":
            return self.var(e.name)
        if e.op == "let":
            return self.let(e.name)
        if e.op == "member":
            return f"{self.text(a[0])}.{e.name}"
        if e.op == "field":
            return f"{self.text(a[0])}.{e.name}(d)"
        if e.op == "reserved":
            return f"{self.text(a[0])}.reserved_{e.name}(d, {self.text(a[1])})"
        if e.op == "slice":
            return self._slice(e)
        if e.op == "call":
            return f"{e.name}<Dom>(d, {', '.join(map(self.text, a))})"
        if e.op == "truth":
            return f"d.truth({self.text(a[0])})"
        if e.op == "bit":
            return f"d.bit({self.condition(a[0]) if self.atom else self.text(a[0])})"
        if e.op == "zext":
            return f"d.template zext<{e.type.width}>({self.text(a[0])})"
        if e.op == "as":
            return self._as(e)
        if e.op == "ite":
            return f"d.ite({self.condition(a[0])}, {self.text(a[1])}, {self.text(a[2])})"
        if e.op == "in":
            return self._in(e)
        if e.op == "!":
            return f"d.lnot({self.text(a[0])})"
        if e.op == "~":
            return f"d.bnot({self.text(a[0])})"
        if e.op in (">", ">="):
            return f"d.{'ult' if e.op == '>' else 'ule'}({self.text(a[1])}, {self.text(a[0])})"
        if e.op in ("&&", "||"):
            return connect(e, [self.text(x) for x in a])
        return f"d.{_BIN[e.op]}({self.text(a[0])}, {self.text(a[1])})"

    def _slice(self, e: Typed) -> str:
        base = self.text(e.args[0])
        if e.args[0].type.kind != "struct":
            return f"d.template extract<{e.hi}, {e.lo}>({base})"
        word = self.spec.structures[e.args[0].type.name].word
        return f"d.template extract<{e.hi % word}, {e.lo % word}>({base}.w[{e.lo // word}])"

    def _as(self, e: Typed) -> str:
        inner = self.text(e.args[0])
        return f"{e.name}<Dom>{{{inner}.w}}" if e.args[0].type.kind == "struct" else f"{e.name}<Dom>{{{{{inner}}}}}"

    def _in(self, e: Typed) -> str:
        value, tests = self.text(e.args[0]), []
        for m in e.args[1:]:
            if m.op == "range":
                tests.append(f"d.land(d.ule({self.text(m.args[0])}, {value}), d.ule({value}, {self.text(m.args[1])}))")
            else:
                tests.append(f"d.eq({value}, {self.text(m)})")
        result = tests[0]
        for t in tests[1:]:
            result = f"d.lor({result}, {t})"
        return result


def uses(spec: Spec, e: Typed, lets: dict[str, Typed]) -> set[str]:
    """Input fields an expression reads: `dte.IoCtl`, `req.address`, `cap.EFR.HATS`."""
    found: set[str] = set()

    def path(t: Typed) -> Optional[str]:
        if t.op == "var":
            return t.name
        if t.op in ("member", "field"):
            base = path(t.args[0])
            return f"{base}.{t.name}" if base is not None else None
        if t.op == "as":
            return path(t.args[0])
        return None

    def whole(p: str, t: Type) -> None:
        if t.kind == "struct":
            found.update(f"{p}.{f.name}" for f in spec.structures[t.name].fields)
        elif t.kind == "record":
            for n, m in spec.records[t.name].members.items():
                whole(f"{p}.{n}", m)
        else:
            found.add(p)

    def reserved(t: Typed) -> None:
        structure = t.args[0].args[0].type if t.args[0].op == "as" else t.args[0].type
        base = path(t.args[0])
        for f, r in spec.structures[t.args[0].type.name].sets()[t.name]:
            if structure.name == t.args[0].type.name:
                found.add(f"{base}.{f.name}")
            else:
                whole(base, structure)
            if f.since or f.until:
                found.add(f"{path(t.args[1]) or 'cap'}.Revision")
            if r.when is not None:
                walk(r.when, {"cap": path(t.args[1]) or "cap"})

    def walk(t: Typed, rename: dict[str, str]) -> None:
        if t.op == "let":
            walk(lets[t.name], rename)
            return
        if t.op == "reserved":
            reserved(t)
            return
        p = path(t)
        if p is not None:
            head, _, rest = p.partition(".")
            p = rename.get(head, head) + (f".{rest}" if rest else "")
            cast = next((x for x in _chain(t) if x.op == "as"), None)
            if cast is not None:
                whole(path(cast.args[0]), cast.args[0].type)
            else:
                whole(p, t.type)
            return
        for arg in t.args:
            walk(arg, rename)

    walk(e, {})
    return found


def _chain(t: Typed):
    while t.args and t.op in ("member", "field", "as"):
        yield t
        t = t.args[0]
