"""The table of what was printed; `apply` makes it with storage's own."""

from __future__ import annotations

from sqlalchemy import Index, Table, text

from engine.storage.system_tables import SYSTEM, identity, moment, number, person, record, word

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
