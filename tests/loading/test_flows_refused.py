"""Wrong flows; the golden texts are in tests/errors."""

from __future__ import annotations

import pytest

from engine.loading import json_schema
from tests.loading.flow_project import (
    LEASE,
    OFFICE,
    PURCHASE,
    REDUCTION,
    TEXTS,
    changed,
    findings_in,
    findings_with,
    purchase,
)

ANN = "who: user:ann"


def _said(found: list[str], said: str, place: str = "") -> bool:
    return len(found) == 1 and said in found[0] and found[0].startswith(place)


# -- A34: what cannot be run is refused when it is loaded -------------------------------------


@pytest.mark.parametrize(
    ("steps", "place", "said"),
    [
        (
            "  - parallel: p\n    branches:\n      - steps: [{step: l, who: user:leo}]\n"
            "      - steps: [{step: f, who: user:fay, on_reject: l}]\n",
            "7:53",
            "bad-target: 'l' cannot be reached",
        ),
        (
            "  - {parallel: p, join: {at_least: 3}, branches: [{steps: []}, {steps: []}]}\n",
            "4:36",
            "at-least-too-high: 3 can never agree: 'p' has 2 branches",
        ),
        (
            f"  - {{step: s, {ANN}}}\n  - {{step: s, {ANN}}}\n",
            "5:12",
            "duplicate-name: the flow 'purchase_request' has two nodes 's' "
            "(first declared at workflows/purchase_request.yaml:4:12)",
        ),
        (
            f"  - {{step: s, when: totl > 5, {ANN}}}\n",
            "4:21",
            "unknown-name: 'totl' is not known here (did you mean 'total'?",
        ),
        (
            "  - {choose: c, branches: [{when: total > 5, steps: []}]}\n",
            "4:14",
            "missing-else: 'c' has no `else`",
        ),
    ],
)
def test_a34_names_file_line_and_step(steps: str, place: str, said: str) -> None:
    found = findings_in(purchase(steps))

    assert _said(found, said, f"{PURCHASE}:{place}:"), found


