from __future__ import annotations

import pytest

from engine.diagnostics import InvalidMetadata, Place
from engine.expressions import Typed
from engine.loading import catalog_from_texts
from engine.metadata import Catalog, Formula
from tests.loading.projects import ESTATE, TEXTS, catalog, catalog_with, changed


@pytest.fixture(scope="module")
def whole() -> Catalog:
    return catalog()


def test_equal_text_gives_an_equal_catalog(whole: Catalog) -> None:
    assert catalog() == whole
    assert catalog().digest == whole.digest


def test_a_catalog_can_be_built_again_from_its_own_sources(whole: Catalog) -> None:
    assert catalog_from_texts(whole.sources) == whole


def test_other_text_gives_another_digest(whole: Catalog) -> None:
    other = catalog_with("max_length: 20", "max_length: 21")

    assert other != whole
    assert other.digest != whole.digest


def test_modules_and_entities_keep_their_order(whole: Catalog) -> None:
    assert list(whole.modules) == ["estate", "organization"]
    assert list(whole.entities["room"].fields)[:3] == ["no", "estate", "neighbour"]


def test_simplified_labels_are_derived(whole: Catalog) -> None:
    room = whole.entity("room")

    assert room.field("area").label.in_("zh_Hans") == "建筑面积"
    assert room.field("state").options["options"]["vacant"]["label"].in_("zh_Hans") == "空置"
    assert whole.roles["staff"].label.in_("zh_Hans") == "员工"


def test_a_written_simplified_label_is_kept() -> None:
    found = catalog_with("label: 建築面積", "label: {zh_Hant: 建築面積, zh_Hans: 面积}")

    assert found.entity("room").field("area").label.in_("zh_Hans") == "面积"


def test_a_product_without_simplified_chinese_gets_none() -> None:
    texts = changed("en: Wuye}", "en: Wuye}, languages: [zh_Hant, en]")

    label = catalog_from_texts(texts).entity("room").field("area").label
    assert dict(label.by_language) == {"zh_Hant": "建築面積"}


def test_a_product_may_speak_simplified_chinese_first() -> None:
    texts = {
        "models.yaml": "product: {name: 物业, languages: [zh_Hans, en]}\ninclude: [m.yaml]\n",
        "m.yaml": "module: m\nlabel: 房产\n",
    }

    found = catalog_from_texts(texts)
    assert found.product.default_language == "zh_Hans"
    assert str(found.modules["m"].label) == "房产"


def test_the_places_of_fields_are_those_of_their_names(whole: Catalog) -> None:
    line = ESTATE.splitlines().index("    title: no") + 5

    assert whole.entity("room").field("no").at == Place("models/estate.yaml", line, 7)


def _formulas(whole: Catalog) -> list[Formula]:
    room = whole.entity("room")
    button, check = room.buttons["sell"], room.checks[0]
    return [
        room.fields["neighbour"].options["filter"],
        room.fields["keeper"].default_formula,
        room.fields["price"].visible_when,
        room.fields["total"].compute,
        room.fields["key_count"].compute,
        check.that,
        room.indexes[0].where,
        room.list.views[0].filter,
        room.page.related[0].filter,
        button.when,
        button.ask["price"].default_formula,
        *button.set.values(),
        room.rights.by_role["clerk"].where,
        whole.modules["estate"].home[0].filter,
    ]


def test_every_formula_is_checked_and_keeps_its_typed_form(whole: Catalog) -> None:
    formulas = _formulas(whole)

    assert all(isinstance(one, Formula) for one in formulas)
    assert all(isinstance(one.typed, Typed) for one in formulas)


def test_what_the_author_left_out_is_filled_in(whole: Catalog) -> None:
    estate, key = whole.entity("estate"), whole.entity("room_key")

    assert estate.title == "name"
    assert estate.search == ("name",)
    assert estate.list.columns == ("name", "office", "manager")
    assert [s.fields for s in estate.form.tabs[0].sections] == [("name", "office", "manager")]
    assert key.page.sections == key.form.tabs[0].sections


