"""What calls about approvals send and are answered, as JSON Schema."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from engine.flows.needs import EDITING, MODES, USERS

Json = dict[str, Any]
_TEXT, _WHOLE, _TRUE = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
_NUMBER = {"type": "number"}
_OR_NONE = {"type": ["string", "null"]}
_WHOLE_OR_NONE = {"type": ["integer", "null"]}
_WHOLES = {"type": "array", "items": _WHOLE}
_TEXTS = {"type": "array", "items": _TEXT}


def _object(properties: Json, *required: str) -> Json:
    return {"type": "object", "properties": properties, "required": list(required)}


def _closed(properties: Json, *required: str) -> Json:
    return {**_object(properties, *required), "additionalProperties": False}


def _whole_object(properties: Json) -> Json:
    return _closed(properties, *properties)


def _many(schema: Json) -> Json:
    return {"type": "array", "items": schema}


def _items(schema: Json) -> Json:
    return _whole_object({"items": _many(schema)})


_SOMEBODY = _whole_object({"id": _WHOLE, "name": _TEXT})
_PERSON = {**_SOMEBODY, "type": ["object", "null"]}
_FILE = _whole_object({"id": _WHOLE, "name": _TEXT, "size_bytes": _WHOLE})
_REFUSAL = {"code": _TEXT, "message": _TEXT}
_CASE = {"case": _WHOLE, "subject": _TEXT}
DONE = _whole_object({"case": _WHOLE, "status": _TEXT, "seq": _WHOLE})
STARTED = _whole_object({"case": _WHOLE_OR_NONE, "status": _TEXT, "seq": _WHOLE})
KEPT = _whole_object({"id": _WHOLE, "name": _TEXT})
NUMBERED = _whole_object({"id": _WHOLE})
ENDED = _whole_object({"ended": _WHOLE})
MIGRATION = _closed(
    {"steps": {"type": "object", "additionalProperties": _TEXT, "description": "old name: new"}}
)
BULK = _closed({"tasks": _WHOLES, "comment": _TEXT, "preview": _TRUE}, "tasks")
HANDOVER = _closed({"leaver": _WHOLE, "heir": _WHOLE}, "leaver", "heir")
_CHOSEN = {"type": "object", "additionalProperties": _WHOLES, "description": "step: accounts"}
START = _closed(
    {
        "chosen": _CHOSEN,
        "comment": _TEXT,
        "attachments": {**_WHOLES, "description": "ids of files kept for this start"},
        "preview": _TRUE,
    }
)
_DAY = {"type": "string", "format": "date"}
PROXY = _closed(
    {"proxy": _WHOLE, "from": _DAY, "to": _DAY, "flows": _TEXTS, "reason": _TEXT},
    "proxy",
    "from",
    "to",
)


_EVERY_COMMAND: Json = {
    "task": {**_WHOLE, "description": "by its id; the caller's own if none is given"},
    "comment": {**_TEXT, "maxLength": 4_000},
    "attachments": {**_WHOLES, "description": "ids of files kept for this case"},
}
_SOME_COMMANDS: dict[str, tuple[Collection[str], Json]] = {
    "users": (USERS, {**_WHOLES, "description": "accounts"}),
    "target": (("return", "jump"), {**_TEXT, "description": "a step"}),
    "mode": (MODES, _TEXT),
    "visit": (("assign", "force"), {**_WHOLE, "description": "if several steps are going on"}),
    "tasks": (("remove_sign",), {**_WHOLES, "description": "ids of those to be removed"}),
    "leaver": (("hand_over",), {**_WHOLE, "description": "the account that holds the tasks"}),
    "chosen": (("approve",), _CHOSEN),
    "values": (EDITING, {"type": "object", "description": "fields the step lets one change"}),
}


def sent(name: str) -> Json:
    """Return what a command takes."""
    more = {key: schema for key, (who, schema) in _SOME_COMMANDS.items() if name in who}
    return _closed(_EVERY_COMMAND | more)


def _item() -> Json:
    return _whole_object(
        {
            "case": _WHOLE,
            "task": _WHOLE_OR_NONE,
            "record_id": _WHOLE,
            **dict.fromkeys(
                ("flow", "entity", "subject", "step", "kind", "status", "state"), _TEXT
            ),
            "initiator": _PERSON,
            "on_behalf_of": _PERSON,
            "since": _TEXT,
            "due_at": _OR_NONE,
            "is_new": _TRUE,
        }
    )


def page() -> Json:
    """Return a page of a list."""
    return _whole_object({"items": _many(_item()), "next": _WHOLE_OR_NONE})


def counts() -> Json:
    """Return how much waits."""
    return _whole_object({"todo": _WHOLE, "copies": _WHOLE})


def people() -> Json:
    """Return colleagues."""
    one = _whole_object({"id": _WHOLE, "name": _TEXT, "login": _TEXT})
    return _whole_object({"items": _many(one), "more": _TRUE})


def bulk_outcome() -> Json:
    """Return what became of many tasks, or which of them wait."""
    refused = _many(_whole_object({"task": _WHOLE, **_CASE, **_REFUSAL}))
    done = _whole_object({"approved": _WHOLES, "refused": refused, "gone": _WHOLES})
    return {"anyOf": [done, _whole_object({"tasks": _many(_item()), "gone": _WHOLES})]}


def _task() -> Json:
    texts = dict.fromkeys(("kind", "state", "reason", "comment"), _TEXT)
    moments = dict.fromkeys(("since", "until", "due_at"), _OR_NONE)
    people_ = dict.fromkeys(("person", "proxy", "decided_by"), _PERSON)
    return _whole_object({"id": _WHOLE, **people_, **texts, **moments})


def _step() -> Json:
    names = ("step", "kind", "title", "state", "reason", "held", "sign")
    return _whole_object(
        {
            "visit": _WHOLE,
            **dict.fromkeys(names, _TEXT),
            "superseded": _TRUE,
            "started_at": _OR_NONE,
            "ended_at": _OR_NONE,
            "tasks": _many(_task()),
        }
    )


def _entry() -> Json:
    names = ("at", "command", "step", "target", "comment", "from_status", "to_status")
    return _whole_object(
        {
            "seq": _WHOLE,
            **dict.fromkeys(names, _TEXT),
            "by": {**_PERSON, "description": "nobody: a deadline, or another case"},
            "on_behalf_of": _PERSON,
            "task": _WHOLE_OR_NONE,
            "users": _many(_SOMEBODY),
            "changes": {"type": "object", "description": "field: [old, new]"},
            "files": _many(_FILE),
        }
    )


def _offer() -> Json:
    properties = {
        "command": _TEXT,
        "task": {**_WHOLE, "description": "which it is about, if none is said"},
        "users": {"enum": ["one", "many"]},
        "targets": _TEXTS,
        "modes": _TEXTS,
        "mode": {**_TEXT, "description": "what is meant if none is said"},
        "tasks": _WHOLES,
        "visits": _WHOLES,
        "comment": {**_TRUE, "description": "something must be said"},
        "leaver": _TRUE,
        "values": {**_TRUE, "description": "fields may be changed with it"},
        "chosen": {**_TEXTS, "description": "steps whose people are named with it"},
    }
    return _closed(properties, "command")


def _coming() -> Json:
    texts = dict.fromkeys(("step", "title", "sign", "chosen_by"), _TEXT)
    return _whole_object({**texts, "people": _many(_SOMEBODY), "nobody": _TRUE})


def case() -> Json:
    """Return one case."""
    texts = ("flow", "title", "action", "entity", "subject", "status")
    return _whole_object(
        {
            "id": _WHOLE,
            "record_id": _WHOLE,
            "round": _WHOLE,
            "previous": _WHOLE_OR_NONE,
            **dict.fromkeys(texts, _TEXT),
            "suspended": _TRUE,
            "outdated": {**_TRUE, "description": "the flow has a newer text"},
            "initiator": _PERSON,
            **dict.fromkeys(("started_at", "moved_at", "ended_at"), _OR_NONE),
            "record": {"type": "object", "description": "as the entity's own schema has it"},
            "map": _many({"type": "object"}),
            "steps": _many(_step()),
            "coming": _many(_coming()),
            "log": _many(_entry()),
            "can": _many(_offer()),
            **dict.fromkeys(("edit", "require", "hide"), _TEXTS),
        }
    )


_ACTION = {
    **dict.fromkeys(("action", "label", "code", "why_not"), _TEXT),
    "asks_people": _TRUE,
    "can": _TRUE,
}


def actions() -> Json:
    """Return what can be started."""
    return _items(_whole_object(_ACTION))


def preview() -> Json:
    """Return who would be asked."""
    return _whole_object({**_ACTION, "coming": _many(_coming())})


def proxies() -> Json:
    """Return proxies."""
    properties = {
        "id": _WHOLE,
        "user": _PERSON,
        "proxy": _PERSON,
        "from": _DAY,
        "to": _DAY,
        "flows": _TEXTS,
        "reason": _TEXT,
        "mine": _TRUE,
        "state": {"enum": ["coming", "in_force", "ended"]},
    }
    return _items(_whole_object(properties))


def monitor() -> Json:
    """Return a page of the monitor."""
    holder = _whole_object({"step": _TEXT, "person": _PERSON, "since": _OR_NONE})
    one = {
        **_CASE,
        "record_id": _WHOLE,
        **dict.fromkeys(("flow", "entity", "status"), _TEXT),
        **dict.fromkeys(("suspended", "held"), _TRUE),
        "initiator": _PERSON,
        **dict.fromkeys(("started_at", "moved_at", "ended_at"), _OR_NONE),
        "holders": _many(holder),
    }
    found = {"running": _WHOLE, "stuck": _WHOLE}
    return _whole_object(
        {
            "items": _many(_whole_object(one)),
            "counts": _whole_object(found),
            "next": _WHOLE_OR_NONE,
        }
    )


def times() -> Json:
    """Return how long steps take."""
    hours = {"mean_hours": _NUMBER, "most_hours": _NUMBER}
    return _items(_whole_object({"flow": _TEXT, "step": _TEXT, "count": _WHOLE, **hours}))


def handed_over() -> Json:
    """Return what became of a leaver's cases."""
    refused = _many(_whole_object({**_CASE, **_REFUSAL}))
    return _whole_object({"done": _WHOLES, "refused": refused})
