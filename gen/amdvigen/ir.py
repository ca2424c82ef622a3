"""The typed specification: what the YAML files mean, after validation."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Optional

from errors import Place

REVISIONS = {"3.05": 0x305, "3.06": 0x306, "3.07": 0x307, "3.10": 0x310, "3.11": 0x311}


@dataclass(frozen=True)
class Type:
    kind: str  # bool, bv, enum, struct, record, id (of machine_ir)
    width: int = 0
    name: str = ""

    def __str__(self) -> str:
        return {"bool": "bool", "bv": f"{self.width}-bit value"}.get(self.kind, self.name)


BOOL = Type("bool")


def bv(width: int) -> Type:
    return Type("bv", width)


@dataclass
class Typed:
    """A checked expression. `op` is one of: lit, var, let, field, member, slice, reserved, call, enum,
    truth, bit, zext, as, ite, in, range, or an operator."""
    op: str
    type: Type
    args: list["Typed"] = field(default_factory=list)
    name: str = ""
    value: int = 0
    hi: int = 0
    lo: int = 0
    text: str = ""  # source, for people


@dataclass
class Clause:
    id: str
    title: str
    text: str
    confidence: str
    place: str
    sources: str
    at: Place
    facts: list[str] = field(default_factory=list)  # sections of the facts, "core 3.4"
    since: str = ""
    until: str = ""
    used: bool = False


@dataclass
class Enum:
    name: str
    width: int
    values: dict[str, int]
    text: str
    file: str
    clause: str = ""


@dataclass
class Reserved:
    set: str
    when: Optional[Typed]  # None: always; else reserved when this is FALSE
    clause: str


@dataclass
class Field:
    name: str
    pieces: list[tuple[int, int]]
    text: str
    clause: str
    kind: str = "plain"  # plain, reserved, ignored
    reserved: list[Reserved] = field(default_factory=list)
    enum: str = ""
    values: dict[int, str] = field(default_factory=dict)
    since: str = ""
    until: str = ""
    access: str = ""
    reset: int = 0
    const: Optional[int] = None
    compare: str = ""
    present_when: Optional[Typed] = None
    at: Optional[Place] = None

    @property
    def width(self) -> int:
        return sum(hi - lo + 1 for hi, lo in self.pieces)

    def lives_in(self, revision: str) -> bool:
        return (not self.since or REVISIONS[self.since] <= REVISIONS[revision]) and \
               (not self.until or REVISIONS[revision] <= REVISIONS[self.until])


@dataclass
class Structure:
    kind: str  # structure, register, command, event
    name: str
    title: str
    width: int
    clause: str
    fields: list[Field]
    file: str
    code: int = 0           # opcode, event code
    offset: int = 0
    space: str = "mmio"
    role: str = "plain"
    ring: str = "none"
    count: int = 1
    stride: int = 0
    reset_clause: str = ""
    gate: Optional[Typed] = None
    gate_clause: str = ""
    present_when: Optional[Typed] = None

    @property
    def word(self) -> int:
        """Bits in one word of its storage."""
        return min(64, self.width)

    def field(self, name: str) -> Optional[Field]:
        return next((f for f in self.fields if f.name == name), None)

    def sets(self) -> dict[str, list[tuple[Field, Reserved]]]:
        result: dict[str, list[tuple[Field, Reserved]]] = {}
        for f in self.fields:
            for r in f.reserved:
                result.setdefault(r.set, []).append((f, r))
        return result


@dataclass
class Record:
    name: str
    members: dict[str, Type]
    text: dict[str, str]
    file: str
    clauses: dict[str, str] = field(default_factory=dict)  # of members


@dataclass
class Function:
    name: str
    params: dict[str, Type]
    returns: Type
    lets: dict[str, Typed]
    body: Typed
    clause: str
    text: str
    file: str
    assume: Optional[Typed] = None  # what its callers guarantee


@dataclass
class Rule:
    id: str
    clause: str
    when: Typed
    then: dict[str, Typed]
    text: str
    line: int


@dataclass
class Output:
    name: str
    type: Type
    text: str


@dataclass
class Decision:
    name: str
    title: str
    inputs: dict[str, Type]
    lets: dict[str, Typed]
    outputs: dict[str, Output]
    rules: list[Rule]  # the default is the last
    default_unreachable: bool
    assume: Optional[Typed]
    file: str


@dataclass
class Option:
    name: str
    clause: str
    text: str
    values: list[str]
    default: int
    is_bool: bool


@dataclass
class Behaviour:
    """What hand-written control flow of the model does on the strength of a clause."""
    name: str
    clause: str
    text: str


@dataclass
class Property:
    """What holds of the model on the strength of a clause, and the unit test that shows it."""
    name: str
    clause: str
    text: str
    shown_by: str


@dataclass
class Spec:
    clauses: dict[str, Clause] = field(default_factory=dict)
    enums: dict[str, Enum] = field(default_factory=dict)
    structures: dict[str, Structure] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    options: dict[str, Option] = field(default_factory=dict)
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    properties: dict[str, Property] = field(default_factory=dict)
    pending: dict[str, str] = field(default_factory=dict)  # clause -> why nothing models it yet
    files: list[str] = field(default_factory=list)
    host: Optional[object] = None  # machine_ir.Host
