"""What commands, states and reasons are called on screen."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as N_

COMMANDS: dict[str, tuple[Any, str, str]] = {  # name -> label, icon, colour
    "approve": (N_("Approve"), "check", "success"),
    "reject": (N_("Refuse"), "x", "danger"),
    "return": (N_("Return"), "arrow-back-up", ""),
    "resubmit": (N_("Hand in again"), "send", "primary"),
    "claim": (N_("Claim"), "user-check", "primary"),
    "release": (N_("Put back"), "arrow-back-up", ""),
    "transfer": (N_("Transfer"), "arrow-right", ""),
    "delegate": (N_("Ask for an opinion"), "message", ""),
    "recall": (N_("Take back from the delegate"), "arrow-back-up", ""),
    "add_sign": (N_("Add signers"), "plus", ""),
    "remove_sign": (N_("Remove signers"), "minus", ""),
    "abstain": (N_("Abstain"), "minus", ""),
    "take_back": (N_("Take my decision back"), "arrow-back-up", ""),
    "withdraw": (N_("Withdraw"), "arrow-back-up", ""),
    "urge": (N_("Urge"), "bell", ""),
    "copy": (N_("Send a copy"), "send", ""),
    "comment": (N_("Comment"), "message", ""),
    "terminate": (N_("End for good"), "x", "danger"),
    "suspend": (N_("Suspend"), "clock", ""),
    "resume": (N_("Resume"), "refresh", ""),
    "jump": (N_("Jump to a step"), "arrow-right", ""),
    "force": (N_("Decide for the step"), "bolt", "danger"),
    "assign": (N_("Name the people"), "user-plus", "primary"),
    "hand_over": (N_("Hand over a leaver's tasks"), "users", ""),
    "due": (N_("Deadline"), "clock", ""),
    "event": (N_("Event"), "bolt", ""),
    "elapsed": (N_("Time has passed"), "clock", ""),
    "child": (N_("Sub-flow ended"), "hierarchy-2", ""),
    "parent_ended": (N_("Ended with its main flow"), "hierarchy-2", ""),
    "migrate": (N_("Moved to another version"), "refresh", ""),
}
STATUS: dict[str, tuple[Any, str]] = {
    "running": (N_("Running"), "blue"),
    "approved": (N_("Approved"), "green"),
    "rejected": (N_("Refused"), "red"),
    "withdrawn": (N_("Withdrawn"), "secondary"),
    "terminated": (N_("Ended by an administrator"), "secondary"),
    "suspended": (N_("Suspended"), "yellow"),
}
TASK: dict[str, Any] = {
    "open": N_("Deciding"),
    "waiting": N_("Waiting"),
    "held": N_("Agreed, added signers follow"),
    "approved": N_("Agreed"),
    "rejected": N_("Refused"),
    "returned": N_("Returned"),
    "abstained": N_("Abstained"),
    "transferred": N_("Transferred"),
    "cancelled": N_("Called off"),
    "skipped": N_("Passed over"),
}
REASONS: dict[str, Any] = {
    "not_needed": N_("not needed any more"),
    "returned": N_("after a return"),
    "ended": N_("the process ended"),
    "withdrawn": N_("withdrawn"),
    "terminated": N_("ended by an administrator"),
    "removed": N_("removed"),
    "repeated": N_("agreed before"),
    "kept": N_("earlier vote kept"),
    "condition": N_("condition not met"),
    "nobody": N_("nobody found"),
    "too_few": N_("too few people found"),
    "leaver": N_("the person has left"),
    "self": N_("approver is the initiator"),
    "jumped": N_("jumped over"),
    "forced": N_("decided by an administrator"),
    "taken_back": N_("taken back"),
    "timeout": N_("time was up"),
    "assigned": N_("people were named"),
    "claimed": N_("claimed by another"),
    "in_order": N_("not yet his turn"),
    "before": N_("added signers first"),
    "after": N_("added signers follow"),
    "delegate": N_("an opinion was asked for"),
    "recalled": N_("recalled"),
    "left": N_("handed over"),
}
SIGN: dict[str, Any] = {
    "any": N_("any one"),
    "all": N_("all must agree"),
    "in_order": N_("one after the other"),
    "claim": N_("whoever claims it"),
    "at_least": N_("a number of them"),
    "percent": N_("a share of them"),
}
KINDS: dict[str, Any] = {
    "before": N_("added, before"),
    "after": N_("added, after"),
    "opinion": N_("opinion"),
    "hold": N_("flow administrator"),
    "resubmit": N_("initiator"),
}
LISTS: dict[str, Any] = {
    "todo": N_("To do"),
    "done": N_("Done"),
    "started": N_("Started by me"),
    "copies": N_("Copies for me"),
}


def command_label(name: str) -> str:
    """Return what a command is called; an action that starts a case is called «started»."""
    found = COMMANDS.get(name)
    return str(found[0]) if found else str(N_("Started"))


def status_badge(status: str, *, suspended: bool = False) -> dict[str, str]:
    """Return a case's status as a badge."""
    text, color = STATUS["suspended" if suspended and status == "running" else status]
    return {"text": str(text), "color": color}


def reason(name: str) -> str:
    """Return a reason in words; '' for none."""
    return str(REASONS.get(name, "")) if name else ""
