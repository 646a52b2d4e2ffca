import asyncio
import logging
import math
import pickle
import socket
import time
import traceback
from contextlib import ExitStack

import pytest
from asking import KEY, ask, make_model, question, using
from fakes.endpoint import Endpoint
from fakes.options import KINDS, Fault
from fakes.requestlog import early_retries

from corpusbuilder.errors import BackendError, RecordError

ALWAYS = {"faults_per_request": math.inf}
PASSES = ["500", "503", "503_retry_after", "502_html", "429", "429_bare"]
PASSES += ["reset", "hang", "truncated", "short_length", "slow_body", "not_json", "wrong_keys", "empty_choices"]
ENDS_THE_RUN = ["quota", "400_schema", "401", "402", "403", "404_model"]
GIVEN_OVER = ["null_content", "malformed", "length", "refusal", "content_filter"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def asks(number):
    return lambda body: f"Question {number}:" in body["messages"][0]["content"]


def test_trouble_that_passes_is_waited_out():
    faults = [Fault(kind, when=asks(number)) for number, kind in enumerate(PASSES)]
    with Endpoint(latency=0.01, faults=faults, retry_after=0.2, retry_after_as="float") as endpoint:
        answers = ask(endpoint.base_url, len(PASSES) + 20, structured="fenced", timeout_s=0.5, concurrency=64)
        met = {record.fault for record in endpoint.completions} - {None}

    attempts = dict(zip(PASSES, (getattr(answer, "attempts", answer) for answer in answers), strict=False))
    # A broken answer may leave its connection unusable for the request after it.
    assert {kind: min(number, 2) for kind, number in attempts.items()} == dict.fromkeys(PASSES, 2)
    assert met == set(PASSES)


@pytest.mark.parametrize("kind", GIVEN_OVER)
def test_what_a_model_says_is_given_over_whatever_it_is(kind):
    with Endpoint(latency=0, faults=[(kind, 1)], **ALWAYS) as endpoint:
        (answer,) = ask(endpoint.base_url, structured="fenced")

    assert answer.attempts == 1


@pytest.mark.parametrize("kind", ENDS_THE_RUN)
def test_what_will_not_pass_ends_the_run_within_the_calls_in_flight(kind):
    with Endpoint(latency=0.01, faults=[Fault(kind, after=10)]) as endpoint:
        results = ask(endpoint.base_url, 60, structured="json_schema", concurrency=8)
        sent = len(endpoint.completions)
        base_url = endpoint.base_url

    answered = [result for result in results if not isinstance(result, Exception)]
    errors = [result for result in results if isinstance(result, Exception)]
    assert len(answered) == 10
    assert sent <= 10 + 8
    assert {(type(error), error.exit_code) for error in errors} == {(BackendError, 5)}
    assert {error.message for error in errors} == {errors[0].message}
    assert base_url in errors[0].message
    assert errors[0].hint
    if kind in {"quota", "401", "402", "403"}:
        assert "OPENAI_API_KEY" in errors[0].message + errors[0].hint


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("400_context_length", "context_too_long"), ("400_content_filter", "refused"), ("413", "request_refused")],
)
def test_a_request_that_is_refused_is_not_sent_again_and_does_not_stop_the_others(kind, reason):
    with Endpoint(latency=0.01, faults=[Fault(kind, at=[2, 4, 5, 6])]) as endpoint:
        results = ask(endpoint.base_url, 8, structured="fenced", concurrency=1)

        assert len(endpoint.completions) == 8

    errors = [result for result in results if isinstance(result, Exception)]
    assert [(type(error), error.reason_code) for error in errors] == [(RecordError, reason)] * 4


def test_when_the_first_requests_are_all_refused_it_is_not_the_requests():
    with Endpoint(latency=0, faults=[("413", 1)], **ALWAYS) as endpoint:
        results = ask(endpoint.base_url, 9, structured="fenced", concurrency=1)

        assert len(endpoint.completions) == 3

    assert [type(result) for result in results] == [RecordError] * 2 + [BackendError] * 7
    assert "too large" in results[-1].message


@pytest.mark.parametrize("kind", ["500", "429_bare", "not_json"])
def test_a_request_is_given_up_after_the_last_attempt(kind):
    with Endpoint(latency=0, faults=[(kind, 1)], **ALWAYS) as endpoint:
        (error,) = ask(endpoint.base_url, structured="fenced", max_retries=1)

        assert len(endpoint.completions) == 2

    assert error.reason_code == "endpoint_failed"


def test_an_endpoint_that_fails_on_everything_ends_the_run():
    with Endpoint(latency=0, faults=[("500", 1)], **ALWAYS) as endpoint:
        results = ask(endpoint.base_url, 40, structured="fenced", max_retries=0, concurrency=4)

        assert len(endpoint.completions) < 20

    assert isinstance(results[0], RecordError)
    assert isinstance(results[-1], BackendError)


def test_nothing_is_sent_again_before_the_endpoint_allows_it():
    faults = [("429", 0.3), ("503_retry_after", 0.2)]
    spellings = {"integer": 1, "float": 0.3, "date": 1, "ms": 0.3}

    async def ask_all(models):
        answers = await asyncio.gather(*(model.answer(question(n)) for model in models for n in range(20)))
        await asyncio.gather(*(model.close() for model in models))
        return answers

    with ExitStack() as stack:
        made = (Endpoint(latency=0.01, faults=faults, retry_after=s, retry_after_as=n) for n, s in spellings.items())
        endpoints = [stack.enter_context(endpoint) for endpoint in made]
        start = time.monotonic()
        answers = asyncio.run(ask_all([make_model(endpoint.base_url, structured="fenced") for endpoint in endpoints]))
        took = time.monotonic() - start
        logs = [endpoint.completions for endpoint in endpoints]

    assert not any(early_retries(log) for log in logs)
    assert all(any(record.retry_after for record in log) for log in logs)
    assert all(answer.attempts <= 2 for answer in answers)
    assert took < 4


