"""Files in fields: one's own fresh upload, or what the record has already; nobody else's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_, or_, select, update

from engine.metadata import Entity, Field
from engine.records.draft import Draft
from engine.records.file_names import FILES
from engine.records.workspace import Workspace
from engine.storage.system_tables import wy_file


def _ids(value: Any) -> list[int]:
    return list(value) if isinstance(value, list) else [value]


def check_files(draft: Draft, field: Field, value: Any) -> None:
    """Complain of files that are not there, or belong to another record or person."""
    work, wanted = draft.work, _ids(value)
    mine = and_(wy_file.c.record_id.is_(None), wy_file.c.created_by == work.actor.user_id)
    # of this very field: one of a field that the person may not see must not come to light
    kept = and_(
        wy_file.c.entity == draft.entity.name,
        wy_file.c.record_id == (draft.old or {}).get("id"),
        wy_file.c.field == field.name,
    )
    allowed = wy_file.c.id.in_(wanted) & (or_(mine, kept) if draft.old else mine)
    found = set(work.connection.scalars(select(wy_file.c.id).where(allowed)))
    # who changes it in an approval's name is still a person, with no claim to others' files
    by_nobody = work.actor.is_system and work.actor.user_id is None
    if set(wanted) - found and not by_nobody:
        draft.complain("This file is no longer there; choose it again.", field.name, "no-file")


def claim_files(work: Workspace, entity: Entity, record: Mapping[str, Any]) -> None:
    """Make fresh uploads the record's own, so that access to them follows it."""
    for field in entity.fields.values():
        value = record.get(field.name)
        if field.type not in FILES or value is None:
            continue
        work.connection.execute(
            update(wy_file)
            .where(wy_file.c.id.in_(_ids(value)), wy_file.c.record_id.is_(None))
            .values(entity=entity.name, record_id=record["id"], field=field.name)
        )
