"""A flow file: workflows/<name>.yaml."""

from __future__ import annotations

from engine.loading.shapes.flow_nodes import STEPS, effects
from engine.loading.shapes.flow_parts import (
    exactly_one,
    fields,
    identifier,
    people,
    word_or_names,
)
from engine.loading.shapes.flow_rules import CAN_DO, initiator_rule, nobody, repeated
from engine.loading.shapes.parts import Schema, choice, flag, formula, label, name, names, record

_NAMES: Schema = {"propertyNames": {"pattern": "^[a-z][a-z0-9_]{0,49}$"}}

APPLIES = record(
    "",
    {
        "units": names("Codes of units: only their records, and those of units below."),
        "when": formula("Only records for which this holds."),
    },
    doc="Which records; all if not given. Tells the flows of one entity apart.",
)
START = record(
    "",
    {
        "who": people("Who may submit; who may change the record if not given."),
        "when": formula("Only then it can be submitted."),
        "edit": fields("What the initiator may change when it comes back to him.", "all"),
    },
    doc="Of the short form: how it begins.",
)
RULES = record(
    "the rules",
    {
        "withdraw": choice(
            "Until when the initiator may take it back.",
            *("anytime", "before_first_decision", "never"),
        ),
        "resubmit": choice(
            "After a return: every step again, or straight back to who returned it.",
            *("again", "back"),
        ),
        "comment": choice("When an approver must say why.", "on_negative", "optional", "always"),
        "repeated": repeated("ask"),
        "nobody": nobody("hold"),
        "self": initiator_rule(),
        "can": CAN_DO,
        "admin": people("Who mends this flow; the administrators if not given."),
        "watch": word_or_names(
            "Fields whose change makes an earlier approval void; as a rule those that the"
            " flow's conditions read.",
            "conditions",
            "all",
            "none",
        ),
    },
    doc="What holds for every step; a step may say otherwise.",
)
STATE = record(
    "a state",
    {
        "label": label("What people read; the option's label if not given."),
        "edit": fields("Fields people may change in this state.", "none"),
        "initial": flag("New records begin here; true of exactly one."),
    },
)
THEN = record(
    "",
    {
        "approved": identifier("State once all have agreed."),
        "rejected": identifier("State once it is refused."),
        "returned": identifier("State while the initiator mends it; the one it came from."),
        "withdrawn": identifier("State once the initiator took it back; the one it came from."),
        "terminated": identifier("State once an administrator ended it; that of `rejected`."),
    },
    ("approved", "rejected"),
    "Where the record goes.",
)
AFTER = record(
    "",
    {
        "submitted": effects("When it begins."),
        "approved": effects("When all have agreed."),
        "rejected": effects("When it is refused."),
        "returned": effects("When it goes back to the initiator."),
        "withdrawn": effects("When the initiator takes it back."),
        "terminated": effects("When an administrator ends it."),
    },
    doc="What the flow does itself, in the transaction of the decision.",
)
ACTION = exactly_one(
    record(
        "an action",
        {
            "label": label("What the button says; its name if not given."),
            "from": {
                "type": ["string", "array"],
                "minLength": 1,
                "items": {"type": "string", "minLength": 1},
                "minItems": 1,
                "uniqueItems": True,
                "description": "State or states it starts from.",
            },
            "who": people("Who may do it; who may change the record if not given."),
            "when": formula("Only then it can be done."),
            "edit": fields("What the initiator may change when it comes back to him.", "all"),
            "to": identifier("State it leads to, at once."),
            "steps": STEPS,
            "during": identifier("State while people decide."),
            "then": THEN,
            "after": AFTER,
        },
        ("from",),
        "From one state to another: at once with `to`, or with `steps` in which people decide.",
    ),
    *("to", "steps"),
) | {"dependentRequired": {"steps": ["during", "then"]}}

FLOW_SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **exactly_one(
        record(
            "a flow",
            {
                "flow": identifier("The flow's name, which is also its file's."),
                "title": label("What people read; the entity's label if not given."),
                "for": name("The entity whose records it governs."),
                "subject": {
                    "type": "string",
                    "minLength": 1,
                    "description": "How one is told from another; a formula between { and }.",
                },
                "status": name("The choice field that holds the record's state.")
                | {"default": "state"},
                "applies": APPLIES,
                "start": START,
                "rules": RULES,
                "steps": STEPS
                | {
                    "description": "The short form: one action `submit`, the states draft,"
                    " pending, approved, rejected and voided."
                },
                "states": {
                    "title": "the states",
                    "type": "object",
                    "minProperties": 1,
                    "additionalProperties": STATE,
                    "description": "The record's life, by name.",
                    **_NAMES,
                },
                "actions": {
                    "title": "the actions",
                    "type": "object",
                    "minProperties": 1,
                    "additionalProperties": ACTION,
                    "description": "What can be done with a record, by name.",
                    **_NAMES,
                },
                "after": AFTER | {"description": "Of the short form: what the flow does itself."},
            },
            ("flow", "for"),
            "How the records of one entity are decided on; a file below workflows/.",
        ),
        *("steps", "actions"),
    ),
    "dependentRequired": {"actions": ["states"], "states": ["actions"]},
}
