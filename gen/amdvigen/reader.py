"""YAML objects to the typed specification. Two passes: names and shapes first, expressions second."""
from __future__ import annotations

from pathlib import Path
from typing import Any, Optional

from check import Checker, Scope
from errors import Errors, Place, SpecError
from ir import (BOOL, REVISIONS, Behaviour, Clause, Decision, Enum, Field, Function, Option, Output, Record, Reserved, Rule,
                Spec, Structure, Type, bv)
from loader import Map, load

CONFIDENCE = ("stated", "inferred", "unknown")
ACCESS = ("RO", "RW", "RW1C", "RW1S", "HW")
_STRUCTURES = ("structure", "register", "command", "event")
# Checked elsewhere: profiles are read by the checker at run time.
_OTHER = ("profile",)
_HOST = ("ids", "actions", "machine", "invariant", "mistake")  # machine_reader.py


def take(m: Map, key: str, kind: type | tuple, default: Any = ...) -> Any:
    if key not in m:
        if default is ...:
            raise SpecError(m.place, f"`{key}:` is missing")
        return default
    value = m[key]
    if not isinstance(value, kind) or (isinstance(value, bool) and bool not in (kind if isinstance(kind, tuple) else (kind,))):
        names = {str: "text", int: "a number", Map: "a mapping", list: "a list", bool: "true or false"}
        wanted = " or ".join(names[k] for k in (kind if isinstance(kind, tuple) else (kind,)))
        raise SpecError(m.value_at[key], f"`{key}` must be {wanted}")
    return value


def allow(m: Map, *keys: str) -> None:
    for key in m:
        if key not in keys:
            import difflib
            close = difflib.get_close_matches(str(key), keys, 1)
            raise SpecError(m.at[key], f"unknown key `{key}`", f"did you mean `{close[0]}`?" if close else "allowed: " + ", ".join(keys))


def called(f: Function) -> set[str]:
    found: set[str] = set()

    def walk(e) -> None:
        if e.op == "call":
            found.add(e.name)
        for a in e.args:
            walk(a)

    for e in [*f.lets.values(), *([f.body] if f.body else [])]:
        walk(e)
    return found


