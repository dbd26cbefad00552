"""The addresses of the generic screens; the only place that spells them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**63 - 1  # what a record's number can be in the database


class RecordNumber(IntegerConverter):
    """A whole number in an address; one that no record can have is no address of ours."""

    def __init__(self, url_map: Map, **options: Any) -> None:
        super().__init__(url_map, **{"max": LARGEST, **options})


def numbers(raw: Iterable[str]) -> list[int]:
    """Return the record numbers among some texts, sorted, each once."""
    found = {int(one) for one in raw if one.isdecimal() and len(one) < 20}
    return sorted(n for n in found if n <= LARGEST)


def list_url(entity: str, /, **arguments: Any) -> str:
    """Return the address of an entity's list."""
    query = urlencode({k: v for k, v in arguments.items() if v not in ("", None)}, doseq=True)
    return f"/e/{entity}/" + (f"?{query}" if query else "")


def new_url(entity: str, /, **arguments: Any) -> str:
    """Return the address of the form for a new record; `arguments` are first values."""
    query = urlencode({k: v for k, v in arguments.items() if v not in ("", None)})
    return f"/e/{entity}/new" + (f"?{query}" if query else "")


def record_url(entity: str, record_id: Any, part: str = "") -> str:
    """Return the address of a record's page, or of a part: 'edit', 'delete', 'history' …"""
    return f"/e/{entity}/{record_id}" + (f"/{part}" if part else "")


def lookup_url(entity: str, field: str) -> str:
    """Return where a look-up asks."""
    return f"/e/{entity}/lookup/{field}"


def button_url(entity: str, button: str) -> str:
    """Return where a button is pressed."""
    return f"/e/{entity}/button/{button}"


def screen_url(name: str) -> str:
    """Return the address of a plugin's screen."""
    return f"/s/{name}"


def file_url(file_id: Any) -> str:
    """Return the address of a file."""
    return f"/files/{file_id}"


def print_url(name: str, /, **arguments: Any) -> str:
    """Return the address of a printed document."""
    query = urlencode(arguments, doseq=True)
    return f"/print/{name}" + (f"?{query}" if query else "")
