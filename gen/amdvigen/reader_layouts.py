"""Structures, registers, commands and events: YAML to fields, every bit of which is accounted for."""
from __future__ import annotations

from check import Scope
from errors import Place, SpecError
from ir import BOOL, REVISIONS, Field, Reserved, Structure, Type
from layout import check_layout
from loader import Map
from reader_base import allow, take

ACCESS = ("RO", "RW", "RW1C", "RW1S", "HW")


class LayoutReader:
    """Part of Reader."""

    def _structure(self, m: Map, file: str) -> None:
        allow(m, "kind", "name", "title", "width", "clause", "fields", "text", *self._extra_keys(m["kind"]))
        name, width = take(m, "name", str), take(m, "width", int)
        self._unique(name, m.value_at["name"], m["kind"])
        if width % 8 or not 0 < width <= 256 or (width > 64 and width % 64):
            raise SpecError(m.value_at["width"], f"width {width} is not a multiple of 8 up to 64, or of 64 up to 256")
        clause = self.clause(m)
        s = Structure(m["kind"], name, take(m, "title", str), width, clause, [], file)
        fields, before = take(m, "fields", Map), len(self.errors.found)
        for key in fields:
            with self.errors.guard():
                s.fields.append(self._field(s, key, take(fields, key, Map), fields.at[key]))
        if len(self.errors.found) == before:  # a refused field would look like a hole
            check_layout(s, fields.place, self.errors)
        s.fields.sort(key=lambda f: (min(lo for _, lo in f.pieces), f.since, f.name))
        self.spec.structures[name] = s
        self._kind_specific(s, m)

    _register = _command = _event = _structure

    @staticmethod
    def _extra_keys(kind: str) -> tuple[str, ...]:
        return {"register": ("offset", "space", "role", "ring", "count", "stride", "present_when", "reset_clause"),
                "command": ("opcode", "gate", "gate_clause"), "event": ("code",), "structure": ()}[kind]

    def _kind_specific(self, s: Structure, m: Map) -> None:
        cap = Scope({"cap": Type("record", 0, "Capabilities")})
        if s.kind == "register":
            s.offset, s.space = take(m, "offset", int), take(m, "space", str, "mmio")
            s.role, s.ring = take(m, "role", str, "plain"), take(m, "ring", str, "none")
            s.count, s.stride = take(m, "count", int, 1), take(m, "stride", int, 0)
            self._enum_word(m, "role", "RegisterRole")
            self._enum_word(m, "ring", "Ring")
            self._offset_clash(s, m)
            if "reset_clause" in m:
                s.reset_clause = self.clause(m, "reset_clause")
        if s.kind in ("command", "event"):
            key = "opcode" if s.kind == "command" else "code"
            s.code = take(m, key, int)
            for other in self.spec.structures.values():
                if other.kind == s.kind and other.name != s.name and other.code == s.code:
                    raise SpecError(m.value_at[key], f"{key} {s.code:#x} is already that of {other.name}")
        if "gate" in m:
            s.gate_clause = self.clause(m, "gate_clause")
        for key in ("gate", "present_when"):
            if key in m:
                self.gates.append(lambda k=key: setattr(s, k, self.checker.expression(m[k], m.value_at[k], cap, BOOL)))

    def _enum_word(self, m: Map, key: str, enum: str) -> None:
        if key in m and m[key] not in self.spec.enums[enum].values:
            raise SpecError(m.value_at[key], f"`{m[key]}` is not a value of {enum}", "one of: " + ", ".join(self.spec.enums[enum].values))

    def _offset_clash(self, s: Structure, m: Map) -> None:
        mine = {s.offset + i * s.stride for i in range(s.count)}
        for o in self.spec.structures.values():
            if o.kind == "register" and o.name != s.name and o.space == s.space and mine & {o.offset + i * o.stride for i in range(o.count)}:
                raise SpecError(m.value_at["offset"], f"offset {s.offset:#06x} is already that of {o.name}")

    def _field(self, s: Structure, name: str, f: Map, place: Place) -> Field:
        allow(f, "bits", "text", "clause", "reserved", "reserved_unless", "ignored", "enum", "values", "since", "until",
              "access", "reset", "const", "compare", "present_when")
        if name == s.name:
            raise SpecError(place, f"field `{name}` has the name of its structure", "C++ could not tell them apart")
        pieces = self._pieces(f, s.width)
        field = Field(name, pieces, take(f, "text", str, ""), self.clause(f, inherit=s.clause), at=place,
                      since=self._revision(f, "since"), until=self._revision(f, "until"))
        if field.since and field.until and REVISIONS[field.since] > REVISIONS[field.until]:
            raise SpecError(f.value_at["until"], f"`until` {field.until} is before `since` {field.since}")
        self._field_kind(field, f, s)
        self._field_values(field, f)
        return field

    def _field_kind(self, field: Field, f: Map, s: Structure) -> None:
        cap = Scope({"cap": Type("record", 0, "Capabilities")})
        if "reserved" in f:
            field.kind = "reserved"
            field.reserved.append(Reserved(take(f, "reserved", str), None, field.clause))
        if take(f, "ignored", bool, False):
            field.kind = "ignored"
        if "reserved_unless" in f:
            r = take(f, "reserved_unless", Map)
            allow(r, "set", "when", "clause")
            entry = Reserved(take(r, "set", str), None, self.clause(r, inherit=field.clause))
            take(r, "when", (str, bool))
            self.gates.append(lambda: (setattr(entry, "when", self.checker.expression(r["when"], r.value_at["when"], cap, BOOL)),
                                       field.reserved.append(entry)))
        if "present_when" in f:
            self.gates.append(lambda: setattr(field, "present_when",
                                              self.checker.expression(f["present_when"], f.value_at["present_when"], cap, BOOL)))
        access = take(f, "access", str, "")
        if access and access not in ACCESS:
            raise SpecError(f.value_at["access"], f"access `{access}` is not one of {', '.join(ACCESS)}")
        if access and s.kind != "register":
            raise SpecError(f.value_at["access"], "only a register's field has an access")
        if s.kind == "register" and field.kind == "plain" and not access:
            raise SpecError(field.at, f"field `{field.name}` of a register needs `access:`")
        field.access = access
        reset = f.get("reset", 0)
        field.reset = 0 if reset == "implementation" else take(f, "reset", int, 0)
        field.compare = take(f, "compare", str, "")

    def _field_values(self, field: Field, f: Map) -> None:
        if "enum" in f:
            field.enum = take(f, "enum", str)
            enum = self.spec.enums.get(field.enum)
            if enum is None:
                raise SpecError(f.value_at["enum"], f"unknown enum `{field.enum}`")
            if enum.width != field.width:
                raise SpecError(f.value_at["enum"], f"{enum.name} is {enum.width} bits wide, field `{field.name}` {field.width}")
            field.values = {v: k for k, v in enum.values.items()}
        values = take(f, "values", Map, Map())
        for value, text in values.items():
            if not isinstance(value, int) or value >> field.width:
                raise SpecError(values.at[value], f"value `{value}` does not fit in the {field.width} bits of `{field.name}`")
            field.values[value] = str(text)
        if "const" in f:
            field.const = take(f, "const", int)
        for key, number in (("const", field.const), ("reset", field.reset)):
            if number is not None and number >> field.width:
                raise SpecError(f.value_at[key], f"{key} {number:#x} does not fit in the {field.width} bits of `{field.name}`")

    def _revision(self, m: Map, key: str) -> str:
        value = take(m, key, str, "")
        if value and value not in REVISIONS:
            raise SpecError(m.value_at[key], f"unknown revision `{value}`", "one of: " + ", ".join(REVISIONS))
        return value

    def _pieces(self, f: Map, width: int) -> list[tuple[int, int]]:
        bits = take(f, "bits", list)
        pieces = bits if bits and isinstance(bits[0], list) else [bits]
        for p in pieces:
            if not isinstance(p, list) or len(p) != 2 or not all(isinstance(x, int) and not isinstance(x, bool) for x in p):
                raise SpecError(f.value_at["bits"], "bits must be [hi, lo] or a list of those", "[63, 52]")
            hi, lo = p
            if hi < lo:
                raise SpecError(f.value_at["bits"], f"bits [{hi}, {lo}] are upside down", "the high bit comes first")
            if hi >= width or lo < 0:
                raise SpecError(f.value_at["bits"], f"bit {hi if hi >= width else lo} is outside of the structure's {width} bits")
        return [tuple(p) for p in pieces]
