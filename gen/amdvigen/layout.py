"""Every bit of a structure belongs to exactly one field, for each revision."""
from __future__ import annotations

from errors import Errors, Place
from ir import REVISIONS, Structure


def check_layout(s: Structure, place: Place, errors: Errors) -> None:
    told: set[tuple[str, str]] = set()
    holes: dict[tuple[int, int], str] = {}
    for revision in REVISIONS:
        owner: list[str] = [""] * s.width
        for field in s.fields:
            if not field.lives_in(revision):
                continue
            for bit in (b for hi, lo in field.pieces for b in range(lo, hi + 1)):
                if owner[bit] and (owner[bit], field.name) not in told:
                    told.add((owner[bit], field.name))
                    errors.add(field.at, f"bit {bit} of `{field.name}` already belongs to `{owner[bit]}`")
                owner[bit] = field.name
        for hi, lo in _holes(owner):
            holes.setdefault((hi, lo), revision)
    for (hi, lo), revision in holes.items():
        errors.add(place, f"bits [{hi}, {lo}] of {s.name} belong to no field in revision {revision}", "add a Reserved field")


def _holes(owner: list[str]) -> list[tuple[int, int]]:
    holes, start = [], None
    for bit, name in enumerate([*owner, "end"]):
        if not name and start is None:
            start = bit
        elif name and start is not None:
            holes.append((bit - 1, start))
            start = None
    return holes
