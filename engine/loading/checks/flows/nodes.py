"""The nodes of a flow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.loading.checks.flows.effects import check_effects
from engine.loading.checks.flows.fields import check_editable, check_known
from engine.loading.checks.flows.people import Where, check_people
from engine.loading.checks.flows.spots import Spot, spots
from engine.loading.checks.flows.states import check_state
from engine.loading.checks.flows.subflows import check_subflow
from engine.loading.checks.flows.targets import Reach, check_target
from engine.loading.draft import Draft
from engine.loading.paths import Paths
from engine.loading.site import Site
from engine.metadata.flows import (
    END,
    INITIATOR,
    PREVIOUS,
    Choose,
    Flow,
    FlowAction,
    Node,
    Parallel,
    Step,
    Subflow,
    Wait,
    Work,
)

_BACK = (INITIATOR, PREVIOUS)
_KEYS = {Step: "step", Choose: "choose", Parallel: "parallel", Wait: "wait"}
# Words of targets, and the engine's own name for mending a returned record.
_RESERVED = frozenset({END, INITIATOR, PREVIOUS, "next", "any", "resubmit"})


def check_names(draft: Draft, flow: Flow, site: Site, seen: dict[str, Site], node: Node) -> None:
    """Report a name that is given twice, or that means something else."""
    key = _KEYS.get(type(node), "id")
    if not site.has(key):
        return  # made by the engine
    here = site.down(key)
    if node.id in _RESERVED:
        message = f"nothing in a flow can be called '{node.id}': the word has a meaning of its own"
        draft.report(here.at(), "reserved-name", message, "choose another name")
    elif node.id in seen:
        message = f"the flow '{flow.name}' has two nodes '{node.id}'"
        hint = f"first declared at {seen[node.id].at()}"
        draft.report(here.at(), "duplicate-name", message, hint)
    seen.setdefault(node.id, here)


def check_steps(draft: Draft, paths: Paths, flow: Flow, action: FlowAction, site: Site) -> None:
    """Check every node of an action; `site` is that of its steps."""
    for spot in spots(action, site):
        check = _CHECKS.get(type(spot.node))
        if check is not None:
            check(draft, paths, flow, spot)


def _step(draft: Draft, paths: Paths, flow: Flow, spot: Spot) -> None:
    step, site = spot.node, spot.site
    assert isinstance(step, Step)
    reach = Reach(flow, spot.earlier, step.id)
    _check_people_of(draft, paths, flow, step, reach, site)
    check_editable(draft, paths, flow, step.edit, site.down("edit"))
    check_known(paths, flow, step.hide, site.down("hide"))
    check_known(paths, flow, step.require, site.down("require"))
    _check_hidden(draft, step, site)
    _check_sign(draft, step, site)
    if site.has("on_reject"):
        check_target(draft, reach, step.on_reject, site.down("on_reject"), (END, *_BACK))
    if step.return_to != "any" and isinstance(site.value["return_to"], list):
        for position, target in enumerate(step.return_to):
            check_target(draft, reach, target, site.down("return_to", position), _BACK)
    if step.due is not None and step.due.target:
        check_target(draft, reach, step.due.target, site.down("due", "then", "return"), _BACK)
    if step.status:
        check_state(draft, flow, step.status, site.down("status"))


def _check_people_of(
    draft: Draft, paths: Paths, flow: Flow, step: Step, reach: Reach, site: Site
) -> None:
    chosen = Where(flow, reach, chooses=True)
    before = Where(flow, reach)
    passed = Where(flow, Reach(flow, (*reach.earlier, step.id)))
    check_people(draft, paths, chosen, site.down("who"))
    check_people(draft, paths, passed, site.down("cc"))
    for key in ("nobody", "self"):
        check_people(draft, paths, before, site.down(key, "to"))
    for key in ("transfer", "escalate"):
        check_people(draft, paths, before, site.down("due", "then", key))
    check_effects(draft, paths, before, step.before, site.down("before"))
    check_effects(draft, paths, passed, step.after, site.down("after"))


def _check_hidden(draft: Draft, step: Step, site: Site) -> None:
    """Report fields that an approver shall fill in and does not see."""
    if step.hide == "none":
        return
    for key, fields in (("edit", step.edit), ("require", step.require)):
        if isinstance(fields, str):
            continue
        for position, name in enumerate(site.value[key]):
            if step.hide == "all" or name in step.hide:
                message = f"'{name}' is hidden at the step '{step.id}', so nobody can fill it in"
                hint = "remove it here, or from `hide`"
                draft.report(site.at(key, position), "conflicting-keys", message, hint)


def _check_sign(draft: Draft, step: Step, site: Site) -> None:
    """Report a number of signers that the step can never have; roles may have any number."""
    count = len(step.who)
    is_known = all(who.kind == "user" for who in step.who)
    if step.sign.mode == "at_least" and is_known and step.sign.threshold > count:
        _too_many(draft, site.down("sign", "at_least"), f"the step names {count} only")


def _too_many(draft: Draft, site: Site, reason: str) -> None:
    message = f"{site.value} can never agree: {reason}"
    draft.report(site.at(), "at-least-too-high", message, "lower it")


def _choose(draft: Draft, paths: Paths, flow: Flow, spot: Spot) -> None:
    node, site = spot.node, spot.site
    assert isinstance(node, Choose)
    last = len(node.branches) - 1
    for position, branch in enumerate(node.branches):
        here = site.down("branches", position)
        if branch.is_else and branch.when is not None:
            message = "a branch cannot have both 'when' and 'else'"
            draft.report(here.key("else"), "conflicting-keys", message, "remove one of them")
        elif branch.is_else and position != last:
            message = f"`else` must stand in the last branch of '{node.id}', and only there"
            draft.report(here.key("else"), "misplaced-else", message, "move the branch to the end")
        elif not branch.is_else and branch.when is None:
            message = f"a branch of '{node.id}' must say when it is taken"
            draft.report(here.at(), "missing-key", message, "write `when: …`, or `else: true`")
    if node.pick == "first" and not any(branch.is_else for branch in node.branches):
        message = f"'{node.id}' has no `else`, so some record would find no way"
        hint = "add a branch `{else: true, steps: []}` at the end, or `pick: every`"
        draft.report(site.at("choose"), "missing-else", message, hint)


def _parallel(draft: Draft, paths: Paths, flow: Flow, spot: Spot) -> None:
    node, site = spot.node, spot.site
    assert isinstance(node, Parallel)
    if node.needed > len(node.branches):
        reason = f"'{node.id}' has {len(node.branches)} branches"
        _too_many(draft, site.down("join", "at_least"), reason)
    for position, branch in enumerate(node.branches):
        if branch.is_else:
            message = f"a branch of '{node.id}' cannot be `else`: each has only a `when` of its own"
            hint = "use `choose` with `pick: every` to take one if no other is taken"
            place = site.key("branches", position, "else")
            draft.report(place, "misplaced-else", message, hint)


def _wait(draft: Draft, paths: Paths, flow: Flow, spot: Spot) -> None:
    node, site = spot.node, spot.site
    assert isinstance(node, Wait)
    if node.delay is not None and node.timeout is not None:
        message = "a wait cannot have both 'delay' and 'timeout'"
        draft.report(site.key("timeout"), "conflicting-keys", message, "a delay ends by itself")
    kind = node.until.typed.type if node.until is not None and node.until.typed else None
    if kind is not None and kind.name not in ("date", "datetime"):
        message = f"the formula must give a date, but gives {kind}"
        draft.report(site.down("until").text_at(0), "formula-type", message)


def _work(draft: Draft, paths: Paths, flow: Flow, spot: Spot) -> None:
    assert isinstance(spot.node, Work)
    where = Where(flow, Reach(flow, spot.earlier))
    check_effects(draft, paths, where, spot.node.do, spot.site.down("do"))


def _subflow(draft: Draft, paths: Paths, flow: Flow, spot: Spot) -> None:
    assert isinstance(spot.node, Subflow)
    check_subflow(draft, paths, flow, spot.node, spot)


_CHECKS: dict[type[Node], Callable[[Draft, Paths, Flow, Spot], Any]] = {
    Step: _step,
    Choose: _choose,
    Parallel: _parallel,
    Wait: _wait,
    Work: _work,
    Subflow: _subflow,
}
