"""The imports there were: whose, of what, when, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from engine.records import Workspace
from engine.storage import wy_import
from engine.storage.joins import person_name
from engine.storage.system_tables import ab_user, wy_file

SHOWN = 100


def past_imports(work: Workspace, entity: str) -> Sequence[Any]:
    """Return the newest imports of an entity with file and person: one's own.

    Administrators see everybody's.
    """
    query = (
        select(wy_import, wy_file.c.name.label("file"), person_name(ab_user).label("who"))
        .select_from(
            wy_import.outerjoin(wy_file, wy_file.c.id == wy_import.c.file_id).outerjoin(
                ab_user, ab_user.c.id == wy_import.c.created_by
            )
        )
        .where(wy_import.c.entity == entity)
        .order_by(wy_import.c.id.desc())
        .limit(SHOWN)
    )
    if not work.actor.is_unlimited:
        query = query.where(wy_import.c.created_by == work.actor.user_id)
    return work.connection.execute(query).all()