class Reader:
    def __init__(self, root: Path) -> None:
        self.root, self.spec, self.errors = root, Spec(), Errors()
        self.checker = Checker(self.spec)
        self.objects: list[tuple[str, Map, str]] = []  # kind, yaml, file
        self.gates: list = []  # closures for the second pass
        from machine_reader import MachineReader  # which needs take and allow
        self.machines = MachineReader(self)

    def read(self) -> Spec:
        for path in sorted(self.root.rglob("*.yaml")):
            name = path.relative_to(self.root).as_posix()
            self.spec.files.append(name)
            with self.errors.guard():
                self._file(load(path, name), name)
        if not self.spec.files:
            self.errors.add(Place(str(self.root), 1, 1), "no .yaml file here", "give the directory that holds the specification")
        # What refers to a refused object would be refused too, and that error may sort first:
        # a stage runs only if those before it were clean.
        for stage in (("clauses",), ("enum",), _STRUCTURES, ("options", "record"), (), ("function",), (), ("decision", "behaviours"),
                      ("ids",), ("actions",), ("machine",), ("invariant",), ("mistake",), ("pending",)):
            self.errors.raise_if_any()
            for wanted in stage:
                self._objects_of(wanted)
            if not stage:  # expressions that had to wait until the names they may use were known
                self._second_pass()
        self.errors.raise_if_any()
        self._unused_clauses()
        self.errors.raise_if_any()
        return self.spec

    def _objects_of(self, wanted: str) -> None:
        for kind, m, file in self.objects:
            if kind == wanted:
                with self.errors.guard():
                    self.machines.read(kind, m, file) if kind in _HOST else getattr(self, "_" + kind)(m, file)

    def _file(self, m: Map, file: str) -> None:
        kind = take(m, "kind", str)
        known = ("clauses", "enum", *_STRUCTURES, "options", "record", "function", "decision", "behaviours", *_HOST, "pending", *_OTHER)
        if kind not in known:
            raise SpecError(m.value_at["kind"], f"unknown kind `{kind}`", "one of: " + ", ".join(known))
        if next(iter(m)) != "kind":
            raise SpecError(m.place, "`kind:` must be the first key")
        if "name" in m and kind not in ("profile",) and m["name"] != Path(file).stem:
            raise SpecError(m.value_at["name"], f"name `{m['name']}` differs from the file name `{Path(file).stem}`", "one object a file; path = identity")
        if kind not in _OTHER:
            self.objects.append((kind, m, file))

    def _second_pass(self) -> None:
        for todo in self.gates:
            with self.errors.guard():
                todo()
        self.gates = []

    def _unique(self, table: dict, name: str, place: Place, what: str) -> None:
        for other in (self.spec.enums, self.spec.structures, self.spec.records, self.spec.functions, self.spec.decisions):
            if name in other:
                raise SpecError(place, f"{what} `{name}` is defined twice")

    def clause(self, m: Map, key: str = "clause", inherit: Optional[str] = None) -> str:
        if key not in m and inherit:
            return inherit
        name = take(m, key, str)
        if name not in self.spec.clauses:
            import difflib
            close = difflib.get_close_matches(name, list(self.spec.clauses), 1)
            raise SpecError(m.value_at[key], f"unknown clause `{name}`", f"did you mean `{close[0]}`?" if close else "add it under spec/clauses/")
        self.spec.clauses[name].used = True
        return name

    # -- pass 1 -----------------------------------------------------------------------------------
    def _clauses(self, m: Map, file: str) -> None:
        allow(m, "kind", "title", "clauses")
        for name, c in take(m, "clauses", Map).items():
            with self.errors.guard():
                self._one_clause(m["clauses"], name, c)

    def _one_clause(self, parent: Map, name: str, c: Map) -> None:
        place = parent.at[name]
        if not isinstance(c, Map):
            raise SpecError(place, f"clause `{name}` must be a mapping")
        allow(c, "title", "text", "confidence", "place", "sources", "facts", "since", "until", "note")
        if name in self.spec.clauses:
            raise SpecError(place, f"clause `{name}` is defined twice", f"first at {self.spec.clauses[name].at}")
        confidence = take(c, "confidence", str)
        if confidence not in CONFIDENCE:
            raise SpecError(c.value_at["confidence"], f"confidence `{confidence}` is not one of {', '.join(CONFIDENCE)}")
        where = take(c, "place", Map, Map())
        parts = [f"{k} {v}" if k == "section" else str(v) for k, v in where.items()]
        sources = ", ".join(str(s) for s in take(c, "sources", list))
        if not sources:
            raise SpecError(c.value_at["sources"], "a clause needs at least one source")
        self.spec.clauses[name] = Clause(name, take(c, "title", str), " ".join(take(c, "text", str).split()), confidence,
                                         ", ".join(parts), sources, place, [str(f) for f in take(c, "facts", list, [])])

    def _enum(self, m: Map, file: str) -> None:
        allow(m, "kind", "name", "width", "values", "text", "clause")
        name, width = take(m, "name", str), take(m, "width", int)
        self._unique(self.spec.enums, name, m.value_at["name"], "enum")
        if not 1 <= width <= 64:
            raise SpecError(m.value_at["width"], f"width {width} is outside 1..64")
        values: dict[str, int] = {}
        raw = take(m, "values", Map)
        for key in raw:
            number = take(raw, key, int)
            if number >> width:
                raise SpecError(raw.value_at[key], f"{number:#x} does not fit in {width} bits")
            if number in values.values():
                raise SpecError(raw.value_at[key], f"value {number} is given to two names of {name}")
            values[key] = number
        clause = self.clause(m) if "clause" in m else ""
        self.spec.enums[name] = Enum(name, width, values, take(m, "text", str, ""), file, clause)

    def _structure(self, m: Map, file: str) -> None:
        allow(m, "kind", "name", "title", "width", "clause", "fields", "text", *self._extra_keys(m["kind"]))
        name, width = take(m, "name", str), take(m, "width", int)
        self._unique(self.spec.structures, name, m.value_at["name"], m["kind"])
        if width % 8 or not 0 < width <= 256 or (width > 64 and width % 64):
            raise SpecError(m.value_at["width"], f"width {width} is not a multiple of 8 up to 64, or of 64 up to 256")
        clause = self.clause(m)
        s = Structure(m["kind"], name, take(m, "title", str), width, clause, [], file)
        fields, before = take(m, "fields", Map), len(self.errors.found)
        for key in fields:
            with self.errors.guard():
                s.fields.append(self._field(s, key, take(fields, key, Map), fields.at[key]))
        if len(self.errors.found) == before:  # a refused field would look like a hole
            from layout import check_layout
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

    def _options(self, m: Map, file: str) -> None:
        allow(m, "kind", "title", "options")
        members: dict[str, Type] = {}
        for name, o in take(m, "options", Map).items():
            with self.errors.guard():
                members[name] = self._option(m["options"], name, o)
        self.spec.records["Options"] = Record("Options", members, {n: self.spec.options[n].text for n in members}, file)

    def _option(self, parent: Map, name: str, o: Map) -> Type:
        if not isinstance(o, Map):
            raise SpecError(parent.at[name], f"option `{name}` must be a mapping")
        allow(o, "clause", "text", "values", "default")
        is_bool = o.get("values") in ("bool", None)
        values = ["false", "true"] if is_bool else [str(v) for v in take(o, "values", list)]
        default = o.get("default")
        default = ("true" if default else "false") if isinstance(default, bool) else str(default)
        if default not in values:
            raise SpecError(o.value_at.get("default", parent.at[name]), f"default `{default}` of option `{name}` is not one of its values", ", ".join(values))
        clause = self.clause(o)
        if self.spec.clauses[clause].confidence == "stated":
            raise SpecError(o.value_at["clause"], f"option `{name}` belongs to a stated clause", "a stated clause leaves no choice")
        self.spec.options[name] = Option(name, clause, take(o, "text", str), values, values.index(default), is_bool)
        if is_bool:
            return bv(1)
        enum = "".join(part.capitalize() for part in name.split("_"))
        width = max(1, (len(values) - 1).bit_length())
        self.spec.enums[enum] = Enum(enum, width, {v: i for i, v in enumerate(values)}, o["text"], "options.yaml")
        return Type("enum", width, enum)

    def type(self, value: Any, place: Place) -> Type:
        if isinstance(value, int) and not isinstance(value, bool):
            if not 1 <= value <= 64:
                raise SpecError(place, f"width {value} is outside 1..64")
            return bv(value)
        if value == "bool":
            return BOOL
        if value in self.spec.enums:
            return Type("enum", self.spec.enums[value].width, value)
        if value in self.spec.structures:
            return Type("struct", 0, value)
        if value in self.spec.records:
            return Type("record", 0, value)
        raise SpecError(place, f"unknown type `{value}`", "a width, an enum, a structure or a record")

    def _record(self, m: Map, file: str) -> None:
        allow(m, "kind", "name", "title", "fields", "text")
        fields, members, text, clauses = take(m, "fields", Map), {}, {}, {}
        self._unique(self.spec.records, m["name"], m.value_at["name"], "record")
        for key, value in fields.items():
            if isinstance(value, Map):
                allow(value, "type", "text", "clause")
                members[key], text[key] = self.type(value.get("type"), fields.value_at[key]), value.get("text", "")
                if "clause" in value:
                    clauses[key] = self.clause(value)
            else:
                members[key], text[key] = self.type(value, fields.value_at[key]), ""
        self.spec.records[take(m, "name", str)] = Record(m["name"], members, text, file, clauses)

    # -- pass 2 -----------------------------------------------------------------------------------
    def _lets(self, m: Map, scope: Scope) -> None:
        lets = take(m, "lets", Map, Map())
        for name in lets:
            if name in scope.values or name in scope.lets:
                raise SpecError(lets.at[name], f"let `{name}` hides another name")
            scope.lets[name] = self.checker.expression(lets[name], lets.value_at[name], scope)

    def _function(self, m: Map, file: str) -> None:
        allow(m, "kind", "name", "title", "clause", "params", "returns", "lets", "expr", "text")
        name = take(m, "name", str)
        self._unique(self.spec.functions, name, m.value_at["name"], "function")
        raw = take(m, "params", Map)
        params = {k: self.type(v, raw.value_at[k]) for k, v in raw.items()}
        returns = self.type(m.get("returns"), m.value_at.get("returns", m.place))
        take(m, "expr", (str, int))
        f = Function(name, params, returns, {}, None, self.clause(m), take(m, "text", str, ""), file)
        self.spec.functions[name] = f
        self.gates.append(lambda: self._function_body(f, m))

    def _function_body(self, f: Function, m: Map) -> None:
        scope = Scope(f.params)
        self._lets(m, scope)
        f.lets, f.body = scope.lets, self.checker.expression(m["expr"], m.value_at["expr"], scope, f.returns)
        if self._reaches(f, f.name, set()):
            raise SpecError(m.value_at["expr"], f"function `{f.name}` calls itself", "the language has no recursion")

    def _reaches(self, f: Function, name: str, seen: set[str]) -> bool:
        """Whether `f` calls `name`, through others too; functions not yet checked call nothing."""
        calls = called(f)
        return name in calls or any(self._reaches(self.spec.functions[c], name, seen | calls) for c in calls - seen)

    def _decision(self, m: Map, file: str) -> None:
        allow(m, "kind", "name", "title", "text", "inputs", "lets", "outputs", "rules", "default", "assume")
        name = take(m, "name", str)
        self._unique(self.spec.decisions, name, m.value_at["name"], "decision")
        raw = take(m, "inputs", Map)
        scope = Scope({k: self.type(v, raw.value_at[k]) for k, v in raw.items()})
        outputs = self._outputs(take(m, "outputs", Map))
        self._lets(m, scope)
        assume = self.checker.expression(m["assume"], m.value_at["assume"], scope, BOOL) if "assume" in m else None
        d = Decision(name, take(m, "title", str), dict(scope.values), scope.lets, outputs, [], m.get("default") == "unreachable", assume, file)
        raw_rules = take(m, "rules", list)
        for i, r in enumerate(raw_rules):
            with self.errors.guard():
                self._rule(d, r, raw_rules.value_at[i], scope)
        if d.default_unreachable:
            clause = d.rules[-1].clause if d.rules else ""
            d.rules.append(Rule("default", clause, self.checker.expression(True, m.place, scope, BOOL), self._then(d, Map(), scope), "No rule fired", m.at["default"].line))
        else:
            default = take(m, "default", Map)
            default["id"] = "default"
            self._rule(d, default, m.value_at["default"], scope)
        self.spec.decisions[name] = d

    def _outputs(self, raw: Map) -> dict[str, Output]:
        outputs = {}
        for key, value in raw.items():
            m = value if isinstance(value, Map) else Map(type=value)
            t = self.type(m.get("type"), raw.value_at[key])
            if t.kind not in ("bv", "enum"):
                raise SpecError(raw.value_at[key], f"output `{key}` must be a width or an enum")
            outputs[key] = Output(key, t, m.get("text", ""))
        return outputs

    def _rule(self, d: Decision, r: Any, place: Place, scope: Scope) -> None:
        if not isinstance(r, Map):
            raise SpecError(place, "a rule must be a mapping")
        is_default = r.get("id") == "default"
        allow(r, "id", "clause", "when", "then", "text")
        rule_id = take(r, "id", str)
        if any(rule_id == other.id for other in d.rules):
            raise SpecError(r.value_at["id"], f"rule `{rule_id}` is given twice")
        if not is_default:
            take(r, "when", (str, bool))
        when = self.checker.expression(True if is_default else r["when"], place if is_default else r.value_at["when"], scope, BOOL)
        d.rules.append(Rule(rule_id, self.clause(r), when, self._then(d, take(r, "then", Map, Map()), scope),
                            take(r, "text", str, ""), place.line))

    def _then(self, d: Decision, raw: Map, scope: Scope) -> dict:
        then = {}
        for key in raw:
            if key not in d.outputs:
                raise SpecError(raw.at[key], f"`{key}` is not an output of {d.name}", "outputs: " + ", ".join(d.outputs))
            then[key] = self.checker.expression(raw[key], raw.value_at[key], scope, d.outputs[key].type)
        return then

    def _behaviours(self, m: Map, file: str) -> None:
        allow(m, "kind", "title", "behaviours")
        raw = take(m, "behaviours", Map)
        for name in raw:
            with self.errors.guard():
                b = take(raw, name, Map)
                allow(b, "clause", "text")
                if name in self.spec.behaviours:
                    raise SpecError(raw.at[name], f"behaviour `{name}` is given twice")
                self.spec.behaviours[name] = Behaviour(name, self.clause(b), take(b, "text", str))

    def _pending(self, m: Map, file: str) -> None:
        allow(m, "kind", "title", "clauses")
        raw = take(m, "clauses", Map)
        for name in raw:
            with self.errors.guard():
                if name not in self.spec.clauses:
                    raise SpecError(raw.at[name], f"unknown clause `{name}`")
                if self.spec.clauses[name].used:
                    raise SpecError(raw.at[name], f"clause `{name}` is used and no longer pending", "remove this line")
                self.spec.pending[name] = take(raw, name, str)
                self.spec.clauses[name].used = True

    def _unused_clauses(self) -> None:
        for c in self.spec.clauses.values():
            if not c.used:
                self.errors.add(c.at, f"clause `{c.id}` is not used by anything", "use it, or remove it")
