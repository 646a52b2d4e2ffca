"""Work for models, done at once in their event loop."""

import asyncio
from pathlib import Path

import pytest
from fakes.calls import MemoryLedger

from corpusbuilder.backends.models.access import Access
from corpusbuilder.backends.models.together import together
from corpusbuilder.errors import BackendError


@pytest.fixture
def access():
    opened = Access(open_ledger=MemoryLedger, read_image=bytes, environ={}, own_prices=Path("none.toml"))
    yield opened
    opened.close()


def test_all_of_it_is_under_way_at_once_and_comes_as_it_is_done(access):
    first_may_end = asyncio.Event()

    async def first():
        await first_may_end.wait()
        return "first"

    async def second():
        access.loop.call(first_may_end.set)
        return "second"

    assert list(together(access, [first(), second()])) == ["second", "first"]


def test_no_work_has_no_results(access):
    assert list(together(access, [])) == []


def test_an_error_ends_the_run_and_what_is_under_way_is_waited_for(access):
    stopped, done = [], []
    access.stop = stopped.append

    async def slow():
        await asyncio.sleep(0.05)
        done.append("slow")

    async def broken():
        raise BackendError("no model")

    with pytest.raises(BackendError, match="no model"):
        list(together(access, [slow(), broken()]))
    assert [str(cause) for cause in stopped] == ["no model"]
    assert done == ["slow"]