def test_one_request_that_has_to_wait_holds_up_no_other():
    with Endpoint(latency=0.01, faults=[Fault("429", at=[1])], retry_after=1) as endpoint:
        ask(endpoint.base_url, 20, structured="fenced", concurrency=1)
        first, *others, last = endpoint.completions

    assert first.asked == last.asked
    assert max(record.received for record in others) < first.received + 0.9


def test_a_wait_that_is_too_long_ends_the_run():
    with Endpoint(latency=0, faults=[("429", 1)], retry_after=3600, **ALWAYS) as endpoint:
        (error,) = ask(endpoint.base_url, structured="fenced")

    assert isinstance(error, BackendError)
    assert "3600 s" in error.message
    assert "max_wait_s" in error.hint


def test_an_endpoint_that_takes_few_at_a_time_is_not_overrun():
    with Endpoint(latency=0.03, admits=4, retry_after=None) as endpoint:
        answers = ask(endpoint.base_url, 50, structured="fenced", concurrency=32)
        refused = sum(record.status == 429 for record in endpoint.completions)

    assert all(not isinstance(answer, Exception) for answer in answers)
    assert refused < 100


def test_where_nobody_listens_the_run_ends_soon():
    start = time.monotonic()
    results = ask(f"http://127.0.0.1:{free_port()}/v1", 50, max_retries=2)

    assert {type(result) for result in results} == {BackendError}
    assert "refused" in results[0].message or "connect" in results[0].message.lower()
    assert "base_url" in results[0].hint
    assert time.monotonic() - start < 10


def test_a_host_that_does_not_exist_ends_the_run_at_once():
    (error,) = ask("http://no-such-host.invalid/v1")

    assert isinstance(error, BackendError)
    assert "cannot be reached" in error.message


def test_a_server_that_comes_back_is_found_again():
    port = free_port()

    async def work(model):
        tasks = [asyncio.create_task(model.answer(question(number))) for number in range(30)]
        await asyncio.sleep(0.6)
        with Endpoint(latency=0.01, port=port) as endpoint:
            answers = await asyncio.gather(*tasks)
            return answers, len(endpoint.completions)

    model = make_model(f"http://127.0.0.1:{port}/v1", structured="fenced")
    answers, sent = using(model, work)

    assert len(answers) == sent == 30


def test_a_redirect_is_not_followed_so_that_no_other_host_sees_the_key():
    with Endpoint(latency=0) as other, Redirecting(f"{other.base_url}/chat/completions?token=1") as endpoint:
        (error,) = ask(endpoint.base_url)

        assert not other.log

    assert isinstance(error, BackendError)
    assert other.base_url in error.message
    assert "token" not in error.message


class Redirecting(Endpoint):
    """Sends everybody elsewhere."""

    def __init__(self, target):
        super().__init__()
        self._target = target

    async def _serve(self):
        from aiohttp import web

        async def redirect(request):
            return web.Response(status=307, headers={"Location": self._target})

        self._loop = asyncio.get_running_loop()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", redirect)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        closing = asyncio.Event()
        self._service = type("Service", (), {"closing": closing, "log": []})
        self._started(runner.addresses[0][1])
        await closing.wait()
        await runner.cleanup()


def test_the_key_is_seen_nowhere(caplog):
    caplog.set_level(logging.DEBUG)
    kinds = sorted(KINDS)
    faults = [Fault(kind, times=math.inf, when=asks(number)) for number, kind in enumerate(kinds)]

    async def all_kinds(base_url):
        options = {"structured": "json_schema", "max_retries": 1, "timeout_s": 0.5}
        models = [make_model(base_url, **options) for _ in kinds]
        answers = [model.answer(question(number)) for number, model in enumerate(models)]
        results = await asyncio.gather(*answers, return_exceptions=True)
        await asyncio.gather(*(model.close() for model in models))
        return results

    with Endpoint(latency=0, faults=faults, echo_key=True, retry_after=0.1) as endpoint:
        results = asyncio.run(all_kinds(endpoint.base_url))

        assert {record.fault for record in endpoint.completions} >= set(kinds)
        assert all(record.authorization for record in endpoint.completions)

    assert KEY not in caplog.text
    for kind, result in zip(kinds, results, strict=True):
        seen = repr(result)
        if isinstance(result, Exception):
            seen += "".join(traceback.format_exception(result)) + str(pickle.dumps(result)) + str(result.hint)
        assert KEY not in seen, kind


def test_a_key_in_an_answer_is_blotted_out():
    with Endpoint(latency=0, answer=lambda body: f"your key is {KEY}") as endpoint:
        (answer,) = ask(endpoint.base_url, structured="fenced")

    assert KEY.encode() not in answer.body
    assert b"your key is [secret]" in answer.body


def test_a_model_shows_nothing_of_the_key():
    model = make_model("http://127.0.0.1:1/v1")
    sender, dialects = model._connect()

    assert KEY not in repr([vars(model), vars(sender), vars(dialects)]).replace(repr(model._environ), "")
