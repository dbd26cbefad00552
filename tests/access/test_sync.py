"""The metadata's rights in Flask-AppBuilder's tables."""

from __future__ import annotations

from sqlalchemy import Connection, text

from engine.access import Actor, may, set_right, sync_rights
from engine.access.rights import read_roles
from engine.access.sync import shipped_rights
from engine.metadata import Catalog
from tests.access.project import MODULE, catalog_of, company
from tests.effort import statements_counted

_CLERK = "clerk: {can: [read, create, change], hide: [phone], read_only: [area]}"
ADMIN = Actor(user_id=None, is_admin=True)


def rights_of(connection: Connection, role: str) -> set[str]:
    found = read_roles(connection).get(role, frozenset())
    return {f"{action} {entity}" for action, entity in found}


def later(clerk: str) -> Catalog:
    return catalog_of(MODULE.replace(_CLERK, clerk))


def test_shipped_rights_stand_in_fabs_tables(connection: Connection) -> None:
    assert rights_of(connection, "clerk") == {"read room", "create room", "change room"}
    assert rights_of(connection, "chief") == {"read room", "publish room", "read task"}


def test_a_second_sync_changes_nothing(connection: Connection) -> None:
    before = counts(connection)
    sync_rights(connection, company())

    assert counts(connection) == before


def test_a_new_version_adds_and_takes_only_the_difference(connection: Connection) -> None:
    sync_rights(connection, later("clerk: [read, delete]"))

    assert rights_of(connection, "clerk") == {"read room", "delete room"}


def test_an_administrators_grant_survives_a_new_version(connection: Connection) -> None:
    set_right(connection, company(), ("clerk", "room", "export"), True, ADMIN)
    sync_rights(connection, later("clerk: [read, delete]"))

    assert rights_of(connection, "clerk") == {"read room", "delete room", "export room"}


def test_an_administrators_revoke_survives_a_new_version(connection: Connection) -> None:
    set_right(connection, company(), ("clerk", "room", "change"), False, ADMIN)
    sync_rights(connection, later("clerk: [read, create, change, delete]"))

    assert rights_of(connection, "clerk") == {"read room", "create room", "delete room"}


def test_a_right_shipped_again_after_it_was_dropped_is_given_again(connection: Connection) -> None:
    sync_rights(connection, later("clerk: [read]"))
    sync_rights(connection, company())

    assert rights_of(connection, "clerk") == {"read room", "create room", "change room"}


def test_every_role_of_the_manifest_exists(connection: Connection) -> None:
    names = set(connection.scalars(text("select name from ab_role")))

    assert names >= {*company().roles, "Admin", "Public"}


def test_rights_of_two_hundred_entities_are_written_in_a_few_statements(
    connection: Connection,
) -> None:
    large = catalog_of(MODULE + "".join(entity(n) for n in range(200)))
    with statements_counted(connection) as effort:
        sync_rights(connection, large)

    assert len(shipped_rights(large)) > 1200
    assert len(effort.statements) < 20


def test_a_right_of_an_entity_that_is_gone_is_nobodys(connection: Connection, hire) -> None:
    ann = hire(clerk=[1])
    gone = catalog_of(MODULE.replace("  notice:\n", "  poster:\n"))

    assert not may(gone, ann, "notice", "read")


def entity(number: int) -> str:
    return (
        f"\n  thing_{number}: {{label: {{zh_Hant: 物, en: Thing}}, title: name, fields:"
        " {name: {type: text, label: {zh_Hant: 名, en: Name}}},"
        " rights: {clerk: [read, create, change, delete, export], viewer: [read, print]}}"
    )


def counts(connection: Connection) -> tuple[int, ...]:
    tables = ("ab_permission", "ab_view_menu", "ab_permission_view", "ab_permission_view_role")
    query = "select " + ", ".join(f"(select count(*) from {one})" for one in tables)
    return tuple(connection.execute(text(query)).one())
