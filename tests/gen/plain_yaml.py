"""YAML 1.2 scalars in a dozen lines, independent of the generator's own loader, so
that a mistake there does not hide one in the spec."""
import re

import yaml


class _Loader(yaml.SafeLoader):
    """Drops YAML 1.1's dates, octals, base-60 numbers and yes/no."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
        ("null", r"^(?:~|null|)$", ["~", "n", ""]),
        ("bool", r"^(?:true|false)$", list("tf")),
        ("int", r"^(?:0x[0-9a-fA-F]+|-?(?:0|[1-9][0-9]*))$", list("-0123456789")),
        ("float", r"^-?[0-9]+\.[0-9]+$", list("-0123456789"))):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


def load(text: str) -> object:
    return _strings(yaml.load(text, _Loader))


def _strings(node: object) -> object:
    """JSON Schema speaks of JSON: its keys are strings."""
    if isinstance(node, dict):
        return {str(key): _strings(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_strings(value) for value in node]
    return node
