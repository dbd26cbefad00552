"""`wuye users`: accounts, roles and grants from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sqlalchemy import Connection

_PASSWORD = click.option(
    "--password",
    envvar="WUYE_PASSWORD",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    help="Asked for when neither given nor in WUYE_PASSWORD.",
)
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group("users")
def command() -> None:
    """Make accounts and say who may do what where."""


@command.command("create-admin")
@click.argument("login")
@click.option("--name", default="", help="As it is written; by default the login.")
@_PASSWORD
def create_admin(login: str, name: str, password: str) -> None:
    """Make an account that may do everything."""
    from engine.access import create_admin

    with _connected() as connection:
        create_admin(connection, login, name or login, password)
    click.echo(f"{login} may do everything")


@command.command("create-user")
@click.argument("login")
@click.option("--name", default="", help="As it is written; by default the login.")
@click.option("--email", default="", help="Where mail for this person goes.")
@click.option("--role", "roles", multiple=True, help="'clerk', 'clerk@7' (unit 7), 'clerk@*'.")
@_PASSWORD
def create_user(login: str, name: str, email: str, roles: tuple[str, ...], password: str) -> None:
    """Make an account with roles, each within some units."""
    from engine.access import NewUser, create_user

    given = {one.partition("@")[0]: _units(roles, one.partition("@")[0]) for one in roles}
    user = NewUser(login=login, name=name or login, email=email, password=password, roles=given)
    with _connected() as connection:
        create_user(connection, user)
    click.echo(f"{login} is made")


@command.command("set-password")
@click.argument("login")
@_PASSWORD
def set_password(login: str, password: str) -> None:
    """Give an account a new password; its open sessions end and its lock opens."""
    from engine.access import set_password
    from engine.access.logins import forget_failures

    with _connected() as connection:
        set_password(connection, login, password)
        forget_failures(connection, login)
    click.echo(f"{login} has a new password")


@command.command("grant")
@click.argument("login")
@click.argument("role")
@click.option("--unit", type=int, help="The id of the org unit; without it, everywhere.")
@click.option("--from", "first", type=_DAY, help="The first day.")
@click.option("--to", "last", type=_DAY, help="The last day.")
def grant(
    login: str, role: str, unit: int | None, first: datetime | None, last: datetime | None
) -> None:
    """Give a person a role within a unit and all below it."""
    from engine.access import SYSTEM, Grant, grant

    with _connected() as connection:
        given = Grant(
            user_id=_user_id(connection, login),
            role=role,
            unit_id=unit,
            valid_from=first.date() if first else None,
            valid_to=last.date() if last else None,
        )
        number = grant(connection, given, SYSTEM)
    click.echo(
        f"grant {number}: {login} is {role} {'everywhere' if unit is None else f'in {unit}'}"
    )


@command.command("revoke")
@click.argument("number", type=int)
def revoke(number: int) -> None:
    """Take a grant back, by the number `grants` shows."""
    from engine.access import SYSTEM, revoke

    with _connected() as connection:
        revoke(connection, number, SYSTEM)
    click.echo(f"grant {number} is taken back")


@command.command("grants")
@click.argument("login")
def grants(login: str) -> None:
    """List a person's grants."""
    from engine.access import grants_of

    with _connected() as connection:
        for number, one in grants_of(connection, _user_id(connection, login)):
            where = "everywhere" if one.unit_id is None else f"unit {one.unit_id}"
            span = f"{one.valid_from or '…'} – {one.valid_to or '…'}"
            click.echo(f"{number}\t{one.role}\t{where}\t{span}")


def _units(roles: tuple[str, ...], role: str) -> list[int | None]:
    """Return the units of one role out of 'role', 'role@unit' and 'role@*'."""
    found: list[int | None] = []
    for one in roles:
        name, at, unit = one.partition("@")
        if name == role and at:
            if unit != "*" and not unit.isdecimal():
                raise click.BadParameter(f"'{one}': a unit must be a number, or * for everywhere")
            found.append(None if unit == "*" else int(unit))
    return found


def _user_id(connection: Connection, login: str) -> int:
    from sqlalchemy import select

    from engine.storage.system_tables import ab_user

    found: int | None = connection.scalar(select(ab_user.c.id).where(ab_user.c.username == login))
    if found is None:
        raise click.ClickException(f"there is no user '{login}'")
    return found


@contextmanager
def _connected() -> Iterator[Connection]:
    """Open a transaction; a refusal ends the command with its sentence."""
    from engine.access import ensure_access
    from engine.extension import Invalid, NotFound, Refused
    from engine.storage.database import database_url, engine_for

    engine = engine_for(database_url(), application_name="wuye users")
    try:
        with engine.begin() as connection:
            ensure_access(connection)
            yield connection
    except (Invalid, NotFound, Refused) as refusal:
        raise click.ClickException(str(refusal)) from None
    finally:
        engine.dispose()
