"""Wrong flows; the golden texts are in tests/errors."""

from __future__ import annotations

import pytest

from engine.loading import check_files, json_schema
from engine.source import TextFiles
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


# -- the meaning ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (REDUCTION, "for: fee_reduction ", "for: fee_reductn ", "unknown-entity"),
        (REDUCTION, "flow: fee_reduction ", "flow: reduction ", "flow-file"),
        (
            REDUCTION,
            "\nstart:",
            "\nstatus: stat\nstart:",
            "unknown-field: 'fee_reduction' has no field 'stat'",
        ),
        (REDUCTION, "{customer.name}", "{customer.nam}", "unknown-name: 'customer' has no 'nam'"),
        (REDUCTION, "{customer.name}", "{user.name}", "unknown-name: 'user' is not known here"),
        (REDUCTION, "when: amount <= 1000\n", "when: amount\n", "formula-type"),
        (REDUCTION, "when: amount <= 1000\n", "when: user.login == 'x'\n", "unknown-name: 'user'"),
        (REDUCTION, "edit: [customer, amount, reason]", "edit: [customr]", "unknown-field"),
        (
            REDUCTION,
            "edit: [customer, amount, reason]",
            "edit: [state]",
            "wrong-field: nobody can change 'state': it holds the state",
        ),
        (REDUCTION, "edit: [approved_amount]", "hide: [approved]", "unknown-field"),
        (REDUCTION, "edit: [approved_amount]", "require: [approved]", "unknown-field"),
        (
            REDUCTION,
            "edit: [approved_amount]",
            "hide: [reason], require: [reason]",
            "conflicting-keys: 'reason' is hidden",
        ),
        (REDUCTION, "repeated: skip_adjacent", "watch: [amont]", "unknown-field"),
        (
            REDUCTION,
            "role:fee_clerk",
            "role:fee_clark",
            "unknown-role: there is no role 'fee_clark'",
        ),
        (REDUCTION, "[role:fee_clerk, role:sales]", "initiator.manager", "bad-who"),
        (REDUCTION, "[role:fee_clerk, role:sales]", "same_as:manager", "bad-who"),
        (REDUCTION, "repeated: skip_adjacent", "admin: chosen_by:initiator", "bad-who"),
        (
            REDUCTION,
            "set: {effective_date: today()}",
            "set: {effective_date: amount}",
            "formula-type",
        ),
        (REDUCTION, "set: {effective_date: today()}", "set: {effectiv: today()}", "unknown-field"),
        (REDUCTION, "set: {effective_date: today()}", "set: {state: \"'voided'\"}", "flow-status"),
        (
            REDUCTION,
            "call: fee.apply_reduction",
            "call: apply",
            "unknown-action: 'apply' does not name",
        ),
        (REDUCTION, "role:cashier]", "field:customer]", "wrong-field: 'customer' names nobody"),
        (
            REDUCTION,
            "role:cashier]",
            "field:customer.nme]",
            "unknown-field: 'customer' has no field 'nme'",
        ),
        (REDUCTION, "role:cashier]", "same_as:finance]", "bad-target"),
        (REDUCTION, "role:cashier]", '"role:cashier@field:customer"]', "must lead to a unit"),
        (PURCHASE, "cc: field:buyer", "cc: field:lines.item", "not-a-link"),
        (
            PURCHASE,
            "edit: [supplier, unit_price]",
            "edit: [total]",
            "nobody can change 'total': it is computed",
        ),
        (PURCHASE, "return_to: [manager]", "return_to: [gm]", "bad-target"),
        (
            PURCHASE,
            "return_to: [manager]",
            "return_to: [countersign]",
            "cannot lead back to itself",
        ),
        (
            PURCHASE,
            "return_to: [manager]",
            "return_to: [end]",
            "unknown-step: there is no step 'end'",
        ),
        (PURCHASE, "return_to: [manager]", "on_reject: manger", "did you mean 'manager'?"),
        (PURCHASE, "then: remind", "then: {return: gm}", "bad-target"),
        (PURCHASE, "step: gm", "step: initiator", "reserved-name"),
        (
            PURCHASE,
            "\nrules:",
            "\napplies: {units: [GD]}\nrules:",
            "bad-scope: 'purchase_request' has no scope",
        ),
        (PURCHASE, "\nrules:", "\napplies: {when: totl > 1}\nrules:", "unknown-name"),
        (LEASE, "edit: [contact_phone]", "edit: [phone]", "unknown-field"),
        (LEASE, "edit: all, initial: true", "edit: all", "initial-state"),
        (LEASE, "from: effective", "from: efective", "unknown-state"),
        (LEASE, "to: terminated", "to: ended", "unknown-state"),
        (LEASE, "during: reviewing", "during: review", "unknown-state"),
        (LEASE, "returned: draft", "returned: drft", "did you mean 'draft'?"),
        (LEASE, "{step: gm, title", "{step: gm, status: signing, title", "unknown-state"),
        (
            LEASE,
            "  rejected:   {label",
            "  signing: {}\n  rejected:   {label",
            "unknown-option: 'signing' is not an option of 'state'",
        ),
        (LEASE, "step: finance_head,", "step: legal,", "duplicate-name"),
        (LEASE, "who: role:legal\n", "who: role:legal@dept:HQ\n", ""),
    ],
)
def test_the_meaning_of_a_flow_file(file: str, old: str, new: str, said: str) -> None:
    found = findings_with(file, old, new)

    assert _said(found, said, file) if said else found == [], found


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("        read_only: true\n", "", "flow-status: 'state' is the state of the flow"),
        ("        default: draft\n", "", "flow-default: 'state' must begin as 'draft'"),
        ("        default: draft\n", "        default: pending\n", "flow-default"),
        ("        default: draft\n", "        default_formula: \"'draft'\"\n", "flow-status"),
        (", voided: 作废}", "}", "unknown-option: 'state' has no option 'voided'"),
        (
            "    scope: unit\n",
            "    scope: unit\n    buttons:\n      end: {label: 结束, set: {state: \"'voided'\"}}\n",
            "flow-status: a button cannot set 'state'",
        ),
    ],
)
def test_the_entity_of_a_flow(old: str, new: str, said: str) -> None:
    found = findings_with(OFFICE, old, new)

    assert any(said in one for one in found), found
    assert all("flow-" in one or "unknown-option" in one for one in found)


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ("  - {wait: w, until: total}\n", "formula-type: the formula must give a date"),
        ("  - {wait: w, delay: 1 day, timeout: 2 days}\n", "conflicting-keys"),
        ("  - {choose: c, branches: [{else: true, when: total > 1, steps: []}]}\n", "conflicting"),
        ("  - {choose: c, pick: every, branches: [{steps: []}]}\n", "must say when it is taken"),
        (f"  - {{step: s, {ANN}, sign: {{at_least: 2}}}}\n", "at-least-too-high"),
        ("  - {step: s, who: chosen_by:previous, nobody: {to: same_as:t}}\n", "unknown-step"),
        (f"  - {{step: s, {ANN}, cc: same_as:s}}\n", ""),
        (f"  - {{step: s, {ANN}, due: {{in: 1 day, then: {{return: previous}}}}}}\n", ""),
        ("  - {choose: c, pick: every, branches: [{when: total > 1, steps: []}]}\n", ""),
        (
            f"  - {{step: a, {ANN}}}\n"
            "  - {choose: c, branches: [{else: true, steps: "
            f"[{{step: b, {ANN}, on_reject: a}}]}}]}}\n",
            "",
        ),
        (
            f"  - {{choose: c, branches: [{{else: true, steps: [{{step: b, {ANN}}}]}}]}}\n"
            f"  - {{step: a, {ANN}, on_reject: b}}\n",
            "bad-target",
        ),
    ],
)
def test_the_meaning_of_a_node(steps: str, said: str) -> None:
    found = findings_in(purchase(steps))

    assert _said(found, said) if said else found == [], found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("for: shop\n", "unknown-field: 'shop' has no field 'state' for the states of the flow"),
        ("for: purchase_request\nstatus: count\n", "wrong-field: 'count' must be a choice field"),
        ("for: purchase_request\nstatus: stat\n", "did you mean 'state'?"),
    ],
)
def test_the_field_of_the_state(text: str, said: str) -> None:
    found = findings_in({**TEXTS, PURCHASE: f"flow: purchase_request\n{text}steps: []\n"})

    assert _said(found, said, PURCHASE), found


