"""What commands, states and reasons are called on screen."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

COMMANDS: dict[str, tuple[Any, str, str]] = {  # name -> label, icon, colour
    "approve": (lazy_gettext("Approve"), "check", "success"),
    "reject": (lazy_gettext("Refuse"), "x", "danger"),
    "return": (lazy_gettext("Return"), "arrow-back-up", ""),
    "resubmit": (lazy_gettext("Hand in again"), "send", "primary"),
    "claim": (lazy_gettext("Claim"), "user-check", "primary"),
    "release": (lazy_gettext("Put back"), "arrow-back-up", ""),
    "transfer": (lazy_gettext("Pass on"), "arrow-right", ""),
    "delegate": (lazy_gettext("Ask for an opinion"), "message", ""),
    "recall": (lazy_gettext("Take back from the delegate"), "arrow-back-up", ""),
    "add_sign": (lazy_gettext("Add signers"), "plus", ""),
    "remove_sign": (lazy_gettext("Remove signers"), "minus", ""),
    "abstain": (lazy_gettext("Abstain"), "minus", ""),
    "take_back": (lazy_gettext("Take my decision back"), "arrow-back-up", ""),
    "withdraw": (lazy_gettext("Withdraw"), "arrow-back-up", ""),
    "urge": (lazy_gettext("Urge"), "bell", ""),
    "copy": (lazy_gettext("Send a copy"), "send", ""),
    "comment": (lazy_gettext("Comment"), "message", ""),
    "terminate": (lazy_gettext("End for good"), "x", "danger"),
    "suspend": (lazy_gettext("Suspend"), "clock", ""),
    "resume": (lazy_gettext("Resume"), "refresh", ""),
    "jump": (lazy_gettext("Jump to a step"), "arrow-right", ""),
    "force": (lazy_gettext("Decide for the step"), "bolt", "danger"),
    "assign": (lazy_gettext("Name the people"), "user-plus", "primary"),
    "hand_over": (lazy_gettext("Hand over a leaver's tasks"), "users", ""),
    "due": (lazy_gettext("Deadline"), "clock", ""),
    "event": (lazy_gettext("Event"), "bolt", ""),
    "elapsed": (lazy_gettext("Time has passed"), "clock", ""),
    "child": (lazy_gettext("Sub-flow ended"), "hierarchy-2", ""),
    "parent_ended": (lazy_gettext("Ended with its main flow"), "hierarchy-2", ""),
    "migrate": (lazy_gettext("Moved to another version"), "refresh", ""),
}
STATUS: dict[str, tuple[Any, str]] = {
    "running": (lazy_gettext("Running"), "blue"),
    "approved": (lazy_gettext("Approved"), "green"),
    "rejected": (lazy_gettext("Refused"), "red"),
    "withdrawn": (lazy_gettext("Withdrawn"), "secondary"),
    "terminated": (lazy_gettext("Ended by an administrator"), "secondary"),
    "suspended": (lazy_gettext("Suspended"), "yellow"),
}
TASK: dict[str, Any] = {
    "open": lazy_gettext("Deciding"),
    "waiting": lazy_gettext("Waiting"),
    "held": lazy_gettext("Agreed, added signers follow"),
    "approved": lazy_gettext("Agreed"),
    "rejected": lazy_gettext("Refused"),
    "returned": lazy_gettext("Returned"),
    "abstained": lazy_gettext("Abstained"),
    "transferred": lazy_gettext("Transferred"),
    "cancelled": lazy_gettext("Called off"),
    "skipped": lazy_gettext("Passed over"),
}
REASONS: dict[str, Any] = {
    "not_needed": lazy_gettext("not needed any more"),
    "returned": lazy_gettext("after a return"),
    "ended": lazy_gettext("the process ended"),
    "withdrawn": lazy_gettext("withdrawn"),
    "terminated": lazy_gettext("ended by an administrator"),
    "removed": lazy_gettext("removed"),
    "repeated": lazy_gettext("agreed before"),
    "kept": lazy_gettext("earlier vote kept"),
    "condition": lazy_gettext("condition not met"),
    "nobody": lazy_gettext("nobody found"),
    "too_few": lazy_gettext("too few people found"),
    "leaver": lazy_gettext("the person has left"),
    "self": lazy_gettext("approver is the initiator"),
    "jumped": lazy_gettext("jumped over"),
    "forced": lazy_gettext("decided by an administrator"),
    "taken_back": lazy_gettext("taken back"),
    "timeout": lazy_gettext("time was up"),
    "assigned": lazy_gettext("people were named"),
    "claimed": lazy_gettext("claimed by another"),
    "in_order": lazy_gettext("not yet his turn"),
    "before": lazy_gettext("added signers first"),
    "after": lazy_gettext("added signers follow"),
    "delegate": lazy_gettext("an opinion was asked for"),
    "recalled": lazy_gettext("recalled"),
    "left": lazy_gettext("handed over"),
}
SIGN: dict[str, Any] = {
    "any": lazy_gettext("any one"),
    "all": lazy_gettext("all must agree"),
    "in_order": lazy_gettext("one after the other"),
    "claim": lazy_gettext("whoever claims it"),
    "at_least": lazy_gettext("a number of them"),
    "percent": lazy_gettext("a share of them"),
}
KINDS: dict[str, Any] = {
    "before": lazy_gettext("added, before"),
    "after": lazy_gettext("added, after"),
    "opinion": lazy_gettext("opinion"),
    "hold": lazy_gettext("flow administrator"),
    "resubmit": lazy_gettext("initiator"),
}
LISTS: dict[str, Any] = {
    "todo": lazy_gettext("To do"),
    "done": lazy_gettext("Decided by me"),
    "started": lazy_gettext("Started by me"),
    "copies": lazy_gettext("Copies for me"),
}

EMPTY: dict[str, tuple[Any, Any]] = {  # what an empty list says, and a hint
    "todo": (
        lazy_gettext("Nothing waits for your decision."),
        lazy_gettext("What is handed in for you appears here, and in the menu's number."),
    ),
    "done": (lazy_gettext("You have decided nothing yet."), ""),
    "started": (
        lazy_gettext("You have handed in nothing yet."),
        lazy_gettext("Open a draft and hand it in; you can follow it here."),
    ),
    "copies": (lazy_gettext("No copies for you."), ""),
}


def command_label(name: str) -> str:
    """Return what a command is called; an action that starts a case is called «started»."""
    found = COMMANDS.get(name)
    return str(found[0]) if found else str(lazy_gettext("Started"))


def status_badge(status: str, *, suspended: bool = False) -> dict[str, str]:
    """Return a case's status as a badge."""
    text, color = STATUS["suspended" if suspended and status == "running" else status]
    return {"text": str(text), "color": color}


def reason(name: str) -> str:
    """Return a reason in words; '' for none."""
    return str(REASONS.get(name, "")) if name else ""
