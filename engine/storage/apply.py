"""Make the database hold what a catalog describes: whole, or not at all."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, text

from engine.metadata import Catalog
from engine.storage.accounts import ensure_account_tables
from engine.storage.plan import plan as plan_for
from engine.storage.releases import Release, latest_release, release_of, sources_of
from engine.storage.scopes import fill_new_scopes
from engine.storage.steps import Plan
from engine.storage.system_tables import wy_release

CHANNEL = "wuye_release"  # NOTIFY carries the release's id
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('wuye apply'))")
# Whoever waits longer for a table is behind a transaction that should not be that long; and
# all who come after wait behind this one.
_LIMITS = text("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '20s'")
_SIGN = text(
    """
    INSERT INTO wy_schema (object, signature)
    SELECT * FROM unnest(CAST(:names AS text[]), CAST(:digests AS text[]))
    ON CONFLICT (object) DO UPDATE SET signature = excluded.signature
     WHERE wy_schema.signature <> excluded.signature
    """
)
_FORGET = text("DELETE FROM wy_schema WHERE object <> ALL (CAST(:names AS text[]))")


class PlanRefused(Exception):
    """The plan has steps that lose data, or that the data forbid; nothing was done."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        steps = plan.impossible or plan.lossy
        super().__init__("\n".join(map(str, steps)))


class PlanChanged(Exception):
    """The database is no longer as it was when the given plan was made; nothing was done."""


def apply(
    connection: Connection,
    catalog: Catalog,
    plan: Plan | None = None,
    *,
    author: str,
    reason: str = "",
    allow_lossy: bool = False,
    drop_unused: bool = False,
) -> Release:
    """Bring the database to the catalog inside the caller's transaction.

    Waits for any other `apply`. With `plan`, does that and nothing else. When there is
    nothing to do and the texts are those of the latest release, returns that one.

    Raises:
        PlanRefused: a step is lossy and `allow_lossy` is not given, or is impossible.
        PlanChanged: `plan` is not what would be done now.
    """
    found = _locked_plan(connection, catalog, drop_unused=drop_unused)
    if plan is not None and plan.steps != found.steps:
        raise PlanChanged("the database has changed since the plan was made; plan again")
    latest = latest_release(connection) if found.is_empty else None
    if latest is not None and latest.digest == catalog.digest:
        return latest
    _run_allowed(connection, found, allow_lossy=allow_lossy)
    fill_new_scopes(connection, catalog)
    return _record(connection, catalog, found, author=author, reason=reason)


def _locked_plan(connection: Connection, catalog: Catalog, *, drop_unused: bool = False) -> Plan:
    connection.execute(_LIMITS)
    connection.execute(_LOCK)
    ensure_account_tables(connection)
    return plan_for(connection, catalog, drop_unused=drop_unused)


def _run_allowed(connection: Connection, plan: Plan, *, allow_lossy: bool) -> None:
    if plan.impossible or (plan.lossy and not allow_lossy):
        raise PlanRefused(plan)
    run(connection, plan)


def run(connection: Connection, plan: Plan) -> None:
    """Run a plan's statements and sign what they made; no release is written."""
    statements = list(plan.statements())
    if statements:
        # psycopg's own call: all in one round trip, and a % stays a %.
        driver: Any = connection.connection.driver_connection
        driver.execute(";\n".join(statements))
    names = [name for name, _ in plan.signatures]
    connection.execute(_SIGN, {"names": names, "digests": [d for _, d in plan.signatures]})
    connection.execute(_FORGET, {"names": names})


def rollback(
    connection: Connection,
    release_id: int,
    *,
    author: str,
    reason: str = "",
    allow_lossy: bool = False,
) -> Release:
    """Apply the texts of an earlier release again, as a new release.

    What was added since stays in the database, unused; so nothing is lost by going back
    and forth.

    Raises:
        KeyError: no such release.
        PlanRefused: as `apply`.
        InvalidMetadata: today's engine does not take the old texts.
    """
    from engine.loading import catalog_from_texts

    catalog = catalog_from_texts(sources_of(connection, release_id))
    found = _locked_plan(connection, catalog)
    _run_allowed(connection, found, allow_lossy=allow_lossy)
    return _record(connection, catalog, found, author=author, reason=reason, restores=release_id)


def _record(
    connection: Connection,
    catalog: Catalog,
    found: Plan,
    *,
    author: str,
    reason: str,
    restores: int | None = None,
) -> Release:
    statement = insert(wy_release).values(
        author=author,
        reason=reason,
        digest=catalog.digest,
        sources=dict(catalog.sources),
        steps=[step.as_json() for step in found.steps],
        restores=restores,
    )
    row = connection.execute(statement.returning(wy_release)).one()
    connection.execute(
        text("SELECT pg_notify(:channel, :id)"), {"channel": CHANNEL, "id": str(row.id)}
    )
    return release_of(row)
