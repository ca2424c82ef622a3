"""A freestanding C header of registers, structures, commands and events: offsets, shifts and masks."""
from __future__ import annotations

import re

from ir import Field, Spec, Structure


def _name(text: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text).upper()


def _piece_lines(prefix: str, f: Field, word: int) -> list[str]:
    lines = []
    many = len(f.pieces) > 1
    low = 0
    for i, (hi, lo) in enumerate(reversed(f.pieces)):
        p = f"{prefix}_{_name(f.name)}" + (f"_P{i}" if many else "")
        width = hi - lo + 1
        lines.append(f"#define {p}_BIT {lo}u")
        lines.append(f"#define {p}_WIDTH {width}u")
        if lo // word == hi // word:
            lines.append(f"#define {p}_WORD {lo // word}u")
            lines.append(f"#define {p}_SHIFT {lo % word}u")
            lines.append(f"#define {p}_MASK UINT64_C({((1 << width) - 1) << (lo % word):#x})")
        if many:
            lines.append(f"#define {p}_VALUE_LSB {low}u")
        low += width
    return lines


def _value_lines(prefix: str, spec: Spec, f: Field) -> list[str]:
    if not f.enum:
        return []
    return [f"#define {prefix}_{_name(f.name)}_{_name(k)} {v:#x}u" for k, v in spec.enums[f.enum].values.items()]


def c_header(spec: Spec) -> str:
    out = ["/* GENERATED from spec/ by gen/amdvigen; edit that instead.",
           " * Registers, structures, commands and events of the AMD IOMMU. Needs no library:",
           " * _WORD is the 64-bit word (32-bit for 32-bit objects) that holds the field, _SHIFT and _MASK are inside it;",
           " * a split field has one set of lines a piece, _VALUE_LSB says where the piece lies in the field's value. */",
           "#ifndef AMDVI_REGS_H", "#define AMDVI_REGS_H", "", "#ifdef __KERNEL__", "#include <linux/types.h>",
           "#ifndef UINT64_C", "#define UINT64_C(c) c##ULL", "#endif", "#else", "#include <stdint.h>", "#endif", ""]
    for s in spec.structures.values():
        out += _structure(spec, s)
    return "\n".join([*out, "#endif /* AMDVI_REGS_H */", ""])


def _structure(spec: Spec, s: Structure) -> list[str]:
    prefix = f"AMDVI_{_name(s.name)}"
    out = [f"/* {s.title} */"]
    if s.kind == "register":
        out.append(f"#define {prefix}_OFFSET {s.offset:#06x}u")
        if s.count > 1:
            out += [f"#define {prefix}_COUNT {s.count}u", f"#define {prefix}_STRIDE {s.stride:#x}u"]
    if s.kind in ("command", "event"):
        out.append(f"#define {prefix}_CODE {s.code:#x}u")
    out.append(f"#define {prefix}_BITS {s.width}u")
    for f in s.fields:
        out += _piece_lines(prefix, f, s.word)
        out += _value_lines(prefix, spec, f)
    return [*out, ""]
