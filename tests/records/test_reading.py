"""Lists, filters, masks, look-ups, search."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import Connection, event
from werkzeug.datastructures import MultiDict

from engine.extension import Invalid
from engine.records import Query, RecordService, chips_of, condition_of, conditions
from tests.records.conftest import As
from tests.records.test_writing import customer, order

PHONE = "13812345678"


def names(service: RecordService, *, where: str = "", **query: str) -> list[str]:
    chips = chips_of(service.work, "customer", MultiDict(query).lists())
    found = conditions(service.work, "customer", chips, where)
    page = service.page(
        Query(entity="customer", columns=("name",), conditions=found, sort=("id",), size=100)
    )
    return [row[2] for row in page.rows]


@pytest.fixture
def people(as_: As) -> RecordService:
    boss = as_(boss=[1])
    for name, unit, city, phone in (
        ("陳大文", 2, "廣州", PHONE),
        ("李小龍", 3, "深圳", "13900000001"),
        ("王3-1-0502", 3, None, None),
    ):
        boss.create("customer", {"name": name, "unit": unit, "city": city, "phone": phone})
    return boss


def test_a_list_shows_the_rows_of_ones_units_only(people: RecordService, as_: As) -> None:
    assert names(people) == ["陳大文", "李小龍", "王3-1-0502"]
    assert names(as_(clerk=[3])) == ["李小龍", "王3-1-0502"]
    assert names(as_(clerk=[])) == []


def test_links_come_with_their_titles_in_the_same_statement(
    people: RecordService, connection: Connection
) -> None:
    statements: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *a: statements.append(a[2]))
    page = people.page(Query(entity="customer", columns=("name", "unit", "unit.parent"), size=20))

    first = page.rows[0]
    unit = page.columns[1]
    assert unit.title is not None
    assert first[unit.title] == "East"
    assert len(statements) == 1  # one page: the rows say how many there are


def test_groups_relative_dates_and_paths_filter(people: RecordService) -> None:
    assert names(people, where="city == '廣州' or unit.name == 'West'") == [
        "陳大文", "李小龍", "王3-1-0502",
    ]  # fmt: skip
    assert names(people, where="city is None") == ["王3-1-0502"]
    assert names(people, where="date_of(created_at) == today()") == names(people)
    assert names(people, **{"f.created_at": "yesterday"}) == []
    assert names(people, **{"f.unit": "3"}) == ["李小龍", "王3-1-0502"]
    assert names(people, **{"f.unit.under": "1"}) == names(people)
    assert names(people, **{"f.city.empty": "1"}) == ["王3-1-0502"]


def test_a_wrong_filter_says_where_and_what_is_allowed(people: RecordService) -> None:
    with pytest.raises(Invalid) as wrong:
        condition_of(people.work, "customer", "citty == 'x'")

    assert "city" in str(wrong.value)
    assert "1" in str(wrong.value)


@pytest.mark.parametrize(
    "where", ["discount > 0", "__class__ == 1", "unit.__dict__ == 1", "1 == 1; drop table x"]
)
def test_a_filter_cannot_reach_what_the_reader_may_not_see(as_: As, where: str) -> None:
    clerk = as_(clerk=[2])
    with pytest.raises(Invalid):
        condition_of(clerk.work, "customer", where)


def test_a_masked_value_shows_masked_and_cannot_be_probed(people: RecordService, as_: As) -> None:
    clerk = as_(clerk=[2])
    page = clerk.page(Query(entity="customer", columns=("phone",)))
    plain = people.page(Query(entity="customer", columns=("phone",), sort=("id",)))

    assert page.rows[0][2] == "138****5678"
    assert plain.rows[0][2] == PHONE
    assert names(clerk, **{"f.phone": PHONE}) == ["陳大文"]  # whole, as a caller says it
    for attempt in (
        lambda: names(clerk, **{"f.phone.has": "138"}),
        lambda: names(clerk, where="starts_with(phone, '138')"),
        lambda: clerk.page(Query(entity="customer", columns=("name",), sort=("phone",))),
    ):
        with pytest.raises(Invalid):
            attempt()


def test_computed_values_filter_and_sort_in_the_database(as_: As) -> None:
    boss = as_(boss=[2])
    owner = customer(boss)
    order(boss, owner, due_on="2026-06-14")
    order(boss, owner, due_on="2026-06-15")
    late = condition_of(boss.work, "order", "late")
    page = boss.page(
        Query(entity="order", columns=("no", "late"), conditions=(late,), totals=("total",))
    )

    assert [row[3] for row in page.rows] == [True]
    assert page.totals == {"total": Decimal("21.02")}


def test_pages_go_on_from_a_key_in_any_order_without_loss(as_: As) -> None:
    clerk = as_(clerk=[2])
    rows = [{"name": f"c{i % 7}", "unit": 2, "city": None if i % 3 else "x"} for i in range(40)]
    ids = set(clerk.create_many("customer", rows))
    for sort in (("city", "-name"), ("-city",), ("name",), ()):
        seen: list[int] = []
        token = ""
        while True:
            page = clerk.page(
                Query(entity="customer", columns=("name",), sort=sort, size=7, after=token)
            )
            seen += [row[0] for row in page.rows]
            token = page.next
            if not page.has_more:
                break
        assert len(seen) == 40
        assert set(seen) == ids


def test_a_forged_page_token_is_refused(as_: As) -> None:
    clerk = as_(clerk=[2])
    for token in ("x", "W10", "e30=", "'; drop"):
        with pytest.raises(Invalid):
            clerk.page(Query(entity="customer", columns=("name",), after=token))


def test_look_ups_keep_to_rows_and_filter(people: RecordService, as_: As) -> None:
    clerk = as_(clerk=[3])
    field = clerk.work.catalog.entity("order").field("customer")
    everybody = clerk.look_up("order", field, "", {"wanted_unit": None})
    nobody = clerk.look_up("order", field, "", {"wanted_unit": 2})

    assert [title for _, title, _ in everybody] == ["李小龍", "王3-1-0502"]
    assert nobody == []


@pytest.mark.parametrize("words", ["3-1-0502", "310502", "３-１-０５０２", "王 0502"])
def test_one_search_box_finds_any_spelling(people: RecordService, words: str) -> None:
    assert [hit.title for hit in people.search(words)] == ["王3-1-0502"]


def test_the_search_box_keeps_to_rows(people: RecordService, as_: As) -> None:
    assert [hit.title for hit in as_(clerk=[2]).search("李")] == []
    assert [hit.title for hit in as_(clerk=[3]).search("李")] == ["李小龍"]


def test_a_lists_box_finds_by_the_words_of_what_a_record_is_linked_to(
    people: RecordService, as_: As
) -> None:
    rich, poor = (people.find("customer", f"name == '{n}'")[0] for n in ("陳大文", "李小龍"))
    first, second = order(people, rich), order(people, poor)

    def found(service: RecordService, words: str) -> list[int]:
        page = service.page(Query(entity="order", columns=("no",), search=words, sort=("id",)))
        return [row[0] for row in page.rows]

    assert found(people, "大文") == [first["id"]]
    assert found(people, "小 龍") == [second["id"]]
    assert found(people, f"大文 {first['no']}") == [first["id"]]  # a word here, a word there
    assert found(people, f"大文 {second['no']}") == []
    assert found(people, "%") == found(people, "nobody") == []
    assert found(as_(clerk=[3]), "大文") == []  # neither the order nor who placed it
    clerk = as_(clerk=[2])
    assert found(clerk, "1381234") == []  # a covered number cannot be guessed sign by sign
    assert found(clerk, PHONE) == [first["id"]]
    assert [hit.entity for hit in people.search("大文")] == ["customer"]


def test_rows_of_ones_own_are_the_only_ones_seen(as_: As) -> None:
    boss, viewer = as_(boss=[2]), as_(viewer=[2])
    order(boss, customer(boss))

    assert viewer.page(Query(entity="order", columns=("no",))).rows == []
