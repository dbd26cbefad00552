"""Linking rooms in bulk, and finding a payer at the counter."""

from __future__ import annotations

from typing import Any

import pytest

from engine.extension import Preview
from plugins.charging.counter_screen import counter, find_rooms, open_of
from tests.plugins.charging.world import World, d


def test_rooms_are_counted_first_and_linked_once(world: World) -> None:
    item = world.item(handover_rule="next_month")
    handed = world.room(handed_over_on="2026-03-10")
    world.room()  # not handed over: no first day
    world.room(state="closed", handed_over_on="2026-03-10")
    asked = {"fee_item": item, "estate": world.ids["estate"]}

    counted = world.records.preview("room_fee", "link_rooms", [], asked)
    assert world.find("room_fee") == []
    linked = world.press("room_fee", "link_rooms", **asked)
    again = world.records.preview("room_fee", "link_rooms", [], asked)
    world.press("room_fee", "link_rooms", **asked)

    no_day = ("It is not handed over, and no first day was given", 1)
    assert counted == Preview(1, [("The room is closed", 1), no_day])
    assert linked.params == {"count": 1}
    linked_already = ("It has this fee item already", 1)
    assert again == Preview(0, [("The room is closed", 1), linked_already, no_day])
    (fee,) = world.find("room_fee")
    assert (fee["room"], fee["starts_on"]) == (handed, d("2026-04-01"))
    assert fee["scope_unit"] == world.ids["unit"]


def test_a_filter_by_area_leaves_other_rooms(world: World) -> None:
    item = world.item()
    small, _ = world.room("50"), world.room("150")

    world.press("room_fee", "link_rooms", fee_item=item, estate=world.ids["estate"],
                area_to="100", starts_on="2026-01-01")  # fmt: skip

    assert [fee["room"] for fee in world.find("room_fee")] == [small]


class Asked:
    """A screen's request over the world's context."""

    def __init__(self, world: World, method: str, **given: Any) -> None:
        from werkzeug.datastructures import MultiDict

        self._context = world.context
        self.method = method
        self.arguments = self.form = MultiDict(given)
        self.files: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)


@pytest.mark.parametrize("words", ["3-1-0502", "業主2", "3-1-502"])
def test_a_payer_is_found_by_room_or_name(world: World, words: str) -> None:
    world.room()
    room = world.room()

    found = find_rooms(Asked(world, "GET"), words)  # type: ignore[arg-type]

    assert [r["id"] for r in found] == [room]


def test_a_phone_is_found_whole_and_cannot_be_probed_digit_by_digit(world: World) -> None:
    room = world.room()
    payer = world.records.get("room", room)["payer"]
    world.records.change("owner", payer, {"phone": "13812345678"})

    whole = find_rooms(Asked(world, "GET"), "13812345678")  # type: ignore[arg-type]
    part = find_rooms(Asked(world, "GET"), "1381234")  # type: ignore[arg-type]

    assert room in [r["id"] for r in whole]
    assert part == []


def test_the_only_room_a_search_finds_is_opened_at_once(world: World) -> None:
    room, _ = world.room(), world.room()

    one = counter(Asked(world, "GET", q="業主1"))  # type: ignore[arg-type]
    several = counter(Asked(world, "GET", q="業主"))  # type: ignore[arg-type]
    none = counter(Asked(world, "GET", q="nobody"))  # type: ignore[arg-type]

    assert one.redirect == f"/s/charging.counter?room={room}"
    assert len(several.data["found"]) == 2
    assert (none.redirect, none.data["found"]) == ("", [])


def test_the_counter_takes_a_payment_and_says_what_is_wrong(world: World) -> None:
    item = world.item()
    room = world.room()
    world.link(room, item)
    world.published("2026-06-01", "2026-06-30", item)

    wrong = counter(Asked(world, "POST", room=str(room), amount_cash="abc"))  # type: ignore[arg-type]
    right = counter(Asked(world, "POST", room=str(room), amount_cash="320"))  # type: ignore[arg-type]

    assert wrong.status == 422
    assert right.redirect.startswith("/e/payment/")
    assert open_of(Asked(world, "GET"), world.get("room", room)) == []  # type: ignore[arg-type]
