"""Write docs/reference/ from the code: `make reference`. Nothing in that folder is typed."""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from flask import Flask

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import engine.extension  # noqa: E402
from engine.cli import main as wuye  # noqa: E402
from engine.expressions import free_functions  # noqa: E402
from engine.fieldtypes.base import FieldType, field_types  # noqa: E402
from engine.loading import json_schema  # noqa: E402
from engine.loading.builtin import ACTOR_FIELDS, ENGINE_FIELDS, USER_FIELDS  # noqa: E402
from engine.loading.people_words import FORMS  # noqa: E402
from engine.loading.shapes import ANY_NODE, COMMON, FLOW_SCHEMA, NODES  # noqa: E402
from engine.metadata.rights import ACTIONS  # noqa: E402
from engine.records.filters import SUFFIXES  # noqa: E402
from engine.records.periods import PERIODS  # noqa: E402

Schema = Mapping[str, Any]
FOLDER = ROOT / "docs" / "reference"
_NOTE = "<!-- Written by scripts/build_reference.py from the code; do not edit. -->\n\n"

# variable -> (what holds without it, what it means)
ENVIRONMENT: dict[str, tuple[str, str]] = {
    "DATABASE_URL": ("the embedded server", "URL of your PostgreSQL 14 or newer."),
    "DATA_DIR": ("`var`", "Folder of the embedded server, of uploads and of the secret key."),
    "WUYE_FILES": ("`DATA_DIR/files`", "Where uploads are kept: a folder, or a URL that fsspec"
                   " opens, such as `s3://bucket/path`."),
    "PORT": ("8080", "Port of `wuye serve`."),
    "HOST": ("127.0.0.1", "Address `wuye serve` listens on; 0.0.0.0 for all."),
    "WEB_CONCURRENCY": ("2", "Processes of `wuye serve`; each has 4 threads."),
    "ADMIN_PASSWORD": ("made up and printed", "Password of `admin`, made at the first start"
                       " without the demo company."),
    "WUYE_PASSWORD": ("asked for", "Password for `wuye users create-…` and `set-password`."),
    "SECRET_KEY": ("made once, kept in `DATA_DIR/secret_key`", "Signs sessions and tokens; the"
                   " same in all processes and machines."),
    "HTTPS_ONLY": ("off", "`1`: the session cookie travels over HTTPS only."),
    "TRUSTED_PROXIES": ("0", "How many proxies stand before the app, whose X-Forwarded headers"
                        " are believed."),
    "SESSION_IDLE_MINUTES": ("480", "A session ends after so long without a click."),
    "SESSION_HOURS": ("168", "A session ends after so long at the latest."),
    "LOGIN_RATE_LIMIT": ("20 per minute", "Attempts to sign in from one address."),
    "RATE_LIMIT_STORAGE": ("`memory://`, each process for itself", "Where attempts are counted;"
                           " `redis://…` counts for all."),
    "LOGIN_FAILURES": ("6", "Wrong passwords before a login is locked."),
    "LOGIN_LOCK_MINUTES": ("15", "How long it stays locked."),
    "SMTP_URL": ("no mail is sent", "Mail server: `smtp://user:password@host:587` or"
                 " `smtps://host`."),
    "MAIL_FROM": ("wuye@localhost", "Sender of mail."),
    "PUBLIC_URL": ("no links in mail", "Address of the app as people reach it, for links in"
                   " mail."),
    "MAX_UPLOAD_MB": ("50", "The largest request."),
    "CELERY_BROKER_URL": ("a thread in each web process", "Broker of the workers, such as"
                          " `redis://host/0`."),
    "JOB_SWEEP_SECONDS": ("10", "How often the workers' schedule looks for work nobody took."),
    "TEST_DATABASE_URL": ("an embedded server for the run", "Tests only: a server where"
                          " databases may be created."),
}  # fmt: skip


