"""Fields drawn in advance, and templates with their texts put in: the same pages, only sooner."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from engine.access import changeable_fields, entities_readable
from engine.web import editions
from engine.web.desk import current_work
from engine.web.present.drawn import drawn_in_advance
from engine.web.present.fields import FormContext, field_view
from engine.web.present.titles import titles_of
from engine.web.views.forms import form_fields, stored_values
from tests.web.bazaar_app import Bazaar

HOSTILE = "\"'><script>alert(1)</script>&amp;{{ 1 }}\ue000value\ue001"
FULL = {
    "short": "AB", "story": "one\ntwo", "count": 7, "small": 0, "weight": "1.50", "price": "-3",
    "share": "5", "good": True, "color_of": "red", "tags": ["a"], "day": "2026-02-28",
    "clock": "08:30", "moment": "2026-02-28 08:30", "span": "90", "unit": 2, "phone": "13800000001",
    "mail": "a@example.org", "site": "https://example.org/?a=1&b=2", "paint": "#00ff00",
}  # fmt: skip
THINGS = ({}, FULL, {"story": HOSTILE, "good": False, "color_of": "blue", "count": -1, "unit": 3})


def _plain(text: str) -> str:
    """Return a page without what is another at each request."""
    return re.sub(r'name="(_request|csrf|csrf_token)" (value|content)="[^"]*"', "", text)


@pytest.mark.parametrize("values", THINGS, ids=("empty", "full", "hostile"))
@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_a_field_drawn_in_advance_is_what_the_templates_draw(
    shop: Bazaar, values: dict[str, Any], language: str
) -> None:
    name = HOSTILE if "story" in values and values["story"] == HOSTILE else "plain"
    thing = shop.caller("cora").create("thing", name=name, **values)["id"]
    quick = []
    with shop.person("cora").client as client, shop.engine.connect() as connection:
        client.get(f"/e/thing/{thing}/edit", headers={"Accept-Language": language})
        work = replace(current_work(), connection=connection)
        entity = work.catalog.entity("thing")
        record, _ = stored_values(work, entity, thing)
        form = FormContext(
            work=work,
            entity="thing",
            values=record,
            titles=titles_of(work, entity, record),
            changeable=changeable_fields(work.catalog, work.actor, "thing", "change"),
            readable=entities_readable(work.catalog, work.actor),
        )
        macros = editions.template("ui/macros/fields.html").module
        for field in form_fields(work, entity):
            drawn = drawn_in_advance(form, field)
            if drawn is not None:
                quick.append(field.name)
                assert drawn["html"] == macros.field(field_view(form, field)), field.name

    wanted = {"name", "short", "story", "count", "price", "good", "color_of", "day", "unit", "mail"}
    assert wanted <= set(quick)


def test_a_box_whose_look_depends_on_its_value_is_drawn_each_time(shop: Bazaar) -> None:
    cora = shop.person("cora")
    thing = shop.caller("cora").create("thing", name="colourless")["id"]

    assert 'value="#1f5fd6"' in cora.get(f"/e/thing/{thing}/edit").text


def test_pages_of_one_reader_show_nothing_of_anothers_record(shop: Bazaar) -> None:
    caller = shop.caller("cora")
    first = caller.create("thing", name="first thing", story="only of the first", unit=2)["id"]
    second = caller.create("thing", name="second thing")["id"]
    cora = shop.person("cora")
    one = cora.get(f"/e/thing/{first}/edit").text
    two = cora.get(f"/e/thing/{second}/edit").text

    assert "only of the first" in one
    assert "only of the first" not in two
    assert "first thing" not in two
    assert "\ue000" not in one + two


@pytest.mark.parametrize("language", ["en", "zh-Hant", "zh-Hans"])
@pytest.mark.parametrize("path", ["/e/thing/", "/e/thing/new", "/", "/e/customer/?q=x"])
def test_an_edition_of_a_language_is_the_same_page(shop: Bazaar, path: str, language: str) -> None:
    # Below another root nothing is put in while compiling, so the plain templates answer.
    headers = {"Accept-Language": language}
    client = shop.person("cora").client
    client.get(path, headers=headers)  # says once what other stories left to be told
    edition = client.get(path, headers=headers).text
    plain = client.get(path, headers=headers, environ_overrides={"SCRIPT_NAME": "/below"}).text

    assert "/below/static/dist/icons.svg" in plain
    assert _plain(edition) == _plain(plain).replace("/below/", "/")


def test_a_language_is_not_shown_the_edition_of_another(shop: Bazaar) -> None:
    client = shop.person("cora").client
    client.get("/e/thing/")
    pages = [
        client.get("/e/thing/", headers={"Accept-Language": tag}).text
        for tag in ("en", "zh-Hant", "zh-Hans", "en")
    ]

    assert "Rows per page" in pages[0]
    assert "每頁" in pages[1]
    assert "每页" in pages[2]
    assert _plain(pages[0]) == _plain(pages[3])
