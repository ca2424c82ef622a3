"""Machines to C++: one template over a value domain, read by the executable machine and by proofs."""
from __future__ import annotations

import re
from typing import Optional

from cpp_expr import CppExpr
from emit_cpp import dependencies, header, own, quote
from ir import BOOL, Spec, Type, Typed
from machine_ir import Case, Host, Machine, Mistake, Operation


class MachineExpr(CppExpr):
    """`read` is an entry of the state: `s` answers with erased values."""

    def __init__(self, spec: Spec, machine: Machine) -> None:
        super().__init__(spec, lambda n: f"v_{n}", lambda n: f"let_{n}")
        self.cells = {name: i for i, name in enumerate(machine.cells)}

    def text(self, e: Typed) -> str:
        if e.op != "read":
            return super().text(e)
        index = f"E::erase({self.text(e.args[0])})" if e.args else "E::erase(d.template k<1>(0))"
        return f"E::template lift<{e.type.width}>(s.read({self.cells[e.name]}, {index}))"


def variables(types: dict[str, Type], start: int = 0, source: str = "a") -> str:
    out = []
    for i, (name, t) in enumerate(types.items()):
        value = f"E::template lift<{max(t.width, 1)}>({source}[{start + i}])"
        if t == BOOL:
            value = f"d.truth({value})"
        out.append(f"        [[maybe_unused]] const auto v_{name} = {value};\n")
    return "".join(out)


