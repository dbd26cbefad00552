"""Jobs that tests leave in the outbox."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from engine.extension import More, job

CALLS: list[Any] = []
HOOK = SimpleNamespace(run=None)


@job("test.note")
def note(context: Any) -> dict[str, Any]:
    CALLS.append((context.user_id, dict(context.arguments)))
    made = context.records.create("owner", {"name": context.arguments["name"]})
    if context.arguments.get("fail"):
        raise RuntimeError("the post office is closed")
    return {"owner": made["id"]}


@job("test.parts", label="Something in parts")
def parts(context: Any) -> dict[str, Any] | More:
    name, *left = context.arguments["names"]
    CALLS.append(name)
    context.records.create("owner", {"name": name})
    if HOOK.run is not None:
        HOOK.run(context)
    return More({"names": left}, len(CALLS), 3, f"after {name}") if left else {"url": "/e/owner/"}


@job("test.progress")
def slow(context: Any) -> None:
    context.progress(1, 2, "half")
    if HOOK.run is not None:
        HOOK.run(context)
    context.progress(2, 2)