def pages() -> dict[str, str]:
    """Return every page by file name."""
    schemas = json_schema()
    made = {
        "manifest.md": _shape_page(
            "The manifest", "`models.yaml`, the root of a project.", schemas["manifest.schema.json"]
        ),
        "module.md": _shape_page(
            "A module file", "One business area; `include` of the manifest names it.",
            schemas["module.schema.json"],
        ),
        "flow.md": _flow(),
        "field-types.md": _field_types(),
        "formulas.md": _formulas(),
        "filters.md": _filters(),
        "diagnostics.md": _diagnostics(),
        "command-line.md": _command_line(),
        "environment.md": _environment(),
        "rest.md": _rest(),
        "extension.md": _extension(),
    }  # fmt: skip
    return {"README.md": _index(made), **made}


def _index(made: Mapping[str, str]) -> str:
    lines = [f"- [{_title(text)}]({name})" for name, text in made.items()]
    return _NOTE + "# Reference\n\n" + "\n".join(lines) + "\n"


def _title(page: str) -> str:
    found = re.search(r"^# (.+)$", page, re.MULTILINE)
    return found[1] if found else ""


# -- shapes ----------------------------------------------------------------------------------


def _shape_page(title: str, intro: str, schema: Schema) -> str:
    parts = [f"{_NOTE}# {title}\n\n{intro} A key that is not listed is refused.\n"]
    parts += [_section(name, shape) for name, shape in _records(schema)]
    if "entities" in schema["properties"]:
        parts.append(_rights_page())
    return "\n".join(parts)


def _flow() -> str:
    """Return the page of flow files: the file, then each kind of node, then people."""
    text = _shape_page(
        "A flow file",
        "How records of one entity are decided on, `workflows/<name>.yaml`.",
        FLOW_SCHEMA,
    )
    text += (
        "\n## node\n\nAn entry of `steps`; the first of these keys that it has says what it is: "
        + ", ".join(f"[`{key}`](#{_noun(one).replace(' ', '-')})" for key, one in NODES.items())
        + ".\n"
    )
    known = {name for name, _ in _records(FLOW_SCHEMA)}
    for node in NODES.values():
        for name, shape in _records(node):
            if name not in known:
                known.add(name)
                text += f"\n{_section(name, shape)}"
    rows = [
        f"| {'<br>'.join(f'`{one}`' for one in written)} | {doc} |"
        for _, written, doc in FORMS.values()
    ]
    table = "\n".join(["| words | whom |", "|---|---|", *rows])
    return f"{text}\n\n## people\n\nOne of these, or a list of them.\n\n{table}\n"


