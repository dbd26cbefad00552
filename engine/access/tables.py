"""The tables that say who may do what, beside Flask-AppBuilder's own.

Made by `ensure_access`; storage's `apply` leaves them alone.
"""

from __future__ import annotations

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

ACCESS = MetaData()
RIGHTS, ORG, PEOPLE = "rights", "org", "people"  # the versions

wy_grant = Table(
    "wy_grant",
    ACCESS,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("user_id", ForeignKey(User.id, ondelete="CASCADE"), nullable=False),
    Column("role_id", ForeignKey(Role.id, ondelete="CASCADE"), nullable=False),
    Column("unit_id", BigInteger),  # of the organization's entity; NULL: everywhere
    Column("valid_from", Date),
    Column("valid_to", Date),  # the last day
    Column("created_at", DateTime(timezone=True), server_default=func.now(), nullable=False),
    Column("created_by", ForeignKey(User.id, ondelete="SET NULL")),
    Index("ix_wy_grant__user", "user_id"),
    Index("ix_wy_grant__role", "role_id"),
    comment="Which person has which role within which unit and below, from when to when",
)
"""The role itself stands in ab_user_role; a row here without it gives nothing."""

wy_right_default = Table(
    "wy_right_default",
    ACCESS,
    Column("role", Text, primary_key=True),
    Column("permission", Text, primary_key=True),
    Column("view", Text, primary_key=True),
    comment="The rights the metadata gave at the last sync; what differs, a person decided",
)

wy_version = Table(
    "wy_version",
    ACCESS,
    Column("name", Text, primary_key=True),  # 'rights', 'org' or 'people'
    Column("value", BigInteger, nullable=False),
    # The value comes from a sequence: one seen in a transaction that was rolled back never
    # comes again with another content.
)
"""When processes must forget what they remember of rights, the org tree and accounts."""

wy_login_failure = Table(
    "wy_login_failure",
    ACCESS,
    Column("login", Text, primary_key=True),  # as typed, in lower case; it need not exist
    Column("failures", Integer, nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
)
"""Failed sign-ins since the last good one."""

wy_preference = Table(
    "wy_preference",
    ACCESS,
    Column("user_id", ForeignKey(User.id, ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),  # 'language', 'theme', …
    Column("value", JSONB, nullable=False),
)
"""What a person chose for himself; small, for it is read with every request."""
