"""One table of all registers: ids, offsets, roles and, for given capabilities, the write masks."""
from __future__ import annotations

from cpp_expr import CppExpr
from emit_cpp import _revision_condition, banner, own
from ir import Field, Spec, Structure

_MASKS = {"RW": "rw", "RW1C": "w1c", "RW1S": "w1s", "HW": "hw", "RO": "ro"}


def _instances(s: Structure):
    for i in range(s.count):
        yield (s.name if s.count == 1 else f"{s.name}_{i}"), s.offset + i * s.stride


def _mask(f: Field) -> int:
    return sum(((1 << (hi - lo + 1)) - 1) << lo for hi, lo in f.pieces)


def _field_line(f: Field, expr: CppExpr) -> str:
    terms = [t for t in (_revision_condition(f, "cap"), expr.text(f.present_when) if f.present_when else "") if t]
    condition = terms[0] if len(terms) == 1 else f"d.land({terms[0]}, {terms[1]})" if terms else ""
    lo = min(lo for _, lo in f.pieces)
    body = f"m.{_MASKS[f.access]} |= {_mask(f):#x};" + (f" m.reset |= {f.reset << lo:#x};" if f.reset else "")
    return f"  if ({condition}) {{ {body} }}  // {f.name}\n" if condition else f"  {body}  // {f.name}\n"


def _masks(s: Structure, expr: CppExpr) -> str:
    lines = "".join(_field_line(f, expr) for f in s.fields if f.kind == "plain")
    present = f"  m.present = {expr.text(s.present_when)};\n" if s.present_when else ""
    return (f"inline RegisterMasks masks_{s.name}(const Capabilities<Concrete>& cap) {{\n  [[maybe_unused]] Concrete d;\n"
            f"  (void)cap;\n  RegisterMasks m;\n{present}{lines}  return m;\n}}\n")


def registers_header(spec: Spec) -> str:
    registers = [s for s in spec.structures.values() if s.kind == "register" and s.space == "mmio"]
    registers.sort(key=lambda s: s.offset)
    expr = CppExpr(spec, lambda n: n, lambda n: n)
    rows, ids = [], []
    # By the offset of each: those of two arrays of registers may alternate.
    for offset, name, s in sorted(((offset, name, s) for s in registers for name, offset in _instances(s)), key=lambda i: i[0]):
        ids.append(f"  {name},\n")
        rows.append(f"    {{{offset:#06x}, {s.width}, RegisterRole::{s.role}, Ring::{s.ring}, &masks_{s.name}}},  // {name}\n")
    includes = ["<array>", "<cstddef>", "<cstdint>", "<amdvi/value/concrete.hpp>"]
    includes += [own(n) for n in ("Capabilities", "RegisterRole", "Ring") if n in spec.records or n in spec.enums]
    includes += [own(s.name) for s in registers]
    if "Capabilities" not in spec.records:
        return banner("core/registers")
    body = ("enum class RegisterId : std::uint16_t {\n" + "".join(ids) + "};\n\n"
            "// Which bits of a register may be written and how, for one set of capabilities.\n"
            "struct RegisterMasks {\n  bool present = true;\n  std::uint64_t rw = 0, w1c = 0, w1s = 0, hw = 0, ro = 0, reset = 0;\n};\n\n"
            "struct RegisterDesc {\n  std::uint32_t offset;\n  unsigned width;\n  RegisterRole role;\n  Ring ring;\n"
            "  RegisterMasks (*masks)(const Capabilities<Concrete>&);\n};\n\n"
            + "".join(_masks(s, expr) for s in registers) +
            f"\n// In order of offset; the index is the RegisterId.\ninline constexpr std::array<RegisterDesc, {len(rows)}> kRegisters{{{{\n" + "".join(rows) + "}};\n")
    lines = "".join(f"#include {i}\n" for i in includes)
    return f"{banner('core/registers')}\n{lines}\nnamespace amdvi::spec {{\n\n{body}\n}}  // namespace amdvi::spec\n"
