import random

import pytest

from corpusbuilder.backends.models.estimate import WouldSend
from corpusbuilder.backends.models.meter import UnitUsage
from corpusbuilder.backends.models.prices import Price
from corpusbuilder.backends.teachers.passes.forecast import ASSUMED_TOKENS, follow_ups
from corpusbuilder.pipeline.forecast import from_dry_run, from_pilot, lot


def usage(calls, cost):
    return UnitUsage(calls=calls, prompt_tokens=1000 * calls, completion_tokens=100 * calls, cost_usd=cost)


def test_units_of_one_price_give_a_forecast_without_doubt():
    sizes = {f"unit-{n}": 2 for n in range(100)}
    measured = {f"unit-{n}": usage(6, 0.03) for n in range(6)}
    forecast = from_pilot(sizes, measured)
    assert forecast.units == 94
    assert forecast.calls.expected == pytest.approx(94 * 6)
    assert forecast.cost_usd.low == pytest.approx(forecast.cost_usd.high) == pytest.approx(94 * 0.03)


def test_a_unit_with_more_figures_is_expected_to_cost_more():
    sizes = {"a": 1, "b": 3, "rest": 8}
    forecast = from_pilot(sizes, {"a": usage(1, 0.01), "b": usage(3, 0.03)})
    assert forecast.cost_usd.expected == pytest.approx(0.08)


def test_nine_intervals_of_ten_hold_what_the_run_comes_to():
    draw = random.Random(7)
    held = 0
    for _ in range(400):
        sizes = {f"u{n}": draw.randint(1, 6) for n in range(120)}
        costs = {unit: size * draw.uniform(0.5, 1.5) for unit, size in sizes.items()}
        pilot = sorted(sizes, key=lambda unit: draw.random())[:6]
        forecast = from_pilot(sizes, {unit: usage(1, costs[unit]) for unit in pilot})
        rest = sum(cost for unit, cost in costs.items() if unit not in pilot)
        held += forecast.cost_usd.low <= rest <= forecast.cost_usd.high
    assert 0.83 <= held / 400 <= 0.97


def test_one_unit_is_no_pilot():
    assert from_pilot({"a": 1, "b": 1}, {"a": usage(1, 1.0)}) is None


def test_a_price_that_is_unknown_for_one_call_makes_the_cost_unknown():
    measured = {"a": usage(1, 1.0), "b": UnitUsage(calls=1, unpriced=1)}
    forecast = from_pilot({"a": 1, "b": 1, "c": 1}, measured)
    assert forecast.cost_usd is None
    assert forecast.calls.expected == 1


def test_the_lot_does_not_depend_on_the_order_of_units():
    units = [f"unit-{n}" for n in range(50)]
    shuffled = random.Random(3).sample(units, 50)
    assert sorted(shuffled, key=lot) == sorted(units, key=lot) != units


def follow(task, *, subject="figure"):
    item = WouldSend(task, "unit-1", 2000, subject)
    return [f.task for f in follow_ups(item, per_unit=5, per_figure=8, questions_per_call=4)]


def test_an_inventory_is_followed_by_questions_and_their_steps():
    assert follow("inventory") == ["questions", "steps", "steps"]
    assert follow("inventory", subject="text") == ["questions", "steps", "steps"]
    assert follow("questions") == ["steps", "steps"]
    assert follow("steps") == []


def test_a_dry_run_adds_up_by_task_and_says_what_it_assumed():
    items = [WouldSend("inventory", "u", 1000, "figure")] * 3 + [WouldSend("steps", "u", 2000, "figure")] * 2
    dry = from_dry_run(
        1, 3, items, in_ledger=7, lengths={"steps": 500.0}, assumed=ASSUMED_TOKENS, price=Price(input=1.0, output=2.0)
    )
    inventory, steps = dry.tasks
    assert (inventory.calls, inventory.prompt_tokens, inventory.measured) == (3, 3000, False)
    assert (steps.calls, steps.completion_tokens, steps.measured) == (2, 1000, True)
    assert dry.forecast.calls.expected == 5
    expected = (7000 * 1.0 + (3 * ASSUMED_TOKENS["inventory"] + 1000) * 2.0) / 1e6
    assert dry.forecast.cost_usd.expected == pytest.approx(expected)
    assert dry.forecast.cost_usd.low < expected < dry.forecast.cost_usd.high


def test_a_dry_run_without_a_price_names_no_sum():
    dry = from_dry_run(1, 1, [], in_ledger=0, lengths={}, assumed=ASSUMED_TOKENS, price=None)
    assert dry.forecast.cost_usd is None
    assert dry.forecast.calls.expected == 0
