"""`wuye export`: records as a file; and how a command acts as a user."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.access import Actor
    from engine.metadata import Catalog
    from engine.records import Workspace


@click.command("export")
@click.argument("entity")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file to write.",
)
@click.option("--where", default="", help="A filter, such as \"state == 'vacant'\".")
@click.option("--columns", default="", help="Paths with commas; the list's own if left out.")
@click.option("--sort", default="", help="Paths with commas, a - first for descending.")
@click.option("--search", default="", help="Words as in the search box.")
@click.option("--as", "login", default="", help="Whose rights count; the system's if left out.")
def command(
    entity: str, out: Path, where: str, columns: str, sort: str, search: str, login: str
) -> None:
    """Write records of ENTITY, such as room, to a file: .xlsx or .csv by its ending."""
    from engine.exchange.asked import Asked
    from engine.exchange.exporting import log_export, written
    from engine.extension import NotFound

    with acting_as(login) as work, problems_on_screen():
        described = work.catalog.entities.get(entity)
        if described is None:
            raise NotFound("entity", entity)
        asked = Asked(
            entity=entity,
            format=out.suffix.lower().removeprefix("."),
            columns=_list(columns) or described.list.columns or (described.title,),
            sort=_list(sort) or described.list.sort,
            where=where,
            search=search,
        )
        with written(work, asked) as (path, rows):
            shutil.copyfile(path, out)
        log_export(work, asked, state="done", rows=rows, finished_at=work.now)
        click.echo(f"{rows} rows")


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


@contextmanager
def acting_as(login: str) -> Iterator[Workspace]:
    """Give a workspace over the release in force; committed at the end, unless it ends in error.

    No login is the system, which may do everything.
    """
    from datetime import UTC, datetime

    from engine.access import SYSTEM
    from engine.jobs import Catalogs
    from engine.records import Workspace
    from engine.storage.database import database_url, engine_for
    from engine.wording import translator

    database = engine_for(database_url())
    try:
        with database.begin() as connection:
            served = Catalogs().current(connection)
            actor = _actor(connection, served.catalog, login) if login else SYSTEM
            language = actor.language or served.catalog.product.languages[0]
            yield Workspace(
                catalog=served.catalog,
                tables=served.tables,
                connection=connection,
                actor=actor,
                now=datetime.now(UTC),
                language=language,
                translate=translator(language),
            )
    finally:
        database.dispose()


def _actor(connection: Connection, catalog: Catalog, login: str) -> Actor:
    from sqlalchemy import select

    from engine.access import load_actor
    from engine.storage import ab_user

    user_id = connection.scalar(select(ab_user.c.id).where(ab_user.c.username == login))
    actor = None if user_id is None else load_actor(connection, user_id, catalog)
    if actor is None:
        raise click.BadParameter(f"there is no active account '{login}'", param_hint="--as")
    return actor


@contextmanager
def problems_on_screen() -> Iterator[None]:
    """Say a refusal as it is and end with 2; nothing is written then."""
    from engine.extension import Invalid, NotFound, Refused

    try:
        yield
    except (Invalid, NotFound, Refused) as wrong:
        click.echo(str(wrong), err=True)
        sys.exit(2)
