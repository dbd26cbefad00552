"""The worked examples of rules.md through the real service and database."""

from __future__ import annotations

import pytest

from tests.plugins.charging import examples_of_charges, examples_of_payments
from tests.plugins.charging.examples import EXAMPLES, Example, told
from tests.plugins.charging.world import World
from tests.plugins.estate import test_worked_examples as of_rooms

SECTIONS = (examples_of_charges, examples_of_payments)


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=lambda e: f"{e.number} {e.title}")
def test_a_worked_example_comes_out_as_the_rules_say(world: World, example: Example) -> None:
    assert told(example.run(world)) == example.expected


def test_every_worked_example_of_estate_and_charging_has_a_test() -> None:
    wanted = [f"W{number:02}" for number in (*range(1, 43), *range(57, 61))]

    of_numbers = {name[5:8].upper() for name in vars(of_rooms) if name.startswith("test_w")}
    assert sorted({*EXAMPLES, *of_numbers}) == wanted
