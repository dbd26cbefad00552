"""What linked records and files are called, all in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, String, cast, literal, select, union_all

from engine.metadata import Entity
from engine.records import Workspace, joined, title_field, visible
from engine.records.covers import shown_title
from engine.storage.system_tables import wy_file

FILE = "wy_file"  # stands for an entity, so that file names come along
Ids = Mapping[str, set[int]]
Titles = dict[tuple[str, Any], str]


def titles_of(
    work: Workspace,
    entity: Entity,
    stored: Mapping[str, Any],
    sent: Mapping[str, Any] | None = None,
    *,
    known: Titles | None = None,
) -> Titles:
    """Return what the linked records of a record and its lines are called.

    `stored` is what the record has; of what was `sent`, only what its sender may see is named.
    What is `known` already is not read again.
    """
    found = dict(known or {})
    has: dict[str, set[int]] = {}
    asked: dict[str, set[int]] = {}
    _gather(work, entity, stored, has)
    _gather(work, entity, sent or {}, asked)
    for target, ids in has.items():
        ids -= {number for kind, number in found if kind == target}
    return found | read_titles(work, has, asked)


def _gather(
    work: Workspace, entity: Entity, values: Mapping[str, Any], wanted: dict[str, set[int]]
) -> None:
    for name, field in entity.fields.items():
        value = values.get(name)
        if value in (None, ""):
            continue
        if field.type == "lines" and isinstance(value, list):
            child = work.catalog.entity(field.options["of"])
            for row in value:
                _gather(work, child, row, wanted)
        else:
            _gather_one(field.type, field.options.get("to"), value, wanted)


def _gather_one(kind: str, target: Any, value: Any, wanted: dict[str, set[int]]) -> None:
    if kind == "link" and str(value).isdecimal() and len(str(value)) < 19:
        wanted.setdefault(target, set()).add(int(value))
    elif kind == "any_link" and isinstance(value, tuple):
        wanted.setdefault(value[0], set()).add(value[1])
    elif kind in ("file", "image", "signature"):
        ids = value if isinstance(value, list) else [value]
        wanted.setdefault(FILE, set()).update(i for i in ids if isinstance(i, int))


def read_titles(work: Workspace, known: Ids, asked: Ids | None = None) -> Titles:
    """Return (entity, id) -> title in one statement, whatever the entities.

    Of `asked` only those within the actor's rows are read.
    """
    parts = [_part(work, entity, ids, ruled=False) for entity, ids in known.items() if ids]
    parts += [_part(work, entity, ids, ruled=True) for entity, ids in (asked or {}).items() if ids]
    if not parts:
        return {}
    rows = work.connection.execute(union_all(*parts) if len(parts) > 1 else parts[0])
    found: Titles = {}
    for row in rows:
        title = row.title if row.entity == FILE else shown_title(work, row.entity, row.title)
        found[(row.entity, row.id)] = str(title or f"#{row.id}")
    return found


def _part(work: Workspace, entity: str, ids: set[int], *, ruled: bool) -> Select[Any]:
    if entity == FILE:
        return select(
            literal(FILE).label("entity"), wy_file.c.id.label("id"), wy_file.c.name.label("title")
        ).where(
            wy_file.c.id.in_(sorted(ids)),
            wy_file.c.created_by == work.actor.user_id if ruled else literal(True),
        )
    source = joined(work, entity)
    title = cast(source.column((title_field(work.catalog, entity),)), String)
    query = select(
        literal(entity).label("entity"), source.table.c.id.label("id"), title.label("title")
    )
    query = query.select_from(source.from_).where(source.table.c.id.in_(sorted(ids)))
    rule = visible(work, entity, source.table, "read", source) if ruled else None
    return query if rule is None else query.where(rule)
