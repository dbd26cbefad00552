"""What becomes of the text of a flow."""

from __future__ import annotations

import hashlib
from decimal import Decimal

import pytest

from engine.expressions import Typed
from engine.loading import catalog_from_texts, check_files, explain
from engine.metadata import Catalog, Formula
from engine.metadata.flows import (
    CAN,
    Choose,
    Due,
    Duration,
    End,
    Flow,
    Otherwise,
    Parallel,
    Sign,
    Step,
    Subflow,
    Wait,
    Who,
    Work,
)
from engine.source import TextFiles
from tests.loading.flow_project import LEASE, REDUCTION, TEXTS, catalog, changed, purchase


@pytest.fixture(scope="module")
def whole() -> Catalog:
    return catalog()


def _flow(texts: dict[str, str], name: str = "purchase_request") -> Flow:
    return catalog_from_texts(texts).flows[name]


def _step(text: str) -> Step:
    node = next(iter(_flow(purchase(f"  - {text}\n")).actions["submit"].nodes()))
    assert isinstance(node, Step)
    return node


def _people(found: tuple[Who, ...]) -> list[str]:
    return [who.text for who in found]


def test_the_three_flows_of_the_design_load_without_a_word() -> None:
    loaded, found = check_files(TextFiles(TEXTS))

    assert found == []
    assert loaded is not None
    assert sorted(loaded.flows) == ["fee_reduction", "lease_contract", "purchase_request"]


def test_the_short_form_is_one_action_and_five_states(whole: Catalog) -> None:
    flow = whole.flows["fee_reduction"]
    submit = flow.actions["submit"]

    assert list(flow.actions) == ["submit"]
    assert [(s.name, s.edit, s.initial) for s in flow.states.values()] == [
        ("draft", "all", True),
        ("pending", "none", False),
        ("approved", "none", False),
        ("rejected", "none", False),
        ("voided", "none", False),
    ]
    assert (submit.sources, submit.during, submit.to) == (("draft",), "pending", "")
    assert dict(submit.then) == {
        "approved": "approved",
        "rejected": "rejected",
        "returned": "draft",
        "withdrawn": "draft",
        "terminated": "voided",
    }
    assert _people(submit.who) == ["role:fee_clerk", "role:sales"]
    assert submit.edit == {"customer", "amount", "reason"}
    assert [effect.kind for effect in submit.after["approved"]] == ["set", "call", "cc"]


def test_a_flow_knows_its_text(whole: Catalog) -> None:
    flow = whole.flows["fee_reduction"]

    assert flow.file == REDUCTION
    assert flow.digest == hashlib.sha256(TEXTS[REDUCTION].encode()).hexdigest()
    assert flow.title.in_("zh_Hans") == "费用减免审批"
    assert str(flow.at) == f"{REDUCTION}:1:7"


def test_a_change_of_a_flow_changes_the_catalogs_digest(whole: Catalog) -> None:
    other = catalog_from_texts(changed(REDUCTION, "# = file name", "# the file's name"))

    assert other.digest != whole.digest
    assert other.sources[REDUCTION] != whole.sources[REDUCTION]


def test_equal_texts_give_equal_flows(whole: Catalog) -> None:
    assert catalog_from_texts(whole.sources) == whole


def test_the_subject_is_texts_and_formulas(whole: Catalog) -> None:
    subject = whole.flows["fee_reduction"].subject

    assert [str(part) for part in subject] == ["customer.name", " 减免 ", "amount", " 元"]
    first = subject[0]
    assert isinstance(first, Formula)
    assert isinstance(first.typed, Typed)
    assert str(first.at) == f"{REDUCTION}:4:12"


def test_conditions_and_new_values_are_typed(whole: Catalog) -> None:
    submit = whole.flows["fee_reduction"].actions["submit"]
    choose = next(node for node in submit.nodes() if isinstance(node, Choose))
    effect = submit.after["approved"][0]

    first, second, last = choose.branches
    assert first.when is not None
    assert first.when.typed.type.name == "boolean"
    assert (first.steps, second.is_else, last.is_else) == ((), False, True)
    assert effect.set["effective_date"].typed.type.name == "date"


def test_the_long_form_keeps_states_and_actions(whole: Catalog) -> None:
    flow = whole.flows["lease_contract"]
    submit, terminate = flow.actions["submit"], flow.actions["terminate"]

    assert flow.states["effective"].edit == {"contact_phone"}
    assert dict(submit.then)["terminated"] == "rejected"
    assert (terminate.steps, terminate.to, terminate.sources) == (
        None,
        "terminated",
        ("effective",),
    )
    assert [node.id for node in submit.nodes()] == [
        "leasing_head",
        "review",
        "legal",
        "finance",
        "finance_head",
        "gm",
    ]