LINE = "flow: line_check\nfor: purchase_line\nsteps: {steps}\n"


@pytest.mark.parametrize(
    ("node", "said"),
    [
        ("{subflow: line_check, for_each: lines}", ""),
        ("{subflow: line_check, for_each: lines, wait: false}", ""),
        ("{subflow: line_check, for_each: lines, on_reject: next}", ""),
        ("{subflow: line_check, for_each: lines, on_reject: later}", "unknown-step"),
        ("{subflow: line_check, for_each: lines, wait: false, join: any}", "conflicting-keys"),
        ("{subflow: line_check, for_each: buyer}", "wrong-field: 'buyer' must be a field of lines"),
        ("{subflow: line_check}", "subflow-unfit: the flow 'line_check' is for 'purchase_line'"),
        ("{subflow: line_check, record: supplier}", "subflow-unfit"),
        ("{subflow: line_check, record: total}", "wrong-field: 'total' leads to no record"),
        ("{subflow: line_check, record: supplir}", "unknown-field"),
        ("{subflow: purchase_request, for_each: lines, record: request}", ""),
        ("{subflow: purchase_request, when: total > 5}", "subflow-unfit: 'purchase_request' would"),
        ("{subflow: line_chek, for_each: lines}", "did you mean 'line_check'?"),
    ],
)
def test_sub_flows(node: str, said: str) -> None:
    texts = {**purchase(f"  - {node}\n"), "workflows/line_check.yaml": LINE.format(steps="[]")}
    found = findings_in(texts)

    assert _said(found, said) if said else found == [], found


