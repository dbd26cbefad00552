"""Check the shape of a flow file, and of every node by its own kind."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from engine.diagnostics import did_you_mean
from engine.loading.findings import Findings
from engine.loading.shape_check import Shape
from engine.loading.shapes import FLOW_SCHEMA, NODES
from engine.loading.site import Site

_SHORT_ONLY = {
    "start": "write `who`, `when` and `edit` below the action",
    "after": "write it below the action",
}
_TAKES_TIME = ("during", "then", "edit")
_AT_ONCE = ("submitted", "approved")  # what can happen to an action without steps


def check_flow_shape(site: Site, findings: Findings) -> None:
    """Report everything in a flow file that does not fit the schemas."""
    findings.found += _flow_shape().findings(site.value, site)
    value = site.value if isinstance(site.value, dict) else {}
    _check_steps(value.get("steps"), site.down("steps"), findings)
    if "actions" in value:
        for key in (one for one in _SHORT_ONLY if one in value):
            message = f"'{key}' belongs to the short form; this flow has actions"
            findings.report(site.key(key), "conflicting-keys", message, _SHORT_ONLY[key])
    actions = value.get("actions")
    for name, action in actions.items() if isinstance(actions, dict) else ():
        if isinstance(action, dict):
            here = site.down("actions", name)
            _check_steps(action.get("steps"), here.down("steps"), findings)
            if "steps" not in action:
                _check_immediate(action, here, findings)


@lru_cache(maxsize=1)
def _flow_shape() -> Shape:
    return Shape(FLOW_SCHEMA)


@lru_cache(maxsize=16)
def _node_shape(kind: str) -> Shape:
    return Shape(NODES[kind])


def kind_of(node: dict[str, Any]) -> str:
    """Return what an entry of `steps` is; '' if it is nothing known."""
    return next((kind for kind in NODES if kind in node), "")


def _check_steps(steps: Any, site: Site, findings: Findings) -> None:
    for position, node in enumerate(steps if isinstance(steps, list) else ()):
        if isinstance(node, dict):
            _check_node(node, site.down(position), findings)


def _check_node(node: dict[str, Any], site: Site, findings: Findings) -> None:
    kind = kind_of(node)
    if not kind:
        message = "an entry of 'steps' must say what it is by its first key"
        hint = did_you_mean(str(next(iter(node), "")), NODES)
        findings.report(site.at(), "missing-key", message, hint)
        return
    findings.found += _node_shape(kind).findings(node, site)
    branches = node.get("branches")
    for position, branch in enumerate(branches if isinstance(branches, list) else ()):
        if isinstance(branch, dict):
            inner = site.down("branches", position, "steps")
            _check_steps(branch.get("steps"), inner, findings)


def _check_immediate(action: dict[str, Any], site: Site, findings: Findings) -> None:
    """Report what only an action with steps can have."""
    for key in (one for one in _TAKES_TIME if one in action):
        message = f"'{key}' belongs to an action with steps; this one happens at once"
        findings.report(site.key(key), "conflicting-keys", message, "remove it")
    after = action.get("after")
    for key in after if isinstance(after, dict) else ():
        if key not in _AT_ONCE:
            message = f"an action without steps is never '{key}'"
            hint = f"write {' or '.join(_AT_ONCE)}"
            findings.report(site.key("after", key), "conflicting-keys", message, hint)
