from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text

from engine.metadata import Catalog
from engine.storage import PlanRefused, apply, plan
from tests.effort import statements_counted
from tests.storage.schema_texts import Database, module

CatalogOf = Callable[..., Catalog]
TEXT = "type: text"


def _lines(found: object) -> list[str]:
    return str(found).splitlines()


def test_an_applied_catalog_needs_nothing_more(database: Database) -> None:
    database.apply(name=TEXT, area="type: decimal, scale: 2, min: 0")

    found = database.plan(name=TEXT, area="type: decimal, scale: 2, min: 0")

    assert found.is_empty
    assert str(found) == "nothing to do"


def test_a_new_field_is_one_safe_step(database: Database) -> None:
    database.apply(name=TEXT)

    found = database.plan(name=TEXT, built_area="type: decimal, scale: 2")

    assert _lines(found) == ["+ room.built_area numeric(14,2) safe"]


def test_a_new_required_field_counts_the_rows_without(database: Database) -> None:
    database.apply(name=TEXT)
    database.fill("name", "abcdefg")
    (first, *_) = database.values("id")

    found = database.plan(name=TEXT, code="type: text, required: true")

    ids = ", ".join(str(int(str(first)) + n) for n in range(5))
    assert _lines(found)[0] == (
        "+ room.code text lossy: required, and the rows there are have no value"
        f" (7 rows: id {ids}, …)"
    )


def test_a_new_required_field_with_a_default_fills_the_rows(database: Database) -> None:
    database.apply(name=TEXT)
    database.fill("name", "ab")

    database.apply(name=TEXT, size="type: integer, required: true, default: 3")

    assert database.values("size") == [3, 3]


def test_a_removed_field_is_kept_unused_and_asks_nothing(database: Database) -> None:
    database.apply(name=TEXT, code="type: text, required: true, unique: true")
    database.connection.execute(text("INSERT INTO room (name, code) VALUES ('a', 'x')"))

    found = database.plan(name=TEXT)
    database.apply(name=TEXT)
    database.fill("name", "b")

    assert found.unused == ("room.code",)
    assert not found.lossy
    assert database.values("code") == ["x", None]
    assert database.plan(name=TEXT).is_empty
    assert "  room.code unused: kept with its data" in _lines(database.plan(name=TEXT))


def test_a_field_that_comes_back_finds_its_values(database: Database) -> None:
    database.apply(name=TEXT, code="type: text, unique: true, default: z")
    database.connection.execute(text("INSERT INTO room (name, code) VALUES ('a', 'x')"))
    database.apply(name=TEXT)

    database.apply(name=TEXT, code="type: text, unique: true, default: z")

    assert database.values("code") == ["x"]
    assert database.plan(name=TEXT, code="type: text, unique: true, default: z").is_empty


def test_an_unused_link_no_longer_holds_the_other_record(
    connection: Connection, catalog_of: CatalogOf
) -> None:
    with_link = module(
        {
            "estate": {"name": TEXT},
            "room": {"name": TEXT, "e": "type: link, to: estate, required: true"},
        }
    )
    without = module({"estate": {"name": TEXT}, "room": {"name": TEXT}})
    apply(connection, catalog_of(with_link), author="test")
    connection.execute(text("INSERT INTO estate (name) VALUES ('e')"))
    connection.execute(text("INSERT INTO room (name, e_id) SELECT 'r', id FROM estate"))

    apply(connection, catalog_of(without), author="test")
    connection.execute(text("DELETE FROM estate"))

    assert connection.scalar(text("SELECT e_id FROM room")) is None
    assert plan(connection, catalog_of(without)).is_empty
    assert not plan(connection, catalog_of(with_link)).is_empty


def test_a_removed_entity_is_kept_unused(connection: Connection, catalog_of: CatalogOf) -> None:
    both = module({"estate": {"name": TEXT}, "room": {"name": TEXT, "e": "type: link, to: estate"}})
    one = catalog_of(module({"estate": {"name": TEXT}}))
    apply(connection, catalog_of(both), author="test")

    apply(connection, one, author="test")

    assert plan(connection, one).unused == ("room",)
    assert plan(connection, one).is_empty
    apply(connection, catalog_of(both), author="test")
    assert plan(connection, catalog_of(both)).is_empty


