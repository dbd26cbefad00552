"""The engine's own tables `wy_…`, and what it reads of Flask-AppBuilder's `ab_…`.

They are plain `Table` objects, the same for every catalog; `apply` creates and migrates them
with the same plan as the entities' tables. It never touches the `ab_…` ones, nor the `wy_…`
tables of other packages (those of access).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

SYSTEM = MetaData()  # the engine's tables
ACCOUNTS = MetaData()  # Flask-AppBuilder's, as far as the engine reads or fills them

MOMENT = DateTime(timezone=True)


def _account(name: str, *columns: Column[Any]) -> Table:
    return Table(name, ACCOUNTS, Column("id", Integer, primary_key=True), *columns)


ab_user = _account(
    "ab_user",
    Column("first_name", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("username", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("password", Text),
    Column("active", Boolean),
    Column("last_login", DateTime),
    Column("created_on", DateTime),
    Column("changed_on", DateTime),
)
ab_role = _account("ab_role", Column("name", Text, nullable=False))
ab_user_role = _account(
    "ab_user_role",
    Column("user_id", ForeignKey(ab_user.c.id)),
    Column("role_id", ForeignKey(ab_role.c.id)),
)
ab_permission = _account("ab_permission", Column("name", Text, nullable=False))
ab_view_menu = _account("ab_view_menu", Column("name", Text, nullable=False))
ab_permission_view = _account(
    "ab_permission_view",
    Column("permission_id", ForeignKey(ab_permission.c.id)),
    Column("view_menu_id", ForeignKey(ab_view_menu.c.id)),
)
ab_permission_view_role = _account(
    "ab_permission_view_role",
    Column("permission_view_id", ForeignKey(ab_permission_view.c.id)),
    Column("role_id", ForeignKey(ab_role.c.id)),
)


def identity() -> Column[int]:
    """Return the usual key: a bigint the database counts."""
    return Column("id", BigInteger, Identity(), primary_key=True)


def moment(name: str = "created_at") -> Column[Any]:
    """Return a required moment that the database fills with now."""
    return Column(name, MOMENT, nullable=False, server_default=text("now()"))


def person(name: str, *, required: bool = False, on_delete: str | None = None) -> Column[Any]:
    """Return a link to a user."""
    key = ForeignKey(ab_user.c.id, ondelete=on_delete)
    return Column(name, Integer, key, nullable=not required)


def word(name: str, default: str | None = "") -> Column[Any]:
    """Return a required text; `default=None` means that the writer must give it."""
    filled = None if default is None else text(f"'{default}'")
    return Column(name, Text, nullable=False, server_default=filled)


def number(name: str, default: int = 0) -> Column[Any]:
    """Return a required whole number."""
    return Column(name, Integer, nullable=False, server_default=text(str(default)))


def structure(name: str, default: str | None = "{}") -> Column[Any]:
    """Return a jsonb column; `default=None` makes it optional."""
    filled = None if default is None else text(f"'{default}'::jsonb")
    return Column(name, JSONB, nullable=default is None, server_default=filled)


def record() -> tuple[Column[Any], Column[Any]]:
    """Return the pair that names a record of any entity."""
    return word("entity"), Column("record_id", BigInteger)


def one_of(table: str, column: str, *allowed: str) -> CheckConstraint:
    """Return a check that a column holds one of some words."""
    words = ", ".join(f"'{one}'" for one in allowed)
    return CheckConstraint(text(f"{column} IN ({words})"), name=f"ck_{table}__{column}")


wy_schema = Table(
    "wy_schema",
    SYSTEM,
    Column("object", Text, primary_key=True),  # 'table.name' of an index, check, key, default …
    word("signature", None),  # digest of the definition `apply` gave it
    comment="What apply has made: PostgreSQL rewrites expressions, so they cannot be compared",
)

wy_release = Table(
    "wy_release",
    SYSTEM,
    identity(),
    moment("applied_at"),
    word("author", None),
    word("reason"),
    word("digest", None),
    structure("sources"),  # file -> full text
    structure("steps", "[]"),
    Column("restores", BigInteger, ForeignKey("wy_release.id")),
    comment="Each applied state of the metadata, whole",
)

wy_audit = Table(
    "wy_audit",
    SYSTEM,
    identity(),
    moment("at"),
    word("entity", None),
    Column("record_id", BigInteger, nullable=False),
    word("event", None),  # 'create', 'change', 'delete', a button's or a flow's name
    Column("actor_id", Integer),  # no foreign key: the trail outlives the account
    structure("snapshot", None),  # the whole record after the event; before it, for a delete
    structure("changes"),  # field -> [old, new]
    word("request_id"),
    word("ip"),
    word("note"),
    Index("ix_wy_audit__record", "entity", "record_id", "id"),
    Index("ix_wy_audit__actor", "actor_id", "at"),
    Index("ix_wy_audit__at", "at", postgresql_using="brin"),
    comment="Who changed what when; a trigger refuses every change of this table but inserts",
)

wy_reveal = Table(
    "wy_reveal",
    SYSTEM,
    identity(),
    moment("at"),
    Column("actor_id", Integer),
    word("entity", None),
    Column("record_id", BigInteger, nullable=False),
    word("field", None),
    word("reason"),
    word("request_id"),
    word("ip"),
    Index("ix_wy_reveal__record", "entity", "record_id"),
    Index("ix_wy_reveal__actor", "actor_id", "at"),
    comment="Who saw a masked value when; append-only",
)

wy_series = Table(
    "wy_series",
    SYSTEM,
    Column("series", Text, primary_key=True),  # 'receipt.no'
    Column("scope", Text, primary_key=True),  # the pattern with its values, without date, number
    Column("period", Text, primary_key=True),  # '2026', '2026-03', '' when it never restarts
    Column("last", BigInteger, nullable=False),
)

wy_file = Table(
    "wy_file",
    SYSTEM,
    identity(),
    moment(),
    person("created_by"),
    word("name", None),
    word("content_type", None),
    Column("size_bytes", BigInteger, nullable=False),
    word("sha256", None),  # also where the content lies in the store
    *record(),  # the record it belongs to; access to the file follows it
    word("field"),  # the file field, 'comment', 'attachment', 'import', 'export'
    Column("width", Integer),
    Column("height", Integer),
    Index("ix_wy_file__sha256", "sha256"),
    Index("ix_wy_file__record", "entity", "record_id"),
)
