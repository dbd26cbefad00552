"""Jobs that tests leave in the outbox."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from engine.extension import job

CALLS: list[Any] = []
HOOK = SimpleNamespace(run=None)


@job("test.note")
def note(context: Any) -> dict[str, Any]:
    CALLS.append((context.user_id, dict(context.arguments)))
    made = context.records.create("owner", {"name": context.arguments["name"]})
    if context.arguments.get("fail"):
        raise RuntimeError("the post office is closed")
    return {"owner": made["id"]}


@job("test.progress")
def slow(context: Any) -> None:
    context.progress(1, 2, "half")
    if HOOK.run is not None:
        HOOK.run(context)
    context.progress(2, 2)
