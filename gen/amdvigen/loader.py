"""Strict YAML: YAML 1.2 scalars, no repeated keys, and every value remembers its place."""
from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from errors import Place, SpecError

_INT = re.compile(r"^-?(?:0|[1-9][0-9]*)$|^0x[0-9a-fA-F]+$")
_FLOAT = re.compile(r"^-?[0-9]+\.[0-9]+$")
_SEXAGESIMAL = re.compile(r"^[0-9]+(?::[0-9]+)+$")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Map(dict):
    """A mapping with the place of itself (`place`), of each key (`at`) and of each value (`value_at`)."""

    place: Place
    at: dict[str, Place]
    value_at: dict[str, Place]


class Seq(list):
    place: Place
    value_at: list[Place]


def _place(file: str, mark) -> Place:
    return Place(file, mark.line + 1, mark.column + 1)


def _value_place(file: str, node: yaml.Node) -> Place:
    """Where the value's text starts: after the quote, so that columns inside an expression are right."""
    place = _place(file, node.start_mark)
    quoted = isinstance(node, yaml.ScalarNode) and node.style in ("'", '"')
    return Place(place.file, place.line, place.col + 1) if quoted else place


def _scalar(file: str, node: yaml.ScalarNode) -> Any:
    text = node.value
    if node.style in ("'", '"', "|", ">"):
        return text
    if text in ("true", "false"):
        return text == "true"
    if text in ("", "null", "~"):
        return None
    if _INT.match(text):
        return int(text, 0)
    if _FLOAT.match(text):
        raise SpecError(_place(file, node.start_mark), f"`{text}` is a fraction to other YAML readers", f'write "{text}"')
    if _SEXAGESIMAL.match(text):
        raise SpecError(_place(file, node.start_mark), f"`{text}` is a base-60 number to some YAML readers",
                        "write a bit range as [hi, lo]")
    return text


def _construct(file: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return _scalar(file, node)
    if isinstance(node, yaml.SequenceNode):
        seq = Seq(_construct(file, n) for n in node.value)
        seq.place = _place(file, node.start_mark)
        seq.value_at = [_value_place(file, n) for n in node.value]
        return seq
    result = Map()
    result.place, result.at, result.value_at = _place(file, node.start_mark), {}, {}
    for key_node, value_node in node.value:
        place = _place(file, key_node.start_mark)
        if not isinstance(key_node, yaml.ScalarNode):
            raise SpecError(place, "a key must be a plain word or number")
        key = _scalar(file, key_node)
        if key in result:
            raise SpecError(place, f"key `{key}` given twice", "remove one of the two")
        result.at[key] = place
        result.value_at[key] = _value_place(file, value_node)
        result[key] = _construct(file, value_node)
    return result


def load(path: Path, name: str) -> Map:
    """Reads one file; `name` is how errors call it (relative to the specification)."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as e:
        raise SpecError(Place(name, 1, 1), f"not UTF-8 at byte {e.start}") from None
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as e:
        mark = getattr(e, "problem_mark", None) or getattr(e, "context_mark", None)
        place = _place(name, mark) if mark else Place(name, 1, 1)
        raise SpecError(place, f"not YAML: {getattr(e, 'problem', None) or e}") from None
    if node is None:
        raise SpecError(Place(name, 1, 1), "the file is empty", "start with `kind:`")
    if not isinstance(node, yaml.MappingNode):
        raise SpecError(_place(name, node.start_mark), "the top of a file must be a mapping that starts with `kind:`")
    return _construct(name, node)
