"""Files and batches of the fake endpoint, through openai's own client."""

import json

import openai
import pytest
from fakes.endpoint import Endpoint
from fakes.options import Fault


@pytest.fixture
def client_of():
    clients = []

    def make(endpoint):
        clients.append(openai.OpenAI(base_url=endpoint.base_url, api_key="x", max_retries=0))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def chat(text):
    return {"model": "m", "messages": [{"role": "user", "content": text}]}


def upload_batch(client, texts):
    lines = [
        {"custom_id": f"c{i}", "method": "POST", "url": "/v1/chat/completions", "body": chat(text)}
        for i, text in enumerate(texts)
    ]
    data = "".join(json.dumps(line) + "\n" for line in lines).encode()
    uploaded = client.files.create(file=("in.jsonl", data), purpose="batch")
    return client.batches.create(
        input_file_id=uploaded.id, endpoint="/v1/chat/completions", completion_window="24h", metadata={"run": "r1"}
    )


def results(client, file_id):
    return [json.loads(line) for line in client.files.content(file_id).text.splitlines()]


def test_a_batch_comes_back_shuffled_with_failures_apart(client_of):
    with Endpoint(faults=[Fault("500", when=lambda body: body["messages"][0]["content"] == "bad")]) as endpoint:
        client = client_of(endpoint)
        made = upload_batch(client, [*map(str, range(30)), "bad"])
        assert made.status == "validating"
        states = [client.batches.retrieve(made.id).status for _ in range(3)]
        assert states == ["in_progress", "in_progress", "completed"]
        done = client.batches.retrieve(made.id)
        good, bad = results(client, done.output_file_id), results(client, done.error_file_id)
        listed = client.batches.list().data
    ids = [line["custom_id"] for line in good]
    assert sorted(ids) == sorted(f"c{i}" for i in range(30))
    assert ids != sorted(ids, key=lambda name: int(name[1:]))
    assert [(line["custom_id"], line["response"]["status_code"]) for line in bad] == [("c30", 500)]
    assert (done.request_counts.completed, done.request_counts.failed) == (30, 1)
    assert listed[0].metadata == {"run": "r1"}


def test_a_batch_may_expire_with_part_done(client_of):
    with Endpoint(batch_polls=0, batch_expires=0.5) as endpoint:
        client = client_of(endpoint)
        made = upload_batch(client, map(str, range(10)))
        done = client.batches.retrieve(made.id)
        assert done.status == "expired"
        assert len(results(client, done.output_file_id)) == 5
        assert {line["error"]["code"] for line in results(client, done.error_file_id)} == {"batch_expired"}


def test_a_batch_can_be_cancelled_once(client_of):
    with Endpoint() as endpoint:
        client = client_of(endpoint)
        made = upload_batch(client, map(str, range(10)))
        assert client.batches.cancel(made.id).status == "cancelling"
        assert client.batches.retrieve(made.id).status == "cancelled"
        with pytest.raises(openai.BadRequestError):
            client.batches.cancel(made.id)


def test_a_batch_with_a_doubled_id_fails(client_of):
    with Endpoint() as endpoint:
        client = client_of(endpoint)
        line = {"custom_id": "c", "method": "POST", "url": "/v1/chat/completions", "body": chat("x")}
        data = (json.dumps(line) + "\n").encode() * 2
        uploaded = client.files.create(file=("in.jsonl", data), purpose="batch")
        made = client.batches.create(
            input_file_id=uploaded.id, endpoint="/v1/chat/completions", completion_window="24h"
        )
        failed = client.batches.retrieve(made.id)
    assert failed.status == "failed"
    assert failed.errors.data[0].code == "duplicate_custom_id"
