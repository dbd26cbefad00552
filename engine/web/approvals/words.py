"""What commands, states and reasons are called on screen."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

COMMANDS: dict[str, tuple[Any, str, str]] = {  # name -> label, icon, colour
    "approve": (_l("Approve"), "check", "success"),
    "reject": (_l("Refuse"), "x", "danger"),
    "return": (_l("Return"), "arrow-back-up", ""),
    "resubmit": (_l("Hand in again"), "send", "primary"),
    "claim": (_l("Claim"), "user-check", "primary"),
    "release": (_l("Put back"), "arrow-back-up", ""),
    "transfer": (_l("Transfer"), "arrow-right", ""),
    "delegate": (_l("Ask for an opinion"), "message", ""),
    "recall": (_l("Take back from the delegate"), "arrow-back-up", ""),
    "add_sign": (_l("Add signers"), "plus", ""),
    "remove_sign": (_l("Remove signers"), "minus", ""),
    "abstain": (_l("Abstain"), "minus", ""),
    "take_back": (_l("Take my decision back"), "arrow-back-up", ""),
    "withdraw": (_l("Withdraw"), "arrow-back-up", ""),
    "urge": (_l("Urge"), "bell", ""),
    "copy": (_l("Send a copy"), "send", ""),
    "comment": (_l("Comment"), "message", ""),
    "terminate": (_l("End for good"), "x", "danger"),
    "suspend": (_l("Suspend"), "clock", ""),
    "resume": (_l("Resume"), "refresh", ""),
    "jump": (_l("Jump to a step"), "arrow-right", ""),
    "force": (_l("Decide for the step"), "bolt", "danger"),
    "assign": (_l("Name the people"), "user-plus", "primary"),
    "hand_over": (_l("Hand over a leaver's tasks"), "users", ""),
    "due": (_l("Deadline"), "clock", ""),
    "event": (_l("Event"), "bolt", ""),
    "elapsed": (_l("Time has passed"), "clock", ""),
    "child": (_l("Sub-flow ended"), "hierarchy-2", ""),
    "parent_ended": (_l("Ended with its main flow"), "hierarchy-2", ""),
    "migrate": (_l("Moved to another version"), "refresh", ""),
}
STATUS: dict[str, tuple[Any, str]] = {
    "running": (_l("Running"), "blue"),
    "approved": (_l("Approved"), "green"),
    "rejected": (_l("Refused"), "red"),
    "withdrawn": (_l("Withdrawn"), "secondary"),
    "terminated": (_l("Ended by an administrator"), "secondary"),
    "suspended": (_l("Suspended"), "yellow"),
}
TASK: dict[str, Any] = {
    "open": _l("Deciding"),
    "waiting": _l("Waiting"),
    "held": _l("Agreed, added signers follow"),
    "approved": _l("Agreed"),
    "rejected": _l("Refused"),
    "returned": _l("Returned"),
    "abstained": _l("Abstained"),
    "transferred": _l("Transferred"),
    "cancelled": _l("Called off"),
    "skipped": _l("Passed over"),
}
REASONS: dict[str, Any] = {
    "not_needed": _l("not needed any more"),
    "returned": _l("after a return"),
    "ended": _l("the process ended"),
    "withdrawn": _l("withdrawn"),
    "terminated": _l("ended by an administrator"),
    "removed": _l("removed"),
    "repeated": _l("agreed before"),
    "kept": _l("earlier vote kept"),
    "condition": _l("condition not met"),
    "nobody": _l("nobody found"),
    "too_few": _l("too few people found"),
    "leaver": _l("the person has left"),
    "self": _l("approver is the initiator"),
    "jumped": _l("jumped over"),
    "forced": _l("decided by an administrator"),
    "taken_back": _l("taken back"),
    "timeout": _l("time was up"),
    "assigned": _l("people were named"),
    "claimed": _l("claimed by another"),
    "in_order": _l("not yet his turn"),
    "before": _l("added signers first"),
    "after": _l("added signers follow"),
    "delegate": _l("an opinion was asked for"),
    "recalled": _l("recalled"),
    "left": _l("handed over"),
}
SIGN: dict[str, Any] = {
    "any": _l("any one"),
    "all": _l("all must agree"),
    "in_order": _l("one after the other"),
    "claim": _l("whoever claims it"),
    "at_least": _l("a number of them"),
    "percent": _l("a share of them"),
}
KINDS: dict[str, Any] = {
    "before": _l("added, before"),
    "after": _l("added, after"),
    "opinion": _l("opinion"),
    "hold": _l("flow administrator"),
    "resubmit": _l("initiator"),
}
LISTS: dict[str, Any] = {
    "todo": _l("To do"),
    "done": _l("Done"),
    "started": _l("Started by me"),
    "copies": _l("Copies for me"),
}


def command_label(name: str) -> str:
    """Return what a command is called; an action that starts a case is called «started»."""
    found = COMMANDS.get(name)
    return str(found[0]) if found else str(_l("Started"))


def status_badge(status: str, *, suspended: bool = False) -> dict[str, str]:
    """Return a case's status as a badge."""
    text, color = STATUS["suspended" if suspended and status == "running" else status]
    return {"text": str(text), "color": color}


def reason(name: str) -> str:
    """Return a reason in words; '' for none."""
    return str(REASONS.get(name, "")) if name else ""