def test_what_is_not_said_of_the_outcomes_leads_back_where_it_came_from() -> None:
    old = "then: {approved: effective, rejected: rejected, returned: draft, withdrawn: draft}"
    found = _flow(
        changed(LEASE, old, "then: {approved: effective, rejected: rejected}"), LEASE[10:-5]
    )

    assert dict(found.actions["submit"].then) == {
        "approved": "effective",
        "rejected": "rejected",
        "returned": "draft",
        "withdrawn": "draft",
        "terminated": "rejected",
    }


def test_a_bare_step_has_the_defaults() -> None:
    step = _step("{step: s, who: role:finance}")

    assert (step.sign, step.edit, step.hide, step.require) == (Sign(), "none", "none", "none")
    assert (step.on_reject, step.return_to, step.repeated, step.due) == ("end", "any", "ask", None)
    assert step.can == frozenset(CAN)
    assert step.nobody == Otherwise(do="hold")
    assert (step.self_rule.do, _people(step.self_rule.to)) == ("to", ["initiator.manager"])


def test_the_rules_hold_for_steps_that_say_nothing_else() -> None:
    rules = (
        "rules: {nobody: skip, self: allow, repeated: skip_any, can: [reject], withdraw: never}\n"
    )
    steps = (
        "  - {step: a, who: user:ann}\n"
        "  - {step: b, who: user:bob, nobody: {to: post:director}, self: skip, repeated: ask,"
        " can: []}\n"
    )
    flow = _flow(purchase(steps, rules))
    plain, own = [node for node in flow.actions["submit"].nodes() if isinstance(node, Step)]

    assert (plain.nobody.do, plain.self_rule.do, plain.repeated) == ("skip", "allow", "skip_any")
    assert plain.can == {"reject"}
    assert (own.nobody.do, _people(own.nobody.to)) == ("to", ["post:director"])
    assert (own.self_rule.do, own.repeated, own.can) == ("skip", "ask", frozenset())
    assert flow.rules.withdraw == "never"


@pytest.mark.parametrize(
    ("written", "sign"),
    [
        ("all", Sign(mode="all")),
        ("in_order", Sign(mode="in_order")),
        ("claim", Sign(mode="claim")),
        ("{at_least: 2}", Sign(mode="at_least", threshold=Decimal(2), refuse="when_lost")),
        (
            "{percent: 66.7, refuse: first, rest: keep}",
            Sign(mode="percent", threshold=Decimal("66.7"), rest="keep"),
        ),
    ],
)
def test_how_many_must_agree(written: str, sign: Sign) -> None:
    assert _step(f"{{step: s, who: role:finance, sign: {written}}}").sign == sign


@pytest.mark.parametrize(
    ("written", "due"),
    [
        ("1 workday", Due(within=Duration(amount=1, unit="workdays"))),
        (
            "{in: 2 days, remind: {every: 4 workhours}}",
            Due(
                within=Duration(amount=2, unit="days"),
                remind_every=Duration(amount=4, unit="workhours"),
                remind_max=3,
            ),
        ),
        (
            "{in: 30 minutes, remind: {before: 5 minutes}, then: approve}",
            Due(
                within=Duration(amount=30, unit="minutes"),
                remind_before=Duration(amount=5, unit="minutes"),
                then="approve",
            ),
        ),
        (
            "{in: 1 hour, then: {return: initiator}}",
            Due(within=Duration(amount=1, unit="hours"), then="return", target="initiator"),
        ),
    ],
)
def test_deadlines(written: str, due: Due) -> None:
    assert _step(f"{{step: s, who: role:finance, due: {written}}}").due == due


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("user:ann.lee", ("user", "ann.lee", 1, "", "")),
        ("role:finance", ("role", "finance", 1, "", "")),
        ("role:finance@initiator.dept", ("role", "finance", 1, "", "initiator.dept")),
        ("role:finance@dept:GD-01", ("role", "finance", 1, "", "dept:GD-01")),
        ("dept_head:財務", ("dept_head", "財務", 1, "", "")),
        ("post:director", ("post", "director", 1, "", "")),
        ("group:board", ("group", "board", 1, "", "")),
        ("field:buyer", ("field", "buyer", 1, "", "")),
        ("chosen_by:previous", ("chosen_by", "previous", 1, "", "")),
        ("initiator", ("initiator", "", 1, "", "")),
        ("initiator.manager", ("initiator", "manager", 1, "", "")),
        ("initiator.manager+2", ("initiator", "manager", 3, "", "")),
        ("initiator.dept_head", ("initiator", "dept_head", 1, "", "")),
        ("initiator.managers_to:director", ("initiator", "managers_to", 1, "director", "")),
    ],
)
def test_ways_of_naming_people(written: str, parts: tuple[str, str, int, str, str]) -> None:
    (who,) = _step(f'{{step: s, who: "{written}"}}').who

    assert (who.kind, who.name, who.level, who.upto, who.within) == parts
    assert who.text == written
    assert str(who.at) == "workflows/purchase_request.yaml:4:21"


