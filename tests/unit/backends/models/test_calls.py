import asyncio
import json
from dataclasses import replace

import pytest
from fakes.calls import ListedModel, MemoryLedger, answer, asking, body

from corpusbuilder.backends.models.base import ImagePart, Message, OutputSchema, Purpose, TextPart
from corpusbuilder.backends.models.budget import Budget
from corpusbuilder.backends.models.calls import Calls, Live, ReplayOnly, UnusableAnswerError
from corpusbuilder.backends.models.meter import Meter
from corpusbuilder.backends.models.prices import Price
from corpusbuilder.errors import BackendError, RecordError
from corpusbuilder.records.call import CallState

PRICE = Price(input=1.0, output=10.0)


class Bench:
    """A model, a ledger and what stands between."""

    def __init__(self, answers, *, ledger=None, replay=False, budget=None):
        self.ledger = ledger or MemoryLedger()
        self.model = ListedModel(answers)
        self._replay, self._budget = replay, budget

    def ask(self, *requests, read=lambda value: value):
        async def run():
            meter = Meter()
            budget = Budget(self._budget, self.ledger.spent_usd())
            live = Live(self.model, self.ledger, price=PRICE, budget=budget, meter=meter)
            calls = Calls(self.model, self.ledger, ReplayOnly() if self._replay else live, meter)
            asked = (calls.ask(request, read, lambda problem: f"Mend this: {problem}") for request in requests)
            self.meter = meter
            return await asyncio.gather(*asked)

        return asyncio.run(run())

    def take(self, *requests, read):
        async def run():
            self.meter = Meter()
            live = Live(self.model, self.ledger, price=PRICE, budget=Budget(None), meter=self.meter)
            calls = Calls(self.model, self.ledger, live, self.meter)
            return await asyncio.gather(*(calls.take(request, read) for request in requests))

        return asyncio.run(run())

    def states(self):
        return sorted(state.value for state, _ in self.ledger.states.values())


def needs_seven(value):
    if value != 7:
        raise UnusableAnswerError(f"seven is wanted, not {value}")
    return value


def test_an_answer_is_kept_before_it_is_read():
    bench = Bench(["7"])

    def read(value):
        assert [json.loads(a.body)["choices"][0]["message"]["content"] for a in bench.ledger.answers.values()] == ["7"]
        return value

    (asked,) = bench.ask(asking(), read=read)
    assert asked.value == 7
    assert bench.states() == ["parsed"]
    assert asked.key in bench.ledger.answers


def test_what_was_answered_once_is_never_asked_again():
    ledger = MemoryLedger()
    Bench(["1"], ledger=ledger).ask(asking())
    second = Bench([], ledger=ledger)
    (asked,) = second.ask(asking())
    assert asked.value == 1
    assert second.model.requests == []
    assert (second.meter.found, second.meter.sent) == (1, 0)


def test_two_who_ask_the_same_at_the_same_time_share_one_call():
    bench = Bench(["1"])
    first, second = bench.ask(asking(), asking())
    assert first.value == second.value == 1
    assert len(bench.model.requests) == 1


def test_an_answer_that_was_cut_off_is_asked_for_once_more_with_room():
    bench = Bench([body('{"a": [1, 2', finish="length"), "2"])
    (asked,) = bench.ask(asking(max_tokens=50))
    assert asked.value == 2
    assert [r.sampling.max_tokens for r in bench.model.requests] == [50, 100]
    assert bench.states() == ["malformed", "parsed"]


def test_an_answer_that_is_cut_off_twice_is_given_up():
    bench = Bench([body("1", finish="length")] * 2)
    with pytest.raises(RecordError, match="cut off after 200 tokens") as caught:
        bench.ask(asking(max_tokens=100))
    assert caught.value.reason_code == "truncated"
    assert bench.meter.failed == 1


def test_an_unusable_answer_is_shown_to_the_model_with_what_is_wrong():
    bench = Bench(["6", "7"])
    (asked,) = bench.ask(asking("how many?"), read=needs_seven)
    assert asked.value == 7
    again = bench.model.requests[1].messages
    assert [m.role for m in again] == ["user", "assistant", "user"]
    assert again[1].parts[0].text == "6"
    assert again[2].parts[0].text == "Mend this: seven is wanted, not 6"
    assert bench.states() == ["malformed", "parsed"]


@pytest.mark.parametrize("text", ["not json", "", "{", "6"])
def test_an_answer_that_stays_unusable_is_given_up_with_the_reason(text):
    bench = Bench([text, text])
    with pytest.raises(RecordError) as caught:
        bench.ask(asking(), read=needs_seven)
    assert caught.value.reason_code == "malformed_answer"
    assert len(bench.model.requests) == 2
    assert bench.states() == ["malformed", "malformed"]


def test_half_a_surrogate_pair_in_an_answer_can_be_written():
    (asked,) = Bench(['{"a": ["\\ud83d and \\ud83c\\udf27"], "\\udc00": 1}']).ask(asking())
    assert asked.value == {"a": ["\ufffd and 🌧"], "\ufffd": 1}


def test_json_nested_beyond_reason_is_an_unusable_answer():
    bench = Bench(["[" * 100_000, "7"])
    assert bench.ask(asking(), read=needs_seven)[0].value == 7