class MachineEmitter:
    def __init__(self, spec: Spec, machine: Machine) -> None:
        self.spec, self.machine, self.expr = spec, machine, MachineExpr(spec, machine)
        self.actions = {name: i for i, name in enumerate(spec.host.actions)}

    def header(self) -> str:
        m = self.machine
        body = (f"// {m.title}.\ntemplate <class Dom>\nstruct {m.name} {{\n{self._usings()}"
                f"  static const MachineInfo& info() {{ return info_{m.name}(); }}\n{self._initial()}{self._invariants()}"
                + self._functions(list(m.operations.values()), list(range(len(m.operations))), "") + "};\n")
        return header(m.file, self._includes(m.operations.values(), m.invariants), f"const MachineInfo& info_{m.name}();\n\n{body}")

    def mistake(self, x: Mistake) -> str:
        at = list(self.machine.operations).index(x.operation.name)
        base = f"{self.machine.name}<Dom>"
        body = (f"// {self.machine.name} with a mistake. {x.text}\ntemplate <class Dom>\nstruct {x.name} : {base} {{\n{self._usings()}"
                f"  static const MachineInfo& info() {{ return info_{x.name}(); }}\n"
                f"  static const MistakeInfo& mistake() {{ return mistake_{x.name}(); }}\n"
                + self._functions([x.operation], [at], base) + "};\n")
        return header(x.file, [*self._includes([x.operation]), own(self.machine.name)],
                      f"const MachineInfo& info_{x.name}();\nconst MistakeInfo& mistake_{x.name}();\n\n{body}")

    @staticmethod
    def _includes(operations, invariants=()) -> list[str]:
        expressions = [i.expr for i in invariants]
        for o in operations:
            expressions += [*o.lets.values(), *([o.pick.where] if o.pick else [])]
            for c in o.cases:
                expressions += [c.when, *(e for u in c.updates for e in (u.at, u.to, u.where)), *(a for e in c.emits for a in e.args), c.returns]
        return ["<span>", "<amdvi/host/machine_info.hpp>", *dependencies([e for e in expressions if e is not None], [])]

    @staticmethod
    def _usings() -> str:
        return ("  using E = host::Erasure<Dom>;\n  using Value = typename E::Value;\n  using Bool = typename Dom::Bool;\n"
                "  using Args = std::span<const Value>;\n\n")

    def _initial(self) -> str:
        rows = []
        for i, c in enumerate(self.machine.cells.values()):
            if c.init is None:
                continue
            bind = f"[[maybe_unused]] const auto v_index = E::template lift<{c.index.width}>(index); " if c.index else ""
            rows.append(f"      case {i}: {{ {bind}return E::erase({self.expr.text(c.init)}); }}  // {c.name}\n")
        return ("  // What an entry holds before the first operation; not of a parameter.\n"
                "  static Value initial(Dom& d, unsigned cell, [[maybe_unused]] const Value& index) {\n"
                f"    switch (cell) {{\n{''.join(rows)}      default: return E::erase(d.template k<1>(0));\n    }}\n  }}\n\n")

    def _invariants(self) -> str:
        rows = []
        for i, v in enumerate(self.machine.invariants):
            rows.append(f"      case {i}: {{  // {v.name}: {v.expr.text}\n{variables(v.forall)}        return {self.expr.text(v.expr)};\n      }}\n")
        return ("  template <class S>\n  static Bool invariant(Dom& d, [[maybe_unused]] S& s, unsigned number, [[maybe_unused]] Args a) {\n"
                f"    switch (number) {{\n{''.join(rows)}      default: return d.lit(true);\n    }}\n  }}\n\n")

    # -- operations -------------------------------------------------------------------------------
    def _functions(self, ops: list[Operation], numbers: list[int], base: str) -> str:
        return (self._pick(ops, numbers, base)
                + self._per_case("Bool", "when", "", ops, numbers, base, self._when, "d.lit(true)")
                + self._per_case("void", "update", "U& out", ops, numbers, base, self._update, "")
                + self._per_case("void", "show", "A& out", ops, numbers, base, self._show, ""))

    def _pick(self, ops: list[Operation], numbers: list[int], base: str) -> str:
        rows = []
        for i, o in zip(numbers, ops):
            if o.pick:
                types = {o.pick.name: o.pick.type}
                rows.append(f"      case {i}: {{  // {o.name}: {o.pick.where.text}\n{variables(o.args)}{self._lets(o)}"
                            f"{variables(types, 0, '&candidate')}        return {self.expr.text(o.pick.where)};\n      }}\n")
        rest = f"return {base}::pick(d, s, operation, a, candidate);" if base else "return d.lit(false);"
        text = ("  // Whether `candidate` may be what the operation picks.\n"
                "  template <class S>\n  static Bool pick(Dom& d, [[maybe_unused]] S& s, unsigned operation, [[maybe_unused]] Args a,\n"
                "                   [[maybe_unused]] const Value& candidate) {\n"
                f"    switch (operation) {{\n{''.join(rows)}      default: {rest}\n    }}\n  }}\n\n")
        return text.replace("(&candidate[0])", "(candidate)")

    def _lets(self, o: Operation) -> str:
        return "".join(f"        [[maybe_unused]] const auto let_{n} = {self.expr.text(e)};\n" for n, e in o.lets.items())

    def _all(self, o: Operation) -> str:
        types = dict(o.args)
        if o.pick:
            types.update({o.pick.name: o.pick.type, f"found_{o.pick.name}": BOOL})
        return variables(types) + self._lets(o)

    def _per_case(self, result: str, name: str, extra: str, ops, numbers, base: str, body, default: str) -> str:
        template, extra_name = {"": ("class S", ""), "U& out": ("class S, class U", ", out"), "A& out": ("class S, class A", ", out")}[extra]
        blocks = []
        for i, o in zip(numbers, ops):
            rows = "".join(f"          case {j}: {{ {text} }}  // {c.id}\n" for j, c in enumerate(o.cases) if (text := body(o, c)))
            if rows:
                stop = f"default: return {default};" if result != "void" else "default: return;"
                blocks.append(f"      case {i}: {{  // {o.name}\n{self._all(o)}        switch (number) {{\n{rows}          {stop}\n        }}\n      }}\n")
            elif base:
                blocks.append(f"      case {i}: return{' ' + default if default else ''};\n")
        rest = f"return {base}::{name}(d, s, operation, number, a{extra_name});" if base else f"return{' ' + default if default else ''};"
        return (f"  template <{template}>\n  static {result} {name}([[maybe_unused]] Dom& d, [[maybe_unused]] S& s, unsigned operation, "
                f"[[maybe_unused]] unsigned number,\n      [[maybe_unused]] Args a{', [[maybe_unused]] ' + extra if extra else ''}) {{\n"
                f"    switch (operation) {{\n{''.join(blocks)}      default: {rest}\n    }}\n  }}\n\n")

    def _when(self, o: Operation, c: Case) -> str:
        return f"return {self.expr.text(c.when)};"

    def _update(self, o: Operation, c: Case) -> str:
        out = []
        for u in c.updates:
            cell, number = self.machine.cells[u.cell], self.expr.cells[u.cell]
            if u.each:
                entry = (f"[[maybe_unused]] const auto v_{u.each} = E::template lift<{cell.index.width}>(entry); (void)d, (void)s; ")
                where = f"[=, &d, &s]([[maybe_unused]] const Value& entry) -> Bool {{ {entry}return {self.expr.text(u.where)}; }}"
                value = "" if u.to is None else (f", [=, &d, &s]([[maybe_unused]] const Value& entry) -> Value {{ {entry}"
                                                 f"return E::erase({self.expr.text(u.to)}); }}")
                out.append(f"out.{'reset' if u.to is None else 'assign'}({number}, {where}{value});")
            else:
                index = f"E::erase({self.expr.text(u.at)})" if u.at else "E::erase(d.template k<1>(0))"
                out.append(f"out.set({number}, {index}, E::erase({self.expr.text(u.to)}));")
        return " ".join([*out, "return;"]) if out else ""

    def _show(self, o: Operation, c: Case) -> str:
        out = [f"out.action({self.actions[e.action]}, {{{', '.join(f'E::erase({self.expr.text(a)})' for a in e.args)}}});" for e in c.emits]
        if c.returns is not None:
            out.append(f"out.result(E::erase({self.expr.text(c.returns)}));")
        return " ".join([*out, "return;"]) if out else ""