def test_unused_things_go_only_when_asked(connection: Connection, catalog_of: CatalogOf) -> None:
    both = module({"estate": {"name": TEXT, "code": TEXT}, "room": {"name": TEXT}})
    one = catalog_of(module({"estate": {"name": TEXT}}))
    apply(connection, catalog_of(both), author="test")
    connection.execute(text("INSERT INTO room (name) VALUES ('r')"))

    found = plan(connection, one, drop_unused=True)
    with pytest.raises(PlanRefused):
        apply(connection, one, author="test", drop_unused=True)
    apply(connection, one, author="test", drop_unused=True, allow_lossy=True)

    dropped = {step.target: step.safe for step in found.steps if step.sign == "-"}
    assert dropped == {"room": False, "estate.code": True, "estate.ck_code_max_length": True}
    assert connection.scalar(text("SELECT to_regclass('room')")) is None
    assert plan(connection, one).unused == ()


def test_renamed_fields_and_entities_keep_their_rows(
    connection: Connection, catalog_of: CatalogOf
) -> None:
    old = module({"flat": {"name": TEXT, "up": "type: link, to: flat"}})
    renamed = {"name": TEXT, "above": "type: link, to: room, renamed_from: up"}
    new = catalog_of(module({"room": renamed}, {"room": "renamed_from: flat"}))
    apply(connection, catalog_of(old), author="test")
    connection.execute(text("INSERT INTO flat (name) VALUES ('a')"))
    connection.execute(text("INSERT INTO flat (name, up_id) SELECT 'b', id FROM flat"))

    found = plan(connection, new)
    apply(connection, new, author="test")

    assert "~ room renamed from flat safe" in _lines(found)
    assert "~ room.above_id renamed from up_id safe" in _lines(found)
    assert connection.scalar(text("SELECT count(above_id) FROM room")) == 1
    assert plan(connection, new).is_empty


def test_the_old_name_is_free_after_a_rename(connection: Connection, catalog_of: CatalogOf) -> None:
    apply(connection, catalog_of(module({"flat": {"name": TEXT}})), author="test")
    more = {"room": "renamed_from: flat"}
    apply(connection, catalog_of(module({"room": {"name": TEXT}}, more)), author="test")

    again = catalog_of(module({"room": {"name": TEXT}, "flat": {"name": TEXT}}))
    apply(connection, again, author="test")

    assert plan(connection, again).is_empty


def test_widening_is_safe_and_narrowing_is_not(database: Database) -> None:
    database.apply(name=TEXT, n="type: integer", d="type: decimal, scale: 2")
    database.connection.execute(text("INSERT INTO room (name, n, d) VALUES ('a', 7, 1.25)"))

    wider = database.plan(name=TEXT, n="type: integer", d="type: money, scale: 4")
    narrower = database.plan(name=TEXT, n="type: integer", d="type: decimal, scale: 1")

    assert _lines(wider) == ["~ room.d numeric(14,2) -> numeric(16,4) safe"]
    (step,) = narrower.lossy
    assert "rounded" in step.why


def test_another_type_says_whose_values_would_be_lost(database: Database) -> None:
    database.apply(name=TEXT, n=TEXT)
    database.fill("n", ["12", "a dozen", "13"])

    found = database.plan(name=TEXT, n="type: integer")
    database.force(name=TEXT, n="type: integer")

    (step,) = (s for s in found.steps if s.kind == "type")
    assert (step.safe, step.rows) == (False, 1)
    assert database.values("n") == [12, None, 13]
    assert database.plan(name=TEXT, n="type: integer").is_empty


def test_an_empty_column_may_take_any_type(database: Database) -> None:
    database.apply(name=TEXT, n="type: text, unique: true")
    database.fill("name", "ab")

    found = database.plan(name=TEXT, n="type: date, unique: true")
    database.apply(name=TEXT, n="type: date, unique: true")

    assert not found.lossy
    assert database.plan(name=TEXT, n="type: date, unique: true").is_empty


def test_a_searched_field_may_change_its_type_and_name(database: Database) -> None:
    database.apply("search: [name, code]", name=TEXT, code="type: long_text")
    database.connection.execute(text("INSERT INTO room (name, code) VALUES ('A', 'B-1')"))

    fields = {"name": TEXT, "number": "type: text, renamed_from: code"}
    database.apply("search: [name, number]", **fields)

    assert database.values("_search") == ["a|b1"]
    assert database.plan("search: [name, number]", **fields).is_empty


def test_a_search_that_ends_leaves_no_column(database: Database) -> None:
    database.apply("search: [name]", name=TEXT, code=TEXT)

    database.apply("search: [code]", name=TEXT, code=TEXT)

    assert database.plan("search: [code]", name=TEXT, code=TEXT).is_empty


def test_a_new_check_names_the_rows_that_break_it(database: Database) -> None:
    database.apply(name=TEXT, area="type: decimal, scale: 2")
    database.fill("area", [-1, 2, -3, None])

    found = database.plan(name=TEXT, area="type: decimal, scale: 2, min: 0")

    (step,) = found.steps
    assert (step.safe, step.possible, step.rows) == (False, True, 2)
    assert "rows break it (2 rows: id " in str(step)