def test_a_run_that_was_killed_between_two_tries_pays_for_neither_again():
    ledger = MemoryLedger()
    with pytest.raises(BackendError):
        Bench(["6", BackendError("killed")], ledger=ledger).ask(asking(), read=needs_seven)
    second = Bench(["7"], ledger=ledger)
    assert second.ask(asking(), read=needs_seven)[0].value == 7
    assert len(second.model.requests) == 1


def test_a_better_reader_takes_the_first_answer_without_a_call():
    ledger = MemoryLedger()
    with pytest.raises(RecordError):
        Bench(["6", "6"], ledger=ledger).ask(asking(), read=needs_seven)
    better = Bench([], ledger=ledger, replay=True)
    assert better.ask(asking())[0].value == 6
    assert better.states().count("parsed") == 1


@pytest.mark.parametrize(
    "given",
    [body("", refusal="I cannot help with that."), body("", finish="content_filter")],
)
def test_a_refusal_is_a_reason_and_is_not_asked_again(given):
    bench = Bench([given])
    with pytest.raises(RecordError) as caught:
        bench.ask(asking())
    assert caught.value.reason_code == "refused"
    assert bench.states() == ["refused"]
    assert len(bench.model.requests) == 1


def test_a_body_that_is_no_completion_is_rejected_with_its_reason():
    bench = Bench([answer(b'{"error": "no"}')])
    with pytest.raises(RecordError) as caught:
        bench.ask(asking())
    assert caught.value.reason_code == "malformed_answer"
    assert bench.states() == ["rejected"]


def test_what_the_model_cannot_answer_is_settled_with_its_reason():
    bench = Bench([RecordError("context_too_long", "9,000 tokens do not fit")])
    with pytest.raises(RecordError):
        bench.ask(asking())
    ((state, reason),) = bench.ledger.states.values()
    assert (state, reason) == (CallState.REJECTED, "9,000 tokens do not fit")


def test_replay_sends_nothing_and_leaves_no_trace():
    bench = Bench([], replay=True)
    with pytest.raises(RecordError) as caught:
        bench.ask(asking())
    assert caught.value.reason_code == "not_in_ledger"
    assert bench.ledger.states == {}


def test_the_price_is_kept_with_the_answer_and_counted():
    bench = Bench(["1"])
    bench.ask(asking())
    (kept,) = bench.ledger.answers.values()
    assert kept.price_usd == pytest.approx((100 * 1.0 + 10 * 10.0) / 1e6)
    assert bench.meter.cost_usd == pytest.approx(kept.price_usd)
    assert bench.meter.in_flight == 0


def test_reasoning_is_kept_apart_from_the_answer():
    (asked,) = Bench(["<think>Sea, then clouds.</think>7"]).ask(asking(), read=needs_seven)
    assert asked.reasoning == "Sea, then clouds."


def key(request, model="m"):
    return request.key(model)


def test_the_key_depends_on_everything_that_changes_the_answer():
    base = asking(output=OutputSchema("a", {"type": "object"}))
    image = Message("user", (ImagePart("1" * 64, "image/png", 10, 10),))
    others = [
        replace(base, messages=(Message("system", (TextPart("what?"),)),)),
        replace(base, messages=(*base.messages, image)),
        replace(base, output=OutputSchema("a", {"type": "array"})),
        replace(base, output=None),
        replace(base, sampling=replace(base.sampling, temperature=0.5)),
        replace(base, sampling=replace(base.sampling, seed=1)),
        replace(base, sampling=replace(base.sampling, max_tokens=7)),
        replace(base, sample=1),
    ]
    keys = {key(request) for request in (base, *others)} | {key(base, "other model")}
    assert len(keys) == len(others) + 2


def test_the_key_does_not_depend_on_why_and_when_it_is_asked():
    base = asking()
    assert key(base) == key(replace(base, purpose=Purpose("x", unit_id="u"), order=(3, 1)))


def test_an_image_counts_by_its_content_alone():
    def with_image(sha256, width):
        return replace(asking(), messages=(Message("user", (ImagePart(sha256, "image/png", width, 5),)),))

    assert key(with_image("1" * 64, 10)) == key(with_image("1" * 64, 20))
    assert key(with_image("1" * 64, 10)) != key(with_image("2" * 64, 10))


def test_an_answer_that_is_no_completion_is_taken_as_it_came():
    ledger = MemoryLedger()
    bench = Bench([b"\x00raw"], ledger=ledger)
    first, second = bench.take(asking(), asking(), read=len)
    assert first.value == second.value == 4
    assert len(bench.model.requests) == 1
    assert bench.states() == ["parsed"]
    (again,) = Bench([], ledger=ledger).take(asking(), read=bytes.decode)
    assert again.value == "\x00raw"
    assert again.key == first.key


def test_an_answer_that_cannot_be_taken_is_not_asked_for_again():
    def read(body):
        raise UnusableAnswerError(f"{len(body)} bytes are no boxes")

    bench = Bench([b"raw"])
    with pytest.raises(RecordError, match="3 bytes are no boxes") as caught:
        bench.take(asking(), read=read)
    assert caught.value.reason_code == "malformed_answer"
    assert len(bench.model.requests) == 1
    assert (bench.meter.failed, bench.states()) == (1, ["malformed"])
