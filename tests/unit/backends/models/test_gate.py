import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusbuilder.backends.models.gate import Gate
from corpusbuilder.backends.models.openai.breaker import Breaker
from corpusbuilder.errors import BackendError


async def send(gate, *, throttled=False):
    ticket = await gate.enter(())
    gate.count(ticket, throttled=throttled)
    gate.leave(ticket)


async def settle():
    for _ in range(3):
        await asyncio.sleep(0)


def test_a_few_refusals_change_nothing():
    async def run():
        gate = Gate(64)
        for number in range(2000):
            await send(gate, throttled=number % 10 == 0)
        return gate.limit

    assert asyncio.run(run()) == 64


def test_many_refusals_let_fewer_through_and_calm_lets_more_through_again():
    async def run():
        gate = Gate(64)
        limits = [gate.limit]
        for _ in range(64):
            await send(gate, throttled=True)
        limits.append(gate.limit)
        for _ in range(400):
            await send(gate)
        return [*limits, gate.limit]

    first, cut, last = asyncio.run(run())

    assert first == last == 64
    assert cut == 16


def test_what_was_sent_under_another_limit_says_nothing_about_this_one():
    async def run():
        gate = Gate(64)
        tickets = [await gate.enter(()) for _ in range(64)]
        for ticket in tickets:
            gate.count(ticket, throttled=True)
        after_first = gate.limit
        for ticket in tickets:
            gate.count(ticket, throttled=True)
        return after_first, gate.limit

    assert asyncio.run(run()) == (16, 16)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.booleans(), max_size=300), st.integers(1, 20))
def test_the_limit_stays_within_bounds(outcomes, most):
    async def run():
        gate = Gate(most)
        seen = []
        for throttled in outcomes:
            ticket = await gate.enter(())
            gate.count(ticket, throttled=throttled)
            if throttled and gate.limit < most:
                # Its place cools: what would take half a second is done at once.
                gate._cooled()
            gate.leave(ticket)
            gate._in_flight = 0
            seen.append(gate.limit)
        return seen

    assert all(1 <= limit <= most for limit in asyncio.run(run()))


def test_a_place_that_was_refused_stays_empty_while_fewer_are_let_through():
    async def run():
        gate = Gate(8)
        for _ in range(8):
            await send(gate, throttled=True)
        assert gate.limit == 2
        await send(gate, throttled=True)
        await send(gate, throttled=True)
        waiting = asyncio.create_task(gate.enter(()))
        await settle()
        at_once = waiting.done()
        await asyncio.sleep(0.6)
        return at_once, waiting.done()

    assert asyncio.run(run()) == (False, True)


def test_those_who_wait_pass_in_order_and_equals_in_order_of_arrival():
    async def run():
        gate = Gate(1)
        first = await gate.enter(())
        passed = []

        async def wait(order, name):
            ticket = await gate.enter(order)
            passed.append(name)
            gate.leave(ticket)

        tasks = [asyncio.create_task(wait(o, n)) for o, n in [((2,), "d"), ((1, 5), "b"), ((1,), "a"), ((1, 5), "c")]]
        await settle()
        gate.leave(first)
        await asyncio.gather(*tasks)
        return passed

    assert asyncio.run(run()) == ["a", "b", "c", "d"]


def test_who_is_cancelled_while_waiting_takes_no_place():
    async def run():
        gate = Gate(1)
        first = await gate.enter(())
        tasks = [asyncio.create_task(gate.enter((number,))) for number in range(4)]
        await settle()
        tasks[1].cancel()
        gate.leave(first)
        tasks[0].cancel()  # the ticket is made out already, and not taken yet
        await settle()
        return [task.cancelled() for task in tasks], tasks[2].done()

    assert asyncio.run(run()) == ([True, True, False, False], True)


