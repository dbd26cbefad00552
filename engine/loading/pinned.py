"""One flow's text against a catalog: for what still runs by an older text."""

from __future__ import annotations

from engine.diagnostics import InvalidMetadata
from engine.loading.build import build_flow
from engine.loading.checks import check_flow
from engine.loading.draft import Draft
from engine.loading.findings import Findings
from engine.loading.formulas import check_formulas
from engine.loading.paths import Paths
from engine.loading.shape_of_flow import check_flow_shape
from engine.loading.site import Site
from engine.loading.texts import Texts
from engine.metadata import Catalog
from engine.metadata.flows import Flow
from engine.source import parse


def load_flow(text: str, file: str, catalog: Catalog) -> Flow:
    """Return the flow a text describes, checked against the catalog's entities and roles.

    The catalog need not hold a flow of that name, and is not changed.

    Raises:
        InvalidMetadata: the text is wrong, or names what the catalog no longer has.
    """
    findings = Findings()
    document, found = parse(text, file)
    findings.found += found
    if document is not None:
        check_flow_shape(Site(document), findings)
    if document is None or findings.has_errors:
        raise InvalidMetadata(findings.found)
    draft = _draft(catalog, Site(document), findings)
    flow = build_flow(draft, document.value, Site(document))
    draft.texts.simplify()
    check_formulas(draft)
    if flow is not None:
        check_flow(draft, Paths(draft), flow, Site(document))
    if flow is None or findings.has_errors:
        raise InvalidMetadata(findings.found)
    return flow


def _draft(catalog: Catalog, site: Site, findings: Findings) -> Draft:
    product = catalog.product
    return Draft(
        texts=Texts(product.languages, product.default_language, findings),
        findings=findings,
        manifest=site,
        product=product,
        organization=catalog.organization,
        people=catalog.people,
        roles=dict(catalog.roles),
        entities=dict(catalog.entities),
        flows=dict(catalog.flows),
        plugins=catalog.plugins,
    )