def machines_header(host: Host) -> str:
    actions = "".join(f"  {n},  // {a.text}\n" for n, a in host.actions.items())
    machines = "".join(f"  f.template operator()<{n}>();\n" for n in host.machines)
    mistakes = "".join(f"  f.template operator()<{n}>();\n" for n in host.mistakes)
    body = (f"// What a driver shows to the hardware.\nenum class HostAction : std::uint16_t {{\n{actions}}};\n\n"
            "// Calls f.operator()<Machine>() for every machine, and for every machine with a mistake.\n"
            f"template <class F>\nvoid for_each_machine([[maybe_unused]] F&& f) {{\n{machines}}}\n"
            f"template <class F>\nvoid for_each_mistake([[maybe_unused]] F&& f) {{\n{mistakes}}}\n")
    return header("host", ["<cstdint>", *(own(n) for n in [*host.machines, *host.mistakes])], body)


def parts_of(joined: Type) -> list[tuple[str, Type, int]]:
    """The parts of a joined id with their lowest bits, low part first."""
    parts, low = [], 0
    for name, part in reversed(joined.parts.items()):
        parts.append((name, part, low))
        low += part.width
    return parts


def ids_header(host: Host) -> str:
    body = ""
    for joined in host.ids.values():
        fields = "".join(f"inline constexpr BitField<1, 64> {name}{{{{{{BitPiece{{{low + part.width - 1}, {low}}}}}}}}};\n"
                         for name, part, low in parts_of(joined))
        if fields:
            body += f"// {joined.text}\nnamespace id::{joined.name} {{\n{fields}}}\n"
    return header("host/ids.yaml", ["<amdvi/value/bit_field.hpp>"], body)


