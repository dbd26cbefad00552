"""A record as formulas see it: its values, its links, its lines, the clock, the actor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from engine.access import actor_values
from engine.records.plans import Path, plan_of
from engine.records.reach import joined
from engine.records.workspace import Workspace
from engine.storage.joins import descendants, link_target
from engine.storage.writes import writes


class RecordEnvironment:
    """Is an expressions.Environment over values in memory; linked records are read when asked."""

    strict = False

    def __init__(
        self,
        work: Workspace,
        entity: str,
        values: Mapping[str, Any],
        *,
        old: Mapping[str, Any] | None = None,
        asked: Mapping[str, Any] | None = None,
    ) -> None:
        self._work = work
        self._entity = entity
        self._values = values
        self._given: dict[str, Mapping[str, Any]] = {
            "user": actor_values(work.actor),
            "old": old or {},
            "ask": asked or {},
            "record": values,
        }

    @property
    def today(self) -> date:
        """The date in the company's zone."""
        return self._work.today

    @property
    def now(self) -> datetime:
        """The moment of this work, in the company's zone."""
        return self._work.local_now

    def value(self, path: Path) -> Any:
        """Return the value at a path; None where a link on the way is empty."""
        head = path[0]
        if head in self._given:
            found: Any = self._given[head]
            for step in path[1:]:
                found = found.get(step) if isinstance(found, Mapping) else None
            return found
        if len(path) == 1:
            return self._own(head)
        record_id = self._values.get(head)
        if record_id is None:
            return None
        return linked_values(self._work, self._entity, head, record_id).get(path[1:])

    def _own(self, name: str) -> Any:
        field = plan_of(self._work.catalog, self._entity).entity.fields.get(name)
        if field is not None and field.compute is not None and not field.stored:
            return plan_of(self._work.catalog, self._entity).run(field.compute, self)
        return self._values.get(name)

    def lines(self, path: Path) -> Iterable[RecordEnvironment]:
        """Return the lines of a lines field, each as an environment of its own."""
        plan = plan_of(self._work.catalog, self._entity)
        child = plan.entity.field(path[0]).options["of"]
        rows = self._values.get(path[0])
        if rows is None:
            rows = self._stored_lines(path[0])
        return [RecordEnvironment(self._work, child, row) for row in rows]

    def _stored_lines(self, name: str) -> list[dict[str, Any]]:
        from engine.records.rows import lines_of

        record_id = self._values.get("id")
        return [] if record_id is None else lines_of(self._work, self._entity, name, record_id)

    def is_child_of(self, path: Path, record_id: int) -> bool:
        """Tell whether the record at a path is that one or below it."""
        value = self.value(path)
        if value is None:
            return False
        entity = self._entity
        for step in path:
            entity = link_target(self._work.catalog, entity, step)
        tree = descendants(self._work.catalog, self._work.tables, entity, record_id)
        return value in set(self._work.connection.scalars(tree))


def linked_values(work: Workspace, entity: str, link: str, record_id: Any) -> dict[Path, Any]:
    """Return what the formulas of an entity read from a linked record, by path.

    Row rules do not apply: the author's formula asks, not the person, and the value shows
    only in what the formula decides.
    """
    target = link_target(work.catalog, entity, link)
    known = known_of(work, target, record_id)
    wanted = plan_of(work.catalog, entity).linked.get(link, ())
    if not all(path in known for path in wanted):
        known |= read_paths(work, target, record_id, wanted)
        known |= {path: None for path in wanted if path not in known}  # there is no such record
    return known


def known_of(work: Workspace, target: str, record_id: Any) -> dict[Path, Any]:
    """Return what is known of a linked record; more may be put in.

    Nothing is, once anything was written: by this work, by a plugin's SQL, by going back.
    """
    count = writes(work.connection)
    kept: tuple[int, dict[Any, dict[Path, Any]]] | None = work.memo.get("linked")
    if kept is None or kept[0] != count:
        kept = work.memo["linked"] = (count, {})
    return kept[1].setdefault((target, record_id), {})


def read_paths(
    work: Workspace, entity: str, record_id: Any, paths: Iterable[Path]
) -> dict[Path, Any]:
    """Read some paths of one record in one statement; missing records give nothing."""
    wanted = tuple(paths)
    if not wanted:
        return {}
    source = joined(work, entity)
    columns = [source.column(path).label(f"c{i}") for i, path in enumerate(wanted)]
    row = work.connection.execute(
        select(*columns).select_from(source.from_).where(source.table.c.id == record_id)
    ).one_or_none()
    return dict(zip(wanted, row, strict=True)) if row is not None else {}
