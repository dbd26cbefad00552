"""The engine's own tables around records: comments, views, jobs, exchange, messages."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from engine.storage.system_tables import (
    MOMENT,
    SYSTEM,
    ab_role,
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

wy_comment = Table(
    "wy_comment",
    SYSTEM,
    identity(),
    *record(),
    moment(),
    person("created_by"),
    word("text", None),
    Column("mentions", ARRAY(Integer), nullable=False, server_default=text("'{}'::integer[]")),
    Column("edited_at", MOMENT),
    Column("deleted_at", MOMENT),
    Index("ix_wy_comment__record", "entity", "record_id", "id"),
)

wy_attachment = Table(
    "wy_attachment",
    SYSTEM,
    identity(),
    *record(),
    moment(),
    person("created_by"),
    Column("file_id", BigInteger, ForeignKey(wy_file.c.id), nullable=False),
    word("note"),
    Column("deleted_at", MOMENT),
    Index("ix_wy_attachment__record", "entity", "record_id", "id"),
    Index("ix_wy_attachment__file", "file_id"),
)

wy_saved_view = Table(
    "wy_saved_view",
    SYSTEM,
    identity(),
    word("entity", None),
    word("name", None),
    person("owner_id", required=True, on_delete="CASCADE"),
    word("shared_with", "nobody"),
    Column("role_id", ForeignKey(ab_role.c.id, ondelete="CASCADE")),
    structure("settings"),  # filter, sort, columns, grouping …
    Column("is_default", Boolean, nullable=False, server_default=_NO),
    number("position"),
    moment(),
    moment("updated_at"),
    one_of("wy_saved_view", "shared_with", "nobody", "role", "everyone"),
    Index("uq_wy_saved_view__name", "owner_id", "entity", "name", unique=True),
    Index("ix_wy_saved_view__entity", "entity"),
)

wy_outbox = Table(
    "wy_outbox",
    SYSTEM,
    identity(),
    word("job", None),
    structure("arguments"),
    word("key"),  # while one row of a job and key waits or runs, there is no second
    word("state", "waiting"),
    number("priority"),  # higher first
    number("attempts"),
    number("max_attempts", 8),
    moment("run_after"),
    moment(),
    person("created_by", on_delete="SET NULL"),
    Column("started_at", MOMENT),
    Column("finished_at", MOMENT),
    Column("lease_until", MOMENT),  # a runner that is silent until then counts as dead
    word("runner"),
    word("last_error"),
    number("done"),
    number("total"),
    word("note"),  # what it is doing, for the screen
    structure("result", None),
    one_of("wy_outbox", "state", "waiting", "running", "done", "failed", "cancelled"),
    Index(
        "uq_wy_outbox__key",
        "job",
        "key",
        unique=True,
        postgresql_where=text("key <> '' AND state IN ('waiting', 'running')"),
    ),
    Index(
        "ix_wy_outbox__next",
        text("priority DESC"),
        "run_after",
        "id",
        postgresql_where=text("state = 'waiting'"),
    ),
    Index("ix_wy_outbox__lease", "lease_until", postgresql_where=text("state = 'running'")),
    Index("ix_wy_outbox__job", "job", "created_at"),
)

wy_idempotency = Table(
    "wy_idempotency",
    SYSTEM,
    Column("user_id", Integer, ForeignKey(ab_user.c.id, ondelete="CASCADE"), primary_key=True),
    Column("key", Text, primary_key=True),
    word("request_hash", None),  # another request under the same key is refused
    Column("status", Integer),  # none while the first request still runs
    word("content_type"),
    Column("answer", LargeBinary),
    moment(),
    Index("ix_wy_idempotency__created_at", "created_at"),
)

wy_import = Table(
    "wy_import",
    SYSTEM,
    identity(),
    word("entity", None),
    Column("file_id", BigInteger, ForeignKey(wy_file.c.id)),
    word("state", "new"),
    structure("mapping"),  # spreadsheet column -> field
    structure("options"),  # upsert key, date order, dry run …
    number("total"),
    number("done"),
    number("failed"),
    Column("job_id", BigInteger),  # of wy_outbox; kept when that row is cleared away
    word("last_error"),
    moment(),
    person("created_by"),
    Column("finished_at", MOMENT),
    one_of(
        "wy_import", "state", "new", "checking", "checked", "running", "done", "failed", "cancelled"
    ),
    Index("ix_wy_import__created_by", "created_by", "id"),
)

wy_import_row = Table(
    "wy_import_row",
    SYSTEM,
    Column("import_id", ForeignKey(wy_import.c.id, ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),  # as the spreadsheet counts
    structure("values"),
    structure("problems", "[]"),
    Column("record_id", BigInteger),  # what the row became
)

wy_export = Table(
    "wy_export",
    SYSTEM,
    identity(),
    word("entity", None),
    word("format", "xlsx"),
    structure("settings"),  # columns, filter, sort, language
    word("state", "waiting"),
    number("rows"),
    Column("file_id", BigInteger, ForeignKey(wy_file.c.id, ondelete="SET NULL")),
    Column("job_id", BigInteger),
    word("last_error"),
    moment(),
    person("created_by"),
    Column("finished_at", MOMENT),
    Column("expires_at", MOMENT),
    one_of("wy_export", "state", "waiting", "running", "done", "failed", "cancelled"),
    Index("ix_wy_export__created_by", "created_by", "id"),
)

wy_message = Table(
    "wy_message",
    SYSTEM,
    identity(),
    word("channel", None),  # 'inbox', 'mail', 'sms', or a plugin's
    person("user_id", on_delete="CASCADE"),  # who gets it; none for people without an account
    word("address"),
    word("template"),
    word("language"),
    word("subject"),
    word("body"),
    structure("params"),
    *record(),
    word("link"),
    word("dedupe_key"),  # one message of a channel per key, for ever
    word("state", "waiting"),
    number("attempts"),
    moment("send_after"),
    Column("sent_at", MOMENT),
    Column("read_at", MOMENT),
    word("last_error"),
    moment(),
    person("created_by", on_delete="SET NULL"),
    one_of("wy_message", "state", "waiting", "sending", "sent", "failed", "cancelled"),
    Index(
        "uq_wy_message__dedupe",
        "channel",
        "dedupe_key",
        unique=True,
        postgresql_where=text("dedupe_key <> ''"),
    ),
    Index("ix_wy_message__user", "user_id", text("id DESC")),
    Index(
        "ix_wy_message__unread",
        "user_id",
        postgresql_where=text("channel = 'inbox' AND read_at IS NULL"),
    ),
    Index("ix_wy_message__next", "send_after", postgresql_where=text("state = 'waiting'")),
    Index("ix_wy_message__record", "entity", "record_id"),
)

wy_print = Table(
    "wy_print",
    SYSTEM,
    identity(),
    word("print", None),
    *record(),  # without a record: a list
    number("copy", 1),  # which print of this record it was
    moment("at"),
    person("actor_id", on_delete="SET NULL"),
    word("language"),
    word("run"),  # asked for again under the same key, it is the same print
    number("documents", 1),  # in the whole batch
    word("sha256"),  # of the whole PDF
    Index(
        "uq_wy_print__copy",
        "print",
        "entity",
        "record_id",
        "copy",
        unique=True,
        postgresql_where=text("record_id IS NOT NULL"),
    ),
    Index("ix_wy_print__record", "entity", "record_id"),
    Index("ix_wy_print__at", "at", postgresql_using="brin"),
    comment="Who printed what when; the digest tells whether a paper is the one we issued",
)