@pytest.mark.parametrize(
    ("there", "back", "endless"),
    [
        (
            "{subflow: line_check, record: first}",
            "{subflow: purchase_request, record: request}",
            True,
        ),
        (
            "{subflow: line_check, for_each: lines}",
            "{subflow: purchase_request, record: request}",
            False,
        ),
        (
            "{subflow: line_check, record: first}",
            "{subflow: purchase_request, record: request, when: item is None}",
            False,
        ),
        (
            "{choose: c, pick: every, branches: [{when: total > 1,"
            " steps: [{subflow: line_check, record: first}]}]}",
            "{subflow: purchase_request, record: request}",
            False,
        ),
    ],
)
def test_flows_that_start_each_other(there: str, back: str, *, endless: bool) -> None:
    old = "      lines: {type: lines"
    new = f"      first: {{type: link, to: purchase_line, label: 首行}}\n{old}"
    texts = changed(OFFICE, old, new)
    texts[PURCHASE] = purchase(f"  - {there}\n")[PURCHASE]
    texts["workflows/line_check.yaml"] = LINE.format(steps=f"[{back}]")
    found = findings_in(texts)

    assert _said(found, "endless-flow: the flow 'line_check' would start itself") == endless, found
    assert endless or found == []


def test_a_sub_flow_must_have_one_beginning() -> None:
    texts = purchase("  - {subflow: lease_contract, record: lease}\n")
    old = "      buyer: {type: link"
    texts[OFFICE] = TEXTS[OFFICE].replace(
        old, f"      lease: {{type: link, to: lease_contract, label: 合同}}\n{old}"
    )
    assert findings_in(texts) == []

    texts[LEASE] = TEXTS[LEASE].replace("    from: draft\n", "    from: rejected\n")
    found = findings_in(texts)
    assert _said(found, "subflow-unfit: 'lease_contract' must have one action with steps")


@pytest.mark.parametrize(
    ("first", "second", "warned"),
    [
        ("", "", True),
        ("applies: {units: [GD, SZ]}\n", "applies: {units: [SZ, GD]}\n", True),
        ("", "applies: {units: [GD]}\n", False),
        ("applies: {when: amount > 5}\n", "applies: {when: amount <= 5}\n", False),
    ],
)
def test_two_flows_of_an_entity_are_told_apart(first: str, second: str, *, warned: bool) -> None:
    text = "flow: {}\nfor: fee_reduction\n{}steps: []\n"
    texts = {
        **TEXTS,
        REDUCTION: text.format("fee_reduction", first),
        "workflows/other.yaml": text.format("other", second),
    }
    loaded, found = check_files(TextFiles(texts))

    assert loaded is not None
    assert sorted(loaded.flows) == sorted([*(n[10:-5] for n in texts if n.startswith("work"))])
    assert [d.code for d in found] == (["ambiguous-flow"] if warned else [])


def test_of_two_flows_of_one_name_the_first_is_named() -> None:
    texts = {**TEXTS, "workflows/z.yaml": TEXTS[REDUCTION]}
    found = findings_in(texts)

    assert [one.split(": ")[1] for one in found] == ["duplicate-name"]
    assert f"first declared at {REDUCTION}:1:1" in found[0]


def test_files_below_workflows_are_read_whatever_they_hold() -> None:
    for text in ("", "[]", "x", "flow: 5", "a: b: c", "steps:\n  - - 1\n", "actions: {a: 1}\n"):
        found = findings_in({**TEXTS, "workflows/x.yaml": text})

        assert found
        assert all(one.startswith("workflows/x.yaml:") for one in found), found


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
