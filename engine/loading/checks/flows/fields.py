"""The fields a flow lets people change, hides, or asks for."""

from __future__ import annotations

from engine.fieldtypes.base import field_type
from engine.loading.draft import Draft
from engine.loading.paths import Paths
from engine.loading.site import Site
from engine.metadata import Field
from engine.metadata.flows import Fields, Flow


def check_known(paths: Paths, flow: Flow, fields: Fields, site: Site) -> None:
    """Report fields that do not exist."""
    if not isinstance(fields, str):
        for position, name in enumerate(site.value):
            paths.field(flow.entity, name, site.down(position))


def check_editable(draft: Draft, paths: Paths, flow: Flow, fields: Fields, site: Site) -> None:
    """Report fields that do not exist, or that nobody can type."""
    if isinstance(fields, str):
        return
    for position, name in enumerate(site.value):
        here = site.down(position)
        field = paths.field(flow.entity, name, here)
        reason = _why_not(flow, field) if field else ""
        if reason:
            message = f"nobody can change '{name}': {reason}"
            draft.report(here.at(), "wrong-field", message, "leave it out")


def _why_not(flow: Flow, field: Field) -> str:
    if field.name == flow.status:
        return "it holds the state, which the flow alone sets"
    if field.compute is not None:
        return "it is computed"
    if field.read_only or field_type(field.type).read_only:
        return "it is read-only"
    return ""
