"""The rows of a list, each with its cells and its card."""

from __future__ import annotations

from typing import Any

from engine.metadata import Entity
from engine.records import Page, Workspace
from engine.web.present.cells import cells_of, makers
from engine.web.urls import record_url


def rows_of(
    work: Workspace, entity: Entity, page: Page, shown: int, readable: frozenset[str]
) -> list[dict[str, Any]]:
    """Return rows with cells and cards; the first `shown` columns are cells."""
    make = makers(page.columns, work.style, readable)
    places = {c.path: i for i, c in enumerate(page.columns)}
    card = entity.list.card
    title_at = places.get(card.title or entity.title)
    first = places.get(entity.title, 0) if places.get(entity.title, shown) < shown else 0
    rows = []
    for row in page.rows:
        cells = cells_of(page, make, row)
        title = cells[title_at]["text"] if title_at is not None else f"#{row[0]}"
        url = record_url(entity.name, row[0])
        shown_cells = cells[:shown]
        if shown_cells and shown_cells[first]["kind"] not in ("masked", "badge"):
            shown_cells[first] = {**shown_cells[first], "kind": "title", "href": url}
        subtitle = [t for p in card.subtitle if p in places and (t := cells[places[p]]["text"])]
        rows.append(
            {
                "id": row[0],
                "url": url,
                "title": title,
                "cells": shown_cells,
                "card": {
                    "title": title,
                    "subtitle": " · ".join(subtitle),
                    "badge": cells[places[card.badge]] if card.badge in places else None,
                    "amount": cells[places[card.amount]]["text"] if card.amount in places else "",
                    "meta": [],
                },
            }
        )
    return rows
