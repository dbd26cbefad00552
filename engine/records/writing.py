"""Writing one record with its lines: allowed, checked, told to listeners; one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import delete as sql_delete
from sqlalchemy import exists, literal, select
from sqlalchemy.exc import IntegrityError

from engine.access import load_actor
from engine.expressions import holds
from engine.extension import Conflict, Invalid, Refused, listeners
from engine.metadata import Entity
from engine.records.approval import must_be_deletable, must_be_free, must_begin
from engine.records.at_once import at_once
from engine.records.conflicts import conflict_of
from engine.records.constraints import problem_of
from engine.records.contexts import Event
from engine.records.draft import Draft
from engine.records.incoming import complete, judge, take
from engine.records.linking import forget_seen, note_seen
from engine.records.links import check_links
from engine.records.reach import is_allowed, visible
from engine.records.rows import fetch_one, lines_of
from engine.records.storing import insert, update
from engine.records.trail import audit
from engine.records.workspace import Workspace
from engine.storage.scopes import fill_scope, owned_through


def create(work: Workspace, entity: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Create a record; return its values by field name.

    Raises:
        Invalid: something sent is wrong; nothing is written.
        Refused: the actor may not create such a record there.
    """
    described = work.catalog.entity(entity)
    _must(work, described, "create")
    values = dict(given)
    announce(work, "before", entity, "create", None, None, values)
    draft = Draft(work, entity)
    take(draft, values, by_engine=set_by_listeners(given, values))
    complete(draft)
    must_begin(work, entity, draft.values)
    asking = at_once(draft)
    if asking is None:
        check_links(draft)
    judge(draft)
    if asking is not None and draft.problems:
        check_links(draft)  # all that is wrong is said at once
    _raise(draft)
    record = insert(draft, event="create", asking=asking)
    if not draft.is_inside:
        _must_see(work, described, record["id"], "create")
    if work.trusted:
        note_seen(work, entity, record["id"])  # one rule then, whatever is done
    announce(work, "after", entity, "create", record["id"], None, record)
    return record


def _must(work: Workspace, entity: Entity, action: str) -> None:
    by_hand = action in ("create", "change", "delete")
    if entity.written_by == "plugins" and by_hand and not work.trusted:
        raise Refused("These records are written by the system only.")
    if entity.part_of and by_hand and not work.trusted:
        # alone they would pass by their record's lock, totals and checks
        raise Refused("Lines are written with the record they belong to.")
    if not is_allowed(work, entity.name, action):
        raise Refused("You have no right to do this here.")


def _raise(draft: Draft) -> None:
    problems = list(draft.all_problems())
    if problems:
        raise Invalid(problems)


