"""What plugins add to printed documents: values no path leads to, and what printing changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

_data: dict[str, Callable[..., Any]] = {}
_after: dict[str, Callable[..., Any]] = {}


def document_data(name: str) -> Callable[[F], F]:
    """Register what the print of that name is given beside its fields.

    The function gets (Context, ids) and returns a mapping from a record's id to values by
    name: texts, whole numbers, booleans, Decimals (written as amounts), dates, and lists or
    mappings of these. It runs once for a whole batch.

    Raises:
        ValueError: another module has registered data for that print.
    """
    return _keep(_data, name)


def after_print(name: str) -> Callable[[F], F]:
    """Register what happens once records were printed: (Context, ids), same transaction."""
    return _keep(_after, name)


def _keep(table: dict[str, Callable[..., Any]], name: str) -> Callable[[F], F]:
    def keep(run: F) -> F:
        first = table.get(name)
        if first is not None and first.__module__ != run.__module__:
            raise ValueError(
                f"the print {name!r} is served twice: by {first.__module__} and {run.__module__}"
            )
        table[name] = run
        return run

    return keep


def data_of(name: str, context: Any, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Return what a plugin adds to each record of a print; nothing when none does."""
    run = _data.get(name)
    found: Mapping[int, Mapping[str, Any]] = (
        MappingProxyType({}) if run is None else run(context, ids)
    )
    return found


def tell_printed(name: str, context: Any, ids: Sequence[int]) -> None:
    """Let the plugin of a print note that records were printed."""
    run = _after.get(name)
    if run is not None:
        run(context, ids)
