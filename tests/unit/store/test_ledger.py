"""What the ledger keeps, and what it says of it."""

import asyncio
import threading
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_calls import answer, call, keep, key_of, states

from corpusbuilder.errors import StorageError
from corpusbuilder.records.call import Call, CallAnswer, CallState, Usage
from corpusbuilder.store.ledger import CallFilter, CallLedger

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
NAMES = st.none() | TEXTS
COUNTS = st.none() | st.integers(0, 2**63 - 1)
PRICES = st.none() | st.floats(0, 1e6)
CALLS = st.builds(
    Call,
    key=st.text("0123456789abcdef", min_size=64, max_size=64),
    **dict.fromkeys(("producer", "model", "task", "request"), TEXTS),
    **dict.fromkeys(("prompt_id", "prompt_sha256", "document_id", "unit_id"), NAMES),
)
ANSWERS = st.builds(
    CallAnswer,
    body=st.binary(max_size=9000),
    usage=st.builds(
        Usage,
        **dict.fromkeys(("prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens"), COUNTS),
    ),
    price_usd=PRICES,
    latency_s=st.floats(0, 1e5),
    attempts=st.integers(1, 50),
    **dict.fromkeys(("response_id", "served_model", "mode"), NAMES),
    time=st.datetimes(timezones=st.just(UTC)),
)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "ledger"


@pytest.fixture
def ledger(folder):
    with CallLedger(folder) as opened:
        yield opened


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(CALLS, ANSWERS), max_size=4, unique_by=lambda pair: pair[0].key))
def test_what_was_kept_is_found_just_as_it_was(tmp_path_factory, pairs):
    folder = tmp_path_factory.mktemp("kept")
    with CallLedger(folder) as ledger:
        keep(ledger, *pairs)
        assert [ledger.find(asked.key) for asked, _ in pairs] == [given for _, given in pairs]
    with CallLedger.open_for_reading(folder) as again:
        found = [(entry.call, entry.answer) for entry in again.entries()]
    assert found == sorted(pairs, key=lambda pair: pair[0].key)


@pytest.mark.parametrize(
    "body", [b"", b"\0", "réponse « œuf » 🥚\0\0".encode(), b"\xff\xfe\x00not utf-8", b"{}" * 500_000]
)
def test_bytes_of_any_kind_come_back(folder, body):
    with CallLedger(folder) as ledger:
        keep(ledger, (call("a", request="NUL \0 and é"), answer(body)))
    with CallLedger.open_for_reading(folder) as again:
        assert again.find(key_of("a")).body == body
        assert next(again.entries()).call.request == "NUL \0 and é"


def test_a_count_of_tokens_beyond_reason_spoils_nothing(ledger):
    usage = Usage(prompt_tokens=10**30, completion_tokens=7)
    keep(ledger, (call("a"), answer(usage=usage)), (call("b"), answer()))
    assert ledger.find(key_of("a")).usage == Usage(completion_tokens=7)
    assert ledger.find(key_of("b")) == answer()


def test_reasons_may_hold_half_a_character(ledger):
    keep(ledger, (call("a"), answer()))
    ledger.settle(key_of("a"), CallState.MALFORMED, "cut in \ud83e half")
    ledger.close()
    with CallLedger.open_for_reading(ledger._folder) as again:
        assert next(again.entries()).reason == "cut in ? half"


def test_what_was_not_kept_is_not_found(ledger):
    assert ledger.find(key_of("a")) is None
    ledger.plan(call("a"))
    assert ledger.find(key_of("a")) is None


def test_a_call_goes_from_planned_to_answered_to_parsed(folder):
    seen = []
    with CallLedger(folder) as ledger:
        ledger.plan(call("a"))
        keep(ledger, (call("b"), answer()))  # a plan is on the disk with the next answer
        seen.append(states(ledger)[key_of("a")])
        keep(ledger, (call("a"), answer()))
        seen.append(states(ledger)[key_of("a")])
        ledger.settle(key_of("a"), CallState.PARSED)
    with CallLedger.open_for_reading(folder) as again:
        seen.append(states(again)[key_of("a")])
    assert seen == [CallState.PLANNED, CallState.ANSWERED, CallState.PARSED]