def change(
    work: Workspace,
    entity: str,
    record_id: int,
    given: Mapping[str, Any],
    *,
    version: int | None = None,
    right: str = "change",
    by_engine: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """Change a record; return its new values.

    `right` is the action whose right and row rule count (a button brings its own), and
    `by_engine` names fields that may be set though no person may type them.

    Raises:
        Invalid, Refused, NotFound: as the names say; nothing is written.
        Conflict: somebody saved after `version` was read; carries the differences.
    """
    described = work.catalog.entity(entity)
    _must(work, described, right)
    old = fetch_one(work, entity, record_id, action=right, lock=True)
    if version is not None and version != old["version"]:
        raise conflict_of(work, described, old, given)
    values = dict(given)
    announce(work, "before", entity, "change", record_id, old, values)
    draft = Draft(work, entity, old=old)
    take(draft, values, by_engine=by_engine | set_by_listeners(given, values))
    must_be_open(draft)
    must_be_free(work, entity, old, draft.changed() | set(draft.lines))
    complete(draft)
    check_links(draft)
    judge(draft)
    _raise(draft)
    return _save(draft, described, right)


def _save(draft: Draft, described: Entity, right: str) -> dict[str, Any]:
    work, old = draft.work, draft.old or {}
    before = dict(old)
    for name in draft.lines:
        before[name] = lines_of(work, described.name, name, old["id"])
    record = update(draft, event="change")
    if record is old:
        return dict(old)
    take_along(work, described, old, record)
    _must_see(work, described, record["id"], right)
    if draft.lines:
        audit(work, described, "change", before, record)
    announce(work, "after", described.name, "change", record["id"], before, record)
    return record


def take_along(
    work: Workspace, entity: Entity, old: Mapping[str, Any], record: Mapping[str, Any]
) -> None:
    """Give the records below this one their new owning unit when a link to it has changed."""
    ways = vars(work.catalog).get("_owned_through")
    if ways is None:
        ways = vars(work.catalog)["_owned_through"] = owned_through(work.catalog)
    for (owner, link), owned in ways.items():
        if owner != entity.name or old.get(link) == record.get(link):
            continue
        for below, path in owned:
            way = (path, record["id"])
            fill_scope(work.connection, work.catalog, work.tables, below, through=way)


def must_be_open(draft: Draft) -> None:
    """Refuse to change a closed record, but for the fields its author left open.

    Raises:
        Refused: the record is closed.
    """
    entity = draft.entity
    if entity.lock_when is None or draft.old is None or draft.work.trusted:
        return
    touched = (draft.changed() | set(draft.lines)) - entity.lock_except
    if touched and holds(draft.plan.run(entity.lock_when, draft.environment_before())):
        raise Refused("This record is closed and cannot be changed.")


def delete(work: Workspace, entity: str, record_id: int, *, version: int | None = None) -> None:
    """Delete a record with its lines; its last state stays in the audit trail.

    Raises:
        Refused: the entity forbids it, the record is closed, or something still links to it.
        Conflict: somebody saved after `version` was read.
    """
    described = work.catalog.entity(entity)
    _must(work, described, "delete")
    if described.delete == "never":
        raise Refused("Such records are never deleted.")
    old = fetch_one(work, entity, record_id, action="delete", lock=True)
    if version is not None and version != old["version"]:
        raise Conflict(current_version=old["version"])
    draft = Draft(work, entity, old=old)
    if described.lock_when is not None and holds(
        draft.plan.run(described.lock_when, draft.environment_before())
    ):
        raise Refused("This record is closed and cannot be deleted.")
    must_be_deletable(work, entity, old)
    announce(work, "before", entity, "delete", record_id, old, dict(old))
    for field in draft.plan.lines:
        old[field.name] = lines_of(work, entity, field.name, record_id)
    table = work.tables.table(entity)
    try:
        work.connection.execute(sql_delete(table).where(table.c.id == record_id))
    except IntegrityError as error:
        raise Refused(str(problem_of(work, described, error))) from error
    forget_seen(work, entity, record_id)
    audit(work, described, "delete", old, None)
    announce(work, "after", entity, "delete", record_id, old, dict(old))


def set_by_listeners(given: Mapping[str, Any], values: Mapping[str, Any]) -> frozenset[str]:
    """Return the fields that listeners set: they may, where the person could not."""
    absent = object()
    return frozenset(n for n, v in values.items() if given.get(n, absent) is not v)


def _must_see(work: Workspace, entity: Entity, record_id: int, action: str) -> None:
    """A record must not be written where its writer has no business."""
    if _sees(work, entity, record_id, action):
        return
    # The org tree may have grown in this very transaction: ask again who acts.
    fresh = None
    if work.actor.user_id is not None:
        fresh = load_actor(work.connection, work.actor.user_id, work.catalog)
    if fresh is None or not _sees(replace(work, actor=fresh), entity, record_id, action):
        raise Refused("This would put the record outside of what you may write.")


def _sees(work: Workspace, entity: Entity, record_id: int, action: str) -> bool:
    table = work.tables.table(entity.name)
    rule = visible(work, entity.name, table, action)
    if rule is None:
        return True
    inside = exists(select(literal(1)).select_from(table).where(table.c.id == record_id, rule))
    return bool(work.connection.scalar(select(inside)))


def announce(
    work: Workspace,
    when: str,
    entity: str,
    event: str,
    record_id: int | None,
    old: Mapping[str, Any] | None,
    values: dict[str, Any],
) -> None:
    """Call the plugins that listen to this event."""
    for listener in listeners(when, entity, event, work.catalog.plugins):
        listener(Event(work, entity, event, record_id, old, values))
