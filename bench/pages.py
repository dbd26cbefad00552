"""Pages and JSON against the hand-written limit; goals of the design's performance page.

Both are served by Gunicorn with two sync workers and asked over HTTP, as the design's own
figures were taken.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

from bench.measure import Result, interleaved
from bench.serving import Visitor, served
from bench.world import signed_in, token_in, url

FIELDS = "no,building,owner,floor,kind,state,built_area,price,handed_over_on"
OURS, LIMIT = 8197, 8198
_OURS = """
def made():
    from bench.world import app
    return app()
"""
_LIMIT = """
def made():
    from bench.limit_app import limit_app
    from bench.world import url
    return limit_app(url())
"""


def results() -> Iterator[Result]:
    """Measure each job of the table."""
    url()
    with served(_OURS, OURS, "/login/"), served(_LIMIT, LIMIT):
        limit = Visitor(LIMIT)
        limit.get("/login")
        ours = Visitor(OURS, _cookie("admin"))
        yield from _reads(ours, limit)
        yield from _writes(ours, limit)
        clerk = Visitor(OURS, _cookie("clerk"))
        pair = interleaved(lambda: clerk.get("/e/room/"), lambda: ours.get("/e/room/"))
        yield Result("list page, clerk against administrator", *pair, 1.2)


def _cookie(login: str) -> str:
    return f"wuye={signed_in(login).get_cookie('wuye').value}"


def _reads(ours: Visitor, limit: Visitor) -> Iterator[Result]:
    def pair(a: str, b: str) -> tuple[float, float]:
        return interleaved(lambda: ours.get(a), lambda: limit.get(b))

    narrow = "f.state=free&sort=-built_area"
    yield Result("list page", *pair("/e/room/", "/rooms"), 0.8)
    narrowed = pair(f"/e/room/?{narrow}", "/rooms?state=free&sort=-built_area")
    yield Result("list page, filter + sort", *narrowed, 1.5)
    yield Result("edit form", *pair("/e/room/777/edit", "/rooms/777"), 1.0)
    api = f"/api/v1/room/?columns={FIELDS}"
    yield Result("JSON list of 25", *pair(f"{api}&sort=no", "/api/rooms"), 0.6)
    narrowed = pair(f"{api}&{narrow}", "/api/rooms?state=free&sort=-built_area")
    yield Result("JSON list, filter + sort", *narrowed, 1.2)


def _writes(ours: Visitor, limit: Visitor) -> Iterator[Result]:
    number = itertools.count()
    token = token_in(ours.get("/e/room/new"))
    keys = {"building_id": 3, "owner_id": 5}

    def room() -> dict[str, Any]:
        return {"no": f"x{next(number)}", "floor": 3, "built_area": "88.50", "price": "2.80"}

    def our_form() -> Any:
        sent = room() | {"building": 3, "owner": 5, "kind": "home", "state": "sold"}
        return ours.save("/e/room/new", sent | {"csrf_token": token})

    def our_post() -> Any:
        sent = room() | {"building": 3, "owner": 5, "kind": "home", "state": "sold"}
        return ours.post("/e/room/new", sent | {"csrf_token": token}, 302)

    def our_json() -> Any:
        sent = json.dumps(room() | {"building": 3, "owner": 5})
        return ours.post_json("/api/v1/room/", sent, 201, **{"X-CSRFToken": token})

    alone = interleaved(our_post, lambda: limit.post("/rooms", room() | keys, 302))
    form = interleaved(our_form, lambda: limit.save("/rooms", room() | keys))
    note = f"with the page it leads to; the post alone {alone[0]:.2f} against {alone[1]:.2f}"
    yield Result("form create", *form, 1.5, note=note)
    pair = interleaved(
        our_json, lambda: limit.post_json("/api/rooms", json.dumps(room() | keys), 201)
    )
    yield Result("JSON create (rights, checks, audit)", *pair, 1.7)
