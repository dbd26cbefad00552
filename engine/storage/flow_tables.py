"""The engine's own tables of approvals: what is running, who is asked, what was decided."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from engine.storage.system_tables import (
    MOMENT,
    SYSTEM,
    ab_user,
    identity,
    moment,
    number,
    one_of,
    person,
    record,
    structure,
    word,
    wy_file,
)

_NO = text("false")
_NONE = text("'{}'::text[]")

wy_flow_definition = Table(
    "wy_flow_definition",
    SYSTEM,
    identity(),
    word("flow", None),
    word("file", None),
    word("digest", None),  # sha256 of the text
    word("text", None),
    moment(),
    Index("uq_wy_flow_definition__digest", "digest", "flow", unique=True),
    comment="The full text of every flow that was ever started: cases stay with theirs",
)

wy_flow_case = Table(
    "wy_flow_case",
    SYSTEM,
    identity(),
    word("flow", None),
    Column("definition_id", ForeignKey(wy_flow_definition.c.id), nullable=False),
    word("action", None),
    *record(),
    Column("unit_id", BigInteger),  # the record's owning unit, for the monitor's rows
    word("subject"),
    person("initiator_id", required=True),
    word("status", "running"),
    Column("suspended", Boolean, nullable=False, server_default=_NO),
    number("round", 1),
    number("seq"),
    structure("data"),  # people chosen, events that came early
    Column("root_id", BigInteger),  # the outermost case, whose row is locked; itself: NULL
    Column("parent_id", BigInteger),
    Column("parent_visit", Integer),
    number("depth"),
    Column("previous_id", BigInteger),  # the case that was withdrawn or refused before
    Column("held", Boolean, nullable=False, server_default=_NO),  # waits for an administrator
    moment("started_at"),
    moment("moved_at"),  # of the last log entry
    Column("ended_at", MOMENT),
    one_of("wy_flow_case", "status", "running", "approved", "rejected", "withdrawn", "terminated"),
    Index(
        "uq_wy_flow_case__running",
        "entity",
        "record_id",
        unique=True,
        postgresql_where=text("status = 'running' AND parent_id IS NULL"),
    ),
    Index("ix_wy_flow_case__record", "entity", "record_id", "id"),
    Index("ix_wy_flow_case__initiator", "initiator_id", text("id DESC")),
    Index("ix_wy_flow_case__parent", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
    Index("ix_wy_flow_case__running", "moved_at", postgresql_where=text("status = 'running'")),
    Index("ix_wy_flow_case__definition", "definition_id"),
)

wy_flow_visit = Table(
    "wy_flow_visit",
    SYSTEM,
    Column("case_id", ForeignKey(wy_flow_case.c.id), primary_key=True),
    Column("no", Integer, primary_key=True),
    word("node", None),
    word("kind", None),
    Column("parent", Integer),
    Column("branch", Integer),
    word("state", "active"),
    word("reason"),
    Column("superseded", Boolean, nullable=False, server_default=_NO),
    Column("started", Integer, nullable=False),
    Column("ended", Integer),
    moment("started_at"),
    Column("ended_at", MOMENT),
    structure("data"),
    comment="A node of a flow, entered once",
)

wy_flow_task = Table(
    "wy_flow_task",
    SYSTEM,
    identity(),
    Column("case_id", ForeignKey(wy_flow_case.c.id), nullable=False),
    Column("no", Integer, nullable=False),
    Column("visit", Integer, nullable=False),
    Column("seat", Integer, nullable=False),
    word("step", None),
    Column("user_id", Integer, ForeignKey(ab_user.c.id), nullable=False),
    Column("proxy_id", Integer, ForeignKey(ab_user.c.id)),
    word("kind", None),
    word("state", "open"),
    word("reason"),
    Column("parent", Integer),
    number("position"),
    Column("opened", Integer, nullable=False),
    Column("closed", Integer),
    moment("opened_at"),
    Column("closed_at", MOMENT),
    Column("decided_by", Integer),
    word("comment"),
    word("fingerprint"),
    Column("due_at", MOMENT),
    Column("urged_at", MOMENT),
    Column("edit", ARRAY(Text), nullable=False, server_default=_NONE),  # '*': every field
    Column("hide", ARRAY(Text), nullable=False, server_default=_NONE),
    Index("uq_wy_flow_task__no", "case_id", "no", unique=True),
    Index(
        "ix_wy_flow_task__user",
        "user_id",
        text("id DESC"),
        postgresql_where=text("state = 'open'"),
    ),
    Index(
        "ix_wy_flow_task__proxy",
        "proxy_id",
        postgresql_where=text("state = 'open' AND proxy_id IS NOT NULL"),
    ),
    Index("ix_wy_flow_task__done", "decided_by", text("closed_at DESC")),
)

wy_flow_log = Table(
    "wy_flow_log",
    SYSTEM,
    identity(),
    Column("case_id", ForeignKey(wy_flow_case.c.id), nullable=False),
    Column("seq", Integer, nullable=False),
    moment("at"),
    word("command", None),
    Column("actor_id", Integer),  # none: a timer, or another case
    Column("on_behalf_of", Integer),
    word("step"),
    Column("task", Integer),
    word("target"),
    word("comment"),
    word("from_status"),
    word("to_status"),
    structure("said"),  # the rest of the command
    structure("heard", "[]"),  # what the world answered: with it the log can be played again
    structure("changes"),  # field -> [old, new]
    structure("answer"),  # for a request that comes a second time
    word("digest"),  # of the definition
    word("request_id"),
    word("ip"),
    Index("uq_wy_flow_log__seq", "case_id", "seq", unique=True),
    Index(
        "uq_wy_flow_log__request",
        "case_id",
        "request_id",
        unique=True,
        postgresql_where=text("request_id <> ''"),
    ),
    Index("ix_wy_flow_log__actor", "actor_id", "at"),
    comment="Everything that was done; a trigger refuses every change of this table but inserts",
)

wy_flow_file = Table(
    "wy_flow_file",
    SYSTEM,
    Column("file_id", ForeignKey(wy_file.c.id), primary_key=True),
    Column("case_id", ForeignKey(wy_flow_case.c.id), nullable=False),
    Column("seq", Integer, nullable=False),  # of the log entry
    Index("ix_wy_flow_file__case", "case_id", "seq"),
    comment="Files that came with what was done; as the log, it only grows",
)

wy_flow_timer = Table(
    "wy_flow_timer",
    SYSTEM,
    identity(),
    Column("case_id", ForeignKey(wy_flow_case.c.id), nullable=False),
    Column("visit", Integer, nullable=False),
    Column("task", Integer),
    word("kind", None),
    moment("due_at"),
    number("times"),  # how often it has reminded
    Column("fired_at", MOMENT),
    Column("cancelled_at", MOMENT),
    one_of("wy_flow_timer", "kind", "remind", "due", "elapsed", "timeout"),
    Index(
        "ix_wy_flow_timer__due",
        "due_at",
        postgresql_where=text("fired_at IS NULL AND cancelled_at IS NULL"),
    ),
    Index("ix_wy_flow_timer__case", "case_id", "visit"),
)

wy_flow_copy = Table(
    "wy_flow_copy",
    SYSTEM,
    Column("case_id", ForeignKey(wy_flow_case.c.id), primary_key=True),
    Column("user_id", ForeignKey(ab_user.c.id), primary_key=True),
    word("step"),
    moment("at"),
    Column("read_at", MOMENT),
    Index("ix_wy_flow_copy__user", "user_id", text("case_id DESC")),
    comment="Who is shown a case without being asked",
)

wy_flow_reader = Table(
    "wy_flow_reader",
    SYSTEM,
    Column("entity", Text, primary_key=True),
    Column("record_id", BigInteger, primary_key=True),
    Column("user_id", Integer, ForeignKey(ab_user.c.id), primary_key=True),
    Column("case_id", ForeignKey(wy_flow_case.c.id), nullable=False),
    Column("hide", ARRAY(Text), nullable=False, server_default=_NONE),
    comment="Who may read a record because an approval shows it to him, above the row rules",
)

wy_flow_proxy = Table(
    "wy_flow_proxy",
    SYSTEM,
    identity(),
    person("user_id", required=True),
    person("proxy_id", required=True),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),  # the last day
    Column("flows", ARRAY(Text), nullable=False, server_default=_NONE),  # none: all
    word("reason"),
    moment(),
    person("created_by"),
    Column("ended_at", MOMENT),
    Index("ix_wy_flow_proxy__user", "user_id", "valid_to"),
    comment="Who decides in whose place for a time (代理)",
)
