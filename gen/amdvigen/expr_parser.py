"""Recursive-descent parser of the expression language: text to an untyped tree.

Precedence, loosest first:  ?:   ||   &&   == != < <= > >= in   |   ^   &   << >>   + -   ::   ! ~   [hi:lo] [id] .field
Unlike C, the bit operators bind tighter than comparisons.
"""
from __future__ import annotations

from dataclasses import dataclass, field

from errors import Place, SpecError
from expr_lexer import Token, tokenize


@dataclass
class Node:
    op: str
    place: Place
    args: list["Node"] = field(default_factory=list)
    text: str = ""        # name, operator or field
    value: int = 0        # literals
    width: int = 0        # sized literals
    source: str = ""      # the piece of source it was read from


_BINARY = [["||"], ["&&"], None, ["|"], ["^"], ["&"], ["<<", ">>"], ["+", "-"], ["::"]]
_COMPARE = {"==", "!=", "<", "<=", ">", ">="}


class Parser:
    def __init__(self, text: str, place: Place) -> None:
        self.text, self.tokens, self.pos = text, tokenize(text, place), 0

    def parse(self) -> Node:
        node = self._ternary()
        if self._peek().kind != "end":
            self._fail(f"unexpected `{self._peek().text}` after a complete expression")
        return node

    def _peek(self) -> Token:
        return self.tokens[self.pos]

    def _next(self) -> Token:
        token = self.tokens[self.pos]
        self.pos += 1 if token.kind != "end" else 0
        return token

    def _fail(self, what: str):
        raise SpecError(self._peek().place, what)

    def _accept(self, text: str) -> bool:
        token = self._peek()
        if token.kind in ("op", "name") and token.text == text:
            self.pos += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            got = self._peek().text or "the end of the expression"
            self._fail(f"expected `{text}` but found `{got}`")

    def _number(self) -> int:
        token = self._next()
        if token.kind != "number":
            raise SpecError(token.place, f"expected a number but found `{token.text or 'the end'}`")
        return int(token.text, 0)

    def _ternary(self) -> Node:
        start = self._peek().place
        cond = self._binary(0)
        if not self._accept("?"):
            return cond
        yes = self._ternary()
        self._expect(":")
        return Node("?:", start, [cond, yes, self._ternary()])

    def _binary(self, level: int) -> Node:
        if level == len(_BINARY):
            return self._unary()
        if _BINARY[level] is None:
            return self._comparison(level)
        left = self._binary(level + 1)
        while self._peek().kind == "op" and self._peek().text in _BINARY[level]:
            op = self._next()
            left = Node(op.text, op.place, [left, self._binary(level + 1)])
        return left

    def _comparison(self, level: int) -> Node:
        left = self._binary(level + 1)
        token = self._peek()
        if token.kind == "op" and token.text in _COMPARE:
            self._next()
            node = Node(token.text, token.place, [left, self._binary(level + 1)])
        elif token.kind == "name" and token.text == "in":
            self._next()
            node = Node("in", token.place, [left, *self._set()])
        else:
            return left
        if self._peek().text in _COMPARE:
            self._fail("comparisons do not chain; use `&&`")
        return node

    def _set(self) -> list[Node]:
        self._expect("{")
        members: list[Node] = []
        while True:
            low = self._ternary()
            members.append(Node("range", low.place, [low, self._ternary()]) if self._accept("..") else low)
            if self._accept("}"):
                return members
            self._expect(",")

    def _unary(self) -> Node:
        token = self._peek()
        if token.kind == "op" and token.text in ("!", "~"):
            self._next()
            return Node(token.text, token.place, [self._unary()])
        return self._postfix()

    def _postfix(self) -> Node:
        node = self._primary()
        while True:
            place = self._peek().place
            if self._accept("."):
                name = self._next()
                if name.kind != "name":
                    raise SpecError(name.place, f"expected a field name after `.` but found `{name.text or 'the end'}`")
                if self._accept("("):
                    node = Node("method", name.place, [node, *self._arguments()], text=name.text)
                else:
                    node = Node("field", name.place, [node], text=name.text)
            elif self._accept("["):
                node = self._brackets(node, place)
            else:
                return node

    def _brackets(self, node: Node, place: Place) -> Node:
        """`[hi:lo]` or `[bit]` of a value; `[id]`, anything but a plain number, of an array."""
        if self._peek().kind != "number" or self.tokens[self.pos + 1].text not in (":", "]"):
            index = self._ternary()
            self._expect("]")
            return Node("index", place, [node, index])
        high = self._number()
        low = self._number() if self._accept(":") else high
        self._expect("]")
        return Node("slice", place, [node], value=high, width=low)

    def _arguments(self) -> list[Node]:
        if self._accept(")"):
            return []
        args = [self._ternary()]
        while self._accept(","):
            args.append(self._ternary())
        self._expect(")")
        return args

    def _primary(self) -> Node:
        token = self._next()
        if token.kind == "number":
            return Node("number", token.place, value=int(token.text, 0))
        if token.kind == "sized":
            value, width = token.text.split("u")
            return Node("sized", token.place, value=int(value, 0), width=int(width))
        if token.kind == "name":
            if self._accept("("):
                return Node("call", token.place, self._arguments(), text=token.text)
            return Node("name", token.place, text=token.text)
        if token.text == "(":
            node = self._ternary()
            self._expect(")")
            return node
        raise SpecError(token.place, f"expected a value but found `{token.text or 'the end of the expression'}`")


def parse(text: str, place: Place) -> Node:
    return Parser(text, place).parse()
