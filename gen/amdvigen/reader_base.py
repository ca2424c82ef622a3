"""What every reader of YAML objects needs: typed access to keys, with errors at their place."""
from __future__ import annotations

from typing import Any

from errors import SpecError
from loader import Map


def take(m: Map, key: str, kind: type | tuple, default: Any = ...) -> Any:
    if key not in m:
        if default is ...:
            raise SpecError(m.place, f"`{key}:` is missing")
        return default
    value = m[key]
    if not isinstance(value, kind) or (isinstance(value, bool) and bool not in (kind if isinstance(kind, tuple) else (kind,))):
        names = {str: "text", int: "a number", Map: "a mapping", list: "a list", bool: "true or false"}
        wanted = " or ".join(names[k] for k in (kind if isinstance(kind, tuple) else (kind,)))
        raise SpecError(m.value_at[key], f"`{key}` must be {wanted}")
    return value


def allow(m: Map, *keys: str) -> None:
    for key in m:
        if key not in keys:
            import difflib
            close = difflib.get_close_matches(str(key), keys, 1)
            raise SpecError(m.at[key], f"unknown key `{key}`", f"did you mean `{close[0]}`?" if close else "allowed: " + ", ".join(keys))
