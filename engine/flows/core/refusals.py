"""Why a command is refused; each by a name that callers and tests can rely on."""

from __future__ import annotations

from engine.extension import Refused

MESSAGES = {
    "already_done": "This task has been decided already.",
    "not_your_task": "This task is not yours.",
    "not_your_open_task": "You have decided already.",
    "not_yours": "This process is not yours.",
    "not_open": "This task cannot be acted on now.",
    "not_running": "This process has ended.",
    "suspended": "This process is suspended.",
    "not_suspended": "This process is not suspended.",
    "not_allowed": "This step does not allow that.",
    "not_initiator": "Only who started the process may do this.",
    "not_admin": "Only an administrator of the flow may do this.",
    "already_decided": "Somebody has decided already, so it is too late for this.",
    "bad_target": "The process cannot go to that step from here.",
    "no_people": "Choose at least one person.",
    "duplicate": "This person takes part in the step already.",
    "inactive": "This account is switched off.",
    "self_approval": "Who started the process may not decide on it.",
    "too_deep": "Signers can be added three times over, not more.",
    "already_adding": "Signers have been added to this task already.",
    "last_seat": "The last person of a step cannot be removed.",
    "too_few_left": "Too few people would be left to decide.",
    "not_added": "You can remove only whom you have added, and who has not decided.",
    "not_waiting": "The process does not wait for this.",
    "in_hand": "The process is just going on, and cannot be told anything meanwhile.",
    "too_many_steps": "The flow goes round in a circle without anybody deciding.",
    "irreversible": "What followed cannot be undone.",
    "nothing_to_take_back": "There is no decision of yours to take back.",
    "unknown_action": "There is no such action.",
    "too_soon": "They were reminded a short while ago.",
    "already_running": "An approval of this record is running already.",
    "wrong_state": "The record's state does not allow this.",
    "may_not_start": "You may not start this process.",
    "condition": "The conditions for this are not met.",
    "recursion": "The flow starts itself too many times over.",
    "comment_required": "Say why.",
    "required_empty": "Fill in what this step asks for first.",
    "unknown_call": "The flow calls %(name)s, which no plugin brings.",
    "no_place": "A step that is open has no place in the new text of the flow.",
    "unfit": "The text this process began with no longer fits; an administrator must move it.",
    "up_to_date": "This process follows the newest text already.",
    "nobody": "Nobody was found for this step.",
}


class FlowRefused(Refused):
    """A command that changes nothing; `code` is one of MESSAGES."""

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        super().__init__(MESSAGES[code], **params)
