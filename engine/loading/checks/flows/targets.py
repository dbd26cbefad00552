"""Where a flow may go back to."""

from __future__ import annotations

from dataclasses import dataclass

from engine.diagnostics import did_you_mean
from engine.loading.draft import Draft
from engine.loading.site import Site
from engine.metadata.flows import Flow, Step

NEXT = "next"  # of a sub-flow: go on although it was refused


@dataclass(frozen=True, slots=True)
class Reach:
    """The steps that can be gone back to from somewhere."""

    flow: Flow
    earlier: tuple[str, ...]  # in the same sequence or one around it
    own: str = ""  # the node itself

    @property
    def all_steps(self) -> frozenset[str]:
        """Every step of the flow."""
        actions = self.flow.actions.values()
        return frozenset(n.id for a in actions for n in a.nodes() if isinstance(n, Step))


def check_target(
    draft: Draft, reach: Reach, target: str, site: Site, words: tuple[str, ...]
) -> None:
    """Report a target that is neither one of the words nor a step that can be gone back to."""
    if target not in words:
        check_step(draft, reach, target, site, words)


def check_step(
    draft: Draft, reach: Reach, target: str, site: Site, words: tuple[str, ...] = ()
) -> None:
    """Report a step that does not exist, or that is not surely behind."""
    if target in reach.earlier:
        return
    allowed = (*reach.earlier, *words)
    if target not in reach.all_steps:
        message = f"there is no step '{target}'"
        draft.report(site.at(), "unknown-step", message, did_you_mean(target, allowed))
        return
    if target == reach.own:
        message = f"'{target}' cannot lead back to itself"
    else:
        message = f"'{target}' cannot be reached: it comes later, or stands in another branch"
    hint = f"allowed: {', '.join(allowed)}" if allowed else "no step is before it"
    draft.report(site.at(), "bad-target", message, hint)
