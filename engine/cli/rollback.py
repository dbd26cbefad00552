"""`wuye rollback`: go back to an earlier release of the metadata."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sqlalchemy import Connection


@click.command("rollback")
@click.argument("release", type=int, required=False)
@click.option("--reason", default="", help="Why; kept with the new release.")
@click.option("--author", default=getpass.getuser, help="Who; by default the system's user.")
@click.option("--lossy", is_flag=True, help="Take steps that lose data, too.")
def command(release: int | None, reason: str, author: str, lossy: bool) -> None:
    """Apply the texts of RELEASE again; without a number, list the releases.

    The files of the project are not touched: bring them to the same state yourself.
    """
    from engine.cli.apply import echo_refusal
    from engine.storage.apply import PlanRefused
    from engine.storage.database import database_url, engine_for

    engine = engine_for(database_url(), application_name="wuye rollback")
    try:
        with engine.begin() as connection:
            if release is None:
                _list(connection)
            else:
                _go_back(connection, release, author, reason, lossy)
    except PlanRefused as refusal:
        echo_refusal(refusal.plan)
        sys.exit(2)


def _go_back(
    connection: Connection, release_id: int, author: str, reason: str, lossy: bool
) -> None:
    from engine.access import ensure_access, sync_rights
    from engine.loading import catalog_from_texts
    from engine.storage.apply import rollback
    from engine.storage.releases import sources_of

    ensure_access(connection)
    try:
        catalog = catalog_from_texts(sources_of(connection, release_id))
    except KeyError:
        raise click.BadParameter(f"there is no release {release_id}") from None
    made = rollback(connection, release_id, author=author, reason=reason, allow_lossy=lossy)
    sync_rights(connection, catalog)
    for step in made.steps:
        click.echo(step["text"])
    click.echo(f"release {made.id} restores release {release_id}")


def _list(connection: Connection) -> None:
    from engine.storage.releases import releases

    for one in releases(connection):
        when = f"{one.applied_at:%Y-%m-%d %H:%M}"
        again = f" (restores {one.restores})" if one.restores else ""
        click.echo(
            f"{one.id:>5}  {when}  {one.author}  {len(one.steps)} steps{again}  {one.reason}"
        )