class MachineInfoEmitter:
    """machines.gen.cpp: the names, widths and clauses of machines."""

    def __init__(self, spec: Spec) -> None:
        self.spec, self.host = spec, spec.host
        self.ids = {name: i + 1 for i, name in enumerate(self.host.ids)}
        self.lines: list[str] = []
        self.arrays = 0

    def _array(self, kind: str, rows: list[str]) -> str:
        if not rows:
            return "{}"
        self.arrays += 1
        self.lines.append(f"constexpr {kind} kM{self.arrays}[] = {{\n" + "".join(f"    {r},\n" for r in rows) + "};\n")
        return f"kM{self.arrays}"

    def _variables(self, types: dict[str, Type]) -> str:
        return self._array("VariableInfo", [f"{{{quote(n)}, {self.ids.get(t.name, 0)}, {t.width}}}" for n, t in types.items()])

    def _actions(self) -> str:
        numbers = {name: i for i, name in enumerate(self.host.actions)}
        rows = []
        for a in self.host.actions.values():
            after = self._array("std::uint16_t", [str(numbers[n]) for n in a.after])
            rows.append(f"{{{quote(a.name)}, {self._variables(a.params)}, {after}, {quote(a.clause)}, {quote(a.text)}}}")
        return f"std::span<const ActionInfo> host_actions() {{ return {self._array('ActionInfo', rows)}; }}\n"

    def _cell(self, c) -> str:
        index = f"{self.ids[c.index.name]}, {c.index.width}" if c.index else "0, 1"
        return (f"{{{quote(c.name)}, {index}, {self.ids.get(c.value.name, 0)}, {c.value.width}, {str(c.init is None).lower()}, "
                f"{quote(c.clause)}, {quote(c.text)}}}")

    def _operation(self, o: Operation) -> str:
        errors = self.spec.enums["HostError"].values
        cases = self._array("CaseInfo", [f"{{{quote(c.id)}, {quote(c.clause)}, {errors[c.error]}, {str(bool(c.updates)).lower()}, {quote(c.text)}}}"
                                         for c in o.cases])
        pick = "{}"
        if o.pick:
            words = set(re.findall(r"[A-Za-z_]\w*", o.pick.where.text))
            by_args = not words.isdisjoint([*o.args, *o.lets])
            pick = (f"{{{quote(o.pick.name)}, {self.ids[o.pick.type.name]}, {o.pick.type.width}, {str(o.pick.highest).lower()}, "
                    f"{str(by_args).lower()}}}")
        return f"{{{quote(o.name)}, {self._variables(o.args)}, {pick}, {cases}, {quote(o.text)}}}"

    def _machine(self, m: Machine, name: str, instead: Optional[Operation] = None) -> str:
        cells = self._array("CellInfo", [self._cell(c) for c in m.cells.values()])
        ops = [instead if instead and instead.name == o.name else o for o in m.operations.values()]
        operations = self._array("OperationInfo", [self._operation(o) for o in ops])
        invariants = self._array("InvariantInfo", [
            f"{{{quote(i.name)}, {quote(i.title)}, {quote(i.clause)}, Confidence::{'k' + self.spec.clauses[i.clause].confidence.capitalize()}, "
            f"{self._variables(i.forall)}, {quote(i.expr.text)}, {quote(i.axiom)}, {i.refuted}, {quote(', '.join(i.facts))}}}" for i in m.invariants])
        return f"{{{quote(name)}, {quote(m.title)}, {quote('spec/' + m.file)}, {cells}, {operations}, {invariants}, kParts, {quote(m.no_vectors)}}}"

    def _parts(self) -> str:
        rows = []
        for joined in self.host.ids.values():
            rows += [f"    {{{self.ids[joined.name]}, {self.ids[part.name]}, {low}, {part.width}}},\n"
                     for _, part, low in parts_of(joined)]
        return "constexpr std::span<const PartInfo> kParts{};\n" if not rows else f"constexpr PartInfo kParts[] = {{\n{''.join(rows)}}};\n"

    def source(self) -> str:
        functions = [self._actions()]
        self.lines.append(self._parts())
        for m in self.host.machines.values():
            self.lines.append(f"constexpr MachineInfo kInfo_{m.name}{self._machine(m, m.name)};\n")
            functions.append(f"const MachineInfo& info_{m.name}() {{ return kInfo_{m.name}; }}\n")
        for x in self.host.mistakes.values():
            m = self.host.machines[x.machine]
            self.lines.append(f"constexpr MachineInfo kInfo_{x.name}{self._machine(m, x.name, x.operation)};\n")
            breaks = [i.name for i in m.invariants].index(x.breaks)
            self.lines.append(f"constexpr MistakeInfo kMistake_{x.name}{{{quote(x.name)}, {quote(x.machine)}, {quote(x.operation.name)}, {breaks}, {x.steps}, "
                              f"{quote(x.clause)}, {quote(x.text)}}};\n")
            functions.append(f"const MachineInfo& info_{x.name}() {{ return kInfo_{x.name}; }}\n"
                             f"const MistakeInfo& mistake_{x.name}() {{ return kMistake_{x.name}; }}\n")
        declarations = "".join(f.split(" {")[0] + ";\n" for text in functions for f in text.splitlines())
        return ("// GENERATED from spec/host by gen/amdvigen; edit that instead.\n#include <amdvi/host/machine_info.hpp>\n\n"
                f"namespace amdvi::spec {{\n\n{declarations}\nnamespace {{\n\n{''.join(self.lines)}\n}}  // namespace\n\n"
                f"{''.join(functions)}\n}}  // namespace amdvi::spec\n")