# -- the shape -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (REDUCTION, "subject:", "subjct:", "unknown-key: 'subjct' is not a key of a flow"),
        (
            REDUCTION,
            "for: fee_reduction ",
            "four: x ",
            "missing-key: a flow must have the key 'for'",
        ),
        (REDUCTION, "flow: fee_reduction ", "flow: Fee ", "bad-name: 'Fee' is not a proper name"),
        (REDUCTION, "steps:\n", "stepz:\n", "a flow must have the key 'steps' or 'actions'"),
        (
            REDUCTION,
            "edit: [customer, amount, reason]",
            "edit: some",
            "wrong-choice: 'edit' cannot be 'some'",
        ),
        (REDUCTION, "repeated: skip_adjacent", "repeated: skip", "wrong-choice: 'repeated'"),
        (REDUCTION, "repeated: skip_adjacent", "nobody: wait", "wrong-choice: 'nobody' cannot be"),
        (
            REDUCTION,
            "repeated: skip_adjacent",
            "nobody: {too: x}",
            "unknown-key: 'too' is not a key of 'nobody'",
        ),
        (REDUCTION, "repeated: skip_adjacent", "withdraw: no", "wrong-choice: 'withdraw'"),
        (REDUCTION, "repeated: skip_adjacent", "can: [rejct]", "did you mean 'reject'?"),
        (
            REDUCTION,
            "- step: manager",
            "- stp: manager",
            "must say what it is by its first key (did you mean 'step'?",
        ),
        (
            REDUCTION,
            "who: initiator.manager",
            "whom: initiator.manager",
            "a step must have the key 'who'",
        ),
        (REDUCTION, "who: initiator.manager", "who: []", "wrong-value: 'who' must not be empty"),
        (REDUCTION, "who: initiator.manager", "who: initiator.manger", "bad-who"),
        (REDUCTION, "sign: claim", "sign: most", "wrong-choice: 'sign' cannot be 'most'"),
        (REDUCTION, "- else: true", "- else: yes", "wrong-type: 'else' must be true or false"),
        (
            REDUCTION,
            "- when: amount <= 1000\n        steps: []",
            "- when: amount <= 1000",
            "a branch must have the key 'steps'",
        ),
        (
            REDUCTION,
            "call: fee.apply_reduction",
            "cal: fee.x",
            "must have the key 'set' or 'call' or 'cc' or 'notify'",
        ),
        (
            REDUCTION,
            "- call: fee.apply",
            "- notify: initiator\n      call: fee.apply",
            "cannot have both 'notify' and 'call'",
        ),
        (
            PURCHASE,
            "{at_least: 2, refuse: when_lost}",
            "{refuse: when_lost}",
            "must have the key 'at_least' or 'percent'",
        ),
        (
            PURCHASE,
            "{at_least: 2, ",
            "{at_least: 2, percent: 50, ",
            "cannot have both 'at_least' and 'percent'",
        ),
        (PURCHASE, "{at_least: 2, ", "{at_least: 0, ", "'at_least' must be at least 1"),
        (
            PURCHASE,
            "in: 1 workday,",
            "in: 1 wokday,",
            "wrong-value: 'in' does not have the right form",
        ),
        (
            PURCHASE,
            "in: 1 workday,",
            "in: 0 days,",
            "wrong-value: 'in' does not have the right form",
        ),
        (PURCHASE, "due: {in: 1 workday, ", "due: {", "a deadline must have the key 'in'"),
        (PURCHASE, "every: 4 workhours, max: 3", "max: 3", "must have the key 'every'"),
        (PURCHASE, "then: remind", "then: forget", "wrong-choice: 'then' cannot be 'forget'"),
        (
            PURCHASE,
            "then: remind",
            "then: {transfer: user:a, escalate: user:b}",
            "cannot have both",
        ),
        (LEASE, "    during: reviewing\n", "", "an action must have the key 'during'"),
        (
            LEASE,
            "    during: reviewing\n",
            "    during: reviewing\n    to: effective\n",
            "cannot have both",
        ),
        (LEASE, "    to: terminated\n", "", "an action must have the key 'to' or 'steps'"),
        (
            LEASE,
            "    to: terminated\n",
            "    to: terminated\n    during: draft\n",
            "conflicting-keys: 'during' belongs to an action with steps",
        ),
        (
            LEASE,
            "    to: terminated\n",
            "    to: terminated\n    after: {rejected: []}\n",
            "an action without steps is never 'rejected'",
        ),
        (
            LEASE,
            "rules: {",
            "start: {edit: all}\nrules: {",
            "conflicting-keys: 'start' belongs to the short form",
        ),
        (
            LEASE,
            "  draft:      {label",
            "  Draft:      {label",
            "bad-name: 'Draft' is not a proper name",
        ),
        (LEASE, "join: all", "join: most", "wrong-choice: 'join' cannot be 'most'"),
        (LEASE, "join: all", "join: {rest: keep}", "a join must have the key 'at_least'"),
    ],
)
def test_the_shape_of_a_flow_file(file: str, old: str, new: str, said: str) -> None:
    found = findings_with(file, old, new)

    assert any(said in one for one in found), found
    assert all(one.startswith(file) for one in found)


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ("  - {wait: w}\n", "a wait must have the key 'event' or 'delay' or 'until'"),
        ("  - {wait: w, event: paid, delay: 1 day}\n", "cannot have both 'event' and 'delay'"),
        ("  - {end: maybe}\n", "wrong-choice: 'end' cannot be 'maybe'"),
        ("  - {do: []}\n", "wrong-value: 'do' must not be empty"),
        (f"  - {{step: s, {ANN}, choose: c}}\n", "unknown-key: 'choose' is not a key of a step"),
        ("  - {parallel: p, branches: [{steps: []}]}\n", "'branches' must have at least 2 entries"),
        ("  - text\n", "must be a map of keys"),
        ("  - {choose: c, branches: [{else: true, steps: [{stp: s}]}]}\n", "did you mean 'step'?"),
    ],
)
def test_the_shape_of_a_node(steps: str, said: str) -> None:
    found = findings_in(purchase(steps))

    assert _said(found, said), found


def test_everything_is_said_at_once() -> None:
    texts = changed(REDUCTION, "sign: claim", "sign: most")
    texts[LEASE] = texts[LEASE].replace("sign: claim", "sgn: claim")
    texts[OFFICE] = texts[OFFICE].replace("parent: parent", "parnt: parent")

    found = findings_in(texts)
    assert [one.partition(":")[0] for one in found] == [OFFICE, REDUCTION, LEASE, LEASE]


# -- editors -------------------------------------------------------------------------------


def _editor_errors(text: str) -> list[str]:
    import jsonschema_rs

    from engine.source import parse

    document, _ = parse(text, "a.yaml")
    assert document is not None
    validator = jsonschema_rs.validator_for(json_schema()["flow.schema.json"])
    return [error.message for error in validator.iter_errors(document.value)]


@pytest.mark.parametrize("file", [REDUCTION, PURCHASE, LEASE])
def test_editors_take_the_three_flows(file: str) -> None:
    assert _editor_errors(TEXTS[file]) == []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (REDUCTION, "who: initiator.manager", "who: initiator.boss"),
        (REDUCTION, "sign: claim", "sgn: claim"),
        (PURCHASE, "at_least: 2", "at_least: 2, percent: 50"),
        (LEASE, "in: 2 workdays", "in: two workdays"),
        (LEASE, "    to: terminated\n", ""),
    ],
)
def test_editors_refuse_five_broken_ones(file: str, old: str, new: str) -> None:
    assert _editor_errors(changed(file, old, new)[file]) != []