@pytest.mark.parametrize("end", [CallState.ANSWERED, CallState.PARSED, CallState.MALFORMED, CallState.REFUSED])
@pytest.mark.parametrize("by", ["the same writer", "another writer"])
def test_a_call_that_was_answered_is_never_planned_again(folder, end, by):
    first, second = CallLedger(folder), CallLedger(folder)
    keep(first, (call("a"), answer()))
    if end is not CallState.ANSWERED:
        first.settle(key_of("a"), end)
    writer = first if by == "the same writer" else second
    writer.plan(call("a"))
    for ledger in (first, second):
        ledger.close()
    with CallLedger.open_for_reading(folder) as again:
        assert states(again) == {key_of("a"): end}


def test_a_rejected_call_needs_no_answer_and_may_be_tried_again(folder):
    with CallLedger(folder) as ledger:
        ledger.plan(call("a"))
        ledger.settle(key_of("a"), CallState.REJECTED, "the endpoint failed")
    with CallLedger(folder) as ledger:
        (entry,) = ledger.entries()
        assert (entry.state, entry.reason, entry.answer) == (CallState.REJECTED, "the endpoint failed", None)
        ledger.plan(call("a"))
    with CallLedger.open_for_reading(folder) as again:
        assert states(again) == {key_of("a"): CallState.PLANNED}


@pytest.mark.parametrize("state", [CallState.PLANNED, CallState.ANSWERED])
def test_no_call_ends_up_planned_or_answered(ledger, state):
    with pytest.raises(ValueError, match=state.value):
        ledger.settle(key_of("a"), state)


def test_a_run_over_a_finished_ledger_changes_no_byte_and_no_name(folder):
    with CallLedger(folder) as ledger:
        keep(ledger, (call("a"), answer()), (call("b"), answer()))
        ledger.settle(key_of("a"), CallState.PARSED)
        ledger.settle(key_of("b"), CallState.MALFORMED, "not JSON")
        ledger.remember("mode of http://host", "json_schema")
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    with CallLedger(folder) as ledger:
        assert ledger.find(key_of("a"))
        ledger.settle(key_of("a"), CallState.PARSED)
        ledger.settle(key_of("b"), CallState.MALFORMED, "not JSON")
        ledger.remember("mode of http://host", "json_schema")
    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()} == before


def test_a_better_parser_may_change_what_became_of_a_call(folder):
    with CallLedger(folder) as ledger:
        keep(ledger, (call("a"), answer()))
        ledger.settle(key_of("a"), CallState.MALFORMED, "not JSON")
        ledger.settle(key_of("a"), CallState.PARSED)
    with CallLedger.open_for_reading(folder) as again:
        assert [(entry.state, entry.reason) for entry in again.entries()] == [(CallState.PARSED, "")]


def test_an_answer_paid_for_twice_is_counted_twice_and_the_newest_is_found(ledger):
    keep(ledger, (call("a"), answer(b"old", price_usd=1.0)))
    keep(ledger, (call("a"), answer(b"new", price_usd=2.0)))
    assert ledger.find(key_of("a")).body == b"new"
    assert ledger.spent_usd() == 3.0
    (head,) = ledger.heads()
    assert [given.price_usd for given in head.answers] == [1.0, 2.0]
    assert [entry.answer.body for entry in ledger.entries()] == [b"new"]


def test_answers_without_a_price_are_found_by_their_model(ledger):
    keep(ledger, (call("a"), answer(price_usd=None)), (call("b"), answer(price_usd=0.5)))
    (usage,) = ledger.unpriced(call("a").model)
    assert (usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens) == (900, 80, 700)
    assert ledger.unpriced("another") == []


def test_what_was_spent_is_known_at_once_and_after_a_restart(folder):
    with CallLedger(folder) as ledger:
        assert ledger.spent_usd() == 0
        for number in range(1, 5):
            keep(ledger, (call(number), answer(price_usd=0.25)), (call(f"free {number}"), answer(price_usd=None)))
            assert ledger.spent_usd() == 0.25 * number
    with CallLedger.open_for_reading(folder) as again:
        assert again.spent_usd() == 1.0


def test_facts_are_recalled_at_once_and_after_a_restart(folder):
    with CallLedger(folder) as ledger:
        assert ledger.recall("mode") is None
        ledger.remember("mode", "json_object")
        ledger.remember("mode", "json_schema")
        assert ledger.recall("mode") == "json_schema"
    with CallLedger.open_for_reading(folder) as again:
        assert again.recall("mode") == "json_schema"


