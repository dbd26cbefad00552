"""The demo company: the same from the same seed, and fit for every rule of the metadata."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.fieldtypes import field_type
from engine.metadata import Catalog
from plugins.demo import Company, generate
from plugins.demo.estate_plans import ESTATES
from plugins.estate.numbering import normal_form
from plugins.estate.ownership import largest_total
from tests.product import product

ROOT = Path(__file__).parents[3]
TODAY = date(2026, 6, 30)
Row = dict[str, Any]


@pytest.fixture(scope="module")
def company() -> Company:
    return generate(1, TODAY)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return product()


def by_id(company: Company, entity: str) -> dict[int, Row]:
    return {row["id"]: row for row in company.rows[entity]}


def test_a_seed_gives_one_company(company: Company) -> None:
    assert generate(1, TODAY).rows == company.rows
    assert generate(1, TODAY).users == company.users
    assert generate(2, TODAY).rows != company.rows


def test_it_is_as_large_as_a_property_manager_expects(company: Company) -> None:
    sizes = {entity: len(rows) for entity, rows in company.rows.items()}

    assert sizes["estate"] == 6
    assert 5_500 <= sizes["room"] <= 6_500
    assert 5_200 <= sizes["owner"] <= 6_000
    assert sizes["room_owner"] > sizes["room"]
    kinds = [row["kind"] for row in company.rows["org_unit"]]
    assert [kinds.count(kind) for kind in ("group", "branch", "office")] == [1, 2, 4]


def test_every_role_has_somebody(company: Company, catalog: Catalog) -> None:
    assert {user.role for user in company.users} == set(catalog.roles) - {"staff"}
    assert len({user.login for user in company.users}) == len(company.users)
    units = {row["code"] for row in company.rows["org_unit"]}
    assert {user.unit for user in company.users} <= units


@pytest.mark.parametrize(
    "entity", ["org_unit", "estate", "building", "owner", "owner_vehicle", "owner_member", "room"]
)
def test_every_value_is_one_a_person_could_have_typed(
    company: Company, catalog: Catalog, entity: str
) -> None:
    fields = catalog.entity(entity).fields
    wrong = [
        (row["id"], name, value)
        for row in company.rows[entity][::3]
        for name, value in row.items()
        if name in fields and field_type(fields[name].type).parse(fields[name], value) != value
    ]

    assert wrong == []


def test_all_rows_of_an_entity_have_the_same_fields(company: Company) -> None:
    for entity, rows in company.rows.items():
        assert {frozenset(row) for row in rows} == {frozenset(rows[0])}, entity


def test_required_fields_are_filled(company: Company, catalog: Catalog) -> None:
    for entity, rows in company.rows.items():
        for field in catalog.entity(entity).fields.values():
            if field.required and field.default is None and field.type != "lines":
                assert all(row.get(field.name) is not None for row in rows), (entity, field.name)


def test_numbers_of_rooms_are_unique_in_any_spelling(company: Company) -> None:
    numbers = [(row["estate"], normal_form(row["full_no"])) for row in company.rows["room"]]

    assert len(set(numbers)) == len(numbers)


def test_unlucky_floors_are_skipped_where_the_plan_says_so(company: Company) -> None:
    codes = {row["id"]: row["code"] for row in company.rows["estate"]}
    levels: dict[str, set[int]] = {}
    for room in company.rows["room"]:
        levels.setdefault(codes[room["estate"]], set()).add(room["floor_no"])

    assert not levels["CHHY"] & {0, 4, 13, 14, 24}
    assert -1 in levels["XHH"]
    assert 4 in levels["GYXC"]


def test_each_sold_room_has_one_primary_owner_and_a_payer(company: Company) -> None:
    primary: dict[int, list[int]] = {}
    for row in company.rows["room_owner"]:
        if row["primary"] and row["end_on"] is None:
            primary.setdefault(row["room"], []).append(row["owner"])
    for room in company.rows["room"]:
        sold = room["state"] != "unsold"
        assert len(primary.get(room["id"], [])) == int(sold), room["full_no"]
        assert (room["payer"] is not None) == sold


def test_shares_never_exceed_the_whole(company: Company) -> None:
    shares: dict[int, list[tuple[Any, date, date | None]]] = {}
    for row in company.rows["room_owner"]:
        one = (row["share"], row["start_on"], row["end_on"])
        shares.setdefault(row["room"], []).append(one)

    assert {largest_total(rows) for rows in shares.values()} == {100}


def test_nothing_happens_after_today_or_before_it_was_built(company: Company) -> None:
    handed = {row["id"]: row["handed_over_on"] for row in company.rows["estate"]}
    for room in company.rows["room"]:
        day = room["handed_over_on"]
        assert day is None or handed[room["estate"]] <= day <= TODAY
    for row in company.rows["room_owner"]:
        assert row["start_on"] <= (row["end_on"] or TODAY) <= TODAY


def test_owners_are_old_enough_to_buy(company: Company) -> None:
    owners = by_id(company, "owner")
    for row in company.rows["room_owner"]:
        born = owners[row["owner"]]["birthday"]
        assert born is None or row["start_on"].year - born.year >= 20


def test_nobody_could_be_a_real_person(company: Company) -> None:
    for owner in company.rows["owner"]:
        assert owner["id_no"].startswith("99" if owner["kind"] == "person" else "9199")
        assert owner["phone"] is None or owner["phone"][:3] in (
            ("154", "160", "161", "163", "164", "168")
        )


def test_two_buildings_wait_for_the_messy_workbook(company: Company) -> None:
    waiting = [n for plan in ESTATES for b in plan.blocks if not b.has_rooms for n in b.numbers]
    used = {row["building"] for row in company.rows["room"]}
    empty = [row["no"] for row in company.rows["building"] if row["id"] not in used]

    assert empty == waiting == ["9", "10"]
