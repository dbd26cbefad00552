"""What plugin code is given: extension's protocols, filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, FromClause, Insert, Table, true

from engine.access import may
from engine.extension import Refused
from engine.records.engine_fields import field_of
from engine.records.workspace import Workspace

if TYPE_CHECKING:
    from engine.extension import Records
    from engine.records.formulas import BoundFormula


Hear = Callable[[Workspace, str, int, str], None]
_hearing: list[Hear] = []


def flows_hear(hear: Hear) -> None:
    """Name what tells flows of events: they stand above the records."""
    _hearing[:] = [hear]


class PluginContext:
    """An extension.Context over a workspace; its record service is trusted."""

    def __init__(self, work: Workspace) -> None:
        self.work = work.as_trusted()

    @property
    def records(self) -> Records:
        """The record service, asking no rights but keeping to the actor's rows."""
        from engine.records.service import RecordService

        return RecordService(self.work)

    @property
    def connection(self) -> Connection:
        """The transaction."""
        return self.work.connection

    @property
    def today(self) -> date:
        """The date in the company's zone."""
        return self.work.today

    @property
    def now(self) -> datetime:
        """The moment of this work."""
        return self.work.now

    @property
    def language(self) -> str:
        """The reader's language."""
        return self.work.language

    @property
    def user_id(self) -> int | None:
        """The acting user; None for the system."""
        return self.work.actor.user_id

    def table(self, entity: str) -> Table:
        """Return the entity's table."""
        return self.work.tables.table(entity)

    def visible(self, entity: str, table: Table | None = None) -> ColumnElement[bool]:
        """Return the predicate of the rows the actor may see."""
        from engine.records.reach import visible

        found = visible(
            self.work, entity, table if table is not None else self.table(entity), "read"
        )
        return true() if found is None else found

    def formula(
        self, entity: str, text: str, variables: Mapping[str, Any] | None = None
    ) -> BoundFormula:
        """Check a formula over an entity's fields and variables.

        Raises:
            Invalid: it is wrong; says where.
        """
        from engine.records.formulas import bind

        return bind(self.work, entity, text, variables or {})

    def next_numbers(self, entity: str, field: str, count: int = 1, **tokens: Any) -> list[str]:
        """Take the next numbers of a series field, gap-free in this transaction."""
        from engine.records.numbers import next_numbers

        described = field_of(self.work.catalog, entity, field)
        unit = tokens.pop("unit_id", None)
        return next_numbers(self.work, entity, described, count, tokens, unit)

    def keep_history(self, entity: str, which: ColumnElement[bool], event: str = "create") -> int:
        """Write the trail of rows that a set-based statement wrote."""
        from engine.storage import record_rows

        work = self.work
        if not work.catalog.entity(entity).audit:
            return 0
        origin = {"actor_id": self.user_id, "request_id": work.request_id, "ip": work.ip}
        return record_rows(work.connection, work.tables, entity, event, which, **origin)

    def history_of(self, entity: str, rows: FromClause, event: str = "create") -> Insert | None:
        """Return what writes the trail of rows in the statement that writes them."""
        from engine.storage import trail_of_rows

        work = self.work
        if not work.catalog.entity(entity).audit:
            return None
        origin: dict[str, Any] = {"request_id": work.request_id, "ip": work.ip}
        return trail_of_rows(work.tables, entity, event, rows, actor_id=self.user_id, **origin)

    def enqueue(self, job: str, arguments: Mapping[str, Any], *, key: str = "") -> int:
        """Leave work for later in the outbox; it will speak the language of who left it."""
        from engine.storage import enqueue

        user_id = self.work.actor.user_id
        if user_id is not None:
            arguments = {"language": self.language, **arguments}
        return enqueue(self.work.connection, job, arguments, key=key, user_id=user_id)

    def flow_event(self, entity: str, record_id: int, name: str) -> None:
        """Tell the approvals of a record that what they wait for has happened.

        Raises:
            Refused: nothing waits for it.
        """
        (hear,) = _hearing  # a process without flows must not lose an event in silence
        hear(self.work, entity, record_id, name)

    def message(self, text: str, **params: Any) -> str:
        """Translate an English msgid."""
        return self.work.message(text, **params)

    def may(self, entity: str, action: str) -> bool:
        """Tell whether the actor may do that with some records of the entity."""
        return may(self.work.catalog, self.work.actor, entity, action)

    def require(self, entity: str, action: str) -> None:
        """Refuse unless the actor may.

        Raises:
            Refused: the right is missing.
        """
        if not self.may(entity, action):
            raise Refused("You have no right to do this here.")


class Action(PluginContext):
    """An extension.ActionContext: a button was pressed."""

    def __init__(
        self,
        work: Workspace,
        entity: str,
        ids: Sequence[int],
        asked: Mapping[str, Any],
        *,
        is_preview: bool = False,
    ) -> None:
        super().__init__(work)
        self.entity = entity
        self.ids = ids
        self.asked = asked
        self.is_preview = is_preview


class Event(PluginContext):
    """An extension.EventContext: a record is being written."""

    def __init__(
        self,
        work: Workspace,
        entity: str,
        event: str,
        record_id: int | None,
        old: Mapping[str, Any] | None,
        values: dict[str, Any],
    ) -> None:
        super().__init__(work)
        self.entity = entity
        self.event = event
        self.record_id = record_id
        self.old = old
        self.values = values
