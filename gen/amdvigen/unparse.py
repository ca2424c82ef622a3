"""Expression trees back to text, for reports: one spelling whatever the author's spacing."""
from __future__ import annotations

from expr_parser import Node

_LEVEL = {"?:": 0, "||": 1, "&&": 2, "|": 4, "^": 5, "&": 6, "<<": 7, ">>": 7, "+": 8, "-": 8, "::": 9, "!": 10, "~": 10}
_COMPARE = 3


def unparse(node: Node, level: int = 0) -> str:
    own = _LEVEL.get(node.op, _COMPARE if node.op in ("==", "!=", "<", "<=", ">", ">=", "in") else 11)
    text = _text(node, own)
    return f"({text})" if own < level else text


def _text(node: Node, own: int) -> str:
    a = node.args
    if node.op == "number":
        return f"{node.value:#x}" if node.value > 9 else str(node.value)
    if node.op == "sized":
        return f"{node.value:#x}u{node.width}" if node.value > 9 else f"{node.value}u{node.width}"
    if node.op == "name":
        return node.text
    if node.op == "field":
        return f"{unparse(a[0], 11)}.{node.text}"
    if node.op == "method":
        return f"{unparse(a[0], 11)}.{node.text}({', '.join(map(unparse, a[1:]))})"
    if node.op == "slice":
        bits = f"{node.value}:{node.width}" if node.value != node.width else f"{node.value}"
        return f"{unparse(a[0], 11)}[{bits}]"
    if node.op == "index":
        return f"{unparse(a[0], 11)}[{unparse(a[1])}]"
    if node.op == "call":
        return f"{node.text}({', '.join(map(unparse, a))})"
    if node.op == "?:":
        return f"{unparse(a[0], 1)} ? {unparse(a[1])} : {unparse(a[2])}"
    if node.op == "in":
        return f"{unparse(a[0], 4)} in {{{', '.join(map(unparse, a[1:]))}}}"
    if node.op == "range":
        return f"{unparse(a[0])}..{unparse(a[1])}"
    if node.op in ("!", "~"):
        return node.op + unparse(a[0], own)
    left = own + 1 if own == _COMPARE else own  # comparisons do not chain
    return f"{unparse(a[0], left)} {node.op} {unparse(a[1], own + 1)}"
