"""How people decide: how many, until when, and what happens when it goes otherwise."""

from __future__ import annotations

from engine.loading.shapes.flow_parts import duration, exactly_one, people, word_or
from engine.loading.shapes.parts import Schema, choice, name, record
from engine.metadata.flows import CAN

_TO: dict[str, Schema] = {"to": people("These people instead.")}
CAN_DO: Schema = {
    "type": "array",
    "items": {"enum": list(CAN)},
    "uniqueItems": True,
    "description": "What an approver may do beside approving; everything if not given.",
}


def nobody(default: str = "") -> Schema:
    """Describe what happens when nobody is found for a step."""
    doc = (
        "When nobody is found: an administrator of the flow names somebody, the step is passed"
        " over, or it counts as refused."
    )
    return word_or(record("", _TO, ("to",)), doc, "hold", "skip", "reject", default=default)


def initiator_rule() -> Schema:
    """Describe what happens when the approver is who started the flow."""
    doc = (
        "When the approver is the initiator: he may, or he is left out. If not given, his"
        " manager decides instead."
    )
    return word_or(record("", _TO, ("to",)), doc, "allow", "skip")


def repeated(default: str = "") -> Schema:
    """Describe what happens when somebody has agreed already."""
    found = choice(
        "Who has agreed already: is asked again, or not if it was just before, or not at all.",
        *("ask", "skip_adjacent", "skip_any"),
    )
    return found if default else {k: v for k, v in found.items() if k != "default"}


SIGN = word_or(
    exactly_one(
        record(
            "a sign rule",
            {
                "at_least": {
                    "type": "integer",
                    "minimum": 1,
                    "description": "So many must agree.",
                },
                "percent": {
                    "type": "number",
                    "exclusiveMinimum": 0,
                    "maximum": 100,
                    "description": "So many of a hundred must agree.",
                },
                "refuse": choice(
                    "Lost when agreement cannot be reached any more, or at the first refusal.",
                    *("when_lost", "first"),
                ),
                "rest": choice("What becomes of the others once it is decided.", "cancel", "keep"),
            },
        ),
        *("at_least", "percent"),
    ),
    "How many must agree: any one, all, all in order, or whoever claims it first.",
    *("any", "all", "in_order", "claim"),
    default="any",
)

DUE = word_or(
    record(
        "a deadline",
        {
            "in": duration("How long a person may take."),
            "remind": record(
                "",
                {
                    "before": duration("So long before the time is over."),
                    "every": duration("Again and again from then on."),
                    "max": {
                        "type": "integer",
                        "minimum": 1,
                        "default": 3,
                        "description": "How often at most.",
                    },
                },
                doc="When the person is reminded; at the end of the time if not given.",
            )
            | {"dependentRequired": {"max": ["every"]}},
            "then": word_or(
                exactly_one(
                    record(
                        "what happens then",
                        {
                            "transfer": people("They decide instead."),
                            "escalate": people("They may decide too."),
                            "return": name("Back to a step, `initiator` or `previous`."),
                        },
                    ),
                    *("transfer", "escalate", "return"),
                ),
                "What happens when the time is over.",
                *("remind", "approve", "reject"),
                default="remind",
            ),
        },
        ("in",),
    ),
    "How long a person may take, as '2 workdays'.",
)
# A bare text is the length of time itself.
DUE = {key: value for key, value in DUE.items() if key != "examples"} | {
    "pattern": duration("")["pattern"],
    "format": "duration",
}
