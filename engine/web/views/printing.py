"""Printing: a record's page for paper, and documents."""

from __future__ import annotations

from typing import Any

from engine.metadata import Entity
from engine.records import Workspace
from engine.web.desk import render

Answer = Any


def print_preview(work: Workspace, entity: Entity, context: dict[str, Any]) -> Answer:
    """Show a record's page as it goes to paper."""
    now = work.local_now.strftime("%Y-%m-%d %H:%M")
    return render(
        "ui/print.html",
        title=context["title"],
        entity=context["entity"],
        facts=context["facts"],
        sections=context["sections"],
        printed={"who": work.actor.name, "at_text": now},
        back_url=context["back_url"],
    )
