"""Plain values nobody can change."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


def frozen(value: Any) -> Any:
    """Return the value with all maps and lists inside made unchangeable."""
    if isinstance(value, dict):
        return MappingProxyType({key: frozen(inner) for key, inner in value.items()})
    if isinstance(value, list):
        return tuple(frozen(inner) for inner in value)
    return value


def extra_of(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the free map `extra`."""
    found: Mapping[str, Any] = frozen(raw.get("extra", {}))
    return found


def names_of(raw: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return a list of names; empty when it is not written."""
    return tuple(raw.get(key, ()))