def test_lines_stand_alone_in_the_form_that_is_made(whole: Catalog) -> None:
    sections = whole.entity("room").form.tabs[0].sections

    assert sections[1].fields == ("keys",)
    assert str(sections[1].label) == "鑰匙"


def test_the_menu_is_every_entity_that_is_no_line(whole: Catalog) -> None:
    menu = whole.modules["estate"].menu

    assert [item.entity for item in menu] == ["estate", "room"]
    assert menu[1].icon == "door"


def test_a_menu_item_takes_the_label_of_its_entity_or_view() -> None:
    menu = "icon: building\nmenu: [{entity: unit}, {entity: room, view: sold}]"
    found = catalog_with("icon: building", menu).modules["estate"].menu

    assert [str(item.label) for item in found] == ["單位", "已售"]


def test_short_rights_are_a_list_of_actions(whole: Catalog) -> None:
    rights = whole.entity("room").rights.by_role

    assert rights["staff"].can == {"read"}
    assert rights["staff"].rows == "unit"
    assert rights["clerk"].can == {"read", "create", "sell"}


def test_nothing_in_a_catalog_can_be_changed(whole: Catalog) -> None:
    room = whole.entity("room")

    with pytest.raises(TypeError):
        whole.entities["x"] = room  # type: ignore[index]
    with pytest.raises(TypeError):
        room.fields["no"].options["max_length"] = 5  # type: ignore[index]
    with pytest.raises(TypeError):
        room.label.by_language["en"] = "x"  # type: ignore[index]


def test_a_default_with_decimals_is_kept_as_text() -> None:
    found = catalog_with("min: 0.01", "default: 12.50")

    assert found.entity("room").field("area").default == "12.50"


def test_reports_are_kept_with_the_sources() -> None:
    found = catalog_from_texts({**TEXTS, "reports/b.yaml": "b"})

    assert "reports/b.yaml" in found.sources


def test_a_print_carries_its_template() -> None:
    prints = "icon: building\nprints: {card: {label: 卡, entity: room, template: reports/card.typ}}"
    texts = changed("icon: building", prints)

    with pytest.raises(InvalidMetadata, match="missing-file"):
        catalog_from_texts(texts)
    found = catalog_from_texts({**texts, "reports/card.typ": "= Card\n"})
    assert found.prints["card"].template == "reports/card.typ"
    assert found.sources["reports/card.typ"] == "= Card\n"


def test_errors_of_all_files_come_at_once_and_sorted() -> None:
    texts = {
        **changed("max_length: 20", "max_lenght: 20"),
        "models/organization.yaml": "module: organization\n",
        "models/z.yaml": "module: [\n",
    }

    with pytest.raises(InvalidMetadata) as refused:
        catalog_from_texts(texts)
    assert [(d.at.file, d.code) for d in refused.value.found] == [
        ("models/estate.yaml", "unknown-key"),
        ("models/organization.yaml", "missing-key"),
        ("models/z.yaml", "yaml-syntax"),
    ]


def test_a_manifest_that_is_missing_is_reported() -> None:
    with pytest.raises(InvalidMetadata, match=r"models.yaml:1:1: missing-file"):
        catalog_from_texts({})


def test_an_entity_is_searched_by_its_title_unless_it_says_otherwise() -> None:
    module = """
module: books
label: Books
entities:
  book: {label: Book, title: name, fields: {name: {type: text, label: Name}}}
  line: {label: Line, title: name, search: [], fields: {name: {type: text, label: Name}}}
"""
    manifest = "product: {name: Test}\nroles: {staff: {label: Staff}}\ninclude: [models/a.yaml]\n"

    found = catalog_from_texts({"models.yaml": manifest, "models/a.yaml": module})

    assert found.entity("book").search == ("name",)
    assert found.entity("line").search == ()
