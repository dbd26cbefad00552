"""The sample project with approval flows, and small changes to it."""

from __future__ import annotations

from pathlib import Path

from engine.loading import catalog_from_texts, check_files
from engine.metadata import Catalog
from engine.source import TextFiles

ROOT = Path(__file__).parents[1] / "projects" / "approvals"
TEXTS = {
    path.relative_to(ROOT).as_posix(): path.read_text() for path in sorted(ROOT.rglob("*.yaml"))
}
REDUCTION = "workflows/fee_reduction.yaml"
PURCHASE = "workflows/purchase_request.yaml"
LEASE = "workflows/lease_contract.yaml"
OFFICE = "models/office.yaml"


def changed(file: str, old: str, new: str) -> dict[str, str]:
    """Return the texts after one change; it must be there to be made."""
    assert old in TEXTS[file]
    return {**TEXTS, file: TEXTS[file].replace(old, new, 1)}


def findings_in(texts: dict[str, str]) -> list[str]:
    """Return file, place, code and message of all that is wrong."""
    _, found = check_files(TextFiles(texts))
    return [f"{d.at}: {d.code}: {d.message} ({d.hint})" for d in found]


def findings_with(file: str, old: str, new: str) -> list[str]:
    """Return what one change breaks."""
    return findings_in(changed(file, old, new))


def purchase(steps: str, more: str = "") -> dict[str, str]:
    """Return the texts with other steps of the purchase request."""
    text = f"flow: purchase_request\nfor: purchase_request\nsteps:\n{steps}{more}"
    return {**TEXTS, PURCHASE: text}


def catalog() -> Catalog:
    """Return the sample project's catalog."""
    return catalog_from_texts(TEXTS)
