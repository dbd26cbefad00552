from collections.abc import Callable

import pytest

from engine.metadata import Catalog
from engine.storage import Tables, tables_of
from engine.storage.names import named
from engine.storage.shape import RuleShape, shape_of

CatalogOf = Callable[..., Catalog]

MODULE = """
module: test
label: Test
entities:
  org_unit:
    label: Unit
    title: name
    parent: parent
    fields:
      name: {type: text, label: Name, required: true}
      parent: {type: link, to: org_unit, label: Parent}
  receipt:
    label: Receipt
    title: no
    search: [no, payer]
    scope: unit
    fields:
      no: {type: text, label: No, unique: true}
      payer: {type: text, label: Payer}
      unit: {type: link, to: org_unit, label: Unit, required: true}
      cashier: {type: link, to: user, label: Cashier, on_delete: clear}
      subject: {type: any_link, to: [org_unit, receipt], label: Subject}
      state:
        {type: choice, default: new, options: {new: {label: N}, paid: {label: P}}, label: State}
      discount:
        {type: decimal, scale: 2, required: true, visible_when: "state == 'paid'", label: Off}
      amount: {type: money, min: 0, label: Amount}
      due: {type: money, label: Due}
      open: {type: money, compute: "due - amount", label: Open}
      total: {type: money, compute: "sum(lines.price)", stored: true, label: Total}
      lines: {type: lines, of: receipt_line, by: receipt, label: Lines}
    checks:
      not_too_much: {that: "amount <= due", message: Too much}
      young: {that: "created_at <= now()", message: Old}
      unit_named: {that: "unit.name != ''", message: Nameless}
    unique:
      - {fields: [payer, unit], where: "state == 'new'", message: Twice}
    indexes:
      - {fields: [unit, state]}
    list: {columns: [no], sort: [-due, no]}
    rights:
      clerk: {can: [read], rows: own}
  receipt_line:
    label: Line
    title: item
    part_of: receipt
    fields:
      receipt: {type: link, to: receipt, required: true, label: Receipt}
      item: {type: text, label: Item}
      price: {type: money, label: Price}
"""


@pytest.fixture(scope="module")
def tables(catalog_of: CatalogOf) -> Tables:
    return tables_of(catalog_of(MODULE))


def _rules(tables: Tables, entity: str) -> dict[str, RuleShape]:
    return dict(shape_of(tables.table(entity)).rules)


def test_links_become_indexed_keys_and_lines_no_column(tables: Tables) -> None:
    rules = _rules(tables, "receipt")

    assert tables.column("receipt", "unit").name == "unit_id"
    assert 'REFERENCES "org_unit" (id) ON DELETE RESTRICT' in rules["fk_receipt__unit_id"].ddl
    assert 'REFERENCES "ab_user" (id) ON DELETE SET NULL' in rules["fk_receipt__cashier_id"].ddl
    assert "ix_receipt__cashier_id" in rules
    assert tables.columns("receipt", "lines") == ()
    with pytest.raises(KeyError, match=r"receipt\.lines has no column"):
        tables.column("receipt", "lines")


def test_lines_go_with_their_record(tables: Tables) -> None:
    rule = _rules(tables, "receipt_line")["fk_receipt_line__receipt_id"]

    assert rule.ddl.endswith("ON DELETE CASCADE")


def test_a_link_to_anything_is_a_pair(tables: Tables) -> None:
    names = [column.name for column in tables.columns("receipt", "subject")]

    assert names == ["subject_entity", "subject_id"]
    assert tables.column("receipt", "subject").name == "subject_id"
    assert "ix_receipt__subject_entity_subject_id" in _rules(tables, "receipt")


def test_only_stored_computed_fields_have_a_column(tables: Tables) -> None:
    assert "total" in tables.table("receipt").c
    assert "open" not in tables.table("receipt").c


def test_a_field_that_is_not_always_asked_for_may_be_empty(tables: Tables) -> None:
    table = tables.table("receipt")

    assert not table.c.unit_id.nullable
    assert table.c.discount.nullable


def test_constant_defaults_serve_statements_too(tables: Tables) -> None:
    assert shape_of(tables.table("receipt")).columns["state"].default == "'new'"


def test_a_check_of_the_row_alone_is_in_the_database(tables: Tables) -> None:
    names = {name for name, rule in _rules(tables, "receipt").items() if rule.kind == "check"}

    assert "ck_receipt__not_too_much" in names
    assert not names & {"ck_receipt__young", "ck_receipt__unit_named"}


def test_a_unique_rule_with_a_condition_is_a_partial_index(tables: Tables) -> None:
    (rule,) = (r for r in _rules(tables, "receipt").values() if r.columns == ("payer", "unit_id"))

    assert rule.kind == "unique index"
    assert rule.condition == "state = 'new'"


def test_an_index_that_another_begins_with_is_not_made_twice(tables: Tables) -> None:
    names = set(_rules(tables, "receipt"))

    assert "ix_receipt__unit_id_state" in names
    assert "ix_receipt__unit_id" not in names


def test_screens_get_their_indexes(tables: Tables) -> None:
    rules = _rules(tables, "receipt")

    assert rules["ix_receipt__search"].ddl.endswith("USING gin (_search gin_trgm_ops)")
    assert rules["ix_receipt__list"].ddl.endswith("(due DESC NULLS LAST, no, id)")
    assert "ix_receipt__scope_unit_id" in rules
    assert "ix_receipt__created_by" in rules  # the row rule 'own' means: who created it


def test_the_people_are_flask_appbuilders(tables: Tables) -> None:
    assert tables.table("user").name == "ab_user"


def test_long_names_are_cut_and_stay_apart() -> None:
    one = named("ix", "a" * 40, "費" * 20, "x")
    other = named("ix", "a" * 40, "費" * 20, "y")

    assert one != other
    assert max(len(one.encode()), len(other.encode())) <= 63
