"""Expressions of machines: those of check.py with typed ids and with arrays read by `a[id]`."""
from __future__ import annotations

from typing import Optional

from check import Checker, Scope, _a
from errors import SpecError
from expr_parser import Node
from ir import Spec, Type, Typed, bv
from machine_ir import Cell, Host
from unparse import unparse


class MachineScope(Scope):
    """`cells`: the state, by name."""

    def __init__(self, values: dict[str, Type], cells: dict[str, Cell], lets: Optional[dict[str, Typed]] = None) -> None:
        super().__init__(values, lets)
        self.cells = cells

    def inner(self, values: dict[str, Type]) -> "MachineScope":
        return MachineScope({**self.values, **values}, self.cells, self.lets)


class MachineChecker(Checker):
    def __init__(self, spec: Spec, host: Host) -> None:
        super().__init__(spec)
        self.host = host

    def _check(self, node: Node, scope: Scope, want: Optional[Type] = None) -> Typed:
        if node.op == "index":
            typed = self._index(node, scope)
            typed.text = unparse(node)
            return typed
        if node.op == "::" and want is not None and want.kind == "id":
            parts, args = list(self.host.ids[want.name].parts.values()), _flat(node)
            if len(args) > 2 and len(args) == len(parts):
                return self._join([self._coerce(self._check(a, scope, p), p, a) for a, p in zip(args, parts)], want, node)
        return super()._check(node, scope, want)

    @staticmethod
    def _join(parts: list[Typed], want: Type, node: Node) -> Typed:
        """An id of more than two parts: `::` in the terms takes two."""
        joined = parts[0]
        for part in parts[1:]:
            joined = Typed("::", bv(joined.type.width + part.type.width), [joined, part])
        return Typed("::", want, joined.args, text=unparse(node))

    def _index(self, node: Node, scope: Scope) -> Typed:
        base = node.args[0]
        cell = scope.cells.get(base.text) if base.op == "name" and isinstance(scope, MachineScope) else None
        if cell is None or cell.index is None:
            raise SpecError(node.place, f"`{unparse(base)}` is not an array")
        index = self._coerce(self._check(node.args[1], scope, cell.index), cell.index, node.args[1])
        return Typed("read", cell.value, [index], name=cell.name)

    def _slice(self, node: Node, scope: Scope, want: Optional[Type]) -> Typed:
        base = node.args[0]
        if base.op == "name" and isinstance(scope, MachineScope) and base.text in scope.cells and scope.cells[base.text].index:
            if node.value != node.width:
                raise SpecError(node.place, f"`{base.text}` is an array: it has entries, not bits")
            return self._index(Node("index", node.place, [base, Node("number", node.place, value=node.value)]), scope)
        if base.op == "name" and isinstance(scope, MachineScope) and base.text in scope.values and scope.values[base.text].kind == "id":
            raise SpecError(node.place, f"`{base.text}` is an id; take a part of it by name")
        return super()._slice(node, scope, want)

    def _name(self, node: Node, scope: Scope, want: Optional[Type]) -> Typed:
        if want is not None and want.kind == "id" and node.text not in {**scope.values, **scope.lets}:
            enum = self.spec.enums.get(self.host.ids[want.name].enum)
            if enum is not None and node.text in enum.values:
                return Typed("lit", want, name=node.text, value=enum.values[node.text])
        cells = scope.cells if isinstance(scope, MachineScope) else {}
        if node.text in cells and node.text not in scope.values and node.text not in scope.lets:
            if cells[node.text].index is not None:
                raise SpecError(node.place, f"`{node.text}` is an array: say which entry", f"{node.text}[id]")
            return Typed("read", cells[node.text].value, [], name=node.text)
        return super()._name(node, scope, want)

    def _number(self, node: Node, scope: Scope, want: Optional[Type]) -> Typed:
        if want is not None and want.kind == "id":
            if node.value >> want.width:
                raise SpecError(node.place, f"{node.value:#x} does not fit in {want.width} bits")
            return Typed("lit", want, value=node.value)
        return super()._number(node, scope, want)

    def _field(self, node: Node, scope: Scope, want: Optional[Type]) -> Typed:
        base = node.args[0]
        if base.op == "name" and base.text in self.spec.enums:
            return super()._field(node, scope, want)
        value = self._check(base, scope)
        if value.type.kind != "id":
            return super()._field(node, scope, want)
        low = 0
        for name, part in reversed(self.host.ids[value.type.name].parts.items()):
            if name == node.text:
                return Typed("slice", part, [value], hi=low + part.width - 1, lo=low)
            low += part.width
        raise SpecError(node.place, f"{value.type.name} has no part `{node.text}`")

    def _concat(self, node: Node, scope: Scope, want: Optional[Type]) -> Typed:
        parts = [self._check(a, scope) for a in node.args]
        if any(p.type.kind not in ("bv", "enum", "id") for p in parts) or sum(p.type.width for p in parts) > 64:
            raise SpecError(node.place, "`::` joins values of at most 64 bits together")
        return Typed("::", bv(sum(p.type.width for p in parts)), parts)

    def _coerce(self, typed: Typed, want: Optional[Type], node: Node) -> Typed:
        if want is not None and want.kind == "id" and typed.op == "::" and typed.type != want:
            parts = list(self.host.ids[want.name].parts.values())
            if parts == [a.type for a in typed.args]:
                return Typed("::", want, typed.args, text=typed.text)
            names = " :: ".join(str(p) for p in parts) or "nothing: it is not a joined id"
            raise SpecError(node.place, f"`{unparse(node)}` does not make {_a(want)}", f"that takes {names}")
        return super()._coerce(typed, want, node)


def _flat(node: Node) -> list[Node]:
    return [*_flat(node.args[0]), *_flat(node.args[1])] if node.op == "::" else [node]
