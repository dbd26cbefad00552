"""Flows whose shape is right and whose meaning is not."""

from __future__ import annotations

import pytest

from engine.loading import check_files
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
        ("{subflow: purchase_request, when: total > 5}", ""),
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