def test_what_nobody_waits_for_is_on_the_disk_soon(ledger, folder):
    ledger.plan(call("a"))
    with CallLedger.open_for_reading(folder) as other:
        until = threading.Event()
        found = next((True for _ in range(100) if states(other) or until.wait(0.05)), False)
    assert found


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (CallFilter(), "abcd"),
        (CallFilter(state=CallState.PARSED), "a"),
        (CallFilter(state=CallState.ANSWERED, task="steps"), "bd"),
        (CallFilter(model="other"), "b"),
        (CallFilter(document_id="doc-9"), "c"),
        (CallFilter(unit_id="unit-7"), "d"),
        (CallFilter(prompt_id="steps/fr"), "d"),
        (CallFilter(key=key_of("c")[:9]), "c"),
        (CallFilter(key=key_of("c")[:9], task="none"), ""),
        (CallFilter(key="zz"), ""),
    ],
)
def test_calls_are_filtered_and_come_in_order_of_their_keys(folder, wanted, names):
    asked = [
        call("a"),
        call("b", model="other", task="steps"),
        call("c", document_id="doc-9"),
        call("d", unit_id="unit-7", prompt_id="steps/fr", task="steps"),
    ]
    with CallLedger(folder) as ledger:
        keep(ledger, *((one, answer()) for one in asked))
        ledger.settle(key_of("a"), CallState.PARSED)
    with CallLedger.open_for_reading(folder) as again:
        expected = sorted(map(key_of, names))
        assert [entry.call.key for entry in again.entries(wanted)] == expected
        assert [head.key for head in again.heads(wanted)] == expected


def test_many_coroutines_keep_at_once_from_several_threads(folder):
    failures = []

    def run(ledger, name):
        async def work(worker):
            for number in range(12):
                asked = call(f"{name}/{worker}/{number}")
                ledger.plan(asked)
                await ledger.keep(asked, answer(asked.key.encode()))
                if ledger.find(asked.key).body != asked.key.encode():
                    failures.append(asked.key)
                ledger.settle(asked.key, CallState.PARSED)

        async def all_workers():
            await asyncio.gather(*(work(worker) for worker in range(64)))

        asyncio.run(all_workers())

    with CallLedger(folder) as ledger:
        threads = [threading.Thread(target=run, args=(ledger, name)) for name in "xy"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert ledger.spent_usd() == 2 * 64 * 12 * 0.25
    with CallLedger.open_for_reading(folder) as again:
        found = states(again)
    assert failures == []
    assert len(found) == 2 * 64 * 12
    assert set(found.values()) == {CallState.PARSED}


def test_an_answer_whose_asker_gave_up_is_kept_all_the_same(folder):
    async def give_up():
        task = asyncio.ensure_future(ledger.keep(call("a"), answer()))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await ledger.keep(call("b"), answer())

    with CallLedger(folder) as ledger:
        asyncio.run(give_up())
        assert ledger.find(key_of("a")) == answer()


def test_a_closed_ledger_says_so(folder):
    ledger = CallLedger(folder)
    ledger.plan(call("a"))
    ledger.close()
    ledger.close()
    for use in (lambda: ledger.find("a"), lambda: ledger.plan(call("b")), ledger.spent_usd, lambda: ledger.files):
        with pytest.raises(StorageError, match="closed"):
            use()


def test_reading_makes_nothing(tmp_path):
    with CallLedger.open_for_reading(tmp_path / "none") as ledger:
        assert (ledger.files, ledger.find("a"), ledger.spent_usd(), list(ledger.entries())) == ((), None, 0, [])
        with pytest.raises(ValueError, match="for reading"):
            ledger.plan(call("a"))
    assert list(tmp_path.iterdir()) == []


def test_times_keep_their_zone(ledger):
    local = datetime.fromisoformat("2026-03-01T12:00:00.000001+05:30")
    keep(ledger, (call("a"), answer(time=local)))
    assert ledger.find(key_of("a")).time.isoformat() == "2026-03-01T12:00:00.000001+05:30"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_writer_that_dies_of_a_bug_leaves_nobody_waiting(folder):
    async def keep_all():
        kept = (ledger.keep(call(number), answer(attempts=10**30)) for number in range(8))
        return await asyncio.wait_for(asyncio.gather(*kept, return_exceptions=True), 20)

    with CallLedger(folder) as ledger:
        failures = asyncio.run(keep_all())
        assert {type(failure) for failure in failures} == {StorageError}
        with pytest.raises(StorageError, match="died"):
            ledger.plan(call("next"))


def test_a_commit_waits_for_the_disk_itself_not_for_its_cache(ledger):
    ledger.plan(call("a"))
    connection = ledger._writer._connection
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
