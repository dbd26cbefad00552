"""`wuye demo`: a living company in an empty database."""

from __future__ import annotations

from pathlib import Path

import click

from engine.cli._project import root_option
from engine.cli._sample import DEMO_PASSWORD, SEED, load_demo


@click.command("demo")
@root_option
@click.option(
    "--seed", type=int, default=SEED, show_default=True, help="Another seed, other people."
)
def command(root: Path, seed: int) -> None:
    """Load the demo company; says so and does nothing when there is one already."""
    from engine.cli._setup import catalog_or_exit
    from engine.storage.database import database_url, engine_for
    from engine.web.releases import apply_with_rights

    catalog = catalog_or_exit(root)
    with engine_for(database_url()).begin() as connection:
        apply_with_rights(connection, catalog, author="demo")
        for line in load_demo(connection, catalog, DEMO_PASSWORD, seed):
            click.echo(line)
