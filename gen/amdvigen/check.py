"""Types and widths of expressions: untyped tree to typed tree, or an error at its place."""
from __future__ import annotations

from typing import Optional

from errors import Place, SpecError
from ir import BOOL, Spec, Type, Typed, bv
from expr_parser import Node, parse
from unparse import unparse

_ARITH = {"|", "^", "&", "+", "-"}
_SHIFT = {"<<", ">>"}
_COMPARE = {"==", "!=", "<", "<=", ">", ">="}


class Scope:
    """Names an expression may use: `values` (inputs, parameters) and `lets`."""

    def __init__(self, values: dict[str, Type], lets: Optional[dict[str, Typed]] = None) -> None:
        self.values, self.lets = values, lets if lets is not None else {}


class Checker:
    def __init__(self, spec: Spec) -> None:
        self.spec = spec

    def expression(self, text, place: Place, scope: Scope, want: Optional[Type] = None) -> Typed:
        """`text` may be a YAML number or boolean too."""
        if isinstance(text, bool):
            text = "1u1" if text else "0u1"
        if not isinstance(text, (str, int)):
            raise SpecError(place, "expected an expression")
        node = parse(str(text), place)
        return self._coerce(self._check(node, scope, want), want, node)

    # -- coercion -------------------------------------------------------------------------------
    def _coerce(self, typed: Typed, want: Optional[Type], node: Node) -> Typed:
        if want is None or typed.type == want:
            return typed
        if want == BOOL and typed.type == bv(1):
            return Typed("truth", BOOL, [typed], text=typed.text)
        if want.kind == "bv" and want.width == 1 and typed.type == BOOL:
            return Typed("bit", bv(1), [typed], text=typed.text)
        if want.kind == "bv" and typed.type.kind == "enum" and typed.type.width == want.width:
            return Typed(typed.op, want, typed.args, typed.name, typed.value, typed.hi, typed.lo, typed.text)
        raise SpecError(node.place, f"expected {_a(want)} but `{unparse(node)}` is {_a(typed.type)}")

    def _bool(self, node: Node, scope: Scope) -> Typed:
        return self._coerce(self._check(node, scope, BOOL), BOOL, node)

    # -- dispatch -------------------------------------------------------------------------------
    def _check(self, node: Node, scope: Scope, want: Optional[Type] = None) -> Typed:
        handler = {"number": self._number, "sized": self._sized, "name": self._name, "field": self._field,
                   "method": self._method, "slice": self._slice, "call": self._call, "?:": self._ternary,
                   "index": self._not_an_array, "in": self._in, "!": self._not, "~": self._complement, "::": self._concat,
                   "&&": self._logic, "||": self._logic}.get(node.op)
        if handler is None:
            handler = self._compare if node.op in _COMPARE else self._shift if node.op in _SHIFT else self._arith
        typed = handler(node, scope, want)
        typed.text = unparse(node)
        return typed

    def _not_an_array(self, node: Node, scope: Scope, want: Optional[Type]) -> Typed:
        raise SpecError(node.place, f"`{unparse(node.args[0])}` is not an array", "bits are taken with numbers, [hi:lo]")

    def _number(self, node: Node, scope: Scope, want: Optional[Type]) -> Typed:
        if want == BOOL and node.value in (0, 1):
            return Typed("lit", bv(1), value=node.value)
        if want is None or want.kind not in ("bv", "enum"):
            raise SpecError(node.place, f"the width of `{node.value}` is not known here", f"write it as {node.value}u8, say")
        if node.value >> want.width:
            raise SpecError(node.place, f"{node.value:#x} does not fit in {want.width} bits")
        return Typed("lit", bv(want.width) if want.kind == "bv" else want, value=node.value)

    def _sized(self, node: Node, scope: Scope, want: Optional[Type]) -> Typed:
        if not 1 <= node.width <= 64:
            raise SpecError(node.place, f"width {node.width} is outside 1..64")
        if node.value >> node.width:
            raise SpecError(node.place, f"{node.value:#x} does not fit in {node.width} bits")
        return Typed("lit", bv(node.width), value=node.value)

    def _name(self, node: Node, scope: Scope, want: Optional[Type]) -> Typed:
        if node.text in scope.lets:
            return Typed("let", scope.lets[node.text].type, name=node.text)
        if node.text in scope.values:
            return Typed("var", scope.values[node.text], name=node.text)
        if node.text in ("true", "false"):
            return Typed("lit", bv(1), value=int(node.text == "true"))
        if want is not None and want.kind == "enum":
            values = self.spec.enums[want.name].values
            if node.text in values:
                return Typed("lit", want, name=node.text, value=values[node.text])
            raise SpecError(node.place, f"`{node.text}` is not a value of {want.name}", "one of: " + ", ".join(values))
        raise SpecError(node.place, f"unknown name `{node.text}`", _nearest(node.text, [*scope.values, *scope.lets]))

    def _field(self, node: Node, scope: Scope, want: Optional[Type]) -> Typed:
        base = node.args[0]
        if base.op == "name" and base.text in self.spec.enums and base.text not in scope.values:
            enum = self.spec.enums[base.text]
            if node.text not in enum.values:
                raise SpecError(node.place, f"`{node.text}` is not a value of {enum.name}", "one of: " + ", ".join(enum.values))
            return Typed("lit", Type("enum", enum.width, enum.name), name=node.text, value=enum.values[node.text])
        value = self._check(base, scope)
        if value.type.kind == "record":
            if value.type.name not in self.spec.records:
                raise SpecError(node.place, f"there is no record `{value.type.name}`", "add it under core/records/")
            members = self.spec.records[value.type.name].members
            if node.text not in members:
                raise SpecError(node.place, f"{value.type.name} has no member `{node.text}`", _nearest(node.text, members))
            return Typed("member", members[node.text], [value], name=node.text)
        if value.type.kind != "struct":
            raise SpecError(node.place, f"`{unparse(base)}` is {_a(value.type)} and has no fields")
        structure = self.spec.structures[value.type.name]
        field = structure.field(node.text)
        if field is None:
            raise SpecError(node.place, f"{structure.name} has no field `{node.text}`", _nearest(node.text, [f.name for f in structure.fields]))
        if field.width > 64:
            raise SpecError(node.place, f"field `{node.text}` is {field.width} bits wide; take a slice of the structure in two")
        kind = Type("enum", field.width, field.enum) if field.enum else bv(field.width)
        return Typed("field", kind, [value], name=field.name)

    def _method(self, node: Node, scope: Scope, want: Optional[Type]) -> Typed:
        value = self._check(node.args[0], scope)
        if value.type.kind != "struct" or not node.text.startswith("reserved_"):
            raise SpecError(node.place, f"unknown method `{node.text}`", "structures have reserved_SET(cap)")
        sets = self.spec.structures[value.type.name].sets()
        name = node.text[len("reserved_"):]
        if name not in sets:
            raise SpecError(node.place, f"{value.type.name} has no reserved set `{name}`", "it has: " + (", ".join(sets) or "none"))
        if len(node.args) != 2:
            raise SpecError(node.place, f"`{node.text}` takes one argument, the capabilities")
        cap = self._coerce(self._check(node.args[1], scope), Type("record", 0, "Capabilities"), node.args[1])
        return Typed("reserved", BOOL, [value, cap], name=name)

    def _slice(self, node: Node, scope: Scope, want: Optional[Type]) -> Typed:
        value = self._check(node.args[0], scope)
        hi, lo = node.value, node.width
        limit = self.spec.structures[value.type.name].width if value.type.kind == "struct" else value.type.width
        if value.type.kind not in ("bv", "enum", "struct"):
            raise SpecError(node.place, f"cannot take bits of {_a(value.type)}")
        if hi < lo:
            raise SpecError(node.place, f"slice [{hi}:{lo}] is upside down", "the high bit comes first")
        if hi >= limit:
            raise SpecError(node.place, f"bit {hi} is outside of the {limit} bits of `{unparse(node.args[0])}`")
        if value.type.kind == "struct":
            word = self.spec.structures[value.type.name].word
            if hi // word != lo // word:
                raise SpecError(node.place, f"slice [{hi}:{lo}] crosses a {word}-bit word of {value.type.name}", "join two slices with ::")
        return Typed("slice", bv(hi - lo + 1), [value], hi=hi, lo=lo)

    def _call(self, node: Node, scope: Scope, want: Optional[Type]) -> Typed:
        if node.text == "zext":
            return self._zext(node, scope)
        if node.text == "as":
            return self._as(node, scope)
        function = self.spec.functions.get(node.text)
        if function is None:
            raise SpecError(node.place, f"unknown function `{node.text}`", _nearest(node.text, [*self.spec.functions, "zext", "as"]))
        if len(node.args) != len(function.params):
            raise SpecError(node.place, f"`{node.text}` takes {len(function.params)} arguments, not {len(node.args)}")
        args = [self._coerce(self._check(a, scope, t), t, a) for a, t in zip(node.args, function.params.values())]
        return Typed("call", function.returns, args, name=node.text)

    def _zext(self, node: Node, scope: Scope) -> Typed:
        if len(node.args) != 2 or node.args[1].op != "number":
            raise SpecError(node.place, "zext takes a value and a width", "zext(x, 64)")
        value, width = self._check(node.args[0], scope), node.args[1].value
        if value.type == BOOL:
            value = self._coerce(value, bv(1), node.args[0])
        if value.type.kind not in ("bv", "enum") or not value.type.width <= width <= 64:
            raise SpecError(node.place, f"cannot widen {_a(value.type)} to {width} bits")
        return Typed("zext", bv(width), [value])

    def _as(self, node: Node, scope: Scope) -> Typed:
        if len(node.args) != 2 or node.args[0].op != "name" or node.args[0].text not in self.spec.structures:
            raise SpecError(node.place, "as takes the name of a structure and a value", "as(COMPLETION_WAIT, cmd)")
        value, name = self._check(node.args[1], scope), node.args[0].text
        have = self.spec.structures[value.type.name].width if value.type.kind == "struct" else value.type.width
        if have != self.spec.structures[name].width:
            raise SpecError(node.place, f"{name} is {self.spec.structures[name].width} bits wide, `{unparse(node.args[1])}` is {have}")
        return Typed("as", Type("struct", 0, name), [value], name=name)

    def _ternary(self, node: Node, scope: Scope, want: Optional[Type]) -> Typed:
        cond = self._bool(node.args[0], scope)
        yes, no = self._pair(node.args[1], node.args[2], scope, want, node)
        return Typed("ite", yes.type, [cond, yes, no])

    def _pair(self, a: Node, b: Node, scope: Scope, want: Optional[Type], node: Node) -> tuple[Typed, Typed]:
        """Checks two operands that must have one type; an unsized literal takes the other's."""
        if want is not None:
            return self._coerce(self._check(a, scope, want), want, a), self._coerce(self._check(b, scope, want), want, b)
        if a.op == "number" and b.op != "number":
            right = self._check(b, scope)
            return self._coerce(self._check(a, scope, right.type), right.type, a), right
        left = self._check(a, scope)
        right = self._check(b, scope, left.type)
        if left.type != right.type and left.type == BOOL:
            return left, self._coerce(right, BOOL, b)
        if left.type != right.type and right.type == BOOL:
            return self._coerce(left, BOOL, a), right
        if left.type != right.type:
            raise SpecError(node.place, f"`{unparse(a)}` is {_a(left.type)} but `{unparse(b)}` is {_a(right.type)}",
                            "widen one with zext(x, n)" if left.type.kind == right.type.kind == "bv" else "")
        return left, right

    def _in(self, node: Node, scope: Scope, want: Optional[Type]) -> Typed:
        value = self._check(node.args[0], scope)
        if value.type.kind not in ("bv", "enum"):
            raise SpecError(node.place, f"`in` needs a value, not {_a(value.type)}")
        members = []
        for m in node.args[1:]:
            ends = m.args if m.op == "range" else [m]
            typed = [self._coerce(self._check(e, scope, value.type), value.type, e) for e in ends]
            if len(typed) == 2 and all(t.op == "lit" for t in typed) and typed[0].value > typed[1].value:
                raise SpecError(m.place, f"range {typed[0].value}..{typed[1].value} is empty")
            members.append(Typed("range", value.type, typed) if len(typed) == 2 else typed[0])
        return Typed("in", BOOL, [value, *members])

    def _not(self, node: Node, scope: Scope, want: Optional[Type]) -> Typed:
        return Typed("!", BOOL, [self._bool(node.args[0], scope)])

    def _complement(self, node: Node, scope: Scope, want: Optional[Type]) -> Typed:
        value = self._check(node.args[0], scope, want)
        if value.type.kind != "bv":
            raise SpecError(node.place, f"`~` needs a bit vector, not {_a(value.type)}")
        return Typed("~", value.type, [value])

    def _concat(self, node: Node, scope: Scope, want: Optional[Type]) -> Typed:
        parts = [self._check(a, scope) for a in node.args]
        if any(p.type.kind not in ("bv", "enum") for p in parts) or sum(p.type.width for p in parts) > 64:
            raise SpecError(node.place, "`::` joins bit vectors of at most 64 bits together")
        return Typed("::", bv(parts[0].type.width + parts[1].type.width), parts)

    def _logic(self, node: Node, scope: Scope, want: Optional[Type]) -> Typed:
        return Typed(node.op, BOOL, [self._bool(a, scope) for a in node.args])

    def _compare(self, node: Node, scope: Scope, want: Optional[Type]) -> Typed:
        left, right = self._pair(*node.args, scope, None, node)
        if left.type.kind in ("struct", "record"):
            raise SpecError(node.place, f"{_a(left.type)} cannot be compared")
        if left.type == BOOL and node.op not in ("==", "!="):
            raise SpecError(node.place, f"`{node.op}` does not apply to booleans")
        return Typed(node.op, BOOL, [left, right])

    def _shift(self, node: Node, scope: Scope, want: Optional[Type]) -> Typed:
        left = self._check(node.args[0], scope, want)
        if left.type.kind != "bv":
            raise SpecError(node.place, f"`{node.op}` needs a bit vector, not {_a(left.type)}")
        right = self._check(node.args[1], scope, left.type)
        if right.type.kind != "bv" or right.type.width > left.type.width:
            raise SpecError(node.place, f"cannot shift {_a(left.type)} by {_a(right.type)}")
        if right.type.width < left.type.width:
            right = Typed("zext", left.type, [right], text=right.text)
        return Typed(node.op, left.type, [left, right])

    def _arith(self, node: Node, scope: Scope, want: Optional[Type]) -> Typed:
        hint = want if want is not None and want.kind == "bv" and all(a.op == "number" for a in node.args) else None
        left, right = self._pair(*node.args, scope, hint, node)
        if left.type.kind != "bv" and not (left.type == BOOL and node.op in ("|", "&", "^")):
            raise SpecError(node.place, f"`{node.op}` needs bit vectors, not {_a(left.type)}")
        if left.type == BOOL:
            raise SpecError(node.place, f"`{node.op}` needs bit vectors, not booleans", "use && or ||")
        return Typed(node.op, left.type, [left, right])


def _a(type_: Type) -> str:
    name = str(type_)
    return f"a {name}" if type_.kind in ("bool", "bv") and not name.startswith("8") else f"an {name}" if name.startswith("8") else name


def _nearest(name: str, names) -> str:
    import difflib
    close = difflib.get_close_matches(name, list(names), 1)
    return f"did you mean `{close[0]}`?" if close else ""
