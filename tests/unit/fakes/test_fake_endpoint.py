"""The fake endpoint does what it says, seen through a raw socket, aiohttp and openai's own client."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import openai
import pytest
from fakes.endpoint import Endpoint, EndpointProcess
from fakes.options import KINDS, Fault
from fakes.requestlog import asked_again, by_content, early_retries, most_in_flight
from processes import until

KEY = "sk-canary-123"
SCHEMA = {
    "type": "object",
    "properties": {"question": {"type": "string"}, "kind": {"enum": ["what", "why"]}},
    "required": ["question", "kind"],
    "additionalProperties": False,
}
AS_SCHEMA = {"type": "json_schema", "json_schema": {"name": "qa", "strict": True, "schema": SCHEMA}}
STATUS_OF_ERROR = {
    "429": 429,
    "429_bare": 429,
    "quota": 429,
    "400_schema": 400,
    "400_context_length": 400,
    "400_content_filter": 400,
    "401": 401,
    "402": 402,
    "403": 403,
    "404_model": 404,
    "413": 413,
    "500": 500,
    "502_html": 502,
    "503": 503,
    "503_retry_after": 503,
}


def chat(text, **more):
    return {"model": "m", "messages": [{"role": "user", "content": text}], **more}


def post(endpoint, body, *, path="/chat/completions", key=None):
    """Status, headers and text of one request."""
    [answer] = post_all(endpoint, [body], path=path, key=key)
    return answer


def post_all(endpoint, bodies, *, path="/chat/completions", key=None):
    headers = {"Authorization": f"Bearer {key}"} if key else {}

    async def one(session, body):
        async with session.post(endpoint.base_url + path, json=body, headers=headers) as answer:
            return answer.status, answer.headers, await answer.text()

    async def every():
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            return await asyncio.gather(*(one(session, body) for body in bodies))

    return asyncio.run(every())


def content(answer):
    return json.loads(answer[2])["choices"][0]["message"]["content"]


def raw_request(endpoint, body):
    """Every byte of an answer; raises what the socket raises."""
    address = urlsplit(endpoint.base_url)
    data = json.dumps(body).encode()
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        head = (
            f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        connection.sendall(head.encode() + data)
        received = b""
        while part := connection.recv(65536):
            received += part
    return received


@pytest.fixture
def client_of():
    clients = []

    def make(endpoint, **more):
        clients.append(openai.OpenAI(base_url=endpoint.base_url, api_key=KEY, **({"max_retries": 0} | more)))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def quick():
    with Endpoint(latency=0.0, drip=0.0005, keep_bodies=True) as endpoint:
        yield endpoint


def test_openais_client_gets_an_answer_that_fits_its_schema(quick, client_of):
    client = client_of(quick)
    first = client.chat.completions.create(**chat("Ask about a leaf.", response_format=AS_SCHEMA))
    again = client.chat.completions.create(**chat("Ask about a leaf.", response_format=AS_SCHEMA))
    value = json.loads(first.choices[0].message.content)
    assert list(value) == ["question", "kind"]
    assert value["kind"] in {"what", "why"}
    assert first.choices[0].message == again.choices[0].message
    assert [model.id for model in client.models.list()] == ["fake-vlm"]


@pytest.mark.parametrize(("kind", "status"), STATUS_OF_ERROR.items())
def test_an_error_has_its_status_and_goes_away_at_the_retry(kind, status, client_of):
    with Endpoint(latency=0.0, faults=[(kind, 1.0)]) as endpoint:
        client = client_of(endpoint)
        with pytest.raises(openai.APIStatusError) as caught:
            client.chat.completions.create(**chat("x"))
        assert caught.value.status_code == status
        assert client.chat.completions.create(**chat("x")).choices[0].finish_reason == "stop"
        assert [(r.fault, r.status) for r in endpoint.log] == [(kind, status), (None, 200)]


def test_every_kind_of_fault_is_met_by_these_tests():
    assert set(KINDS) == {*STATUS_OF_ERROR, *ON_THE_WIRE, *MISSHAPEN}


ON_THE_WIRE = ["reset", "hang", "truncated", "short_length", "slow_body"]


def test_a_reset_is_a_reset_and_not_an_orderly_end(quick):
    quick.change(faults=[("reset", 1.0)])
    with pytest.raises(ConnectionResetError):
        raw_request(quick, chat("x"))
    assert quick.log[0].outcome == "broken"


def test_a_truncated_body_ends_before_its_stated_length(quick):
    quick.change(faults=[("truncated", 1.0)])
    head, _, body = raw_request(quick, chat("x")).partition(b"\r\n\r\n")
    assert 0 < len(body) < int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])


def test_a_short_length_states_less_than_comes(quick):
    quick.change(faults=[("short_length", 1.0)])
    head, _, body = raw_request(quick, chat("x")).partition(b"\r\n\r\n")
    assert len(body) > int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])
    assert json.loads(body)["choices"]


def test_a_slow_body_comes_whole_in_the_end(quick):
    quick.change(faults=[("slow_body", 1.0)])
    began = time.monotonic()
    answer = post(quick, chat("x"))
    assert time.monotonic() - began > 0.0005 * len(answer[2])
    assert content(answer)
    assert quick.log[0].good


def test_a_hanging_request_is_logged_when_the_client_gives_up(quick, client_of):
    quick.change(faults=[("hang", 1.0)])
    with pytest.raises(openai.APITimeoutError):
        client_of(quick, timeout=0.2).chat.completions.create(**chat("x"))
    assert until(lambda: quick.log[0].outcome == "client_gone", seconds=5)


def test_the_server_ends_at_once_although_a_request_hangs():
    with Endpoint(faults=[("hang", 1.0)], latency=0.0) as endpoint:
        address = urlsplit(endpoint.base_url)
        connection = socket.create_connection((address.hostname, address.port))
        connection.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
        assert until(lambda: endpoint.log, seconds=5)
        began = time.monotonic()
    assert time.monotonic() - began < 2
    connection.close()


MISSHAPEN = {
    "not_json": lambda text: text.startswith("<!DOCTYPE"),
    "wrong_keys": lambda text: "choices" not in json.loads(text),
    "empty_choices": lambda text: json.loads(text)["choices"] == [],
    "null_content": lambda text: content_of(text) is None,
    "refusal": lambda text: json.loads(text)["choices"][0]["message"]["refusal"] and content_of(text) is None,
    "length": lambda text: json.loads(text)["choices"][0]["finish_reason"] == "length" and not fits(content_of(text)),
    "content_filter": lambda text: json.loads(text)["choices"][0]["finish_reason"] == "content_filter",
    "malformed": lambda text: not fits(content_of(text)),
}


def content_of(text):
    return json.loads(text)["choices"][0]["message"]["content"]


def fits(text):
    try:
        return set(json.loads(text)) == {"question", "kind"}
    except ValueError:
        return False


@pytest.mark.parametrize(("kind", "is_so"), MISSHAPEN.items())
def test_a_misshapen_answer_comes_with_status_200(quick, kind, is_so):
    quick.change(faults=[(kind, 1.0)])
    for i in range(4):
        status, _, text = post(quick, chat(f"x{i}", response_format=AS_SCHEMA))
        assert status == 200
        assert is_so(text)
        assert not quick.log[-1].good


def test_shares_are_kept_and_depend_on_content_not_on_order():
    bodies = [chat(f"item {i}") for i in range(600)]
    faults = [("500", 0.1), ("429", 0.1)]
    seen = []
    for ordered in (bodies, bodies[::-1]):
        with Endpoint(latency=0.0, faults=faults) as endpoint:
            post_all(endpoint, ordered)
            seen.append({record.asked: record.fault for record in endpoint.log})
    assert seen[0] == seen[1]
    for kind, _ in faults:
        assert 30 < list(seen[0].values()).count(kind) < 90


def test_a_content_fails_as_often_as_it_is_told_to():
    with Endpoint(latency=0.0, faults=[Fault("500", times=3)]) as endpoint:
        assert [post(endpoint, chat("x", seed=i))[0] for i in range(5)] == [500, 500, 500, 200, 200]


def test_a_schedule_goes_by_the_number_of_the_request():
    faults = [Fault("503", at=[2]), Fault("quota", after=3)]
    with Endpoint(latency=0.0, faults=faults) as endpoint:
        assert [post(endpoint, chat(f"{i}"))[0] for i in range(5)] == [200, 503, 200, 429, 429]


@pytest.mark.parametrize(
    ("form", "seconds", "header", "least", "most"),
    [
        ("integer", 2.0, "Retry-After", 2, 2),
        ("float", 0.7, "Retry-After", 0.7, 0.7),
        ("ms", 0.7, "retry-after-ms", 0.7, 0.7),
        ("date", 2.0, "Retry-After", 2, 3),
        ("integer", None, None, None, None),
    ],
)
def test_retry_after_has_many_forms(form, seconds, header, least, most):
    with Endpoint(faults=[("429", 1.0)], retry_after=seconds, retry_after_as=form) as endpoint:
        _, headers, _ = post(endpoint, chat("x"))
    if header is None:
        assert not {"Retry-After", "retry-after-ms"} & set(headers)
        assert endpoint.log[0].retry_after is None
    else:
        assert header in headers
        assert least <= endpoint.log[0].retry_after <= most


def test_a_wrong_key_is_refused_and_quoted_by_a_careless_server():
    with Endpoint(api_key="right", echo_key=True, latency=0.0) as endpoint:
        refused = post(endpoint, chat("x"), key=KEY)
        assert refused[0] == 401
        assert json.loads(refused[2])["error"]["code"] == "invalid_api_key"
        assert KEY in refused[2]
        assert post(endpoint, chat("x"), key="right")[0] == 200
        assert post(endpoint, chat("x"))[0] == 401
    assert [record.authorization for record in endpoint.log] == [True, True, False]


def test_the_log_never_holds_the_key(quick):
    post(quick, chat("x"), key=KEY)
    assert quick.log[0].body == chat("x")
    assert quick.log[0].headers["content-type"] == "application/json"
    assert KEY not in quick.log[0].to_line()


def test_more_requests_than_admitted_are_sent_away():
    with Endpoint(latency=1.0, admits=3) as endpoint:
        statuses = [status for status, _, _ in post_all(endpoint, [chat(f"{i}") for i in range(8)])]
    assert sorted(statuses) == [200] * 3 + [429] * 5
    assert most_in_flight(record for record in endpoint.log if record.status == 200) == 3


@pytest.mark.parametrize(
    ("structured", "request_more", "outcome"),
    [
        ("json_schema", {"response_format": AS_SCHEMA}, "fits"),
        ("json_schema", {"structured_outputs": {"json": SCHEMA}}, 400),
        ("json_object", {"response_format": AS_SCHEMA}, 400),
        ("json_object", {"response_format": {"type": "json_object"}}, "json"),
        ("vllm", {"structured_outputs": {"json": SCHEMA}}, "fits"),
        ("vllm", {"guided_json": SCHEMA}, "fits"),
        ("vllm", {"response_format": AS_SCHEMA}, 400),
        ("ignored", {"response_format": AS_SCHEMA}, "prose"),
        ("refused", {"response_format": {"type": "json_object"}}, 400),
    ],
)
def test_servers_differ_in_what_structure_they_take(structured, request_more, outcome):
    with Endpoint(structured=structured, latency=0.0) as endpoint:
        answer = post(endpoint, chat("Ask.", **request_more))
    if outcome == 400:
        assert answer[0] == 400
    else:
        text = content(answer)
        assert {"fits": fits, "json": json.loads, "prose": lambda text: text.endswith(".")}[outcome](text)


def test_a_schema_in_the_prompt_is_followed_as_a_model_would():
    prompt = f'Write JSON like {{"a": 1}} that fits {json.dumps(SCHEMA)}. Thank you {{name}}.'
    with Endpoint(structured="ignored", fenced=True, latency=0.0) as endpoint:
        text = content(post(endpoint, chat(prompt)))
    assert text.startswith("```json\n")
    assert fits(text.removeprefix("```json\n").removesuffix("\n```"))


def test_a_strict_schema_with_optional_parts_is_refused(quick):
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}
    wanted = {"type": "json_schema", "json_schema": {"name": "qa", "strict": True, "schema": schema}}
    status, _, text = post(quick, chat("x", response_format=wanted))
    assert status == 400
    assert json.loads(text)["error"]["code"] == "invalid_json_schema"
    wanted["json_schema"]["strict"] = False
    assert post(quick, chat("x", response_format=wanted))[0] == 200


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_reasoning_comes_in_a_field_of_its_own(name):
    with Endpoint(reasoning=name, latency=0.0) as endpoint:
        message = json.loads(post(endpoint, chat("x"))[2])["choices"][0]["message"]
    assert message[name].startswith("First ")
    assert "First " not in message["content"]


def test_reasoning_comes_before_the_answer():
    with Endpoint(reasoning="think", latency=0.0, answer=lambda body: body["messages"][0]["content"]) as endpoint:
        text = content(post(endpoint, chat("Echo!")))
    assert text.startswith("<think>\n")
    assert text.endswith("</think>\n\nEcho!")


def test_cached_tokens_are_the_longest_common_prefix():
    page, image = (
        "The leaf makes sugar. " * 40,
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
    )

    def about(question, text=page):
        parts = [image, {"type": "text", "text": text}, {"type": "text", "text": question}]
        return {"model": "m", "messages": [{"role": "user", "content": parts}]}

    with Endpoint(latency=0.0, tokens_per_image=100) as endpoint:
        for body in (about("Why?"), about("What is it?"), about("Why?", text="Other. " * 99), about("Why?")):
            post(endpoint, body)
    first, second, third, fourth = endpoint.log
    assert first.cached_tokens == 0
    assert first.prompt_tokens == 2 + 100 + len(page) // 4 + 1
    assert first.prompt_tokens - 32 < second.cached_tokens < second.prompt_tokens
    assert 80 < third.cached_tokens <= 102
    assert fourth.prompt_tokens - 16 < fourth.cached_tokens <= fourth.prompt_tokens


def test_a_small_prefix_cache_forgets_what_is_not_asked_soon():
    bodies = [chat(f"{letter * 400} {i}") for i in range(2) for letter in "ab"]
    cached = []
    for ordered in (bodies, sorted(bodies, key=str)):
        with Endpoint(latency=0.0, cached_tokens=112) as endpoint:
            for body in ordered:
                post(endpoint, body)
        cached.append(sum(record.cached_tokens for record in endpoint.log))
    assert cached[0] == 0
    assert cached[1] >= 2 * 80


def test_the_log_tells_early_retries_and_needless_requests():
    with Endpoint(latency=0.0, faults=[("429", 1.0)], retry_after=1.0) as endpoint:
        for text in ("hasty", "hasty", "patient"):
            post(endpoint, chat(text))
        time.sleep(1.01)
        for text in ("patient", "patient"):
            post(endpoint, chat(text))
    assert [retry.number for _, retry in early_retries(endpoint.log)] == [2]
    assert [record.number for record in asked_again(endpoint.log)] == [5]
    assert [len(records) for records in by_content(endpoint.log).values()] == [2, 3]


@pytest.mark.parametrize("body", [{}, {"model": "m"}, {"model": "m", "messages": []}, chat("x", stream=True)])
def test_a_request_without_sense_is_refused(quick, body):
    assert post(quick, body)[0] == 400


def test_a_field_that_the_model_does_not_know_is_refused():
    with Endpoint(latency=0.0, refuses=("max_tokens",)) as endpoint:
        status, _, text = post(endpoint, chat("x", max_tokens=9))
        assert (status, json.loads(text)["error"]["code"]) == (400, "unsupported_parameter")
        assert post(endpoint, chat("x", max_completion_tokens=9))[0] == 200


def test_an_answer_that_is_longer_than_asked_for_is_cut():
    with Endpoint(latency=0.0, answer=lambda body: "word " * 50) as endpoint:
        choice = json.loads(post(endpoint, chat("x", max_tokens=10))[2])["choices"][0]
    assert choice["finish_reason"] == "length"
    assert len(choice["message"]["content"]) == 40


def test_a_port_can_be_taken_and_taken_again():
    with Endpoint(latency=0.0) as first:
        assert post(first, chat("x"))[0] == 200
        with pytest.raises(OSError, match="address already in use"), Endpoint(port=first.port):
            pass
    with Endpoint(latency=0.0, port=first.port) as second:
        assert post(second, chat("x"))[0] == 200


def test_an_unknown_address_is_not_found(quick):
    assert post(quick, {}, path="/embeddings")[0] == 404


def test_a_process_of_its_own_logs_each_request_at_once(tmp_path):
    log = tmp_path / "log.jsonl"
    with EndpointProcess(log, faults=["500:at=1", "401:after=2:times=always"], latency=0.05, api_key=None) as endpoint:
        assert endpoint.pid != os.getpid()
        statuses = []
        for text in "abc":
            statuses.append(post(endpoint, chat(text))[0])
            assert until(lambda: len(endpoint.log) == len(statuses), seconds=5)
    assert statuses == [500, 200, 401]
    assert [(record.status, record.fault) for record in endpoint.log] == [(500, "500"), (200, None), (401, "401")]


def test_the_process_ends_with_its_parent(tmp_path):
    script = Path(sys.modules["fakes.endpoint"].__file__)
    command = [sys.executable, script, "--until-eof"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline().startswith("http://127.0.0.1:")
    process.communicate(timeout=10)
    assert process.returncode == 0


@pytest.mark.parametrize("text", ["429:banana=3", "418:0.5", "500:much"])
def test_a_fault_that_makes_no_sense_is_an_error(text):
    with pytest.raises(ValueError, match=r"unknown|could not convert"):
        Fault.parse(text)
