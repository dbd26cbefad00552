"""`wuye plan`: what would `apply` do to the database?"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from engine.cli._project import echo_findings, root_option
from engine.loading import check_project
from engine.metadata import Catalog


@click.command("plan")
@root_option
@click.option("--sql", is_flag=True, help="Write the SQL too.")
@click.option("--json", "machine", is_flag=True, help="Write the steps as JSON.")
@click.option("--drop-unused", is_flag=True, help="Plan to drop what is no longer described.")
def command(root: Path, sql: bool, machine: bool, drop_unused: bool) -> None:
    """Compare the metadata with the database; change nothing.

    Ends with 0 when `apply` would take the plan, with 2 when it has lossy steps, with 1 when
    the metadata has errors.
    """
    catalog = catalog_or_exit(root)
    from engine.storage.database import database_url, engine_for
    from engine.storage.plan import plan

    engine = engine_for(database_url(), application_name="wuye plan")
    with engine.connect() as connection:
        found = plan(connection, catalog, drop_unused=drop_unused)
    if machine:
        steps = [step.as_json() for step in found.steps]
        kept = {"steps": steps, "unused": list(found.unused)}
        click.echo(json.dumps(kept, ensure_ascii=False, indent=2))
    else:
        click.echo(str(found))
        if sql:
            click.echo("".join(f"\n{statement};" for statement in found.statements()))
    if found.lossy:
        sys.exit(2)


def catalog_or_exit(root: Path) -> Catalog:
    """Return the project's catalog; with errors, write the findings and end with 1."""
    catalog, found = check_project(root)
    if catalog is None:
        echo_findings(found, root)
        sys.exit(1)
    return catalog
