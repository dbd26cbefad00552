"""A case as templates draw it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.flows.flow_map import flow_map
from engine.flows.forecast import Coming
from engine.flows.migration import outdated
from engine.flows.panel import Panel
from engine.records import Workspace
from engine.web.approvals import words
from engine.web.urls import file_url
from engine.web.views.timeline import size_text

View = dict[str, Any]
MAIN = ("approve", "resubmit", "claim", "reject", "return", "assign")
QUICK = ("release", "recall", "take_back", "urge")


def at_text(work: Workspace, moment: datetime | None) -> str:
    """Return a moment in the company's zone."""
    return moment.astimezone(work.style.zone).strftime("%Y-%m-%d %H:%M") if moment else ""


def ago(work: Workspace, moment: datetime | None) -> str:
    """Return how long ago something was: what a holder's shame is measured in."""
    if moment is None:
        return ""
    minutes = int((work.now - moment).total_seconds() // 60)
    if minutes < 60:
        return work.message("%(n)s min", n=max(minutes, 1))
    if minutes < 48 * 60:
        return work.message("%(n)s h", n=minutes // 60)
    return work.message("%(n)s days", n=minutes // (24 * 60))


def approval_view(work: Workspace, found: Panel) -> View:
    """Return what the approval card shows."""
    case = found.case
    return {
        "id": found.row.id,
        "url": f"/flows/{found.row.id}",
        "title": found.flow.title.in_(work.language),
        "subject": found.row.subject,
        "badge": words.status_badge(case.status, suspended=case.suspended),
        "is_running": case.is_running,
        "round": case.round,
        "steps": [_step(work, found, one) for one in _visited(found)],
        "coming": [coming_view(work, found.names, one) for one in found.coming],
        "buttons": _buttons(found, MAIN),
        "quick": _buttons(found, QUICK),
        "more": _buttons(found, tuple(n for n in words.COMMANDS if n not in (*MAIN, *QUICK))),
        "map": drawn_map(work, found),
        "log": [_entry(work, found, one) for one in found.log],
        "migrate_url": f"/flows/{found.row.id}/migrate" if _may_migrate(work, found) else "",
        "held": [words.reason(v.data["held"]) for v in case.active_visits() if v.data.get("held")],
    }


def _may_migrate(work: Workspace, found: Panel) -> bool:
    return found.is_admin and outdated(work, found)


def _visited(found: Panel) -> list[Any]:
    return [v for v in found.case.visits.values() if v.kind in ("step", "resubmit", "wait")]


def _step(work: Workspace, found: Panel, visit: Any) -> View:
    node = next((n for n in found.action.nodes() if n.id == visit.node), None)
    sign = getattr(getattr(node, "sign", None), "mode", "")
    title = title_of(work, node) if node is not None else work.message("Back at the initiator")
    why = "" if visit.reason == "elapsed" else words.reason(visit.reason)
    return {
        "title": title,
        "state": "superseded" if visit.superseded else visit.state,
        "reason": why or words.reason(visit.data.get("held", "")),
        "sign": str(words.SIGN[sign]) if sign in ("all", "in_order", "at_least", "percent") else "",
        "since": at_text(work, visit.started_at),
        "waits": ago(work, visit.started_at) if visit.is_active else "",
        "people": [_person(work, found, t) for t in found.case.tasks_of(visit.no)],
    }


def title_of(work: Workspace, node: Any) -> str:
    """Return a node's title in the reader's language."""
    return node.title.in_(work.language) if node.title else str(node.id)


def _person(work: Workspace, found: Panel, task: Any) -> View:
    name = found.names.get(task.user, f"#{task.user}")
    decided = found.names.get(task.decided_by or 0, "")
    behalf = task.decided_by is not None and task.decided_by != task.user
    return {
        "name": work.message("%(b)s for %(a)s", b=decided, a=name) if behalf else name,
        "proxy": found.names.get(task.proxy or 0, ""),
        "kind": str(words.KINDS.get(task.kind, "")),
        "state": task.state,
        "said": str(words.TASK.get(task.state, task.state)),
        "reason": words.reason(task.reason),
        "comment": task.comment,
        "at": at_text(work, task.closed_at),
    }


def coming_view(work: Workspace, names: dict[int, str], one: Coming) -> View:
    """Return a step to come."""
    people = [names.get(user, "") for user in one.people]
    return {
        "title": one.title,
        "people": work.message(", ").join(people[:6]) + (" …" if len(people) > 6 else ""),
        "nobody": one.nobody and not one.chosen_by,
        "chosen_by": one.chosen_by,
        "step": one.step,
    }


def _buttons(found: Panel, names: tuple[str, ...]) -> list[View]:
    buttons = []
    for name in names:
        if name in found.can:
            label, icon, color = words.COMMANDS[name]
            url = f"/flows/{found.row.id}/{name}"
            buttons.append({"name": name, "label": label, "icon": icon, "color": color, "url": url})
    return buttons


def _entry(work: Workspace, found: Panel, row: Any) -> View:
    who = found.names.get(row.actor_id or 0, "") or work.message("By itself")
    behalf = found.names.get(row.on_behalf_of or 0, "")
    users = [found.names.get(int(u), f"#{u}") for u in row.said.get("users", ())]
    return {
        "who": work.message("%(b)s for %(a)s", b=who, a=behalf) if behalf else who,
        "what": words.command_label(row.command),
        "step": _step_title(work, found, row.step),
        "target": _step_title(work, found, row.target),
        "users": work.message(", ").join(users),
        "comment": row.comment,
        "at": at_text(work, row.at),
        "files": [
            {"name": f.name, "url": file_url(f.id), "size_text": size_text(f.size_bytes)}
            for f in found.files.get(row.seq, ())
        ],
        "changes": sorted(row.changes),
    }


def _step_title(work: Workspace, found: Panel, name: str) -> str:
    if name == "initiator":
        return work.message("the initiator")
    node = next((n for n in found.action.nodes() if n.id == name), None)
    return title_of(work, node) if node is not None else ""


def drawn_map(work: Workspace, found: Panel) -> View:
    """Return the flow map for flow.js: nodes and edges."""
    drawing = _Drawing(work)
    last = drawing.node("start", "event", work.message("Started"), state="passed")
    ends = drawing.sequence(flow_map(found), [(last, "")])
    status = found.case.status
    done = "passed" if status == "approved" else "refused" if status != "running" else "coming"
    end = drawing.node("end", "event", str(words.STATUS["approved"][0]), state=done)
    drawing.join(ends, end)
    title = found.flow.title.in_(work.language)
    return {"title": title, "nodes": drawing.nodes, "edges": drawing.edges}


class _Drawing:
    """Gathers nodes and edges."""

    def __init__(self, work: Workspace) -> None:
        self.work = work
        self.nodes: list[View] = []
        self.edges: list[View] = []

    def node(self, name: str, kind: str, label: str, *, sub: str = "", state: str = "") -> str:
        shown = label if len(label) <= 10 else label[:9] + "…"
        one = {"id": name, "kind": kind, "label": shown, "sub": sub[:14], "state": state}
        self.nodes.append(one)
        return name

    def join(self, ends: list[tuple[str, str]], target: str) -> None:
        for source, label in ends:
            self.edges.append({"from": source, "to": target, "label": label})

    def sequence(self, nodes: list[View], ends: list[tuple[str, str]]) -> list[tuple[str, str]]:
        for one in nodes:
            ends = self._one(one, ends)
        return ends

    def _one(self, one: View, ends: list[tuple[str, str]]) -> list[tuple[str, str]]:
        label = one["label"].in_(self.work.language) if one["label"] else ""
        if one["kind"] not in ("choose", "parallel"):
            people = [p["name"] for p in one["people"] if p["state"] != "transferred"]
            sub = " ".join(people[:2])
            name = self.node(one["id"], "task", label or _plain(one), sub=sub, state=one["state"])
            self.join(ends, name)
            return [(name, "")]
        gate = self.node(one["id"], "gateway", "✚" if one["kind"] == "parallel" else "?")
        self.join(ends, gate)
        out: list[tuple[str, str]] = []
        for number, branch in enumerate(one["branches"]):
            name = one["names"][number]
            out += self.sequence(branch, [(gate, name.in_(self.work.language) if name else "")])
        return out


def _plain(one: View) -> str:
    kinds = {"work": "⚙", "wait": "⏱", "end": "■", "subflow": "⧉"}
    return kinds.get(one["kind"], str(one["id"]))
