"""Stable names of keys, checks and indexes, within PostgreSQL's 63 bytes."""

from __future__ import annotations

import hashlib

_LONGEST_BYTES = 63


def short(name: str) -> str:
    """Return the name, cut and made unique by a digest when it is too long."""
    if len(name.encode()) <= _LONGEST_BYTES:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    kept = name.encode()[: _LONGEST_BYTES - 9].decode(errors="ignore")
    return f"{kept}_{digest}"


def named(kind: str, table: str, *parts: str) -> str:
    """Return `kind_table__part_part`.

    `kind` is pk, fk, uq, ix or ck. The two underscores keep column `b_c` of `a` apart from
    column `c` of `a_b`.
    """
    return short(f"{kind}_{table}" + (f"__{'_'.join(parts)}" if parts else ""))