def test_a_forced_check_holds_for_new_rows(database: Database) -> None:
    database.apply(name=TEXT, area="type: decimal, scale: 2")
    database.fill("area", [-1])

    database.force(name=TEXT, area="type: decimal, scale: 2, min: 0")

    assert database.plan(name=TEXT, area="type: decimal, scale: 2, min: 0").is_empty
    with pytest.raises(Exception, match="ck_area_min"), database.connection.begin_nested():
        database.fill("area", [-2])


def test_a_forced_requirement_holds_for_new_rows(database: Database) -> None:
    database.apply(name=TEXT, code=TEXT)
    database.fill("name", "a")

    database.force(name=TEXT, code="type: text, required: true")

    assert database.plan(name=TEXT, code="type: text, required: true").is_empty
    with pytest.raises(Exception, match="code"), database.connection.begin_nested():
        database.fill("name", "b")


def test_a_requirement_with_a_default_fills_the_gaps(database: Database) -> None:
    database.apply(name=TEXT, code=TEXT)
    database.fill("code", ["x", None])

    found = database.plan(name=TEXT, code="type: text, required: true, default: y")
    database.apply(name=TEXT, code="type: text, required: true, default: y")

    assert "~ room.code required; 1 rows get the default safe" in _lines(found)
    assert database.values("code") == ["x", "y"]


def test_repeated_values_make_a_unique_rule_impossible(database: Database) -> None:
    database.apply(name=TEXT, code=TEXT)
    database.fill("code", ["x", "y", "x", None, None])

    found = database.plan(name=TEXT, code="type: text, unique: true")

    (step,) = found.impossible
    assert step.rows == 2
    with pytest.raises(PlanRefused, match="rows have the same values"):
        database.force(name=TEXT, code="type: text, unique: true")


def test_rows_outside_of_its_condition_do_not_break_a_unique_rule(database: Database) -> None:
    rule = "unique:\n  - {fields: [code], where: \"name == 'new'\", message: Twice}"
    database.apply(name=TEXT, code=TEXT)
    for name in ("old", "old", "new"):
        database.connection.execute(
            text("INSERT INTO room (name, code) VALUES (:n, 'x')"), {"n": name}
        )

    found = database.plan(rule, name=TEXT, code=TEXT)

    assert not found.lossy


def test_a_link_to_records_that_are_not_there_is_named(
    connection: Connection, catalog_of: CatalogOf
) -> None:
    apply(connection, catalog_of(module({"room": {"name": TEXT}})), author="test")
    connection.execute(text("ALTER TABLE room ADD e_id bigint"))
    connection.execute(text("INSERT INTO room (name, e_id) VALUES ('r', 99)"))

    linked = {"estate": {"name": TEXT}, "room": {"name": TEXT, "e": "type: link, to: estate"}}
    found = plan(connection, catalog_of(module(linked)))

    (step,) = found.lossy
    assert step.kind == "link"
    assert step.rows == 1


def test_a_choice_that_is_in_use_cannot_go_quietly(database: Database) -> None:
    both = "type: choice, options: {a: {label: A}, b: {label: B}}"
    database.apply(name=TEXT, state=both)
    database.fill("state", "ab")

    found = database.plan(name=TEXT, state="type: choice, options: {a: {label: A}}")

    (step,) = found.lossy
    assert step.rows == 1
    assert step.sign == "~"


def test_a_new_label_is_a_step_of_its_own(connection: Connection, catalog_of: CatalogOf) -> None:
    first = module({"room": {"name": TEXT}})
    apply(connection, catalog_of(first), author="test")

    found = plan(connection, catalog_of(first.replace("label: F", "label: Full name")))

    assert _lines(found) == ["~ room.name label Full name safe"]


def test_what_others_made_in_the_database_is_left_alone(database: Database) -> None:
    database.apply(name=TEXT)
    database.connection.execute(text("CREATE TABLE notes (id int)"))
    database.connection.execute(text("CREATE INDEX by_hand ON room (name)"))

    found = database.plan(name=TEXT)

    assert found.is_empty
    assert found.unused == ()


def test_two_hundred_entities_are_compared_with_a_few_questions(
    connection: Connection, catalog_of: CatalogOf
) -> None:
    fields = {f"f{n}": TEXT for n in range(12)} | {f"n{n}": "type: money, min: 0" for n in range(6)}
    links = {"up": "type: link, to: thing0", "who": "type: link, to: user"}
    catalog = catalog_of(module({f"thing{n}": fields | links for n in range(200)}))
    apply(connection, catalog, author="test")

    with statements_counted(connection) as effort:
        found = plan(connection, catalog)

    assert found.is_empty
    assert len(effort.statements) < 20