def test_a_shut_gate_tells_all_who_wait_pause_or_come_the_same():
    async def run():
        gate = Gate(1)
        await gate.enter(())
        tasks = [asyncio.create_task(gate.enter(())), asyncio.create_task(gate.pause(60))]
        await settle()
        gate.stop(BackendError("gone", hint="come back"))
        gate.stop(BackendError("another"))
        tasks.append(asyncio.create_task(gate.enter(())))
        return await asyncio.gather(*tasks, return_exceptions=True)

    errors = asyncio.run(run())

    assert [(str(error), error.hint) for error in errors] == [("gone", "come back")] * 3
    assert len({id(error) for error in errors}) == 3


def test_a_pause_lasts_as_long_as_it_should():
    async def run():
        loop = asyncio.get_running_loop()
        start = loop.time()
        await Gate(1).pause(0.05)
        return loop.time() - start

    assert 0.05 <= asyncio.run(run()) < 0.5


def lose(gate, breaker, tickets):
    gone = []
    for ticket in tickets:
        gone.append(breaker.lost(ticket))
        gate.leave(ticket)
    return gone


@pytest.fixture(autouse=True)
def _short_backoff(monkeypatch):
    monkeypatch.setattr("corpusbuilder.backends.models.openai.breaker.backoff", lambda attempt: 0.01)


def test_when_nothing_gets_through_one_at_a_time_finds_out():
    async def run():
        gate = Gate(8)
        breaker = Breaker(gate, max_probes=3)
        lose(gate, breaker, [await gate.enter(()) for _ in range(8)])
        assert breaker.is_open
        waiting = [asyncio.create_task(gate.enter((number,))) for number in range(8)]
        await settle()
        passed = [sum(task.done() for task in waiting)]
        await asyncio.sleep(0.03)
        passed.append(sum(task.done() for task in waiting))
        breaker.reached()
        gate.leave(await waiting[0])
        await settle()
        return [*passed, sum(task.done() for task in waiting)]

    assert asyncio.run(run()) == [0, 1, 8]


def test_an_endpoint_is_given_up_after_so_many_probes():
    async def run():
        gate = Gate(8)
        breaker = Breaker(gate, max_probes=3)
        early = lose(gate, breaker, [await gate.enter(()) for _ in range(8)])
        probes = []
        for _ in range(3):
            probes += lose(gate, breaker, [await gate.enter(())])
        return early, probes

    assert asyncio.run(run()) == ([False] * 8, [False, False, True])


def test_a_reply_in_between_starts_the_count_anew():
    async def run():
        gate = Gate(8)
        breaker = Breaker(gate, max_probes=3)
        for _ in range(3):
            lose(gate, breaker, [await gate.enter(()) for _ in range(4)])
            breaker.reached()
        return breaker.is_open, breaker.was_ever_reached

    assert asyncio.run(run()) == (False, True)


def test_a_probe_that_cannot_be_sent_makes_room_for_the_next():
    async def run():
        gate = Gate(8)
        gate.narrow(0)
        await asyncio.sleep(0.01)
        gate.leave(await gate.enter(()))
        return await asyncio.wait_for(gate.enter(()), 1)

    assert asyncio.run(run())


def test_those_who_return_pass_the_parked_and_nobody_else_does():
    async def run():
        gate = Gate(1)
        parked = await gate.enter(())
        fresh = asyncio.create_task(gate.enter((1,)))
        returning = asyncio.create_task(gate.enter((2,), again=True))
        await settle()
        before = (fresh.done(), returning.done())
        with gate.parked(parked):
            await settle()
            meanwhile = (fresh.done(), returning.done())
        return before, meanwhile

    assert asyncio.run(run()) == ((False, False), (False, True))


def test_a_parked_probe_leaves_the_probing_to_those_who_return():
    async def run():
        gate = Gate(4)
        gate.narrow(0)
        await asyncio.sleep(0.01)
        probe = await gate.enter(())
        returning = asyncio.create_task(gate.enter((2,), again=True))
        await settle()
        before = returning.done()
        with gate.parked(probe):
            await settle()
            return before, returning.done()

    assert asyncio.run(run()) == (False, True)
