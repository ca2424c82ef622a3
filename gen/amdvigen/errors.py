"""Errors in the specification, each at a place a person can jump to."""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Place:
    file: str
    line: int
    col: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.col}"


class SpecError(Exception):
    """One thing wrong with the specification. `what` is one line; `hint` says what to do next."""

    def __init__(self, place: Place, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.place, self.what, self.hint = place, what, hint

    def __str__(self) -> str:
        tail = f" ({self.hint})" if self.hint else ""
        return f"{self.place}: error: {self.what}{tail}"


class Errors:
    """Collects errors so that one run shows them all."""

    def __init__(self) -> None:
        self.found: list[SpecError] = []

    def add(self, place: Place, what: str, hint: str = "") -> None:
        self.found.append(SpecError(place, what, hint))

    def guard(self):
        return _Guard(self)

    def raise_if_any(self) -> None:
        if self.found:
            raise SpecErrors(sorted(self.found, key=lambda e: e.place))


class _Guard:
    """`with errors.guard():` keeps a SpecError and goes on with the next object."""

    def __init__(self, errors: Errors) -> None:
        self.errors = errors

    def __enter__(self) -> "_Guard":
        return self

    def __exit__(self, kind, value, trace) -> bool:
        if isinstance(value, SpecError):
            self.errors.found.append(value)
            return True
        return False


class SpecErrors(Exception):
    def __init__(self, found: list[SpecError]) -> None:
        super().__init__("\n".join(str(e) for e in found))
        self.found = found
