"""Files and batches of an endpoint, and the lines in them."""

import asyncio
import io
import json

import pytest
from fakes.calls import asking, body
from fakes.endpoint import Endpoint
from fakes.options import Fault
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.backends.models.base import OutputSchema
from corpusbuilder.backends.models.openai.address import find_address
from corpusbuilder.backends.models.openai.batch import BatchApi, RemoteBatch, _Lines, why_failed
from corpusbuilder.backends.models.openai.batchlines import NotALineError, OfflineComposer, read_line, request_line
from corpusbuilder.backends.models.openai.options import OpenAIModelOptions
from corpusbuilder.backends.models.openai.payload import Dialect
from corpusbuilder.backends.models.openai.transport import Reply
from corpusbuilder.backends.models.openai.verdicts import Fate
from corpusbuilder.errors import BackendError

KEY = "canary-0f9d8c7b6a5e4d3c2b1a"


def options_for(endpoint, **settings):
    return OpenAIModelOptions(model="m", base_url=endpoint.base_url, **{"max_retries": 2, **settings})


def with_api(endpoint, work, **settings):
    """What a coroutine function makes of the endpoint."""
    options = options_for(endpoint, **settings)

    async def run():
        api = BatchApi(find_address(options, {"OPENAI_API_KEY": KEY}), options)
        try:
            return await work(api)
        finally:
            await api.close()

    return asyncio.run(run())


def requests_of(texts):
    made = [json.dumps({"model": "m", "messages": [{"role": "user", "content": text}]}).encode() for text in texts]
    return b"".join(request_line(f"c{number}", line) + b"\n" for number, line in enumerate(made))


async def submitted(api, texts, token="t"):
    data = requests_of(texts)
    return await api.create(await api.upload("in.jsonl", io.BytesIO(data), len(data)), token)


async def ended(api, batch):
    while not batch.has_ended:
        batch = await api.look(batch.id)
    return batch


async def lines_of(api, file_id):
    lines = []

    def begin():
        lines.clear()

        async def feed(line):
            lines.append(line)

        return feed

    await api.read(file_id, begin)
    return [line for line in lines if line]


def test_a_batch_is_submitted_found_by_its_token_and_read():
    async def work(api):
        batch = await submitted(api, ["a", "b"], "mine")
        await submitted(api, ["c"], "other")
        found = await api.find("mine")
        assert found is not None
        assert (found.id, found.token, found.total) == (batch.id, "mine", 2)
        assert await api.find("nobody's") is None
        done = await ended(api, batch)
        assert (done.status, done.done) == ("completed", 2)
        return await lines_of(api, done.files[0])

    with Endpoint(latency=0, batch_polls=1) as endpoint:
        lines = with_api(endpoint, work)
        assert endpoint.log[0].authorization
    results = [read_line(line) for line in lines]
    assert sorted(result.custom_id for result in results) == ["c0", "c1"]
    assert all(result.verdict.fate is Fate.ANSWERED for result in results)


def test_a_file_larger_than_one_piece_goes_and_comes_whole():
    texts = [f"{number} " + "é" * 4000 for number in range(60)]

    async def work(api):
        batch = await ended(api, await submitted(api, texts))
        return await lines_of(api, batch.files[0])

    with Endpoint(latency=0, batch_polls=0, answer=lambda asked: asked["messages"][0]["content"]) as endpoint:
        lines = with_api(endpoint, work)
    said = {result.custom_id: json.loads(result.body) for result in map(read_line, lines)}
    assert {name: answer["choices"][0]["message"]["content"] for name, answer in said.items()} == {
        f"c{number}": text for number, text in enumerate(texts)
    }


def test_an_answer_that_repeats_the_key_comes_without_it():
    async def work(api):
        batch = await ended(api, await submitted(api, ["a"]))
        return b"".join(await lines_of(api, batch.files[0]))

    with Endpoint(latency=0, batch_polls=0, answer=lambda _: f"your key is {KEY}") as endpoint:
        read = with_api(endpoint, work)
    assert b"your key is [secret]" in read


def test_the_batch_is_looked_for_on_every_page_of_the_list():
    pages = {None: (["b3", "b2"], True), "b2": (["b1"], False)}

    class Paged(BatchApi):
        async def _get(self, what, path, *, needed="id"):
            names, has_more = pages[path.partition("after=")[2] or None]
            listed = [{"id": name, "status": "completed", "metadata": {"corpusbuilder": name * 2}} for name in names]
            return {"data": listed, "has_more": has_more}

    options = OpenAIModelOptions(model="m", base_url="http://127.0.0.1:9/v1")
    api = Paged(find_address(options, {}), options)
    assert asyncio.run(api.find("b1b1")).id == "b1"
    assert asyncio.run(api.find("b0b0")) is None


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("401", "does not accept the key in OPENAI_API_KEY"),
        ("quota", "no quota or credit left for the key in OPENAI_API_KEY"),
        ("404_model", "does not take a file of requests"),
        ("500", "does not take a file of requests in 2 attempts"),
        ("reset", "cannot be reached"),
    ],
)
def test_what_an_endpoint_says_against_a_batch_is_told_without_the_key(kind, words):
    with (
        Endpoint(faults=[Fault(kind, path="/files", times=float("inf"))], echo_key=True) as endpoint,
        pytest.raises(BackendError, match=words) as caught,
    ):
        with_api(endpoint, lambda api: submitted(api, ["a"]), max_retries=1)
    assert KEY not in f"{caught.value.message} {caught.value.hint}"


