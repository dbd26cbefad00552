"""What `serve` and `demo` share: a database at the state of the metadata."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from sqlalchemy import Engine

from engine.cli._project import echo_findings
from engine.cli._sample import DEMO_PASSWORD, load_demo
from engine.diagnostics import InvalidMetadata
from engine.loading import load_catalog
from engine.metadata import Catalog


def prepare(root: Path, *, demo: bool) -> list[str]:
    """Apply the metadata under `root`; return lines about logins.

    Ends the program with the findings when the metadata cannot be used.
    """
    from engine.storage.database import database_url, engine_for
    from engine.web.releases import apply_with_rights

    catalog = catalog_or_exit(root)
    engine = engine_for(database_url())
    with engine.begin() as connection:
        apply_with_rights(connection, catalog, author="serve")
    lines = _demo(engine, catalog) if demo else []
    lines += _first_admin(engine) if not demo else []
    engine.dispose()
    return lines


def catalog_or_exit(root: Path) -> Catalog:
    """Load the metadata, or say what is wrong and end with 1."""
    try:
        return load_catalog(root)
    except InvalidMetadata as wrong:
        echo_findings(list(wrong.found), root)
        sys.exit(1)


def _first_admin(engine: Engine) -> list[str]:
    """Make the first administrator where there is nobody yet."""
    import secrets

    from sqlalchemy import func, select

    from engine.access import create_admin
    from engine.storage.system_tables import ab_user

    with engine.begin() as connection:
        if connection.scalar(select(func.count()).select_from(ab_user)):
            return []
        password = os.environ.get("ADMIN_PASSWORD") or secrets.token_urlsafe(9)
        create_admin(connection, "admin", "Administrator", password)
    return [f"first login: admin / {password} (change it)"]


def _demo(engine: Engine, catalog: Catalog) -> list[str]:
    with engine.begin() as connection:
        lines = load_demo(connection, catalog, DEMO_PASSWORD)
    for line in lines:
        if not line:
            click.echo()
    return lines
