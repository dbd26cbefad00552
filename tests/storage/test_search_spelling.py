import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, column, func, select, values
from sqlalchemy import Text as TextColumn

from engine.storage.search import matches, normalized

_TYPED = st.text(alphabet=st.sampled_from(list("aBZ019 -/'|%_\\棟單元１Ａ／－　ａ王")), max_size=12)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("３棟１單元５０２", "3棟1單元502"),
        ("3-1-0502", "3/1/0502"),
        ("3 - 1 - 0502", "310502"),
        ("ＡＢ－１２", "ab12"),
        ("1380013 8000", "138-0013-8000"),
    ],
)
def test_spellings_of_one_thing_are_one(one: str, other: str) -> None:
    assert normalized(one) == normalized(other)


@settings(max_examples=60, deadline=None)
@given(typed=_TYPED)
def test_database_and_python_spell_alike(shared_connection: Connection, typed: str) -> None:
    found = shared_connection.scalar(select(func.wy_search(typed)))

    assert found == normalized(typed)


@pytest.mark.parametrize(
    ("kept", "typed", "found"),
    [
        ("王五|310502", "王五 3-1-0502", True),
        ("王五|310502", "五 三", False),
        ("100%", "0%", True),
        ("1000", "0%", False),
        ("a_b", "a_", True),
        ("axb", "a_", False),
        ("王五|310502", "", True),
    ],
)
def test_every_typed_word_must_be_found(
    shared_connection: Connection, kept: str, typed: str, found: bool
) -> None:
    rows = values(column("kept", TextColumn), name="rows").data([(kept,)])
    query = select(rows.c.kept).where(matches(rows.c.kept, typed))

    assert (shared_connection.scalar(query) is not None) is found


def test_a_chinese_look_up_uses_the_index(shared_connection: Connection) -> None:
    shared_connection.exec_driver_sql("CREATE TEMP TABLE room (_search text)")
    shared_connection.exec_driver_sql(
        "INSERT INTO room SELECT n || '棟金碧花園' FROM generate_series(1, 20000) n"
    )
    shared_connection.exec_driver_sql("CREATE INDEX ON room USING gin (_search gin_trgm_ops)")
    shared_connection.exec_driver_sql("ANALYZE room")

    plan = shared_connection.exec_driver_sql(
        "EXPLAIN SELECT 1 FROM room WHERE _search LIKE '%%19999棟金%%'"
    ).scalars()

    assert any("Bitmap Index Scan" in line for line in plan)
