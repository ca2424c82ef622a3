"""Behaviours: the clauses that hand-written control flow of the model stands on, as an enum."""
from __future__ import annotations

from emit_cpp import header
from ir import Spec


def behaviours_header(spec: Spec) -> str:
    body = "// What hand-written control flow of the model does, by name.\nenum class Behaviour : std::uint16_t {\n"
    body += "".join(f"  {b.name},  // {b.text}\n" for b in spec.behaviours.values())
    body += "};\n\n// Name, clause and text of a behaviour.\nconst BehaviourInfo& behaviour_info(Behaviour behaviour);\n"
    return header("core/behaviours.yaml", ["<cstdint>", "<amdvi/spec_info.hpp>"], body)
