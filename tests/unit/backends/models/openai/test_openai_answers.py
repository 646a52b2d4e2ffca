import asyncio
import base64
import io
import json
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from asking import KEY, MemoryLedger, ask, make_model, question, using
from fakes.endpoint import Endpoint
from fakes.options import Fault
from fakes.requestlog import most_in_flight
from PIL import Image

from corpusbuilder.backends.models.base import ImagePart, Message
from corpusbuilder.backends.models.completion import read_completion
from corpusbuilder.errors import BackendError, MissingExtraError, RecordError


def _pixel():
    written = io.BytesIO()
    Image.new("RGB", (1, 1)).save(written, "PNG")
    return written.getvalue()


PIXEL = _pixel()


def test_an_answer_comes_with_all_that_is_known_of_it():
    with Endpoint(latency=0.05) as endpoint:
        (answer,) = ask(endpoint.base_url)
        record = endpoint.completions[-1]

    assert set(json.loads(read_completion(answer.body).text)) == {"answer"}
    assert answer.usage.prompt_tokens == record.prompt_tokens
    assert answer.usage.completion_tokens == record.completion_tokens
    assert answer.usage.cached_tokens == record.cached_tokens
    assert 0.05 <= answer.latency_s < 2
    assert (answer.attempts, answer.served_model, answer.mode) == (1, "fake-vlm", "json_schema")
    assert answer.response_id
    assert answer.response_id.startswith("chatcmpl-")
    assert answer.price_usd is None
    assert abs((answer.time - datetime.now(UTC)).total_seconds()) < 10


@pytest.mark.parametrize(
    ("server", "mode"),
    [
        ("json_schema", "json_schema"),
        ("vllm", "structured_outputs"),
        ("json_object", "json_object"),
        ("ignored", "fenced"),
        ("refused", "fenced"),
    ],
)
def test_the_firmest_structure_that_the_endpoint_obeys_is_found_once_and_remembered(server, mode):
    ledger = MemoryLedger()
    with Endpoint(latency=0.01, structured=server, keep_bodies=True) as endpoint:
        answers = ask(endpoint.base_url, 4, ledger=ledger)
        probes = len(endpoint.completions) - 4
        more = ask(endpoint.base_url, 2, ledger=ledger)
        last = endpoint.completions[-1].body

        assert len(endpoint.completions) == probes + 6

    assert {answer.mode for answer in answers + more} == {mode}
    assert 1 <= probes <= 3
    assert ("JSON object" in last["messages"][0]["content"]) == (mode in {"json_object", "fenced"})
    assert all(json.loads(read_completion(answer.body).text)["answer"] for answer in answers + more)


def test_another_model_on_the_same_endpoint_is_looked_at_anew():
    ledger = MemoryLedger()
    with Endpoint(latency=0.01) as endpoint:
        ask(endpoint.base_url, ledger=ledger)
        ask(endpoint.base_url, ledger=ledger, model="another")

        assert len(endpoint.completions) == 4


def test_a_demanded_structure_is_not_probed():
    with Endpoint(latency=0.01, structured="ignored") as endpoint:
        (answer,) = ask(endpoint.base_url, structured="json_schema")

        assert len(endpoint.completions) == 1

    assert answer.mode == "json_schema"


def test_a_demanded_structure_that_is_refused_ends_the_run():
    with Endpoint(latency=0.01, structured="refused") as endpoint:
        errors = ask(endpoint.base_url, 20, structured="json_schema")

        assert len(endpoint.completions) <= 8

    assert all(isinstance(error, BackendError) for error in errors)
    assert "json_schema" in errors[0].message
    assert "auto" in errors[0].hint


def test_when_a_schema_is_refused_after_all_the_next_way_is_tried():
    def is_ours(body):
        return body.get("response_format", {}).get("json_schema", {}).get("name") == "short_answer"

    with Endpoint(latency=0.01, faults=[Fault("400_schema", times=1e9, when=is_ours)]) as endpoint:
        answers = ask(endpoint.base_url, 3)

    assert {answer.mode for answer in answers} == {"json_object"}


def test_free_text_needs_no_structure():
    with Endpoint(latency=0.01, keep_bodies=True) as endpoint:
        (answer,) = ask(endpoint.base_url, [question(output=None)])
        (record,) = endpoint.completions

    assert answer.mode is None
    assert "response_format" not in record.body


def test_a_reasoning_model_that_refuses_max_tokens_is_asked_in_its_own_words():
    ledger = MemoryLedger()
    with Endpoint(latency=0.01, refuses=("max_tokens", "seed"), keep_bodies=True) as endpoint:
        answers = ask(endpoint.base_url, [question(1, seed=5, max_tokens=77)], ledger=ledger)
        ask(endpoint.base_url, [question(2, seed=5, max_tokens=77)], ledger=ledger)
        *_, record = endpoint.completions
        sent = len(endpoint.completions)

    assert answers[0].mode == "json_schema"
    assert record.body["max_completion_tokens"] == 77
    assert not {"max_tokens", "seed"} & record.body.keys()
    assert sent == 2 + 2 + 1


def test_a_setting_that_is_refused_ends_the_run_and_is_named():
    with Endpoint(latency=0.01, refuses=("temperature",)) as endpoint:
        (error,) = ask(endpoint.base_url, [question(temperature=0.3)])

    assert isinstance(error, BackendError)
    assert "temperature" in error.message


def test_never_more_are_in_flight_than_allowed():
    with Endpoint(latency=0.05) as endpoint:
        ask(endpoint.base_url, 40, concurrency=5)

        assert most_in_flight(endpoint.completions) == 5


