"""amdvigen: the specification in YAML to C++ headers, a catalogue and a C header."""
from __future__ import annotations

import argparse
import sys
from pathlib import Path

from docs import write_docs
from emit_behaviours import behaviours_header
from emit_c import c_header
from emit_catalogue import Catalogue
from emit_cpp import DecisionEmitter, decisions_header, enum_header, function_header, record_header, structure_header
from emit_functions import functions_header, layouts_header
from emit_machine import MachineEmitter, MachineInfoEmitter, ids_header, machines_header
from emit_registers import registers_header
from errors import SpecErrors
from ir import Spec
from reader import Reader


def outputs(spec: Spec) -> dict[str, str]:
    """Path below the output directory -> text."""
    files: dict[str, str] = {}
    for name in spec.enums:
        files[name] = enum_header(spec, name)
    for name, s in spec.structures.items():
        files[name] = structure_header(spec, s)
    for name, r in spec.records.items():
        files[name] = record_header(spec, r)
    for name, f in spec.functions.items():
        files[name] = function_header(spec, f)
    for name, d in spec.decisions.items():
        files[name] = DecisionEmitter(spec, d).header()
    files["decisions"] = decisions_header(spec)
    files["functions"] = functions_header(spec)
    files["layouts"] = layouts_header(spec)
    files["behaviours"] = behaviours_header(spec)
    files["registers"] = registers_header(spec)
    for name, m in spec.host.machines.items():
        files[name] = MachineEmitter(spec, m).header()
    for name, x in spec.host.mistakes.items():
        files[name] = MachineEmitter(spec, spec.host.machines[x.machine]).mistake(x)
    files["machines"] = machines_header(spec.host)
    files["ids"] = ids_header(spec.host)
    result = {f"amdvi/spec/{n}.gen.hpp": t for n, t in files.items()}
    result["catalogue.gen.cpp"] = Catalogue(spec).source()
    result["machines.gen.cpp"] = MachineInfoEmitter(spec).source()
    result["include/amdvi_regs.h"] = c_header(spec)
    return result


def write_if_changed(path: Path, text: str) -> None:
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(path.suffix + ".tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def remove_stale(out: Path, keep: dict[str, str]) -> None:
    for path in sorted((out / "amdvi" / "spec").glob("*.gen.hpp")):
        if path.relative_to(out).as_posix() not in keep:
            path.unlink()


def parse_arguments() -> argparse.Namespace:
    p = argparse.ArgumentParser(prog="amdvigen", description=__doc__)
    p.add_argument("--spec", required=True, type=Path, help="directory that holds the specification")
    p.add_argument("--out", type=Path, help="directory for the generated files")
    p.add_argument("--depfile", type=Path, help="write what was read, for the build")
    p.add_argument("--stamp", type=Path, help="touched when everything is written")
    p.add_argument("--list-outputs", action="store_true", help="print the generated files, one a line, and write nothing")
    p.add_argument("--check", action="store_true", help="only check the specification")
    p.add_argument("--docs", type=Path, help="directory of the project's pages: write those made of the specification; with --check, compare them")
    p.add_argument("--vectors", type=Path, help="directory of the checked-in vectors that --docs counts; default: beside the specification")
    return p.parse_args()


def main() -> int:
    a = parse_arguments()
    if not a.spec.is_dir():
        print(f"{a.spec}: error: no such directory; give the directory that holds the specification", file=sys.stderr)
        return 2
    try:
        spec = Reader(a.spec).read()
        if a.docs:
            return write_docs(spec, a.docs, a.vectors or a.spec.parent / "vectors", a.check)
    except SpecErrors as e:
        print(e, file=sys.stderr)
        return 2
    if a.check:
        return 0
    files = outputs(spec)
    if a.list_outputs:
        print("\n".join(sorted(files)))
        return 0
    if a.out is None:
        print("amdvigen: error: --out is missing; say where the generated files go", file=sys.stderr)
        return 2
    for name, text in files.items():
        write_if_changed(a.out / name, text)
    remove_stale(a.out, files)
    here = Path(__file__).resolve().parent
    if a.depfile:
        read = [a.spec / f for f in spec.files] + sorted(here.rglob("*.py"))
        target = a.stamp if a.stamp else a.out / "catalogue.gen.cpp"
        a.depfile.write_text(" ".join(str(p).replace(" ", "\\ ") for p in (f"{target}:", *(p.resolve() for p in read))) + "\n", encoding="utf-8")
    if a.stamp:
        a.stamp.write_text("")
    return 0


if __name__ == "__main__":
    sys.exit(main())
