"""What the engine hands to plugin code: shapes only, filled in at run time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, FromClause, Insert, Table


class Records(Protocol):
    """The one way to read or change business data, inside the caller's transaction.

    Reads keep to the rows the actor may see. Writes of plugin code are not asked for the
    actor's right on that entity (the button's right was asked) but stay within the visible
    units, run every check, and are audited.
    """

    def get(self, entity: str, record_id: int, *, lock: bool = False) -> dict[str, Any]:
        """Return one record's values; `lock` holds its row until the transaction ends.

        Raises:
            NotFound: none that the actor may see.
        """

    def find(
        self,
        entity: str,
        where: str | ColumnElement[bool] | None = None,
        *,
        sort: Sequence[str] = (),
        limit: int | None = None,
        lock: bool = False,
    ) -> list[dict[str, Any]]:
        """Return records that satisfy a filter in the expression language, or in SQL."""

    def create(self, entity: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Create a record (with `lines` fields as lists of mappings); return its values.

        Raises:
            Invalid: a value or a check is wrong.
        """

    def create_many(self, entity: str, rows: Iterable[Mapping[str, Any]]) -> list[int]:
        """Create many records in a few statements; all or none. Returns their ids in order.

        Raises:
            Invalid: problems name rows as '<number from 0>.<field>'.
        """

    def change(
        self, entity: str, record_id: int, values: Mapping[str, Any], *, version: int | None = None
    ) -> dict[str, Any]:
        """Change a record; with `version`, only if nobody else changed it since.

        Raises:
            Invalid, Conflict, NotFound, Refused: as the names say.
        """

    def delete(self, entity: str, record_id: int, *, version: int | None = None) -> None:
        """Delete a record; its last state stays in the audit trail.

        Raises:
            Refused: the entity or the record's state forbids it.
        """


class Context(Protocol):
    """What all plugin code has."""

    records: Records
    connection: Connection  # the transaction; only for statements no record call can say
    today: date  # in the company's zone
    now: datetime
    language: str

    @property
    def user_id(self) -> int | None:
        """The acting user; None for the system."""

    def table(self, entity: str) -> Table:
        """Return the entity's table, for set-based statements."""

    def visible(self, entity: str, table: Table | None = None) -> ColumnElement[bool]:
        """Return the predicate that keeps the rows the actor may see."""

    def formula(self, entity: str, text: str, variables: Mapping[str, Any] | None = None) -> Any:
        """Check a formula over an entity's fields and variables; return a compiled one.

        It has `.evaluate(row) -> value` and `.sql(table, variables) -> ColumnElement`.

        Raises:
            Invalid: the formula is wrong; says where.
        """

    def next_numbers(self, entity: str, field: str, count: int = 1, **tokens: Any) -> list[str]:
        """Take the next numbers of a series field, gap-free in this transaction."""

    def keep_history(self, entity: str, which: ColumnElement[bool], event: str = "create") -> int:
        """Write the trail of rows that a set-based statement wrote; return how many.

        `which` is a condition over `table(entity)`; an entity without a trail gets none.
        """

    def history_of(self, entity: str, rows: FromClause, event: str = "create") -> Insert | None:
        """Return what writes the trail of rows in the same statement that writes them.

        `rows` is the CTE that returns all their columns. None when no trail is kept.
        """

    def enqueue(self, job: str, arguments: Mapping[str, Any], *, key: str = "") -> int:
        """Leave work for later in the outbox; return the job's id.

        `key` keeps one row only. The job speaks the language of who left it; another one is
        asked for with `language` in the arguments.
        """

    def flow_event(self, entity: str, record_id: int, name: str) -> None:
        """Tell the approvals of a record that the event they wait for has come.

        In this transaction; one that comes to the `wait` only later finds it kept.

        Raises:
            Refused: `.code` says why: `not_waiting`, no approval of the record waits for it or
                will; `suspended`; `in_hand`, the approval itself is just calling this code.
        """

    def message(self, text: str, **params: Any) -> str:
        """Translate an English msgid into the reader's language."""

    def require(self, entity: str, action: str) -> None:
        """Refuse unless the actor may.

        Raises:
            Refused: always says which right is missing.
        """

    def may(self, entity: str, action: str) -> bool:
        """Tell whether the actor may do that with some records of the entity."""


class ActionContext(Context, Protocol):
    """A button was pressed."""

    entity: str
    ids: Sequence[int]  # the chosen records, all visible, all satisfying `when`, rows locked
    asked: Mapping[str, Any]  # what the dialog asked for, checked
    is_preview: bool  # of a button with `preview`: answer a Preview; what is written is undone


class EventContext(Context, Protocol):
    """A record is about to be, or has just been, written."""

    entity: str
    event: str  # 'create', 'change', 'delete'
    record_id: int | None
    old: Mapping[str, Any] | None
    values: dict[str, Any]  # `before` listeners may alter it


class JobContext(Context, Protocol):
    """Work in the background; each call is one transaction, at least once.

    The function answers a mapping or None when it is done, or `More`. A `url` in the mapping
    is where the result can be looked at.
    """

    arguments: Mapping[str, Any]

    def progress(self, done: int, total: int, note: str = "") -> None:
        """Tell the screen how far it is; written outside the job's transaction.

        `note` is an English msgid.
        """


@dataclass(frozen=True, slots=True)
class More:
    """What a job answers that is not done: it is called again, in a transaction of its own.

    What it has written so far is kept, whatever becomes of the rest; after a failure it goes
    on from here.
    """

    arguments: Mapping[str, Any]  # of the next call
    done: int = 0
    total: int = 0
    note: str = ""


class ScreenContext(Context, Protocol):
    """A request to a plugin's own screen."""

    method: str  # 'GET' or 'POST'
    arguments: Mapping[str, str]  # the query string, last value of each name
    form: Any  # the posted form, a MultiDict
    files: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ScreenPage:
    """What a plugin's screen answers: a template with data, a place to go, or a file."""

    template: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    redirect: str = ""
    message: str = ""
    file: bytes | Iterator[bytes] | None = None
    file_name: str = ""
    content_type: str = ""
    status: int = 200


@dataclass(frozen=True, slots=True)
class Preview:
    """What a button would do if it were pressed."""

    count: int  # records that would be made or changed
    left_out: Sequence[tuple[str, int]] = ()  # why others would not (a msgid), and how many


@dataclass(frozen=True, slots=True)
class ActionResult:
    """What a button answers: a sentence, a place to go, or a file."""

    message: str = ""  # already in the reader's language, or a msgid
    params: Mapping[str, Any] = field(default_factory=dict)
    redirect: str = ""
    file: bytes | None = None
    file_name: str = ""
    content_type: str = "application/pdf"
    preview: Preview | None = None  # the answer to ActionContext.is_preview
