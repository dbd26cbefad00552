"""The REST interface."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from string import Template

from flask import Flask

from engine.web.api import describing, openapi_paths, register
from scripts.reference import NOTE

_PAGE = Template("""\
# REST

`/api/v1/openapi.json` describes the same for each entity, with the fields and buttons that the
caller may use. Every call shows `Authorization: Bearer`, followed by an API key (`wuye_…`) or by a
token of `POST /api/v1/security/login`. A [how-to](../how-to/rest.md) has examples.

| | path | |
|---|---|---|
| `POST` | `/api/v1/security/login` | A token for `{"username", "password", "provider": "db"}`. |
| `POST` | `/api/v1/security/refresh` | A new one, shown the refresh token. |
| `POST` | `/api/v1/security/api_keys/` | An API key for `{"name", "expires_on"}`, shown once. |
| `GET` | `/api/v1/security/api_keys/` | One's API keys. |
| `DELETE` | `/api/v1/security/api_keys/<uuid>` | Ends one. |
$routes

## a list's arguments

Besides the [filters](filters.md):

| argument | meaning |
|---|---|
$arguments

## values

Numbers with decimals and amounts are texts (`"200.00"`), days `"2026-01-31"`, moments in UTC
(`"2026-01-31T08:00:00Z"`). A link is read as `{"id", "title"}` and written as the id or as
`{"id"}`. Lines are a list of maps; written, the list replaces the one there is: a line with its
`id` is changed, one without is new, one that is left out is deleted.

`version` (in the body, or `If-Match`) refuses a change of a record that somebody else has changed
since. `Idempotency-Key` makes a write that is sent twice one write, and gives the first answer.

## refusals

`{"error": {"status", "message", "problems": [{"field", "code", "message"}]}}`; the language
is the account's or that of `Accept-Language`.

| status | meaning |
|---|---|
$refusals
""")


def rest() -> str:
    """Return the page: what the routes say of themselves, and what holds for all."""
    arguments = [f"| `{name}` | {text} |" for name, text in openapi_paths._LIST]
    refusals = [f"| {code} | {text} |" for code, text in describing.REFUSALS.items()]
    return NOTE + _PAGE.substitute(
        routes="\n".join(_routes()),
        arguments="\n".join(arguments),
        refusals="\n".join(refusals),
    )


def _routes() -> Iterator[str]:
    app = Flask("reference")
    register(app)
    rules = sorted((r for r in app.url_map.iter_rules() if r.endpoint.startswith("api.")), key=str)
    for rule in rules:
        method = next(m for m in ("GET", "POST", "PATCH", "DELETE") if m in (rule.methods or ()))
        path = str(rule).replace("<int:", "<")
        doc = inspect.getdoc(app.view_functions[rule.endpoint]) or ""
        first = doc.split("\n\n", maxsplit=1)[0].replace("\n", " ")
        yield f"| `{method}` | `{path}` | {first} |"
