"""The lists, one case, and all that people do with it."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request
from werkzeug.datastructures import FileStorage

from engine.extension import Invalid, Problem
from engine.flows import together
from engine.flows.attachments import FIELD, OWNER
from engine.flows.colleagues import colleagues
from engine.flows.core.refusals import FlowRefused
from engine.flows.going import Answer as Done
from engine.flows.lists import PAGE, Wanted, counts, items
from engine.flows.migration import migrate, must_see
from engine.flows.needs import COMMANDS, EDITING, command
from engine.flows.panel import Panel, mark_read, panel
from engine.flows.service import FlowService
from engine.metadata import Field
from engine.records import Workspace
from engine.records.file_names import FILES
from engine.web.api.flows.reading import COMMAND, Sent, argument, request_key, said_of
from engine.web.api.flows.wire import case_json, items_json, refusal_json, tasks_of
from engine.web.api.idempotency import once
from engine.web.api.reading import values_of
from engine.web.api.routes import Answer, bp
from engine.web.desk import current_work

MOST = 200  # lines of an answer


@bp.get("/flows/")
def flow_list() -> Answer:
    """A page of one of the four lists: `list` todo, done, started, copies."""
    work, arguments = current_work(), request.args
    size = argument("size", MOST) or PAGE
    wanted = Wanted(
        kind=arguments.get("list", "todo"),
        flow=arguments.get("flow", "").replace("\0", ""),
        words=arguments.get("q", "")[:100].replace("\0", " "),
        overdue=arguments.get("overdue") in ("1", "true"),
        before=argument("before"),
        size=size,
    )
    if wanted.overdue and wanted.kind != "todo":
        raise Invalid("Only tasks that wait can be overdue.")
    found = items(work, wanted)
    following = found[-1].cursor if len(found) == size else None
    return jsonify(items=items_json(work, found), next=following)


@bp.get("/flows/counts")
def flow_counts() -> Answer:
    """How many tasks wait for the caller, and how many copies he has not read."""
    return jsonify(counts(current_work()))


@bp.get("/flows/people")
def flow_people() -> Answer:
    """Colleagues by name (`q`), for those who act in approvals."""
    found, more = colleagues(current_work(), request.args.get("q", "")[:60])
    people = [{"id": one.id, "name": one.name, "login": one.login} for one in found]
    return jsonify(items=people, more=more)


@bp.get("/flows/<int:case_id>")
def flow_case(case_id: int) -> Answer:
    """One case: the record, the map, who holds it, the log, what the caller can do."""
    work = current_work()
    found = panel(work, case_id)
    mark_read(work, case_id)
    return jsonify(case_json(work, found))


@bp.post("/flows/<int:case_id>/files")
def flow_file(case_id: int) -> Answer:
    """Keep a file (`file`) to attach to a decision, or for a `field` the step lets one edit."""
    work = current_work()
    found = panel(work, case_id)
    given, name = request.files.get("file"), request.form.get("field", "")
    if given is None or not given.filename:
        raise Invalid("Choose a file first.")
    field = work.catalog.entity(found.row.entity).fields.get(name)
    if name and (field is None or name not in found.edit or field.type not in FILES):
        raise Invalid([Problem("Say for which «field» the file is.", {}, "field")])
    return once(
        work, lambda: ({"id": _keep(work, found, given, field), "name": given.filename}, 201)
    )


def _keep(work: Workspace, found: Panel, given: FileStorage, field: Field | None) -> int:
    from engine.web.views.files import keep_file, keep_for_field

    if field is None:
        return keep_file(work, given, OWNER, None, FIELD)
    return keep_for_field(work, given, work.catalog.entity(found.row.entity), field)


@bp.post("/flows/<int:case_id>/<command>")
def flow_command(case_id: int, command: str) -> Answer:
    """Do something with a case: approve, reject, return, transfer …"""
    work = current_work()
    if command not in COMMANDS and command != "migrate":
        raise FlowRefused("unknown_action")
    act = _migrate if command == "migrate" else _act
    return once(work, lambda: (_done(act(work, case_id, command)), 200))


def _act(work: Workspace, case_id: int, name: str) -> Done:
    found = panel(work, case_id)
    ids = {row.id: no for no, row in tasks_of(work, case_id).items()}
    sent = Sent(*COMMAND)
    said, values = said_of(sent, ids), values_of(sent.object("values"))
    files = sent.numbers("attachments")
    sent.must_be_good()
    if values and name not in EDITING:
        raise Invalid("Fields can be changed with approve and resubmit only.")
    given = command(found, name, said)
    key = request_key(work)
    return FlowService(work).act(case_id, given, values=values, files=files, request_id=key)


def _migrate(work: Workspace, case_id: int, name: str) -> Done:
    must_see(work, case_id)
    sent = Sent("steps")
    steps = sent.names_of("steps")
    sent.must_be_good()
    return migrate(work, case_id, steps)


def _done(answer: Done) -> dict[str, Any]:
    return {"case": answer.case_id, "status": answer.status, "seq": answer.seq}


@bp.post("/flows/bulk")
def flow_bulk() -> Answer:
    """Approve many tasks; with `preview`, only say which wait for the caller."""
    work = current_work()
    sent = Sent("tasks", "comment", "preview")
    chosen, comment, preview = sent.numbers("tasks"), sent.text("comment"), sent.truth("preview")
    sent.must_be_good()

    def gone(found: list[Any]) -> list[int]:
        return sorted(set(chosen) - {one.task_id for one in found})

    if preview:
        found = together.waiting(work, chosen)
        return jsonify(tasks=items_json(work, found), gone=gone(found))

    def run() -> tuple[Any, int]:
        found = together.waiting(work, chosen)
        done = together.approve(work, found, comment)
        refused = [
            {"task": one.task_id, "case": one.case_id, "subject": one.subject}
            | refusal_json(one.wrong)
            for one in done
            if one.wrong is not None
        ]
        approved = [one.task_id for one in done if one.wrong is None]
        return {"approved": approved, "refused": refused, "gone": gone(found)}, 200

    return once(work, run)
