"""The steps from text to a Catalog."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import engine.fieldtypes  # noqa: F401  -- importing it registers the built-in types
from engine.diagnostics import Diagnostic, InvalidMetadata
from engine.loading.build import build_flow, build_manifest, build_module, finish_menus
from engine.loading.checks import check_field_types, check_meaning
from engine.loading.draft import Draft
from engine.loading.findings import Findings
from engine.loading.formulas import check_formulas
from engine.loading.origins import origins_of
from engine.loading.plugins import import_plugins
from engine.loading.shape_of_project import check_shapes
from engine.loading.site import Site
from engine.loading.texts import Texts, languages_of
from engine.metadata import Catalog, Product, Text
from engine.source import Files, Folder, Project, TextFiles, decode, read_project

Outcome = tuple[Catalog | None, list[Diagnostic]]


def load_catalog(root: Path) -> Catalog:
    """Return the catalog of a project on disk.

    Raises:
        InvalidMetadata: carries everything that is wrong.
    """
    return _or_raise(check_project(root))


def catalog_from_texts(texts: Mapping[str, str]) -> Catalog:
    """Return the catalog of texts kept by file name, as in `Catalog.sources`.

    Raises:
        InvalidMetadata: carries everything that is wrong.
    """
    return _or_raise(check_files(TextFiles(texts)))


def check_project(root: Path) -> Outcome:
    """Return the catalog of a project on disk (None if refused) and all findings."""
    return check_files(Folder(root), root)


def check_files(files: Files, root: Path | None = None) -> Outcome:
    """Return the catalog of any files and all findings, sorted by place.

    Plugins are imported from below `root`, or from where Python finds them. What is wrong
    with the text or the shape of any file is reported for all files at once; meaning is
    checked once every shape is right.
    """
    findings = Findings()
    project, findings.found = read_project(files)
    if project.manifest is None:
        return None, sorted(findings.found)
    manifest = Site(project.manifest)
    plugins = import_plugins(manifest, files, root, findings)
    check_shapes(project, findings)
    if findings.has_errors:
        return None, sorted(findings.found)
    draft = _built(project, files, manifest, plugins, findings)
    catalog = _checked(draft, project)
    return (None if findings.has_errors else catalog), sorted(findings.found)


def _or_raise(outcome: Outcome) -> Catalog:
    catalog, found = outcome
    if catalog is None:
        raise InvalidMetadata(found)
    return catalog


def _built(
    project: Project, files: Files, manifest: Site, plugins: frozenset[str], findings: Findings
) -> Draft:
    texts = Texts(*languages_of(manifest.value["product"]), findings)
    draft = Draft(texts=texts, findings=findings, manifest=manifest, plugins=plugins)
    build_manifest(draft, manifest.value, manifest)
    for module in project.modules:
        build_module(draft, module.value, Site(module))
    finish_menus(draft)
    for flow in project.flows:
        build_flow(draft, flow.value, Site(flow))
    texts.simplify()
    for one in draft.prints.values():
        raw = files.read(one.template)
        text, found = (None, []) if raw is None else decode(raw, one.template)
        findings.found += found
        if text is not None:
            draft.templates[one.template] = text
    return draft


def _checked(draft: Draft, project: Project) -> Catalog:
    check_formulas(draft)
    check_meaning(draft)
    catalog = _catalog(draft, project)
    check_field_types(draft, catalog)
    return catalog


def _catalog(draft: Draft, project: Project) -> Catalog:
    sources = {**project.sources, **draft.templates}
    return Catalog(
        product=draft.product or Product(name=Text()),
        organization=draft.organization,
        people=draft.people,
        groups=draft.groups,
        calendar=draft.calendar,
        roles=MappingProxyType(draft.roles),
        modules=MappingProxyType(draft.modules),
        entities=MappingProxyType(draft.entities),
        plugins=draft.plugins,
        prints=MappingProxyType(draft.prints),
        flows=MappingProxyType(draft.flows),
        origins=MappingProxyType(origins_of(project)),
        sources=MappingProxyType(dict(sorted(sources.items()))),
        digest=_digest(sources),
    )


def _digest(sources: Mapping[str, str]) -> str:
    total = hashlib.sha256()
    for name, text in sorted(sources.items()):
        for part in (name, text):
            raw = part.encode()
            total.update(len(raw).to_bytes(8, "big") + raw)
    return total.hexdigest()
