"""``generate`` by way of batches and files, over the command line, from a sample chapter to its examples."""

import json
import shlex
import shutil

import pytest
from fakes import goodteacher
from fakes.endpoint import Endpoint
from fakes.options import Fault
from running import corpusbuilder

from corpusbuilder.store.ledger import CallLedger

FEW = ("--per-unit", "0", "--per-figure", "2", "--max-rejected", "100%")
PRICE = {"input": 1.0, "output": 4.0, "batch": 0.5}
KEY = "canary-5b1e9a7c3d2f4860"


@pytest.fixture(scope="module")
def parsed(tmp_path_factory, shelf):
    """A workspace in which one chapter is parsed, and nothing else."""
    workspace = tmp_path_factory.mktemp("parsed") / "ws"
    done = corpusbuilder("parse", shelf / "earth_and_cells_en.pdf", "-w", workspace, "-q", "--set", "parse.ocr=none")
    assert done.code == 0, done.err
    return workspace


@pytest.fixture
def ws(parsed, tmp_path):
    return shutil.copytree(parsed, tmp_path / "my corpus")


def generate(ws, base_url, *flags, environ=None, **more):
    table = {"kind": "openai", "model": "tester", "base_url": base_url, "max_retries": 1, **more}
    values = [f"generate.teacher.{key}={json.dumps(value)}" for key, value in table.items()]
    values += [f"generate.teacher.price.{key}={value}" for key, value in PRICE.items()]
    settings = [part for value in ("parse.ocr=none", *values) for part in ("--set", value)]
    return corpusbuilder("generate", "-w", ws, *FEW, *settings, *flags, **(environ or {}))


def examples(ws):
    """The examples as they are on the disk, apart from when they were made."""
    records = [json.loads(line) for path in sorted((ws / "generate").glob("*.jsonl")) for line in path.open()]
    for record in records:
        record["provenance"].pop("time")
    return records


def spent_usd(ws):
    with CallLedger.open_for_reading(ws / "ledger") as ledger:
        return ledger.spent_usd()


def test_batches_make_the_examples_that_live_calls_make(ws, tmp_path):
    live = shutil.copytree(ws, tmp_path / "live")
    with Endpoint(latency=0, batch_polls=1, answer=goodteacher.answer, api_key=KEY) as endpoint:
        environ = {"OPENAI_API_KEY": KEY}
        asked = generate(live, endpoint.base_url, environ=environ)
        assert asked.code == 0, asked.err
        done = generate(ws, endpoint.base_url, "--batch", environ=environ)
        assert done.code == 0, done.err
        rounds = 0
        while "Come back with: " in done.out:
            typed = shlex.split(done.out.partition("Come back with: ")[2])
            done = corpusbuilder(*typed[1:], **environ)
            assert done.code == 0, done.err
            rounds += 1
            assert rounds < 20
        told = generate(ws, endpoint.base_url, "--collect", "--json", environ=environ)
    assert rounds >= 3
    assert len(examples(live)) >= 3
    assert examples(ws) == examples(live)
    assert (told.json["waiting"], told.json["next"], told.json["ok"]) == (0, None, True)
    assert told.json["stages"]["generate"]["current"] == 1
    assert 0 < spent_usd(ws) == pytest.approx(spent_usd(live) / 2)
    assert not [path for path in ws.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]


def test_files_make_the_examples_that_live_calls_make(ws, tmp_path):
    live = shutil.copytree(ws, tmp_path / "live")
    with Endpoint(latency=0, answer=goodteacher.answer) as endpoint:
        assert generate(live, endpoint.base_url, structured="json_schema").code == 0
    nowhere = "http://127.0.0.1:9/v1"
    requests, answers = tmp_path / "requests.jsonl", tmp_path / "requests.answers.jsonl"
    done = generate(ws, nowhere, "--batch-file", requests, "--json")
    rounds = 0
    while done.json["waiting"]:
        run, again = done.json["next"]
        assert shlex.split(run) == f"vllm run-batch -i {requests} -o {answers} --model tester".split()
        answers.write_text("".join(map(_answered, requests.read_text().splitlines())))
        done = corpusbuilder(*shlex.split(again)[1:])
        assert done.code == 0, done.err
        rounds += 1
        assert rounds < 9
    assert rounds >= 3
    assert len(examples(live)) >= 3
    assert examples(ws) == examples(live)


def _answered(line):
    request = json.loads(line)
    choice = {
        "index": 0,
        "finish_reason": "stop",
        "message": {"role": "assistant", "content": goodteacher.answer(request["body"])},
    }
    body = {"id": "chatcmpl-1", "object": "chat.completion", "model": "tester", "choices": [choice]}
    response = {"status_code": 200, "request_id": "vllm-batch-1", "body": body}
    result = {"id": "vllm-1", "custom_id": request["custom_id"], "response": response, "error": None}
    return json.dumps(result) + "\n"


def test_a_budget_that_is_too_small_submits_what_fits_and_says_so(ws):
    with Endpoint(latency=0, answer=goodteacher.answer) as endpoint:
        free = generate(ws, endpoint.base_url, "--batch", "--json")
        all_of_it = free.json["submitted"]
        live = generate(ws, "http://127.0.0.1:9/v1")
        assert f"{all_of_it} requests wait in batches" in live.err
        shutil.rmtree(ws / "generate")
        done = generate(ws, endpoint.base_url, "--batch", "--json", "--budget", "0.03")
        assert done.code == 6, done.err
        uploads = [record for record in endpoint.log if record.path == "/v1/files"]
    assert 0 < done.json["submitted"] < all_of_it
    assert done.json["submitted"] + done.json["left_out"] == all_of_it
    assert done.json["waiting"] == done.json["submitted"]
    assert "no room for" in done.json["error"]
    assert len(uploads) == 2


def test_what_stands_against_batches_is_told_with_its_exit_code(ws, tmp_path):
    nowhere = "http://127.0.0.1:9/v1"
    quota = Fault("quota", path="/v1/files", times=float("inf"))
    (tmp_path / "odd").write_text("odd\n")
    with Endpoint(latency=0, answer=goodteacher.answer, faults=[quota]) as endpoint:
        refused = generate(ws, endpoint.base_url, "--batch", "--json")
    assert (refused.code, refused.json["submitted"]) == (5, 0)
    assert "no quota or credit left" in refused.json["error"]
    for flags, code, words in (
        (("--collect",), 3, "no batch was submitted from this workspace"),
        (("--answers", tmp_path / "nothing"), 3, "there is no such file"),
        (("--answers", tmp_path / "odd"), 2, "no line is an answer"),
        (("--batch-file", tmp_path), 2, "it is a folder"),
        (("--batch-file", tmp_path / "none" / "file"), 2, "there is no folder"),
        (("--batch", "--collect"), 2, "exclude one another"),
        (("--batch",), 5, "127.0.0.1:9/v1 does not answer"),
    ):
        done = generate(ws, nowhere, *flags)
        assert (done.code, words in done.err) == (code, True), done.err
    rules = corpusbuilder("generate", "-w", ws, "--batch", "--set", "parse.ocr=none")
    assert rules.code == 2
    assert "which sends no requests" in rules.err
