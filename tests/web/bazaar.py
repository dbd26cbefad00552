"""A bazaar: a small company that uses every feature of the generic screens at least once."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Connection, insert, text

from engine.extension import (
    ActionContext,
    ActionResult,
    Preview,
    ScreenContext,
    ScreenPage,
    action,
    screen,
)
from engine.loading import catalog_from_texts
from engine.metadata import Catalog
from engine.storage import Tables, tables_of
from tests.web.bazaar_yaml import MANIFEST, THINGS, TRADE


@action("bazaar_tests.posted")
def posted(context: ActionContext) -> ActionResult:
    """Say how many were posted; break when the reason says so."""
    if context.asked["why"] == "fail":
        raise ValueError("the plugin broke")
    return ActionResult("%(n)s posted.", {"n": len(context.ids)})


@action("bazaar_tests.sheet")
def sheet(context: ActionContext) -> ActionResult:
    """Answer a file with a Chinese name."""
    return ActionResult(
        file=b"a,b\n", file_name='訂單 "1".csv', content_type="text/csv; charset=utf-8"
    )


@action("bazaar_tests.cleared")
def cleared(context: ActionContext) -> ActionResult:
    """Take all drafts of a customer away, unless it is only asked what that would do."""
    wanted = f"customer == {context.asked['customer'] or 0}"
    drafts = context.records.find("order", f"{wanted} and state == 'draft'")
    others = context.records.find("order", f"{wanted} and state != 'draft'")
    for one in drafts:
        context.records.delete("order", one["id"])
    if context.is_preview:
        return ActionResult(preview=Preview(len(drafts), [("It is no draft", len(others))]))
    return ActionResult("%(n)s orders are gone.", {"n": len(drafts)})


@action("bazaar_tests.recounted")
def recounted(context: ActionContext) -> ActionResult:
    """Do nothing, and lead to the customers."""
    return ActionResult("Recounted.", redirect="/e/customer/")


@screen("bazaar_tests.counter", entity="order", right="post")
def counter(context: ScreenContext) -> ScreenPage:
    """Show a page of the plugin's own; a post adds to the ledger."""
    if context.method == "POST":
        text = context.form.get("text", "")
        context.records.create("ledger", {"text": text})
        return ScreenPage(redirect="/e/ledger/", message="Saved.")
    return ScreenPage(
        template="ui/plugin_screen.html",
        data={"title": "The counter", "sections": [], "results": []},
    )


@cache
def bazaar() -> Catalog:
    """Return the catalog; made once."""
    return catalog_from_texts(
        {"models.yaml": MANIFEST, "models/trade.yaml": TRADE, "models/things.yaml": THINGS}
    )


@cache
def tables() -> Tables:
    """Return its tables."""
    return tables_of(bazaar())


UNITS = {1: ("HQ", None), 2: ("East", 1), 3: ("West", 1)}
PEOPLE: dict[str, dict[str, list[int]]] = {
    "root": {"Admin": []},
    "cora": {"clerk": [2]},  # the clerk of the east
    "wes": {"clerk": [3]},  # the clerk of the west
    "bea": {"boss": [1]},
    "vic": {"viewer": [1]},
    "gus": {"guest": [1]},
    "nemo": {},
}


def fill(connection: Connection) -> None:
    """Write the units."""
    table = tables().table("org_unit")
    for number, (name, parent) in UNITS.items():
        connection.execute(
            insert(table).values(id=number, name=name, code=name[0], parent_id=parent)
        )
    connection.execute(text("select setval(pg_get_serial_sequence('org_unit', 'id'), 100)"))