def _records(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Return each map with fixed keys once, in reading order."""
    seen = {""}
    waiting = [schema]
    while waiting:
        one = waiting.pop(0)
        name = _noun(one)
        if name in seen:
            continue
        seen.add(name)
        yield name, one
        waiting[:0] = [inner for p in one["properties"].values() if (inner := _inner(p))]


def _inner(schema: Schema) -> Schema | None:
    """Return the map with fixed keys that a key's value is, or is a list or map of."""
    for one in (schema, schema.get("items"), schema.get("additionalProperties")):
        if isinstance(one, Mapping) and "properties" in one and "$ref" not in one:
            return one
    return None


def _noun(schema: Schema) -> str:
    return re.sub(r"^(a|an|the) ", "", str(schema.get("title", "")))


def _section(name: str, schema: Schema) -> str:
    text = f"\n## {name}\n\n"
    if schema.get("description"):
        text += f"{schema['description']}\n\n"
    return text + _table(schema["properties"], schema.get("required", ()))


def _table(properties: Mapping[str, Schema], required: Any) -> str:
    rows = ["| key | value | meaning |", "|---|---|---|"]
    for key, one in _rows(properties):
        must = " **needed**" if key in required else ""
        rows.append(f"| `{key}` | {_kind(one)}{must} | {_meaning(one)} |")
    return "\n".join(rows) + "\n"


def _rows(properties: Mapping[str, Schema]) -> Iterator[tuple[str, Schema]]:
    """Return keys and what they may hold; maps that have no section of their own are spelt out."""
    for key, one in properties.items():
        yield key, one
        inner = _inner(one)
        if inner is not None and not _noun(inner):
            between = "" if inner is one else ".…"
            yield from ((f"{key}{between}.{k}", v) for k, v in _rows(inner["properties"]))


_PLAIN = {
    "array": "list",
    "boolean": "true or false",
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "object": "map",
}


def _kind(schema: Schema) -> str:
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return " · ".join(f"`{one}`" if one != "" else "(empty)" for one in schema["enum"])
    if schema.get("format") == "formula":
        return "formula"
    if schema.get("title") == "a label":
        return "label"
    if schema.get("format") == "people":
        return "[people](#people)"
    words = [f"`{one}`" for one in schema.get("examples", ())]
    words += ["duration"] if schema.get("format") == "duration" else []
    inner = _inner(schema)
    if words:
        words += ["list"] if "array" in schema["type"] else []
        words += [_kind_of_map(schema, inner)] if inner is not None else []
        return " · ".join(words)
    return _kind_of_map(schema, inner) if inner is not None else _kind_of_rest(schema)


def _kind_of_map(schema: Schema, inner: Schema) -> str:
    noun = _noun(inner)
    link = f"[{noun}](#{noun.replace(' ', '-')})" if noun else "map"
    if inner is schema:
        return link
    return f"list of {link}" if schema.get("type") == "array" else f"name → {link}"


def _kind_of_rest(schema: Schema) -> str:
    each = schema.get("additionalProperties")
    if isinstance(each, Mapping) and "$ref" in each:
        return "name → [field](field-types.md)"
    if isinstance(each, Mapping) and each.get("format") == "formula":
        return "field → formula"
    items = schema.get("items", {})
    if "enum" in items:
        return f"list of {_kind(items)}"
    if items is ANY_NODE:
        return "list of [node](#node)"
    kinds = schema.get("type", ())
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return " · ".join(_PLAIN.get(one, one) for one in kinds) or "value"


def _meaning(schema: Schema) -> str:
    text = str(schema.get("description", "")).replace("|", "\\|")
    limits = [
        f"{word} {schema[key]}"
        for key, word in (("minimum", "at least"), ("maximum", "at most"), ("maxLength", "at most"))
        if key in schema
    ]
    if "default" in schema and schema["default"] not in ("", None, "enum"):
        limits.append(f"`{json.dumps(schema['default']).strip(chr(34))}` if not given")
    return f"{text} ({', '.join(limits)})" if limits else text


def _rights_page() -> str:
    actions = ", ".join(f"`{action}`" for action in ACTIONS)
    engine = ", ".join(f"`{name}`" for name in ENGINE_FIELDS)
    user = ", ".join(f"`{name}`" for name in USER_FIELDS)
    return (
        "\n## actions\n\nWhat `can` and the short form of rights may list: "
        f"{actions}, and the names of the entity's buttons.\n"
        "\n## names that every entity has\n\nReadable in formulas, lists and filters: "
        f"{engine}; and `scope_unit` where there is a `scope`. A link `to: user` leads to"
        f" {user}.\n"
    )


# -- fields ----------------------------------------------------------------------------------


def _field_types() -> str:
    text = (
        f"{_NOTE}# Field types\n\nEvery field has `type` and `label`, and may have what"
        " all fields may have; each type adds options of its own.\n"
        f"\n## what every field may say\n\n{_table(COMMON, ('type', 'label'))}"
    )
    return text + "".join(_field_type(kind) for _, kind in sorted(field_types().items()))


def _field_type(kind: FieldType) -> str:
    text = f"\n## {kind.name}\n\n{kind.doc}\n\n"
    if kind.schema:
        text += _table(kind.schema, kind.required_options) + "\n"
    text += f"Filters: {', '.join(f'`{name}`' for name in kind.operators) or 'none'}.\n"
    return text


# -- formulas, filters -----------------------------------------------------------------------


def _formulas() -> str:
    rows = ["| function | result | 說明 |", "|---|---|---|"]
    for one in free_functions():
        cells = (f"`{one.signature}`", one.doc, one.doc_zh_hant)
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    actor = ", ".join(f"`user.{name}`" for name in ACTOR_FIELDS)
    return f"""{_NOTE}# Formulas

One language for conditions, computed values, row rules and filters. It looks like Python and is
not: it is checked against the fields when the metadata is loaded, and runs in the app and in
PostgreSQL with the same results.

- Numbers (exact decimals), texts in quotes, `true`, `false`, `None`.
- `+ - * /`, `== != < <= > >=`, `in`, `not in`, `is None`, `and`, `or`, `not`, `a if condition else b`.
- A name is a field of the record; `owner.phone` goes over a link, at most five of them.
- {actor}: who acts. `old.x`: the value before the change, in checks and `read_only_when`.
  `ask.x`: an answer in a button's dialog. `record.x`: in the `filter` of a link or related list,
  the record being edited.
- No value spreads as in SQL: `None + 1` is no value, `None > 1` is neither yes nor no. A condition
  holds only when it is true; a check is broken only when it is false. Division by zero gives no
  value in a query and an error where a value would be kept.
- At most 500 parts, 50 levels deep; no lists, no calls on values, no loops.

{chr(10).join(rows)}
"""  # noqa: E501


_SUFFIX_MEANING = {
    "from": "at least that much, from that day on",
    "to": "at most that much, up to and with that day",
    "has": "contains the text, in any spelling",
    "empty": "`1`: without a value; `0`: with one",
    "under": "a link: that record or one below it in its tree",
    "not": "anything but these",
}


def _filters() -> str:
    suffixes = "\n".join(f"| `f.field.{s}=` | {_SUFFIX_MEANING[s]} |" for s in SUFFIXES)
    periods = ", ".join(f"`{name}`" for name in PERIODS)
    return f"""{_NOTE}# Filters in addresses

A list's address carries its filters, on screen and under `/api/v1`. All that are given must hold.

| argument | records whose field |
|---|---|
| `f.field=a&f.field=b` | is a or b; a period for a date |
{suffixes}
| `where=` | satisfy a [formula](formulas.md), with and, or, not and brackets |
| `q=` | have the words in a search field |
| `view=` | are those of a saved filter |

`field` may be a path such as `estate.office`.

Periods for dates: {periods}.
"""


# -- the rest --------------------------------------------------------------------------------


def _diagnostics() -> str:
    """Return each code with the first sentence of its paragraph in docs/errors.md."""
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    found = re.findall(r"^### (\S+)\n\n(.+?)(?<=[.:])(?:\s|$)", text, re.MULTILINE)
    rows = [f"| [`{code}`](../errors.md#{code}) | {sentence} |" for code, sentence in found]
    return (
        f"{_NOTE}# Diagnostic codes\n\nThe first sentence of each; how to mend it is in"
        " [What the checks say](../errors.md).\n\n| code | meaning |\n|---|---|\n"
        + "\n".join(rows)
        + "\n"
    )


def _command_line() -> str:
    text = (
        f"{_NOTE}# Command line\n\n`wuye` stands for `.venv/bin/python -m engine.cli`, in the"
        " folder of the product.\n"
    )
    return text + "".join(_command(command, name) for name, command in commands())


def commands() -> Iterator[tuple[str, click.Command]]:
    """Return every command with its whole name, those of groups too."""
    context = click.Context(wuye, info_name="wuye")
    for name in wuye.list_commands(context):
        command = wuye.get_command(context, name)
        assert command is not None  # it was listed
        yield f"wuye {name}", command
        if isinstance(command, click.Group):
            for inner in command.list_commands(context):
                found = command.get_command(context, inner)
                assert found is not None
                yield f"wuye {name} {inner}", found


def _command(command: click.Command, name: str) -> str:
    usage = " ".join(command.collect_usage_pieces(click.Context(command)))
    text = f"\n## {name}\n\n```\n{name} {usage}\n```\n\n{inspect.cleandoc(command.help or '')}\n"
    options = [p for p in command.params if isinstance(p, click.Option)]
    if options:
        text += "\n| option | meaning |\n|---|---|\n"
    for option in options:
        words = ", ".join(f"`{word}`" for word in option.opts)
        variable = f" Variable `{option.envvar}`." if option.envvar else ""
        text += f"| {words} | {option.help or ''}{_default(option)}{variable} |\n"
    return text


def _default(option: click.Option) -> str:
    plain = isinstance(option.default, str | int) and not isinstance(option.default, bool)
    return f" ({option.default} if not given)" if plain and option.default != "" else ""


def _environment() -> str:
    rows = "\n".join(
        f"| `{name}` | {without} | {meaning} |" for name, (without, meaning) in ENVIRONMENT.items()
    )
    return (
        f"{_NOTE}# Environment variables\n\n| variable | without it | meaning |\n|---|---|---|\n"
        f"{rows}\n"
    )


def _rest() -> str:
    from engine.web.api import openapi_paths, register

    app = Flask("reference")
    register(app)
    rules = sorted((r for r in app.url_map.iter_rules() if r.endpoint.startswith("api.")), key=str)
    routes = []
    for rule in rules:
        method = next(m for m in ("GET", "POST", "PATCH", "DELETE") if m in (rule.methods or ()))
        path = str(rule).replace("<int:", "<")
        doc = inspect.getdoc(app.view_functions[rule.endpoint]) or ""
        first = doc.split("\n\n", maxsplit=1)[0].replace("\n", " ")
        routes.append(f"| `{method}` | `{path}` | {first} |")
    arguments = [f"| `{n}` | {text} |" for n, text in openapi_paths._LIST]
    refusals = [f"| {code} | {text} |" for code, text in openapi_paths._REFUSALS.items()]
    return f"""{_NOTE}# REST

`/api/v1/openapi.json` describes the same for each entity, with the fields and buttons that the
caller may use. Every call shows `Authorization: Bearer`, followed by an API key (`wuye_…`) or by a
token of `POST /api/v1/security/login`. A [how-to](../how-to/rest.md) has examples.

| | path | |
|---|---|---|
| `POST` | `/api/v1/security/login` | A token for `{{"username", "password", "provider": "db"}}`. |
| `POST` | `/api/v1/security/refresh` | A new one, shown the refresh token. |
| `POST` | `/api/v1/security/api_keys/` | An API key for `{{"name", "expires_on"}}`, shown once. |
| `GET` | `/api/v1/security/api_keys/` | One's API keys. |
| `DELETE` | `/api/v1/security/api_keys/<uuid>` | Ends one. |
{chr(10).join(routes)}

## a list's arguments

Besides the [filters](filters.md):

| argument | meaning |
|---|---|
{chr(10).join(arguments)}

## values

Numbers with decimals and amounts are texts (`"200.00"`), days `"2026-01-31"`, moments in UTC
(`"2026-01-31T08:00:00Z"`). A link is read as `{{"id", "title"}}` and written as the id or as
`{{"id"}}`. Lines are a list of maps; written, the list replaces the one there is: a line with its
`id` is changed, one without is new, one that is left out is deleted.

`version` (in the body, or `If-Match`) refuses a change of a record that somebody else has changed
since. `Idempotency-Key` makes a write that is sent twice one write, and gives the first answer.

## refusals

`{{"error": {{"status", "message", "problems": [{{"field", "code", "message"}}]}}}}`; the language
is the account's or that of `Accept-Language`.

| status | meaning |
|---|---|
{chr(10).join(refusals)}
"""


def _extension() -> str:
    text = (
        f"{_NOTE}# What a plugin may import\n\nFrom `engine.extension`, and nothing else of the"
        " engine.\n"
    )
    for name in engine.extension.__all__:
        one = getattr(engine.extension, name)
        text += f"\n## {name}\n\n{inspect.getdoc(one) or ''}\n"
        if inspect.isfunction(one):
            text += f"\n```python\n{name}{inspect.signature(one)}\n```\n"
        elif inspect.isclass(one):
            text += "".join(_method(n, m) for n, m in vars(one).items() if _is_own(n, m))
    return text


def _is_own(name: str, member: object) -> bool:
    return inspect.isfunction(member) and not name.startswith("_")


def _method(name: str, member: Any) -> str:
    doc = (inspect.getdoc(member) or "").split("\n\n", maxsplit=1)[0].replace("\n", " ")
    return f"\n- `{name}`: {doc}"


def main() -> None:
    """Write all pages, and remove what is no page any more."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = pages()
    for old in FOLDER.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(f"docs/reference/{name}")


if __name__ == "__main__":
    main()
