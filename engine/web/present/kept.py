"""What a screen shows alike to all readers of the same roles: prepared once per catalog."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from engine.records import Workspace

T = TypeVar("T")
MOST = 1_000  # answers at a time; old ones are of rights that have changed


def once_for_roles(work: Workspace, key: tuple[Any, ...], make: Callable[[], T]) -> T:
    """Return what `make` returns, made once per catalog, set of roles, rights and language.

    `make` must read nothing else: no record, no clock, not who of these readers asks.
    """
    actor = work.actor
    kept: dict[Any, tuple[Any, T]] = vars(work.catalog).setdefault("_kept_for_roles", {})
    full = (*key, actor.roles, actor.is_unlimited, work.language)
    known = kept.get(full)
    # a new version of the rights is another object, so that a right taken away shows at once
    if known is None or known[0] is not actor.rights:
        if len(kept) >= MOST:
            kept.clear()
        known = kept[full] = (actor.rights, make())
    return known[1]
