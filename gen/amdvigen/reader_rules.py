"""Options, records, functions, decisions and behaviours: YAML to typed expressions."""
from __future__ import annotations

from typing import Any

from check import Scope
from errors import Place, SpecError
from ir import BOOL, Behaviour, Decision, Enum, Function, Option, Output, Property, Record, Rule, Type, bv
from loader import Map
from reader_base import allow, take


def called(f: Function) -> set[str]:
    found: set[str] = set()

    def walk(e) -> None:
        if e.op == "call":
            found.add(e.name)
        for a in e.args:
            walk(a)

    for e in [*f.lets.values(), *(e for e in (f.body, f.assume) if e)]:
        walk(e)
    return found


class RuleReader:
    """Part of Reader."""

    def _options(self, m: Map, file: str) -> None:
        allow(m, "kind", "title", "options")
        known = self.spec.records.get("Options")
        members: dict[str, Type] = dict(known.members) if known else {}
        for name, o in take(m, "options", Map).items():
            with self.errors.guard():
                if name in members:
                    raise SpecError(m["options"].at[name], f"option `{name}` exists already")
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
        self._unique(enum, parent.at[name], f"the enum of option `{name}`,")
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
        self._unique(m["name"], m.value_at["name"], "record")
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
        allow(m, "kind", "name", "title", "clause", "params", "returns", "lets", "expr", "text", "assume")
        name = take(m, "name", str)
        self._unique(name, m.value_at["name"], "function")
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
        if "assume" in m:
            f.assume = self.checker.expression(m["assume"], m.value_at["assume"], Scope(f.params), BOOL)
        if self._reaches(f, f.name, set()):
            raise SpecError(m.value_at["expr"], f"function `{f.name}` calls itself", "the language has no recursion")

    def _reaches(self, f: Function, name: str, seen: set[str]) -> bool:
        """Whether `f` calls `name`, through others too; functions not yet checked call nothing."""
        calls = called(f)
        return name in calls or any(self._reaches(self.spec.functions[c], name, seen | calls) for c in calls - seen)

    def _decision(self, m: Map, file: str) -> None:
        allow(m, "kind", "name", "title", "text", "inputs", "lets", "outputs", "rules", "default", "assume")
        name = take(m, "name", str)
        self._unique(name, m.value_at["name"], "decision")
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

    def _properties(self, m: Map, file: str) -> None:
        allow(m, "kind", "title", "properties")
        raw = take(m, "properties", Map)
        for name in raw:
            with self.errors.guard():
                p = take(raw, name, Map)
                allow(p, "clause", "text", "shown_by")
                if name in self.spec.behaviours:
                    raise SpecError(raw.at[name], f"`{name}` is a behaviour too", "what can be told is a behaviour, what always holds a property")
                self.spec.properties[name] = Property(name, self.clause(p), take(p, "text", str), take(p, "shown_by", str))

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
