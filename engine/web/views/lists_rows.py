"""The rows of a list, each with its cells and its card."""

from __future__ import annotations

from typing import Any

from engine.metadata import Entity
from engine.records import Page, Workspace
from engine.web.present.cells import cells_of, makers
from engine.web.urls import record_url


def rows_of(
    work: Workspace,
    entity: Entity,
    page: Page,
    shown: int,
    readable: frozenset[str],
    *,
    related: bool = False,
) -> list[dict[str, Any]]:
    """Return rows with cells and cards; the first `shown` columns are cells.

    On another record's page (`related`) a row of an entity that is named by a link, so one that
    only joins two things, leads to the other thing; the row itself gets a link of its own.
    """
    make = makers(page.columns, work.style, readable)
    places = {c.path: i for i, c in enumerate(page.columns)}
    card = entity.list.card
    title_at = places.get(card.title or entity.title)
    first = places.get(entity.title, 0) if places.get(entity.title, shown) < shown else 0
    named_by = entity.fields.get(entity.title)
    joining = related and named_by is not None and named_by.type == "link"
    rows = []
    for row in page.rows:
        cells = cells_of(page, make, row)
        title = cells[title_at]["text"] if title_at is not None else f"#{row[0]}"
        url = record_url(entity.name, row[0])
        shown_cells = cells[:shown]
        joins = joining and bool(shown_cells) and bool(shown_cells[first].get("href"))
        if shown_cells and shown_cells[first]["kind"] not in ("masked", "badge"):
            thing = shown_cells[first]["href"] if joins else url
            shown_cells[first] = {**shown_cells[first], "kind": "title", "href": thing}
        subtitle = [t for p in card.subtitle if p in places and (t := cells[places[p]]["text"])]
        rows.append(
            {
                "id": row[0],
                "url": url,
                "title": title,
                "cells": shown_cells,
                "own_url": url if joins else "",
                "card": {
                    "title": shown_cells[first]["text"] if joins else title,
                    "url": shown_cells[first]["href"] if joins else url,
                    "subtitle": " · ".join(subtitle),
                    "badge": cells[places[card.badge]] if card.badge in places else None,
                    "amount": cells[places[card.amount]]["text"] if card.amount in places else "",
                    "meta": [],
                },
            }
        )
    return rows
