"""YAML of kinds ids, actions, machine, invariant and mistake."""
from __future__ import annotations

from typing import Any, Optional

from errors import Place, SpecError
from ir import BOOL, Type
from loader import Map
from machine_check import MachineChecker, MachineScope
from machine_ir import Action, Case, Cell, Emit, Host, IdType, Invariant, Machine, Mistake, Operation, Pick, Update
from reader_base import allow, take


_ASSIGN_BITS = 16


class MachineReader:
    def __init__(self, reader) -> None:
        self.reader, self.spec, self.errors = reader, reader.spec, reader.errors
        self.host = self.spec.host = Host()
        self.checker = MachineChecker(self.spec, self.host)
        self.yaml: dict[str, Map] = {}  # machine -> its operations, for mistakes

    def read(self, kind: str, m: Map, file: str) -> None:
        {"ids": self._ids, "actions": self._actions, "machine": self._machine, "invariant": self._invariant,
         "mistake": self._mistake}[kind](m, file)

    def type(self, value: Any, place: Place) -> Type:
        if value in self.host.ids:
            return Type("id", self.host.ids[value].width, value)
        t = self.reader.type(value, place)
        if t.kind not in ("bv", "enum"):
            raise SpecError(place, f"`{value}` cannot be the type of a value here", "a width, an enum or an id")
        return t

    def _id(self, value: Any, place: Place) -> Type:
        if value not in self.host.ids:
            raise SpecError(place, f"unknown id type `{value}`", "ids: " + ", ".join(self.host.ids))
        return self.type(value, place)

    def _types(self, m: Map, key: str, ids: bool = False) -> dict[str, Type]:
        raw = take(m, key, Map, Map())
        return {n: (self._id if ids else self.type)(v, raw.value_at[n]) for n, v in raw.items()}

    # -- ids and actions ------------------------------------------------------------------------
    def _ids(self, m: Map, file: str) -> None:
        allow(m, "kind", "title", "ids")
        raw = take(m, "ids", Map)
        for name in raw:
            with self.errors.guard():
                i = take(raw, name, Map)
                allow(i, "width", "parts", "enum", "text")
                if name in self.host.ids or name in self.spec.enums:
                    raise SpecError(raw.at[name], f"`{name}` is defined twice")
                parts = self._types(i, "parts", ids=True)
                width = sum(p.width for p in parts.values()) if parts else take(i, "width", int)
                if not 1 <= width <= 64:
                    raise SpecError(raw.at[name], f"width {width} is outside 1..64")
                enum = take(i, "enum", str, "")
                if enum and (enum not in self.spec.enums or self.spec.enums[enum].width != width):
                    raise SpecError(i.value_at["enum"], f"`{enum}` is no enum of {width} bits")
                self.host.ids[name] = IdType(name, width, parts, take(i, "text", str, ""), enum)

    def _actions(self, m: Map, file: str) -> None:
        allow(m, "kind", "title", "actions")
        raw = take(m, "actions", Map)
        for name in raw:
            with self.errors.guard():
                a = take(raw, name, Map)
                allow(a, "args", "clause", "after", "text")
                after = take(a, "after", list, [])
                for i, other in enumerate(after):
                    if other not in raw:
                        raise SpecError(after.value_at[i], f"unknown action `{other}`")
                self.host.actions[name] = Action(name, self._types(a, "args"), self.reader.clause(a), take(a, "text", str), list(after))

    # -- machines -------------------------------------------------------------------------------
    def _machine(self, m: Map, file: str) -> None:
        allow(m, "kind", "name", "title", "text", "no_vectors", "state", "operations")
        name = take(m, "name", str)
        self._new(name, m)
        machine = Machine(name, take(m, "title", str), take(m, "text", str, ""), self._cells(take(m, "state", Map)), {}, [], file)
        machine.no_vectors = take(m, "no_vectors", str, "")
        operations = self.yaml[name] = take(m, "operations", Map)
        for op in operations:
            with self.errors.guard():
                machine.operations[op] = self._operation(machine, op, take(operations, op, Map))
        self.host.machines[name] = machine

    def _cells(self, raw: Map) -> dict[str, Cell]:
        cells: dict[str, Cell] = {}
        for name in raw:
            with self.errors.guard():
                cells[name] = self._cell(raw, name, take(raw, name, Map))
        return cells

    def _cell(self, raw: Map, name: str, c: Map) -> Cell:
        allow(c, "array", "value", "init", "parameter", "clause", "text")
        index = None
        if "array" in c:
            a = take(c, "array", Map)
            allow(a, "index", "value")
            index = self._id(a.get("index"), a.value_at.get("index", a.place))
            value = self.type(a.get("value"), a.value_at.get("value", a.place))
        else:
            value = self.type(c.get("value"), c.value_at.get("value", raw.at[name]))
        init = None
        if take(c, "parameter", bool, False):
            if "init" in c or index:
                raise SpecError(raw.at[name], f"parameter `{name}` has neither `init:` nor an index")
        else:
            scope = MachineScope({"index": index} if index else {}, {})
            init = self.checker.expression(c.get("init", 0), c.value_at.get("init", raw.at[name]), scope, value)
        return Cell(name, index, value, init, self.reader.clause(c), take(c, "text", str))

    def _operation(self, machine: Machine, name: str, o: Map) -> Operation:
        allow(o, "args", "lets", "pick", "cases", "text")
        scope = MachineScope(self._types(o, "args"), machine.cells)
        for arg in scope.values:
            if arg in machine.cells:
                raise SpecError(o["args"].at[arg], f"argument `{arg}` hides the state of that name")
        op = Operation(name, dict(scope.values), scope.lets, None, [], take(o, "text", str, ""))
        self._lets(o, scope)
        if "pick" in o:
            op.pick = self._pick(take(o, "pick", Map), scope)
            scope = scope.inner({op.pick.name: op.pick.type, f"found_{op.pick.name}": BOOL})
        cases = take(o, "cases", list)
        if not cases:
            raise SpecError(o.value_at["cases"], f"operation `{name}` has no case")
        for i, c in enumerate(cases):
            with self.errors.guard():
                op.cases.append(self._case(op, c, cases.value_at[i], scope))
        if isinstance(cases[-1], Map) and "when" in cases[-1]:
            raise SpecError(cases.value_at[-1], f"the last case of `{name}` has a condition", "one case must hold whatever the state")
        return op

    def _lets(self, o: Map, scope: MachineScope) -> None:
        lets = take(o, "lets", Map, Map())
        for name in lets:
            if name in scope.values or name in scope.cells:
                raise SpecError(lets.at[name], f"let `{name}` hides another name")
            value, want = lets[name], None
            if isinstance(value, Map):
                allow(value, "type", "expr")
                want, place = self.type(value.get("type"), value.place), value.value_at["expr"]
                value = value["expr"]
            else:
                place = lets.value_at[name]
            scope.lets[name] = self.checker.expression(value, place, scope, want)

    def _pick(self, p: Map, scope: MachineScope) -> Pick:
        allow(p, "name", "type", "order", "where")
        name, order = take(p, "name", str), take(p, "order", str)
        if order not in ("highest", "lowest"):
            raise SpecError(p.value_at["order"], f"order `{order}` is neither highest nor lowest")
        t = self._id(p.get("type"), p.value_at.get("type", p.place))
        where = self.checker.expression(p.get("where"), p.value_at.get("where", p.place), scope.inner({name: t}), BOOL)
        return Pick(name, t, order == "highest", where)

    def _case(self, op: Operation, c: Any, place: Place, scope: MachineScope) -> Case:
        if not isinstance(c, Map):
            raise SpecError(place, "a case must be a mapping")
        allow(c, "id", "clause", "when", "error", "updates", "emits", "returns", "text")
        case_id, error = take(c, "id", str), take(c, "error", str, "OK")
        if any(case_id == other.id for other in op.cases):
            raise SpecError(c.value_at["id"], f"case `{case_id}` is given twice")
        if "HostError" not in self.spec.enums:
            raise SpecError(place, "there is no enum HostError", "it numbers the errors of operations")
        errors = self.spec.enums["HostError"].values
        if error not in errors:
            raise SpecError(c.value_at["error"], f"`{error}` is not an error", "one of: " + ", ".join(errors))
        when = self.checker.expression(c.get("when", True), c.value_at.get("when", place), scope, BOOL)
        updates = [self._update(u, take(c, "updates", list).value_at[i], scope) for i, u in enumerate(take(c, "updates", list, []))]
        emits = [self._emit(e, c["emits"].value_at[i], scope) for i, e in enumerate(take(c, "emits", list, []))]
        if error != "OK" and (updates or emits):
            raise SpecError(place, f"case `{case_id}` fails and must change and show nothing")
        returns = self.checker.expression(c["returns"], c.value_at["returns"], scope) if "returns" in c else None
        return Case(case_id, self.reader.clause(c), when, error, updates, emits, returns, take(c, "text", str, ""))

    def _update(self, u: Any, place: Place, scope: MachineScope) -> Update:
        if not isinstance(u, Map):
            raise SpecError(place, "an update must be a mapping", '{set: "a[id]", to: value}')
        allow(u, "set", "to", "reset", "assign", "each", "where")
        if "reset" in u or "assign" in u:
            return self._bulk(u, scope)
        target = self.checker.expression(take(u, "set", str), u.value_at["set"], scope)
        if target.op != "read" or scope.cells[target.name].init is None:
            raise SpecError(u.value_at["set"], f"`{u['set']}` cannot be set", "a scalar or an entry of an array of the state")
        value = self.checker.expression(u.get("to"), u.value_at.get("to", place), scope, target.type)
        return Update(target.name, target.args[0] if target.args else None, value)

    def _bulk(self, u: Map, scope: MachineScope) -> Update:
        key = "reset" if "reset" in u else "assign"
        name, each = take(u, key, str), take(u, "each", str)
        cell = scope.cells.get(name)
        if cell is None or cell.index is None:
            raise SpecError(u.value_at[key], f"`{name}` is not an array")
        inner = scope.inner({each: cell.index})
        where = self.checker.expression(u.get("where"), u.value_at.get("where", u.place), inner, BOOL)
        if key == "reset":
            return Update(name, each=each, where=where)
        if cell.index.width > _ASSIGN_BITS:
            raise SpecError(u.value_at[key], f"`{name}` has too many entries to look at each", f"an index of at most {_ASSIGN_BITS} bits")
        return Update(name, to=self.checker.expression(u.get("to"), u.value_at.get("to", u.place), inner, cell.value), each=each, where=where)

    def _emit(self, e: Any, place: Place, scope: MachineScope) -> Emit:
        if not isinstance(e, Map):
            raise SpecError(place, "what is emitted must be a mapping", "{action: NAME, with: {ARG: value}}")
        allow(e, "action", "with")
        action = self.host.actions.get(take(e, "action", str))
        if action is None:
            raise SpecError(e.value_at["action"], f"unknown action `{e['action']}`", "add it to host/actions.yaml")
        given = take(e, "with", Map, Map())
        if list(given) != list(action.params):
            raise SpecError(place, f"{action.name} takes {', '.join(action.params) or 'nothing'}, in this order")
        return Emit(action.name, [self.checker.expression(v, given.value_at[n], scope, action.params[n]) for n, v in given.items()])

    def _new(self, name: str, m: Map) -> None:
        self.reader._unique(name, m.value_at["name"], m["kind"])
        if any(name in table for table in (self.host.machines, self.host.invariants, self.host.mistakes)):
            raise SpecError(m.value_at["name"], f"{m['kind']} `{name}` is defined twice")

    # -- invariants and mistakes ----------------------------------------------------------------
    def _of_machine(self, m: Map) -> Machine:
        machine = self.host.machines.get(take(m, "machine", str))
        if machine is None:
            raise SpecError(m.value_at["machine"], f"unknown machine `{m['machine']}`", "machines: " + ", ".join(self.host.machines))
        return machine

    def _invariant(self, m: Map, file: str) -> None:
        allow(m, "kind", "name", "title", "machine", "clause", "facts", "forall", "expr", "axiom", "refuted")
        machine, name = self._of_machine(m), take(m, "name", str)
        self._new(name, m)
        forall = self._types(m, "forall", ids=True)
        for v in forall:
            if v in machine.cells:
                raise SpecError(m["forall"].at[v], f"`{v}` hides the state of that name")
        expr = self.checker.expression(m.get("expr"), m.value_at.get("expr", m.place), MachineScope(forall, machine.cells), BOOL)
        if "refuted" in m and ("axiom" in m or take(m, "refuted", int) < 1):
            raise SpecError(m.value_at["refuted"], "refuted is by how many operations, and of no axiom")
        invariant = Invariant(name, machine.name, self.reader.clause(m), forall, expr, take(m, "axiom", str, ""), take(m, "refuted", int, 0),
                              [str(f) for f in take(m, "facts", list)], take(m, "title", str), file)
        self.host.invariants[name] = invariant
        machine.invariants.append(invariant)

    def _mistake(self, m: Map, file: str) -> None:
        allow(m, "kind", "name", "machine", "operation", "case", "omit", "pick", "breaks", "steps", "clause", "text")
        machine, name = self._of_machine(m), take(m, "operation", str)
        self._new(take(m, "name", str), m)
        if name not in machine.operations:
            raise SpecError(m.value_at["operation"], f"{machine.name} has no operation `{name}`")
        breaks = take(m, "breaks", str)
        if not any(i.name == breaks and not i.axiom and not i.refuted for i in machine.invariants):
            raise SpecError(m.value_at["breaks"], f"{machine.name} has no invariant `{breaks}` to break")
        operation = self._operation(machine, name, self._with_mistake(self.yaml[machine.name][name], m))
        self.host.mistakes[m["name"]] = Mistake(m["name"], machine.name, operation, breaks, take(m, "steps", int),
                                                self.reader.clause(m), take(m, "text", str), file)

    @staticmethod
    def _with_mistake(o: Map, m: Map) -> Map:
        """The operation with one case replaced (`case:`, by its id) or left out (`omit:`), or another `pick:`."""
        result = Map(o)
        result.place, result.at, result.value_at = o.place, o.at, o.value_at
        if "pick" in m:
            result["pick"] = take(m, "pick", Map)
            return result
        wrong: Optional[Map] = take(m, "case", Map, None)
        target = wrong["id"] if wrong is not None else take(m, "omit", str)
        cases = o["cases"]
        at = [i for i, c in enumerate(cases) if c["id"] == target]
        if not at:
            raise SpecError(m.place, f"there is no case `{target}`")
        changed = type(cases)(cases)
        changed.place, changed.value_at = cases.place, list(cases.value_at)
        if wrong is not None:
            changed[at[0]], changed.value_at[at[0]] = wrong, m.value_at["case"]
        else:
            del changed[at[0]], changed.value_at[at[0]]
        result["cases"] = changed
        return result
