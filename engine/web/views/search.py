"""The one search box."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from engine.records import RecordService, Workspace
from engine.web.desk import render, wants_fragment
from engine.web.i18n import label as text_of
from engine.web.urls import list_url, record_url

Answer = Any


def search_answer(work: Workspace, words: str) -> Answer:
    """Show what was found, grouped by entity."""
    hits = RecordService(work).search(words[:200])
    groups = []
    for name, some in groupby(hits, key=lambda h: h.entity):
        entity = work.catalog.entity(name)
        rows = [
            {"title": h.title or f"#{h.id}", "url": record_url(name, h.id), "sub": h.subtitle}
            for h in some
        ]
        groups.append(
            {
                "label": text_of(entity.label),
                "icon": entity.icon,
                "count": len(rows),
                "all_url": list_url(name, q=words),
                "rows": rows,
            }
        )
    part = wants_fragment("search-results")
    template = "ui/_search_results.html" if part else "ui/search.html"
    tips = [work.message("Search by number, name, phone or plate, in any spelling.")]
    return render(template, q=words, groups=groups, tips=tips, title=work.message("Search"))
