"""The operations on approvals, for the API's description: only what the caller may do."""

from __future__ import annotations

from typing import Any

from engine.access import entities_readable
from engine.flows.needs import COMMANDS
from engine.flows.watching import administered
from engine.metadata.flows import Flow
from engine.records import Workspace
from engine.web.api.describing import answers, body, get, key, number, query
from engine.web.api.flows import shapes

Json = dict[str, Any]
ADMIN = frozenset({"terminate", "suspend", "resume", "jump", "force", "assign", "hand_over"})
_LIST = (
    ("list", "todo (if none is given), done, started, copies"),
    ("flow", "only of this flow"),
    ("q", "words of the subject"),
    ("overdue", "1: only what is overdue, of «todo»"),
    ("before", "the `next` of the page before"),
    ("size", "lines a page, at most 200"),
)
_MONITOR = (
    ("show", "running (if none is given), stuck, ended"),
    ("flow", "only of this flow"),
    ("before", "the `next` of the page before"),
    ("size", "lines a page, at most 200"),
)


def flow_paths(work: Workspace) -> Json:
    """Return the operations; none when nothing is ever decided here."""
    if not work.catalog.flows:
        return {}
    mends = bool(administered(work))
    paths = {
        "/flows/": {"get": _with(get("flows.list", shapes.page()), _LIST)},
        "/flows/counts": {"get": get("flows.counts", shapes.counts())},
        "/flows/people": {
            "get": _with(get("flows.people", shapes.people()), [("q", "words of the name")])
        },
        "/flows/bulk": {"post": _post("flows.bulk", shapes.BULK, shapes.bulk_outcome())},
        "/flows/{case_id}": {
            "parameters": [number("case_id")],
            "get": get("flows.case", shapes.case()),
        },
        "/flows/{case_id}/files": {
            "parameters": [number("case_id")],
            "post": _upload("flows.file", _OF_A_CASE),
        },
        **_proxies(),
        **{path: one for name in _commands(mends) for path, one in _command(name).items()},
        **_starts(work),
    }
    return paths | (_monitor() if mends else {})


def _with(operation: Json, arguments: Any) -> Json:
    return {**operation, "parameters": [query(name, text) for name, text in arguments]}


def _post(operation: str, sent: Json, schema: Json, status: str = "200") -> Json:
    return {
        "operationId": operation,
        "parameters": [key()],
        "requestBody": body(sent),
        "responses": answers(schema, status),
    }


_CONTENT = {"type": "string", "contentMediaType": "application/octet-stream"}
_OF_A_CASE = {
    "file": _CONTENT,
    "field": {"type": "string", "description": "which the step lets one edit; none: an attachment"},
}


def _upload(operation: str, properties: Json) -> Json:
    form = {"type": "object", "properties": properties, "required": ["file"]}
    return {
        "operationId": operation,
        "parameters": [key()],
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form}}},
        "responses": answers(shapes.KEPT, "201"),
    }


def _commands(mends: bool) -> list[str]:
    found = [name for name in COMMANDS if mends or name not in ADMIN]
    return [*found, "migrate"] if mends else found


def _command(name: str) -> Json:
    sent = shapes.MIGRATION if name == "migrate" else shapes.sent(name)
    path = f"/flows/{{case_id}}/{name}"
    operation = _post(f"flows.{name}", sent, shapes.DONE)
    return {path: {"parameters": [number("case_id")], "post": operation}}


def _starts(work: Workspace) -> Json:
    readable = entities_readable(work.catalog, work.actor)
    found: Json = {}
    for flow in work.catalog.flows.values():
        if flow.entity in readable:
            found |= _start(flow)
    return found


def _start(flow: Flow) -> Json:
    """Return what starts a flow; flows of one entity share their addresses."""
    here, parameters = f"/flows/start/{flow.entity}/{{record_id}}", [number("record_id")]
    name = f"flows.start.{flow.entity}"
    found: Json = {here: {"parameters": parameters, "get": get(name, shapes.actions())}}
    if any(act.steps is not None for act in flow.actions.values()):
        post = _upload(f"flows.file.{flow.entity}", {"file": _CONTENT})
        found[f"/flows/files/{flow.entity}/{{record_id}}"] = {
            "parameters": parameters,
            "post": post,
        }
    for act in flow.actions:
        done = {"anyOf": [shapes.STARTED, shapes.preview()]}
        operation = _post(f"{name}.{act}", shapes.START, done, "201")
        operation["responses"]["200"] = answers(shapes.preview())["200"]
        found[f"{here}/{act}"] = {"parameters": parameters, "post": operation}
    return found


def _proxies() -> Json:
    return {
        "/flows/proxies": {
            "get": get("flows.proxies", shapes.proxies()),
            "post": _post("flows.proxies.create", shapes.PROXY, shapes.NUMBERED, "201"),
        },
        "/flows/proxies/{proxy_id}/end": {
            "parameters": [number("proxy_id")],
            "post": {
                "operationId": "flows.proxies.end",
                "parameters": [key()],
                "responses": answers(shapes.ENDED),
            },
        },
    }


def _monitor() -> Json:
    return {
        "/flows/monitor": {"get": _with(get("flows.monitor", shapes.monitor()), _MONITOR)},
        "/flows/monitor/times": {
            "get": _with(get("flows.times", shapes.times()), [("flow", "only of this flow")])
        },
        "/flows/handover": {
            "post": _post("flows.handover", shapes.HANDOVER, shapes.handed_over()),
        },
    }
