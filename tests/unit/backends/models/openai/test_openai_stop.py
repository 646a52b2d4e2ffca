"""A run that ends, or runs short of money, leaves nobody waiting for ever."""

import asyncio
import time

import pytest
from fakes.calls import MemoryLedger
from fakes.endpoint import Endpoint
from fakes.options import Fault
from processes import until

from corpusbuilder.backends.models.base import Message, ModelRequest, OutputSchema, Sampling, TextPart
from corpusbuilder.backends.models.budget import Budget
from corpusbuilder.backends.models.calls import Calls, Live
from corpusbuilder.backends.models.meter import Meter
from corpusbuilder.backends.models.openai.model import OpenAIModel
from corpusbuilder.backends.models.openai.options import OpenAIModelOptions
from corpusbuilder.backends.models.prices import Price
from corpusbuilder.errors import BackendError

SCHEMA = {
    "type": "object",
    "properties": {"answer": {"type": "string"}},
    "required": ["answer"],
    "additionalProperties": False,
}
A_DOLLAR_AT_MOST = Price(input=0, output=1e6 / 100)


def requests(count):
    return [
        ModelRequest(
            (Message("user", (TextPart(f"question {number}"),)),),
            output=OutputSchema("ours", SCHEMA),
            sampling=Sampling(max_tokens=100),
            order=(number,),
        )
        for number in range(count)
    ]


def is_no_probe(body):
    return body.get("response_format", {}).get("json_schema", {}).get("name") == "ours"


def opened(endpoint, cap=None, refuse=lambda: None, **options):
    given = OpenAIModelOptions(model="m", base_url=endpoint.base_url, max_tokens=100, **options)
    ledger, meter = MemoryLedger(), Meter()
    model = OpenAIModel(given, read_image=lambda _: b"", ledger=ledger, environ={})
    budget = Budget(cap)
    live = Live(model, ledger, price=A_DOLLAR_AT_MOST, budget=budget, meter=meter, refuse_when_stopped=refuse)
    return model, Calls(model, ledger, live, meter)


async def all_asked(calls, count):
    asked = [calls.ask(request, lambda value: value, str) for request in requests(count)]
    return await asyncio.gather(*asked, return_exceptions=True)


@pytest.mark.parametrize("cap", [1.5, 2.5, None])
def test_a_schema_that_is_refused_while_money_is_short_hangs_nobody(cap):
    async def run(endpoint):
        model, calls = opened(endpoint, cap, concurrency=2)
        async with asyncio.timeout(20):
            results = await all_asked(calls, 6)
        await model.close()
        return results

    fault = Fault("400_schema", when=is_no_probe, times=float("inf"))
    with Endpoint(latency=0.02, faults=[fault]) as endpoint:
        results = asyncio.run(run(endpoint))
    assert len(results) == 6


def test_after_a_stop_nobody_waits_for_the_time_to_try_again():
    async def run(endpoint):
        model, calls = opened(endpoint, concurrency=4)
        working = asyncio.ensure_future(all_asked(calls, 6))
        await asyncio.to_thread(until, lambda: sum(r.status == 429 for r in endpoint.log) >= 4, seconds=20)
        # The server knows of its answers before the client does.
        assert await asyncio.to_thread(until, lambda: "wait to try again: HTTP 429" in model.trouble, seconds=20)
        began = time.monotonic()
        model.stop(BackendError("enough"))
        results = await working
        await model.close()
        return results, time.monotonic() - began

    with Endpoint(latency=0.02, faults=[Fault("429", when=is_no_probe)], retry_after=30) as endpoint:
        results, seconds = asyncio.run(run(endpoint))
    assert {str(result) for result in results} == {"enough"}
    assert seconds < 5


def test_who_waited_for_money_while_the_run_was_stopped_sends_nothing():
    stopped = []

    def refuse():
        if stopped:
            raise BackendError("enough")

    async def run(endpoint):
        model, calls = opened(endpoint, cap=1.9, refuse=refuse, concurrency=8)
        working = asyncio.ensure_future(all_asked(calls, 6))
        await asyncio.to_thread(until, lambda: len(endpoint.log) > 1, seconds=20)
        stopped.append(True)
        results = await working
        await model.close()
        return results

    with Endpoint(latency=0.2) as endpoint:
        results = asyncio.run(run(endpoint))
        sent = len(endpoint.log)
    assert sent == 2  # the probe, and the one that had its money
    assert sum(isinstance(result, BackendError) for result in results) == 5