def test_those_who_wait_are_sent_in_order():
    with Endpoint(latency=0.02, keep_bodies=True) as endpoint:
        ask(endpoint.base_url, [question(number) for number in (3, 9, 1, 7, 5)], concurrency=1, structured="fenced")
        asked = [record.body["messages"][0]["content"].split(":")[0] for record in endpoint.completions]

    assert asked == [f"Question {number}" for number in (3, 1, 5, 7, 9)]


def test_a_key_that_is_not_set_is_no_matter_for_a_server_of_ones_own():
    with Endpoint(latency=0.01) as endpoint:
        ask(endpoint.base_url, environ={})

        assert not any(record.authorization for record in endpoint.completions)


def test_a_key_that_is_wanted_and_not_set_is_named():
    with Endpoint(latency=0.01, api_key=KEY) as endpoint:
        (error,) = ask(endpoint.base_url, environ={}, api_key_env="MY_KEY")

    assert isinstance(error, BackendError)
    assert "MY_KEY is not set" in error.message
    assert endpoint.base_url in error.message


def test_openai_itself_is_not_asked_without_a_key():
    (error,) = ask("https://api.openai.com/v1", environ={})

    assert isinstance(error, BackendError)
    assert "OPENAI_API_KEY is not set" in error.message


def test_secret_headers_and_the_query_go_with_every_call():
    environ = {"AZURE_KEY": KEY}
    with Endpoint(latency=0.01, api_key=KEY, keep_bodies=True) as endpoint:
        url = f"{endpoint.base_url}/?api-version=2026-01-01"
        (answer,) = ask(url, environ=environ, headers_env={"api-key": "AZURE_KEY"})

    assert answer.attempts == 1


def test_what_is_set_for_openai_does_not_go_to_others(monkeypatch):
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-mine")
    with Endpoint(latency=0.01, keep_bodies=True) as endpoint:
        ask(endpoint.base_url)

        assert all("openai-organization" not in record.headers for record in endpoint.completions)


def test_a_request_that_is_cancelled_gives_its_place_back():
    async def work(model):
        tasks = [asyncio.create_task(model.answer(question(number))) for number in range(6)]
        await asyncio.sleep(0.05)
        for task in tasks[:5]:
            task.cancel()
        return await asyncio.wait_for(tasks[5], 2)

    with Endpoint(latency=0.2) as endpoint:
        answer = using(make_model(endpoint.base_url, concurrency=2, structured="fenced"), work)

    assert answer.attempts == 1


def test_images_are_read_when_their_turn_has_come_and_not_before():
    read, ahead = [], []

    def read_image(sha256):
        read.append(sha256)
        ahead.append(len(read) - sum(record.outcome == "answered" for record in endpoint.completions))
        return PIXEL

    requests = [
        replace(
            question(number, output=None), messages=(Message("user", (ImagePart(f"{number}", "image/png", 1, 1),)),)
        )
        for number in range(12)
    ]
    with Endpoint(latency=0.02, keep_bodies=True) as endpoint:
        answers = ask(endpoint.base_url, requests, read_image=read_image, concurrency=3)
        sent = endpoint.completions[0].body["messages"][0]["content"][0]["image_url"]["url"]

    assert [answer.attempts for answer in answers] == [1] * 12
    assert len(read) == 12
    assert max(ahead) <= 3
    assert sent == "data:image/png;base64," + base64.b64encode(PIXEL).decode()


def test_an_image_that_cannot_be_read_fails_its_own_request_alone():
    broken = replace(question(output=None), messages=(Message("user", (ImagePart("0", "image/png", 1, 1),)),))
    with Endpoint(latency=0) as endpoint:
        error, answer = ask(endpoint.base_url, [broken, question(1)], structured="fenced")

        assert len(endpoint.completions) == 1

    assert (type(error), error.reason_code) == (RecordError, "image_unreadable")
    assert answer.attempts == 1


@pytest.mark.parametrize("package", ["openai", "aiohttp"])
def test_a_package_that_is_missing_is_named_with_what_brings_it(package, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)

    (error,) = ask("http://127.0.0.1:1/v1")

    assert isinstance(error, MissingExtraError)
    assert (error.package, error.extra) == (package, "generate")


def test_who_waits_for_money_does_not_hold_up_who_holds_it():
    money = asyncio.Semaphore(1)
    faults = [Fault("500", at=[1])]

    async def pay_and_ask(model, number):
        paid = False

        async def admit():
            nonlocal paid
            if not paid:
                await money.acquire()
                paid = True

        try:
            return await model.answer(question(number), admit)
        finally:
            money.release()

    async def work(model):
        return await asyncio.wait_for(asyncio.gather(*(pay_and_ask(model, number) for number in range(4))), 10)

    with Endpoint(latency=0.01, faults=faults) as endpoint:
        answers = using(make_model(endpoint.base_url, concurrency=1, structured="fenced"), work)

    assert [answer.attempts for answer in answers] == [2, 1, 1, 1]


def test_probes_that_all_fail_say_nothing_about_structure():
    ledger = MemoryLedger()
    with Endpoint(latency=0, faults=[("500", 1)], faults_per_request=1e9) as endpoint:
        errors = ask(endpoint.base_url, 1, ledger=ledger, max_retries=0)

    assert isinstance(errors[0], RecordError)
    assert errors[0].reason_code == "endpoint_failed"
    assert ledger.facts == {}
