"""The nodes of a flow: each is an entry of `steps`, known by its first key."""

from __future__ import annotations

from engine.loading.shapes.flow_parts import (
    duration,
    exactly_one,
    fields,
    identifier,
    people,
    word_or,
    word_or_names,
)
from engine.loading.shapes.flow_rules import CAN_DO, DUE, SIGN, initiator_rule, nobody, repeated
from engine.loading.shapes.parts import (
    Schema,
    choice,
    flag,
    formula,
    label,
    listing,
    name,
    record,
)

# Each node is checked again with the schema of its own kind, so that messages are about it.
ANY_NODE: Schema = {"title": "a node", "type": "object"}
STEPS = listing(ANY_NODE, "What happens, one after the other; empty: agreed at once.")
WHEN = formula("Passed over unless this holds; reads the record's fields.")
TITLE = label("What people read; its name if not given.")

EFFECT = exactly_one(
    record(
        "an effect",
        {
            "set": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": formula("The new value."),
                "description": "Fields the flow changes: field -> formula.",
            },
            "call": name("A plugin's action, 'plugin.function', in the same transaction."),
            "cc": people("Who may read the record from then on, and is told."),
            "notify": people("Who is told."),
        },
        doc="One thing the flow does itself. If it fails, nothing of the decision is kept.",
    ),
    *("set", "call", "cc", "notify"),
)


def effects(doc: str) -> Schema:
    """Describe a list of what the flow does."""
    return listing(EFFECT, doc)


STEP = record(
    "a step",
    {
        "step": identifier("Its name, which other steps refer to."),
        "title": TITLE,
        "when": WHEN,
        "who": people("Who decides."),
        "sign": SIGN,
        "can": CAN_DO,
        "edit": fields("Fields an approver may change here.", "none"),
        "hide": fields("Fields an approver does not see here.", "none"),
        "require": fields("Fields that must be filled in before approving.", "none"),
        "on_reject": name("Where a refusal leads: `end`, `initiator`, `previous` or a step.")
        | {"default": "end"},
        "return_to": word_or_names(
            "Where it may be sent back to: any step passed, or only these.",
            *("any", "initiator", "previous"),
        ),
        "due": DUE,
        "nobody": nobody(),
        "self": initiator_rule(),
        "repeated": repeated(),
        "cc": people("Who may read the record once the step is passed."),
        "status": identifier("The record's state meanwhile; the action's `during` if not given."),
        "before": effects("What the flow does when the step is reached."),
        "after": effects("What the flow does once the step is passed."),
    },
    ("step", "who"),
    "People decide.",
)

BRANCH = record(
    "a branch",
    {
        "name": label("What people read."),
        "when": formula("Taken if this holds."),
        "else": flag("Taken if no other is."),
        "steps": STEPS,
    },
    ("steps",),
)
CHOOSE = record(
    "a choose block",
    {
        "choose": identifier("Its name."),
        "title": TITLE,
        "when": WHEN,
        "pick": choice("The first branch that holds, or every one.", "first", "every"),
        "branches": listing(BRANCH, "The ways, with `when` or `else`.") | {"minItems": 1},
    },
    ("choose", "branches"),
    "The record goes one way, or several.",
)

JOIN = word_or(
    record(
        "a join",
        {
            "at_least": {
                "type": "integer",
                "minimum": 1,
                "description": "So many of the branches taken must pass; all, if fewer are.",
            },
            "rest": choice("What becomes of the others then.", "cancel", "keep"),
        },
        ("at_least",),
    ),
    "How many branches must pass.",
    *("all", "any"),
    default="all",
)
PARALLEL = record(
    "a parallel block",
    {
        "parallel": identifier("Its name."),
        "title": TITLE,
        "when": WHEN,
        "join": JOIN,
        "on_branch_reject": choice(
            "A refusal in a branch refuses all, or only counts against `join`.", "end", "count"
        ),
        "branches": listing(BRANCH, "The ways, all at once; one with `when` only if it holds.")
        | {"minItems": 2},
    },
    ("parallel", "branches"),
    "Several things at once.",
)
SUBFLOW = record(
    "a sub-flow",
    {
        "subflow": identifier("The flow that is started."),
        "id": identifier("Its name; made from the flow's if not given."),
        "title": TITLE,
        "when": WHEN,
        "for_each": name("A field of lines: once for each of them."),
        "record": name(
            "Path of links to its record, from the line if there is one. Without both it is the"
            " same record: of one `status` field, the flow that starts the other keeps the state."
        ),
        "wait": flag("Go on only when it has ended.", default=True),
        "join": choice("All must be approved, or one is enough.", "all", "any"),
        "on_reject": name(
            "Where a refusal leads: `end`, `next`, `initiator`, `previous` or a step."
        )
        | {"default": "end"},
    },
    ("subflow",),
    "Another flow.",
)
WAIT = exactly_one(
    record(
        "a wait",
        {
            "wait": identifier("Its name."),
            "title": TITLE,
            "when": WHEN,
            "event": name("Until this happens."),
            "delay": duration("So long."),
            "until": formula("Until this day or moment."),
            "timeout": duration("At most so long; then the flow goes on."),
        },
        ("wait",),
        "Until something happens, or some time has passed.",
    ),
    *("event", "delay", "until"),
)
WORK = record(
    "a do entry",
    {
        "do": effects("What the flow does.") | {"minItems": 1},
        "id": identifier("Its name; made from its place if not given."),
        "title": TITLE,
        "when": WHEN,
    },
    ("do",),
    "The flow does something itself.",
)
END = record(
    "an end",
    {
        "end": {"enum": ["approved", "rejected"], "description": "How it ends."},
        "title": TITLE,
        "when": WHEN,
    },
    ("end",),
    "The flow is over, wherever it stands.",
)

# In this order: of the keys of an entry the first of these says what it is.
NODES: dict[str, Schema] = {
    "step": STEP,
    "choose": CHOOSE,
    "parallel": PARALLEL,
    "subflow": SUBFLOW,
    "wait": WAIT,
    "do": WORK,
    "end": END,
}
