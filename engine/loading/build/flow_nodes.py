"""The nodes of a flow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.loading.build.flow_parts import (
    Making,
    Raw,
    due_of,
    duration_of,
    fields_of,
    people_of,
    sign_of,
)
from engine.loading.shape_of_flow import kind_of
from engine.loading.site import Site
from engine.metadata.flows import (
    END,
    Branch,
    Choose,
    End,
    Node,
    Parallel,
    Step,
    Subflow,
    Wait,
    Work,
)


def build_steps(making: Making, raw: Raw, site: Site) -> tuple[Node, ...]:
    """Build the entries of `steps`, each by its kind."""
    inner = site.down("steps")
    return tuple(
        _BUILDERS[kind_of(one)](making, one, inner.down(i)) for i, one in enumerate(raw["steps"])
    )


def _common(making: Making, raw: Raw, site: Site, name: str) -> dict[str, Any]:
    return {
        "id": name,
        "title": making.draft.text(raw, "title", site),
        "when": making.formula(raw, "when", site),
        "at": site.at(),
    }


def _step(making: Making, raw: Raw, site: Site) -> Step:
    rules = Site(site.document, ("rules",))
    targets = raw.get("return_to", "any")
    single = (targets,) if isinstance(targets, str) else tuple(targets)
    return Step(
        **_common(making, raw, site, raw["step"]),
        who=people_of(raw, "who", site),
        sign=sign_of(raw.get("sign")),
        can=making.can(raw),
        edit=fields_of(raw, "edit", "none"),
        hide=fields_of(raw, "hide", "none"),
        require=fields_of(raw, "require", "none"),
        on_reject=raw.get("on_reject", END),
        return_to="any" if targets == "any" else single,
        due=due_of(raw.get("due"), site.down("due")),
        nobody=making.nobody(raw, site, rules),
        self_rule=making.self_rule(raw, site, rules),
        repeated=raw.get("repeated", making.rules.get("repeated", "ask")),
        cc=people_of(raw, "cc", site),
        status=raw.get("status", ""),
        before=making.effects(raw, "before", site),
        after=making.effects(raw, "after", site),
    )


def _branches(making: Making, raw: Raw, site: Site) -> tuple[Branch, ...]:
    found = []
    for position, one in enumerate(raw["branches"]):
        here = site.down("branches", position)
        branch = Branch(
            name=making.draft.text(one, "name", here),
            when=making.formula(one, "when", here),
            is_else=one.get("else", False),
            steps=build_steps(making, one, here),
        )
        found.append(branch)
    return tuple(found)


def _choose(making: Making, raw: Raw, site: Site) -> Choose:
    return Choose(
        **_common(making, raw, site, raw["choose"]),
        pick=raw.get("pick", "first"),
        branches=_branches(making, raw, site),
    )


def _parallel(making: Making, raw: Raw, site: Site) -> Parallel:
    join = raw.get("join", "all")
    branches = _branches(making, raw, site)
    needed = {"all": len(branches), "any": 1}
    return Parallel(
        **_common(making, raw, site, raw["parallel"]),
        branches=branches,
        needed=needed[join] if isinstance(join, str) else join["at_least"],
        rest="cancel" if isinstance(join, str) else join.get("rest", "cancel"),
        on_branch_reject=raw.get("on_branch_reject", "end"),
    )


def _subflow(making: Making, raw: Raw, site: Site) -> Subflow:
    flow = raw["subflow"]
    name = raw.get("id") or making.ids.made(f"subflow_{flow}", numbered=False)
    plain = {k: raw[k] for k in ("for_each", "record", "wait", "join", "on_reject") if k in raw}
    return Subflow(**_common(making, raw, site, name), flow=flow, **plain)


def _wait(making: Making, raw: Raw, site: Site) -> Wait:
    return Wait(
        **_common(making, raw, site, raw["wait"]),
        event=raw.get("event", ""),
        delay=duration_of(raw["delay"]) if "delay" in raw else None,
        until=making.formula(raw, "until", site, gives="any"),
        timeout=duration_of(raw["timeout"]) if "timeout" in raw else None,
    )


def _work(making: Making, raw: Raw, site: Site) -> Work:
    name = raw.get("id") or making.ids.made("do")
    return Work(**_common(making, raw, site, name), do=making.effects(raw, "do", site))


def _end(making: Making, raw: Raw, site: Site) -> End:
    return End(**_common(making, raw, site, making.ids.made("end")), outcome=raw["end"])


_BUILDERS: dict[str, Callable[[Making, Raw, Site], Node]] = {
    "step": _step,
    "choose": _choose,
    "parallel": _parallel,
    "subflow": _subflow,
    "wait": _wait,
    "do": _work,
    "end": _end,
}