def test_nodes_without_a_name_get_one_of_their_place() -> None:
    steps = """\
  - {do: [{notify: initiator}]}
  - {step: do_2, who: user:ann}
  - {do: [{notify: initiator}]}
  - {wait: pause, delay: 3 days}
  - {subflow: lease_contract, record: x}
  - choose: way
    branches:
      - {when: total > 1, steps: [{end: rejected}]}
      - {else: true, steps: [{do: [{notify: initiator}], id: note}, {end: approved}]}
"""
    steps = steps.replace("  - {subflow: lease_contract, record: x}\n", "")
    nodes = list(_flow(purchase(steps)).actions["submit"].nodes())

    assert [node.id for node in nodes] == [
        "do_1", "do_2", "do_3", "pause", "way", "end_1", "note", "end_2",
    ]  # fmt: skip
    assert [type(node) for node in nodes] == [Work, Step, Work, Wait, Choose, End, Work, End]


def test_sub_flows_are_named_after_the_flow() -> None:
    line = "flow: line_check\nfor: purchase_line\nsteps: []\n"
    steps = "  - {subflow: line_check, for_each: lines}\n" * 2
    texts = {**purchase(steps), "workflows/line_check.yaml": line}
    first, second = _flow(texts).actions["submit"].nodes()

    assert isinstance(first, Subflow)
    assert (first.id, second.id) == ("subflow_line_check", "subflow_line_check_2")
    assert (first.for_each, first.wait, first.join, first.on_reject) == (
        "lines",
        True,
        "all",
        "end",
    )


@pytest.mark.parametrize(
    ("join", "needed", "rest"),
    [
        ("all", 2, "cancel"),
        ("any", 1, "cancel"),
        ("{at_least: 1, rest: keep}", 1, "keep"),
    ],
)
def test_joins_are_numbers(join: str, needed: int, rest: str) -> None:
    steps = f"  - {{parallel: p, join: {join}, branches: [{{steps: []}}, {{steps: []}}]}}\n"
    (node,) = _flow(purchase(steps)).actions["submit"].nodes()

    assert isinstance(node, Parallel)
    assert (node.needed, node.rest) == (needed, rest)


def test_labels_may_be_maps_by_language(whole: Catalog) -> None:
    texts = changed(LEASE, "title: 招商负责人", "title: {zh_Hans: 招商负责人, en: Head of leasing}")
    step = next(iter(_flow(texts, "lease_contract").actions["submit"].nodes()))

    assert step.title is not None
    assert step.title.in_("en") == "Head of leasing"


def test_a_flow_without_a_title_is_called_as_its_entity() -> None:
    assert _flow(purchase("  []\n")).title.in_("zh_Hans") == "采购申请"


def test_which_records_a_flow_applies_to() -> None:
    applies = "start:"
    new = "applies: {units: [GD, SZ], when: amount > 500}\nstart:"
    flow = _flow(changed(REDUCTION, applies, new), "fee_reduction")

    assert flow.units == ("GD", "SZ")
    assert str(flow.applies_when) == "amount > 500"


def test_values_of_a_flow_are_explained(whole: Catalog) -> None:
    rows = explain(whole, "flow.fee_reduction.finance")

    assert [(key.rpartition(".")[2], value) for key, value, _ in rows] == [
        ("step", "finance"),
        ("title", "财务复核"),
        ("who", "role:finance"),
        ("sign", "claim"),
        ("edit", ["approved_amount"]),
    ]
    assert explain(whole, "flow.fee_reduction.rules.repeated")[0][1] == "skip_adjacent"
    assert explain(whole, "flow.lease_contract.states.draft.label")[0][1] == "草稿"
