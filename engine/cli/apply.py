"""`wuye apply`: make the database hold what the metadata describes."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli._project import root_option
from engine.cli.plan import catalog_or_exit

if TYPE_CHECKING:
    from engine.storage.steps import Plan


@click.command("apply")
@root_option
@click.option("--reason", default="", help="Why; kept with the release.")
@click.option("--author", default=getpass.getuser, help="Who; by default the system's user.")
@click.option("--lossy", is_flag=True, help="Take steps that lose data, too.")
@click.option("--drop-unused", is_flag=True, help="Drop what is no longer described.")
def command(root: Path, reason: str, author: str, lossy: bool, drop_unused: bool) -> None:
    """Apply the metadata in one transaction: tables, rights, and the release with all texts.

    Ends with 2 when a step would lose data and --lossy is not given; nothing is done then.
    """
    catalog = catalog_or_exit(root)
    from engine.access import ensure_access, sync_rights
    from engine.storage.apply import PlanRefused, apply
    from engine.storage.database import database_url, engine_for
    from engine.storage.releases import latest_release

    engine = engine_for(database_url(), application_name="wuye apply")
    try:
        with engine.begin() as connection:
            ensure_access(connection)
            before = latest_release(connection)
            release = apply(
                connection,
                catalog,
                author=author,
                reason=reason,
                allow_lossy=lossy,
                drop_unused=drop_unused,
            )
            sync_rights(connection, catalog)
    except PlanRefused as refusal:
        echo_refusal(refusal.plan)
        sys.exit(2)
    if before is not None and before.id == release.id:
        click.echo(f"nothing to do: release {release.id} is in force")
        return
    for step in release.steps:
        click.echo(step["text"])
    click.echo(
        f"release {release.id}, {len(release.steps)} steps, {release.applied_at:%Y-%m-%d %H:%M} UTC"
    )


def echo_refusal(plan: Plan) -> None:
    """Say which steps stood in the way."""
    for step in plan.lossy:
        click.echo(str(step), err=True)
    if plan.impossible:
        click.echo("nothing was done: mend the rows named above first", err=True)
    else:
        click.echo("nothing was done: --lossy takes these steps", err=True)
