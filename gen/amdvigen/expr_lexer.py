"""Tokens of the expression language. Positions are columns inside the YAML scalar."""
from __future__ import annotations

import re
from dataclasses import dataclass

from errors import Place, SpecError

_TOKEN = re.compile(r"""
    (?P<space>\s+)
  | (?P<sized>(?:0x[0-9a-fA-F]+|[0-9]+)u[0-9]+)
  | (?P<number>0x[0-9a-fA-F]+|[0-9]+)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<op>::|\.\.|<<|>>|<=|>=|==|!=|&&|\|\||[-!~+&|^<>?:.,(){}\[\]])
""", re.VERBOSE)


@dataclass(frozen=True)
class Token:
    kind: str  # number, sized, name, op, end
    text: str
    place: Place


def tokenize(text: str, place: Place) -> list[Token]:
    """`place` is where the first character of `text` stands."""
    tokens: list[Token] = []
    pos = 0
    while pos < len(text):
        at = _offset(place, text, pos)
        match = _TOKEN.match(text, pos)
        if not match:
            raise SpecError(at, f"unexpected character `{text[pos]}` in an expression")
        if match.end() < len(text) and match.lastgroup in ("number", "sized") and (text[match.end()].isalnum() or text[match.end()] == "_"):
            raise SpecError(at, f"`{match.group()}{text[match.end()]}` is not a number")
        if match.lastgroup != "space":
            tokens.append(Token(match.lastgroup, match.group(), at))
        pos = match.end()
    tokens.append(Token("end", "", _offset(place, text, len(text))))
    return tokens


def _offset(place: Place, text: str, pos: int) -> Place:
    line = text.count("\n", 0, pos)
    if line == 0:
        return Place(place.file, place.line, place.col + pos)
    return Place(place.file, place.line + line, pos - text.rfind("\n", 0, pos))
