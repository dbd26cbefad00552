"""Whatever a catalog becomes, step by step: once applied, nothing is left to do."""

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from engine.metadata import Catalog
from engine.storage import apply, plan, tables_of
from tests.storage.schema_texts import module

CatalogOf = Callable[..., Catalog]
Entities = dict[str, dict[str, str]]

_CHOICE = "type: choice, options: {a: {label: A}, b: {label: B}}"
_FIELD = st.sampled_from(
    [
        "type: text",
        "type: text, required: true",
        "type: text, unique: true",
        "type: text, max_length: 20, default: abc",
        "type: text, required: true, default: abc",
        "type: long_text, index: true",
        "type: integer",
        "type: integer, required: true, default: 3",
        "type: integer, min: 4, max: 9",
        "type: decimal, scale: 2, min: 1",
        "type: decimal, scale: 3, unique: true",
        "type: money, default: 1.50",
        "type: date, index: true",
        "type: boolean, default: true",
        "type: boolean, required: true",
        f"{_CHOICE}, default: a",
        "type: choice, options: {b: {label: B}}",
        "type: link, to: alpha",
        "type: link, to: alpha, required: true",
        "type: link, to: user, on_delete: clear",
        "type: any_link, to: [alpha]",
    ]
)
_FIELDS = st.dictionaries(st.sampled_from(["one", "two", "three"]), _FIELD)
_ENTITIES = st.fixed_dictionaries({"alpha": _FIELDS}, optional={"beta": _FIELDS, "gamma": _FIELDS})
_SEARCHED = st.sampled_from(["", "search: [name, code]", "list: {columns: [name], sort: [-name]}"])
_STAGES = st.lists(st.tuples(_ENTITIES, _SEARCHED), min_size=2, max_size=4)


def _catalog(catalog_of: CatalogOf, entities: Entities, more: str) -> Catalog:
    named = {"name": "type: text", "code": "type: text"}
    fields = {name: named | own for name, own in entities.items()}
    return catalog_of(module(fields, dict.fromkeys(entities, more)))


def _insert_where_possible(connection: Connection, entities: Entities) -> None:
    for name in entities:
        try:
            with connection.begin_nested():
                connection.execute(text(f"INSERT INTO {name} (name) VALUES ('a'), (NULL)"))
        except IntegrityError:
            continue


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(stages=_STAGES, filled=st.booleans())
def test_an_applied_catalog_leaves_nothing_to_do(
    shared_connection: Connection,
    catalog_of: CatalogOf,
    stages: list[tuple[Entities, str]],
    filled: bool,
) -> None:
    with shared_connection.begin_nested() as savepoint:
        for entities, more in stages:
            catalog = _catalog(catalog_of, entities, more)
            if plan(shared_connection, catalog).impossible:
                break

            apply(shared_connection, catalog, author="test", allow_lossy=True)

            left = plan(shared_connection, catalog)
            assert left.is_empty, str(left)
            for name in entities:
                table = tables_of(catalog).table(name)
                shared_connection.execute(table.select().limit(1)).all()
            if filled:
                _insert_where_possible(shared_connection, entities)
        savepoint.rollback()


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(before=_ENTITIES, after=_ENTITIES)
def test_empty_tables_change_without_loss(
    shared_connection: Connection, catalog_of: CatalogOf, before: Entities, after: Entities
) -> None:
    with shared_connection.begin_nested() as savepoint:
        apply(shared_connection, _catalog(catalog_of, before, ""), author="test")

        found = plan(shared_connection, _catalog(catalog_of, after, ""))

        assert not found.lossy, str(found)
        savepoint.rollback()
