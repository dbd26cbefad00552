"""Transfers, shares, merges and splits through the real buttons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine.extension import Invalid, Refused
from engine.records import RecordService
from plugins.estate.ownership import largest_total

Room = Callable[[str, str], dict[str, Any]]
Row = dict[str, Any]
Decide = Callable[[str, int], list[str]]


def shares_of(records: RecordService, room: Row) -> list[Row]:
    return records.find("room_owner", f"room == {room['id']}", sort=["start_on", "id"])


def new_owner(records: RecordService, room: Row, name: str = "陳新") -> Row:
    return records.create("owner", {"name": name, "unit": room["scope_unit"], "kind": "person"})


def bare_room(records: RecordService, like: Row, no: str, area: str = "80.00") -> Row:
    """A room nobody owns."""
    place = {name: like[name] for name in ("estate", "building", "building_unit", "floor")}
    areas = {"built_area": area, "inner_area": "60.00"}
    return records.create("room", {**place, **areas, "no": no, "state": "unsold"})


def own(records: RecordService, room: Row, owner: Row, **values: Any) -> Row:
    given = {"room": room["id"], "owner": owner["id"], "start_on": "2020-01-01"}
    return records.create("room_owner", {**given, **values})


def transfer(records: RecordService, room: Row, buyer: Row, day: str = "2026-06-01") -> int:
    asked = {"new_owner": buyer["id"], "effective_on": day}
    result = records.press("room", "transfer", [room["id"]], asked)
    return int(result.redirect.rsplit("/", 1)[1])


def test_the_primary_owner_becomes_the_payer_and_the_room_is_sold(
    records: RecordService, room_of: Room
) -> None:
    room = bare_room(records, room_of("CHHY", "3-1-0502"), "9")
    owner = new_owner(records, room)

    own(records, room, owner)

    after = records.get("room", room["id"])
    assert (after["payer"], after["state"]) == (owner["id"], "sold")


def test_a_tenant_who_pays_is_not_replaced(records: RecordService, room_of: Room) -> None:
    room = bare_room(records, room_of("CHHY", "3-1-0502"), "9")
    tenant, owner = new_owner(records, room, "租客"), new_owner(records, room)
    records.change("room", room["id"], {"payer": tenant["id"]})

    own(records, room, owner)

    assert records.get("room", room["id"])["payer"] == tenant["id"]


def test_shares_above_the_whole_are_refused(records: RecordService, room_of: Room) -> None:
    room = bare_room(records, room_of("CHHY", "3-1-0502"), "9")
    own(records, room, new_owner(records, room), share="60")

    with pytest.raises(Invalid, match=r"add up to 100\.5%"):
        own(records, room, new_owner(records, room, "第二"), share="40.5", primary=False)


def test_a_room_has_one_primary_owner_at_a_time(records: RecordService, room_of: Room) -> None:
    room = bare_room(records, room_of("CHHY", "3-1-0502"), "9")
    own(records, room, new_owner(records, room), share="50")

    with pytest.raises(Invalid, match="已有主業主"):
        own(records, room, new_owner(records, room, "第二"), share="50")


def test_shares_count_on_the_days_they_are_held() -> None:
    first = (Decimal(100), date(2020, 1, 1), date(2020, 12, 31))
    second = (Decimal(100), date(2021, 1, 1), None)

    assert largest_total([first, second]) == 100
    assert largest_total([first, second, (Decimal(1), date(2020, 6, 1), date(2020, 6, 1))]) == 101
    assert largest_total([]) == 0


def test_a_transfer_ends_the_old_share_the_day_before(
    records: RecordService, room_of: Room, decide: Decide
) -> None:
    room = bare_room(records, room_of("CHHY", "3-1-0502"), "9")
    seller, buyer = new_owner(records, room, "賣方"), new_owner(records, room, "買方")
    own(records, room, seller)
    document = transfer(records, room, buyer)

    decide("owner_change", document)

    old, new = shares_of(records, room)
    assert old["end_on"] == date(2026, 5, 31)
    assert (new["owner"], new["share"], new["primary"]) == (buyer["id"], 100, True)
    assert new["start_on"] == date(2026, 6, 1)
    assert records.get("room", room["id"])["payer"] == buyer["id"]
    assert records.get("owner_change", document)["old_owner"] == seller["id"]
    assert records.get("owner_change", document)["state"] == "approved"


def test_a_transfer_is_approved_once(records: RecordService, room_of: Room, decide: Decide) -> None:
    room = room_of("CHHY", "3-1-0502")
    document = transfer(records, room, new_owner(records, room))
    decide("owner_change", document)

    with pytest.raises(Refused):
        decide("owner_change", document)


def test_a_transfer_that_lies_ahead_waits(
    records: RecordService, room_of: Room, decide: Decide
) -> None:
    room = room_of("CHHY", "3-1-0502")
    document = transfer(records, room, new_owner(records, room), day="2026-07-01")

    with pytest.raises(Invalid, match="2026-07-01"):
        decide("owner_change", document)


def test_one_owners_share_moves_and_the_payer_stays(
    records: RecordService, room_of: Room, decide: Decide
) -> None:
    room = bare_room(records, room_of("CHHY", "3-1-0502"), "9")
    husband, wife = new_owner(records, room, "夫"), new_owner(records, room, "妻")
    child = new_owner(records, room, "子")
    own(records, room, husband, share="60")
    own(records, room, wife, share="40", primary=False)
    document = records.create(
        "owner_change",
        {
            "room": room["id"],
            "extent": "share",
            "old_owner": wife["id"],
            "new_owner": child["id"],
            "effective_on": "2026-06-01",
        },
    )

    decide("owner_change", document["id"])

    current = {s["owner"]: s["share"] for s in shares_of(records, room) if s["end_on"] is None}
    assert current == {husband["id"]: 60, child["id"]: 40}
    assert records.get("room", room["id"])["payer"] == husband["id"]


def test_a_merge_closes_the_old_rooms_and_carries_the_owner(
    records: RecordService, room_of: Room
) -> None:
    like = room_of("CHHY", "3-1-0502")
    left, right = bare_room(records, like, "8"), bare_room(records, like, "9", "70.50")
    owner = new_owner(records, left)
    own(records, left, owner)
    own(records, right, owner)
    asked = {"effective_on": "2026-06-01", "reason": "打通"}
    result = records.press("room", "merge", [left["id"], right["id"]], asked)
    document = int(result.redirect.rsplit("/", 1)[1])

    records.press("room_change", "approve", [document])

    (target,) = records.lines("room_change", "targets", document)
    new = records.get("room", target["room"])
    assert new["full_no"] == left["full_no"]
    assert new["built_area"] == Decimal("150.50")
    assert new["former_no"] == f"{left['full_no']}、{right['full_no']}"
    assert (new["payer"], new["state"]) == (owner["id"], "sold")
    assert records.get("room", left["id"])["state"] == "closed"
    assert [s["end_on"] for s in shares_of(records, left)] == [date(2026, 5, 31)]
    assert [s["end_on"] for s in shares_of(records, new)] == [None]


def test_rooms_of_different_owners_cannot_be_merged(records: RecordService, room_of: Room) -> None:
    like = room_of("CHHY", "3-1-0502")
    left, right = bare_room(records, like, "8"), bare_room(records, like, "9")
    own(records, left, new_owner(records, left))
    asked = {"effective_on": "2026-06-01", "reason": "打通"}
    result = records.press("room", "merge", [left["id"], right["id"]], asked)

    with pytest.raises(Invalid, match="different owners"):
        records.press("room_change", "approve", [int(result.redirect.rsplit("/", 1)[1])])


def test_a_split_must_keep_the_area(records: RecordService, room_of: Room) -> None:
    room = bare_room(records, room_of("CHHY", "3-1-0502"), "9", "100.01")
    asked = {"parts": "3", "effective_on": "2026-06-01", "reason": "分割"}
    result = records.press("room", "split", [room["id"]], asked)
    document = int(result.redirect.rsplit("/", 1)[1])
    lines = records.lines("room_change", "targets", document)
    assert [line["built_area"] for line in lines] == [
        Decimal("33.33"),
        Decimal("33.33"),
        Decimal("33.35"),
    ]
    wrong = [{**_sent(line), "id": line["id"]} for line in lines]
    wrong[0]["built_area"] = "40"
    records.change("room_change", document, {"targets": wrong})

    with pytest.raises(Invalid, match=r"106\.68"):
        records.press("room_change", "approve", [document])


def _sent(line: Row) -> Row:
    return {name: line[name] for name in ("no", "full_no", "built_area", "inner_area")}


def test_a_split_makes_the_parts(records: RecordService, room_of: Room) -> None:
    room = bare_room(records, room_of("CHHY", "3-1-0502"), "9", "100.01")
    asked = {"parts": "3", "effective_on": "2026-06-01", "reason": "分割"}
    result = records.press("room", "split", [room["id"]], asked)
    document = int(result.redirect.rsplit("/", 1)[1])

    records.press("room_change", "approve", [document])

    made = records.find("room", f"former_no == '{room['full_no']}'", sort=["full_no"])
    assert [r["full_no"] for r in made] == [f"{room['full_no']}-{i}" for i in (1, 2, 3)]
    assert sum(r["built_area"] for r in made) == Decimal("100.01")


def test_a_closed_room_cannot_be_split(records: RecordService, room_of: Room) -> None:
    room = bare_room(records, room_of("CHHY", "3-1-0502"), "9")
    records.change("room", room["id"], {"state": "closed"})

    with pytest.raises(Refused):
        records.press(
            "room", "split", [room["id"]], {"parts": 2, "effective_on": "2026-06-01", "reason": "x"}
        )