def test_a_wait_longer_than_allowed_ends_the_run():
    with (
        Endpoint(faults=[Fault("429", path="/files", times=float("inf"))], retry_after=60) as endpoint,
        pytest.raises(BackendError, match="before 60 s have passed"),
    ):
        with_api(endpoint, lambda api: submitted(api, ["a"]), max_wait_s=1)


def test_a_batch_that_failed_as_a_whole_says_why():
    async def work(api):
        return await ended(api, await submitted(api, [])), api.address

    with Endpoint(latency=0) as endpoint:
        batch, address = with_api(endpoint, work)
    assert batch.status == "failed"
    assert "The input file is empty." in why_failed(batch, address).message


def test_a_batch_that_failed_for_want_of_money_names_the_account():
    address = find_address(OpenAIModelOptions(model="m", base_url="http://127.0.0.1:9/v1"), {})
    said = [{"code": "billing_hard_limit_reached", "message": "Billing hard limit has been reached"}]
    error = Reply(400, {}, json.dumps(said).encode(), 0.0)
    hint = why_failed(RemoteBatch("b", "failed", 1, 0, (), None, error), address).hint
    assert "account behind OPENAI_API_KEY" in hint


@given(st.lists(st.binary(max_size=20).map(lambda data: data.replace(b"\n", b""))), st.lists(st.integers(1, 30)))
def test_lines_do_not_depend_on_where_the_pieces_are_cut(lines, sizes):
    data, cutter, found = b"\n".join(lines), _Lines(), []
    for size in [*sizes, len(data) + 1]:
        piece, data = data[:size], data[size:]
        found += cutter.add(piece)
    assert [*found, cutter.rest()] == (lines or [b""])


def result(**fields):
    return json.dumps({"id": "x", "custom_id": "k", "response": None, "error": None, **fields}).encode()


def response(status, said):
    return {"status_code": status, "request_id": "r", "body": said}


@pytest.mark.parametrize(
    ("line", "fate"),
    [
        (result(response=response(200, json.loads(body("hello")))), Fate.ANSWERED),
        (result(response=response(200, {"result": "ok"})), Fate.FAILED),
        (result(response=response(200, None)), Fate.FAILED),
        (result(response=response(400, {"error": {"message": "max context length is 8"}})), Fate.TOO_LONG),
        (result(response=response(400, None), error="This model's maximum context length is 8"), Fate.TOO_LONG),
        (result(response=response(400, None), error={"error": {"message": "odd", "code": 400}}), Fate.REFUSED),
        (result(response=response(500, {"error": {"message": "oops"}})), Fate.FAILED),
        (result(response=response(429, {"error": {"code": "insufficient_quota", "message": ""}})), Fate.UNPAID),
        (result(error={"code": "batch_expired", "message": "too late"}), Fate.FAILED),
        (result(error={"code": "insufficient_quota", "message": "no money"}), Fate.UNPAID),
        (result(error=None), Fate.FAILED),
        (result(response=response("200", {})), Fate.FAILED),
        (result(response=response(True, {})), Fate.FAILED),
        (result(response=[]), Fate.FAILED),
    ],
)
def test_a_line_means_what_a_reply_would(line, fate):
    assert read_line(line).verdict.fate is fate


@pytest.mark.parametrize(
    "line", [b"", b"hello", b"[]", b"{}", b'{"custom_id": 3, "response": {}}', b'{"custom_id":"k"}']
)
def test_what_is_no_line_is_not_taken_for_one(line):
    with pytest.raises(NotALineError):
        read_line(line)


@given(st.binary(max_size=60) | st.recursive(st.none() | st.text(), st.lists).map(json.dumps).map(str.encode))
def test_no_line_is_too_odd_to_be_judged(line):
    for data in (line, b'{"custom_id":"k","response":' + line + b',"error":' + line + b"}"):
        try:
            read = read_line(data)
        except NotALineError:
            continue
        assert read.verdict.document is None or read.body


def test_an_answer_keeps_what_the_endpoint_said_of_it():
    said = json.loads(body("half a pair: \ud83d")) | {"usage": {"prompt_tokens": 7, "completion_tokens": 2}}
    read = read_line(result(response=response(200, said)))
    answer = read.answer(Dialect("json_schema"))
    assert json.loads(answer.body) == said
    assert (answer.usage.prompt_tokens, answer.response_id, answer.mode) == (7, "c-1", "json_schema")
    assert answer.latency_s == 0


def test_bodies_made_offline_ask_for_the_schema_unless_told_otherwise():
    def made(**settings):
        composer = OfflineComposer(
            OpenAIModelOptions(model="m", base_url="http://127.0.0.1:9/v1", **settings), read_image=lambda _: b""
        )
        request = asking("what?", output=OutputSchema("colour", {"type": "object"}))
        data, dialect = asyncio.run(composer.compose(request))
        return json.loads(request_line("k", data))["body"], dialect

    plain, dialect = made()
    assert plain["response_format"]["json_schema"]["name"] == "colour"
    assert dialect.mode == "json_schema"
    other, dialect = made(structured="structured_outputs", max_tokens_field="max_completion_tokens")
    assert other["structured_outputs"] == {"json": {"type": "object"}}
    assert (other["max_completion_tokens"], dialect.tokens_field) == (100, "max_completion_tokens")
