import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.backends.models.base import ImagePart, Message, ModelRequest, Sampling, TextPart
from corpusbuilder.backends.models.budget import Budget, prompt_tokens
from corpusbuilder.backends.models.prices import Price
from corpusbuilder.errors import BudgetReachedError, RecordError
from corpusbuilder.records.call import Usage

PER_TOKEN = Price(input=0.0, output=1_000_000.0)
"""One dollar a token of the answer."""


def request(max_tokens=1, text="hello", images=0, side=1000):
    parts = (TextPart(text), *(ImagePart("0" * 64, "image/png", side, side) for _ in range(images)))
    return ModelRequest((Message("user", parts),), sampling=Sampling(max_tokens=max_tokens))


async def spend(budget, costs, *, most=1, pause=0.0):
    """Run one call per cost at once; how many were refused."""
    running = highest = 0

    async def call(cost):
        nonlocal running, highest
        async with budget.reserve(PER_TOKEN, request(most)) as reservation:
            await reservation.take()
            running += 1
            highest = max(highest, running)
            await asyncio.sleep(pause)
            reservation.settle(cost)
            running -= 1

    results = await asyncio.gather(*(call(cost) for cost in costs), return_exceptions=True)
    refused = [r for r in results if isinstance(r, BudgetReachedError)]
    assert all(isinstance(r, BudgetReachedError | None) for r in results)
    return len(refused), highest


@given(st.integers(0, 30), st.lists(st.floats(0, 1), max_size=40))
def test_no_order_of_calls_spends_more_than_the_cap(cap, costs):
    budget = Budget(float(cap))
    asyncio.run(spend(budget, costs))
    assert budget.spent_usd <= cap + 1e-9


def test_calls_wait_for_room_instead_of_failing_while_others_may_give_some_back():
    budget = Budget(3.0)
    refused, highest = asyncio.run(spend(budget, [0.1] * 20, pause=0.001))
    assert refused == 0
    assert highest == 3
    assert budget.spent_usd == pytest.approx(2.0)


def test_a_call_that_was_never_sent_takes_no_money():
    async def run():
        budget = Budget(1.0)
        async with budget.reserve(PER_TOKEN, request()):
            await _one(budget)
        return budget.spent_usd

    assert asyncio.run(run()) == 0.0


def test_when_the_cap_is_reached_the_rest_is_refused_and_told_how_to_go_on():
    budget = Budget(2.0)
    refused, _ = asyncio.run(spend(budget, [1.0] * 5))
    assert refused == 3
    with pytest.raises(BudgetReachedError, match=r"budget of \$2 is reached: \$2.0000 is spent") as caught:
        asyncio.run(_one(budget))
    assert "--budget" in caught.value.hint


async def _failing(budget):
    async with budget.reserve(PER_TOKEN, request()) as reservation:
        await reservation.take()
        raise RecordError("endpoint_failed", "gone")


async def _one(budget):
    async with budget.reserve(PER_TOKEN, request()) as reservation:
        await reservation.take()


def test_what_earlier_runs_spent_counts():
    refused, _ = asyncio.run(spend(Budget(2.0, spent_usd=1.5), [0.5]))
    assert refused == 1


def test_a_call_that_fails_gives_its_money_back():
    async def run():
        budget = Budget(1.0)
        for _ in range(5):
            with pytest.raises(RecordError):
                await _failing(budget)
        return budget.spent_usd

    assert asyncio.run(run()) == 0.0


def test_calls_that_cost_more_than_expected_are_expected_to_go_on_like_that():
    async def run():
        budget = Budget(30.0)
        together = await spend(budget, [4.0] * 3)
        one_by_one = [await spend(budget, [4.0]) for _ in range(10)]
        return budget.spent_usd, together, sum(refused for refused, _ in one_by_one)

    assert asyncio.run(run()) == (28.0, (0, 3), 6)


def test_a_call_that_nobody_counted_counts_as_the_most_that_it_may_have_cost():
    budget = Budget(3.0)
    refused, _ = asyncio.run(spend(budget, [None] * 5))
    assert (refused, budget.spent_usd) == (2, 3.0)


def test_what_a_call_cost_counts_before_it_is_kept():
    async def run():
        budget = Budget(10.0)
        async with budget.reserve(PER_TOKEN, request()) as first:
            await first.take()
            first.settle(10.0)
            async with budget.reserve(PER_TOKEN, request()) as second:
                waiting = asyncio.ensure_future(second.take())
                await asyncio.sleep(0)
                assert not waiting.done()
                waiting.cancel()

    asyncio.run(run())


def test_calls_of_earlier_runs_without_a_price_count_too():
    budget = Budget(5.0)
    budget.add_earlier([Usage(prompt_tokens=7, completion_tokens=2), Usage(), Usage(prompt_tokens=3)], PER_TOKEN)
    refused, _ = asyncio.run(spend(budget, [1.0] * 4))
    assert (refused, budget.spent_usd) == (3, 5.0)


def test_without_a_cap_nothing_is_refused():
    refused, highest = asyncio.run(spend(Budget(None), [5.0] * 10, most=1000, pause=0.001))
    assert (refused, highest) == (0, 10)


def test_an_unknown_price_reserves_nothing():
    async def run():
        async with Budget(0.0).reserve(None, request(10**6)) as reservation:
            await reservation.take()
            return True

    assert asyncio.run(run())


def test_an_image_counts_by_its_size_up_to_what_is_sent():
    text = prompt_tokens(request())
    small, large, huge = (prompt_tokens(request(images=1, side=side)) - text for side in (280, 1000, 20_000))
    assert small == 100
    assert small < large < huge
    assert huge <= 3000


def test_prose_is_estimated_within_a_third():
    prose = "The river carries sand and mud down to the sea, where both settle in layers. " * 20
    words = len(prose.split())
    assert words <= prompt_tokens(request(text=prose)) <= words * 2
