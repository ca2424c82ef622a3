"""Functions and layouts behind one shape each, for those who go through all of them."""
from __future__ import annotations

from cpp_expr import CppExpr, cpp_type
from emit_cpp import header, own, quote
from ir import BOOL, Function, Spec, Structure, Type


def _storage(name: str, t: Type) -> tuple[str, str, str]:
    """Member, visit and argument of one parameter."""
    if t == BOOL:
        return f"    typename Dom::template Bv<1> {name}{{}};\n", f"      f(\"{name}\", {name});\n", f"d.truth(s.{name})"
    visit = f"      {name}.visit(\"{name}\", f);\n" if t.kind in ("struct", "record") else f"      f(\"{name}\", {name});\n"
    return f"    {cpp_type(t)} {name}{{}};\n", visit, f"s.{name}"


def _assume(spec: Spec, f: Function) -> str:
    text = CppExpr(spec, lambda n: f"s.{n}", lambda n: n).condition(f.assume) if f.assume else "d.lit(true)"
    return f"  static typename Dom::Bool assume(Dom& d, const Storage& s) {{\n    (void)s;\n    return {text};\n  }}\n"


def _function(spec: Spec, f: Function) -> str:
    members, visits, arguments = zip(*(_storage(n, t) for n, t in f.params.items()))
    call = f"{f.name}<Dom>(d, {', '.join(arguments)})"
    return (f"const FunctionInfo& info_function_{f.name}();\n\ntemplate <class Dom>\nstruct function_{f.name} {{\n  struct Storage {{\n{''.join(members)}"
            f"    template <class F>\n    void visit(F&& f) {{\n{''.join(visits)}    }}\n  }};\n"
            f"  static auto result(Dom& d, const Storage& s) {{ return {'d.bit(' + call + ')' if f.returns == BOOL else call}; }}\n"
            f"{_assume(spec, f)}"
            f"  static const FunctionInfo& info() {{ return info_function_{f.name}(); }}\n}};\n\n")


def functions_header(spec: Spec) -> str:
    calls = "".join(f"  f.template operator()<function_{n}>();\n" for n in spec.functions)
    body = "".join(_function(spec, f) for f in spec.functions.values())
    body += ("// Calls f.operator()<Function>() for every function.\n"
             f"template <class F>\nvoid for_each_function([[maybe_unused]] F&& f) {{\n{calls}}}\n")
    return header("", ["<amdvi/function_info.hpp>", *(own(n) for n in spec.functions)], body)


def _layout(s: Structure) -> str:
    fields = "".join(f"    f(\"{f.name}\", s.{f.name}(d));\n" for f in s.fields)
    return (f"template <class Dom>\nstruct layout_{s.name} {{\n  static constexpr std::string_view kName = {quote(s.name)};\n"
            f"  using Words = {s.name}<Dom>;\n  template <class F>\n  static void visit(Dom& d, const Words& s, F&& f) {{\n{fields}  }}\n}};\n\n")


def layouts_header(spec: Spec) -> str:
    calls = "".join(f"  f.template operator()<layout_{n}>();\n" for n in spec.structures)
    body = "".join(_layout(s) for s in spec.structures.values())
    body += ("// Calls f.operator()<Layout>() for every layout; its visit hands out every field as the model reads it.\n"
             f"template <class F>\nvoid for_each_layout([[maybe_unused]] F&& f) {{\n{calls}}}\n")
    return header("", ["<string_view>", *(own(n) for n in spec.structures)], body)
