"""Machines, invariants and mistakes after validation. See machine_reader.py for the YAML."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Optional

from ir import Type, Typed


@dataclass
class IdType:
    """An index space of its own: a DevId is not a DomId though both are 16 bits wide."""
    name: str
    width: int
    parts: dict[str, Type]  # a joined id: its parts, high part first
    text: str
    enum: str = ""  # its values can be called by the names of this enum


@dataclass
class Action:
    """A hardware action that a driver must show."""
    name: str
    params: dict[str, Type]
    clause: str
    text: str
    after: list[str] = field(default_factory=list)  # actions that come first if one piece of work shows both


@dataclass
class Cell:
    """A scalar (index is None) or an array of the state."""
    name: str
    index: Optional[Type]
    value: Type
    init: Optional[Typed]  # over `index`; None: a parameter of the machine, any value and constant
    clause: str
    text: str


@dataclass
class Update:
    """`cell[at] = to`, or, with `each`, every entry for which `where` holds: to `to` or, without, back to its first value."""
    cell: str
    at: Optional[Typed] = None
    to: Optional[Typed] = None
    each: str = ""
    where: Optional[Typed] = None


@dataclass
class Emit:
    action: str
    args: list[Typed]


@dataclass
class Case:
    id: str
    clause: str
    when: Typed
    error: str
    updates: list[Update]
    emits: list[Emit]
    returns: Optional[Typed]
    text: str


@dataclass
class Pick:
    """The highest or lowest id for which `where` holds: `found_NAME` and, if so, `NAME`."""
    name: str
    type: Type
    highest: bool
    where: Typed


@dataclass
class Operation:
    name: str
    args: dict[str, Type]
    lets: dict[str, Typed]
    pick: Optional[Pick]
    cases: list[Case]
    text: str


@dataclass
class Invariant:
    name: str
    machine: str
    clause: str
    forall: dict[str, Type]
    expr: Typed
    axiom: str  # why it holds by definition; empty: it has to be proved
    refuted: int  # as its source states it, so many operations break it; 0: it has to be proved
    facts: list[str]  # "viommu 11.9": the sections it is taken from, besides those of its clause
    title: str
    file: str


@dataclass
class Machine:
    name: str
    title: str
    text: str
    cells: dict[str, Cell]
    operations: dict[str, Operation]
    invariants: list[Invariant]
    file: str
    no_vectors: str = ""  # why no driver is asked to do its operations; empty: vectors are made of it


@dataclass
class Mistake:
    """A machine with one case wrong, as drivers have had it: what proofs must refute."""
    name: str
    machine: str
    operation: Operation
    breaks: str
    steps: int
    clause: str
    text: str
    file: str


@dataclass
class Host:
    ids: dict[str, IdType] = field(default_factory=dict)
    actions: dict[str, Action] = field(default_factory=dict)
    machines: dict[str, Machine] = field(default_factory=dict)
    invariants: dict[str, Invariant] = field(default_factory=dict)
    mistakes: dict[str, Mistake] = field(default_factory=dict)
