"""Pages and JSON against the hand-written limit; goals of the design's performance page."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from bench.limit_app import limit_app
from bench.measure import Result, interleaved
from bench.world import signed_in, token_in, url

FIELDS = "no,building,owner,floor,kind,state,built_area,price,handed_over_on"


def _must(answer: Any, *statuses: int) -> Any:
    if answer.status_code not in statuses:
        raise RuntimeError(f"{answer.request.path} answered {answer.status_code}: {answer.text}")
    return answer


def results() -> Iterator[Result]:
    """Measure each job of the table."""
    ours = signed_in("admin")
    limit = limit_app(url()).test_client()
    limit.get("/login")

    def pair(a: str, b: str) -> tuple[float, float]:
        return interleaved(lambda: _must(ours.get(a), 200), lambda: _must(limit.get(b), 200))

    narrow = "f.state=free&sort=-built_area"
    yield Result("list page", *pair("/e/room/", "/rooms"), 0.8)
    yield Result(
        "list page, filter + sort",
        *pair(f"/e/room/?{narrow}", "/rooms?state=free&sort=-built_area"),
        1.5,
    )
    yield Result("edit form", *pair("/e/room/777/edit", "/rooms/777"), 1.0)
    api = f"/api/v1/room/?columns={FIELDS}&sort=no"
    yield Result("JSON list of 25", *pair(api, "/api/rooms"), 0.6)
    yield Result(
        "JSON list, filter + sort",
        *pair(f"/api/v1/room/?columns={FIELDS}&{narrow}", "/api/rooms?state=free&sort=-built_area"),
        1.2,
    )
    yield from _writes(ours, limit)
    clerk = signed_in("clerk")
    restricted, free = interleaved(
        lambda: _must(clerk.get("/e/room/"), 200), lambda: _must(ours.get("/e/room/"), 200)
    )
    yield Result("list page, clerk against administrator", restricted, free, 1.2)


def _writes(ours: Any, limit: Any) -> Iterator[Result]:
    number = itertools.count()
    token = token_in(ours.get("/e/room/new").text)
    cookie = ours.get_cookie("wuye").value

    def room() -> dict[str, Any]:
        return {"no": f"x{next(number)}", "floor": 3, "built_area": "88.50", "price": "2.80"}

    def our_form() -> Any:
        # As if the page after the last one had been looked at: «Saved.» waits anew each time.
        ours.set_cookie("wuye", cookie)
        sent = room() | {"building": 3, "owner": 5, "kind": "home", "state": "sold"}
        return _must(ours.post("/e/room/new", data=sent | {"csrf_token": token}), 302)

    def our_json() -> Any:
        sent = room() | {"building": 3, "owner": 5}
        return _must(ours.post("/api/v1/room/", json=sent, headers={"X-CSRFToken": token}), 201)

    keys = {"building_id": 3, "owner_id": 5}
    form = interleaved(our_form, lambda: _must(limit.post("/rooms", data=room() | keys), 302))
    yield Result("form create", *form, 1.5)
    json = interleaved(our_json, lambda: _must(limit.post("/api/rooms", json=room() | keys), 201))
    yield Result("JSON create (rights, checks, audit)", *json, 1.7)
