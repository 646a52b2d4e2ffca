"""The openai teacher over the command line, against a real endpoint that fails in many ways."""

import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import time

import pytest
from fakes import goodteacher
from fakes.endpoint import Endpoint, EndpointProcess
from fakes.requestlog import asked_again, early_retries
from running import command, corpusbuilder

from corpusbuilder.prompts import data_folder

CANARY = "sk-canary-7f3b9d1e5a2c4f60"
TIME = re.compile(rb'"time":"[^"]*"')
FEW = ("--per-unit", "3", "--per-figure", "2", "--max-rejected", "100%")


@pytest.fixture(scope="session")
def parsed(tmp_path_factory, shelf):
    """A workspace in which the sample chapters are parsed, and nothing else."""
    workspace = tmp_path_factory.mktemp("parsed") / "ws"
    done = corpusbuilder("parse", shelf, "-w", workspace, "-q", "--set", "parse.ocr=none")
    assert done.code == 0, done.err
    return workspace


@pytest.fixture
def ws(parsed, tmp_path):
    """A copy of it."""
    return shutil.copytree(parsed, tmp_path / "ws")


def settings(endpoint, **more):
    table = {"kind": "openai", "model": "tester", "base_url": endpoint.base_url, **more}
    flags = [f"generate.teacher.{key}={json.dumps(value)}" for key, value in table.items()]
    return [part for flag in ("parse.ocr=none", *flags) for part in ("--set", flag)]


def generate(ws, endpoint, *flags, environ=None, **more):
    return corpusbuilder("generate", "-w", ws, *FEW, *settings(endpoint, **more), *flags, **(environ or {}))


def asked(endpoint):
    """Completions that were asked for, the probe apart."""
    return [record for record in endpoint.log if record.is_completion and record.number > 1]


def tasks(ws):
    """Number of answered calls by task, over all files of the ledger."""
    done = corpusbuilder("ledger", "stats", "-w", ws, "--json")
    assert done.code == 0, done.err
    return done.json


def served(tmp_path, *faults, **options):
    return EndpointProcess(tmp_path / "log.jsonl", faults=list(faults), **{"latency": 0.02, **options})


def test_everything_is_asked_once_and_a_second_run_asks_nothing(ws, tmp_path):
    with served(tmp_path) as endpoint:
        first = generate(ws, endpoint, "--json")
        assert first.code == 0, first.err
        calls = len(asked(endpoint))
        assert calls == first.json["calls"]["sent"] > 20
        assert not asked_again(endpoint.log)
        again = generate(ws, endpoint, "--force", "--json")
        assert again.code == 0, again.err
        assert again.json["calls"] == {**again.json["calls"], "sent": 0}
        assert len(asked(endpoint)) == calls


def test_what_fails_on_the_way_is_tried_again_and_all_is_accounted_for(ws, tmp_path):
    kinds = ("429", "429_bare", "500", "503", "reset", "truncated", "not_json", "wrong_keys", "null_content")
    faults = [f"{kind}:0.04" for kind in kinds]
    with served(tmp_path, *faults, retry_after=0.3) as endpoint:
        done = generate(ws, endpoint, "--json")
        assert done.code == 0, done.err
        assert not early_retries(endpoint.log)
        assert not asked_again(endpoint.log)
        assert len({record.fault for record in endpoint.log} - {None}) >= 4
        answers = sum(record.good for record in asked(endpoint))
        assert done.json["calls"]["sent"] >= answers


def killed_at_half(ws, endpoint, calls, **more):
    """Start a run and kill it after about so many calls; the records at that moment."""
    process = subprocess.Popen(
        command("generate", "-w", ws, *FEW, "-q", *settings(endpoint, **more)),
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while process.poll() is None and sum(record.status == 200 for record in endpoint.log) < calls:
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def durable(ws):
    """Keys that the ledger has an answer to, read without the product."""
    found = 0
    for path in (ws / "ledger").glob("*.sqlite"):
        with sqlite3.connect(path) as connection:
            found += connection.execute("select count(distinct key) from answers").fetchone()[0]
    return found


@pytest.mark.slow
def test_a_killed_run_pays_at_most_for_what_was_in_flight_and_nothing_durable_twice(parsed, tmp_path):
    chance = random.Random(11)
    for number in range(4):
        ws = shutil.copytree(parsed, tmp_path / f"ws{number}")
        log = tmp_path / f"log{number}.jsonl"
        with EndpointProcess(log, latency=0.05) as endpoint:
            killed_at_half(ws, endpoint, chance.randint(4, 30), concurrency=8)
            time.sleep(0.2)  # what was in flight is answered to nobody
            answered = [record for record in asked(endpoint) if record.good]
            kept = durable(ws)
            done = generate(ws, endpoint, "--json", concurrency=8)
            assert done.code == 0, done.err
            repeated = asked_again(endpoint.log)
            assert len(repeated) <= 8
            assert len(repeated) <= len(answered) - kept + 8
            assert done.json["calls"]["from_ledger"] >= kept - 1  # the probe is no call


def test_one_more_book_costs_only_its_own_calls(ws, shelf, tmp_path):
    with served(tmp_path) as endpoint:
        assert generate(ws, endpoint).code == 0
        before = len(endpoint.log)
        extra = tmp_path / "extra.pdf"
        extra.write_bytes(next(iter(sorted(shelf.glob("*en.pdf")))).read_bytes() + b"\n% another edition\n")
        parsed_too = corpusbuilder("parse", extra, "-w", ws, "-q", "--set", "parse.ocr=none")
        assert parsed_too.code == 0, parsed_too.err
        done = generate(ws, endpoint, "--json")
        assert done.code == 0, done.err
        assert done.json["stages"]["generate"]["made"] == 1
        assert len(endpoint.log) - before == done.json["calls"]["sent"]
        assert not asked_again(endpoint.log)


def test_an_edited_prompt_costs_only_its_pass(ws, tmp_path):
    with served(tmp_path) as endpoint:
        assert generate(ws, endpoint).code == 0
        before = tasks(ws)
        own = ws / "prompts" / "teacher"
        own.mkdir(parents=True)
        shipped = data_folder("prompts") / "teacher" / "steps.v1.en.md"
        (own / shipped.name).write_text(shipped.read_text(encoding="utf-8") + "\nBe brief.\n", encoding="utf-8")
        done = generate(ws, endpoint, "--json")
        assert done.code == 0, done.err
        assert done.json["stages"]["generate"]["made"] == 1  # the English chapter
        changed = difference(before, tasks(ws))
        assert changed.keys() == {"steps"}
        assert changed["steps"] == done.json["calls"]["sent"] > 0


def difference(before, after):
    def calls(stats):
        return {row["task"]: row["calls"] for row in stats["by_task_and_model"]}

    old = calls(before)
    return {task: n - old.get(task, 0) for task, n in calls(after).items() if n != old.get(task, 0)}


@pytest.mark.parametrize(
    ("kind", "word"), [("401", "OPENAI_API_KEY"), ("quota", "OPENAI_API_KEY"), ("404_model", "tester")]
)
def test_an_endpoint_that_will_not_serve_ends_the_run_within_the_calls_in_flight(ws, tmp_path, kind, word):
    with served(tmp_path, f"{kind}:after=10:times=always") as endpoint:
        done = generate(ws, endpoint, concurrency=4, environ={"OPENAI_API_KEY": CANARY})
        assert done.code == 5, done.err
        assert endpoint.base_url in done.err
        assert word in done.err
        assert "to go on: corpusbuilder generate" in done.err
        assert sum(record.fault == kind for record in endpoint.log) <= 4
        endpoint_log = len(endpoint.log)
    with EndpointProcess(tmp_path / "better.jsonl", latency=0.02) as better:
        go_on = generate(ws, better, "--json", concurrency=4)
        assert go_on.code == 0, go_on.err
        assert go_on.json["calls"]["from_ledger"] >= 5
    assert endpoint_log < 40


def test_an_endpoint_that_is_not_there_is_named_with_what_to_do(ws, tmp_path):
    with served(tmp_path) as endpoint:
        gone = endpoint
    done = generate(ws, gone, max_retries=1)
    assert done.code == 5
    assert gone.base_url in done.err
    assert "base_url" in done.err


PRICED = {"price": {"input": 100.0, "output": 1000.0}, "max_tokens": 600}
"""A call costs about 40 cents, and a dollar at most."""


def test_the_budget_is_never_passed_and_the_run_says_so(ws, tmp_path):
    with served(tmp_path) as endpoint:
        done = generate(ws, endpoint, "--budget", "5", concurrency=4, **PRICED)
        assert done.code == 6, done.err
        assert "budget of $5 is reached" in done.err
        spent = tasks(ws)["cost_usd"]
        assert 2.0 < spent <= 5.0
        status = corpusbuilder("status", "-w", ws, "--set", "parse.ocr=none", "--json").json
        assert status["calls"]["cost_usd"] == spent
        more = generate(ws, endpoint, "--budget", "100000", "--json", concurrency=4, **PRICED)
        assert more.code == 0, more.err
        assert not asked_again(endpoint.log)


def test_a_budget_holds_where_calls_cost_more_than_anybody_could_expect(ws, tmp_path):
    with served(tmp_path, counts=60) as endpoint:
        done = generate(ws, endpoint, "--budget", "50", concurrency=4, **PRICED)
        assert done.code == 6, done.err
        calls, spent = len(asked(endpoint)), tasks(ws)["cost_usd"]
        assert spent > 50.0  # nobody could know before the first answer
        assert calls <= 4
        assert generate(ws, endpoint, "--budget", "50", concurrency=4, **PRICED).code == 6
        assert len(asked(endpoint)) == calls


def test_a_budget_holds_where_the_endpoint_counts_no_tokens(ws, tmp_path):
    with served(tmp_path, counts=None) as endpoint:
        done = generate(ws, endpoint, "--budget", "5", concurrency=4, **PRICED)
        assert done.code == 6, done.err
        calls = len(asked(endpoint))
        assert 4 <= calls <= 12
        assert tasks(ws)["cost_usd"] == 0  # a price that is not known is no guess
        assert generate(ws, endpoint, "--budget", "5", concurrency=4, **PRICED).code == 6
        assert len(asked(endpoint)) - calls <= 2  # what they may have cost is estimated anew


def test_a_budget_without_a_price_is_refused_before_anything_is_sent(ws, tmp_path):
    with served(tmp_path) as endpoint:
        done = generate(ws, endpoint, "--budget", "5")
        assert done.code == 2, done.err
        assert "price of 'tester' is not known" in done.err
        assert not endpoint.log


def test_a_dry_run_sends_nothing_and_is_near_to_what_the_run_takes(ws):
    with Endpoint(latency=0.02, answer=goodteacher.answer) as endpoint:
        dry = generate(ws, endpoint, "--dry-run", "--json", **PRICED)
        assert dry.code == 0, dry.err
        assert not endpoint.log
        assert not (ws / "generate").exists()
        assert not (ws / "ledger").exists()
        forecast = dry.json["forecast"]
        real = generate(ws, endpoint, "--json", **PRICED)
        assert real.code == 0, real.err
        for name, came_to in (("calls", "sent"), ("prompt_tokens", "prompt_tokens")):
            assert forecast[name]["low"] <= real.json["calls"][came_to] <= forecast[name]["high"]
        assert forecast["cost_usd"]["expected"] > 0


def test_replay_sends_nothing_and_what_is_missing_waits(ws):
    with Endpoint(latency=0.02, answer=goodteacher.answer) as endpoint:
        empty = generate(ws, endpoint, "--replay", "--json")
        assert empty.code == 0, empty.err
        assert empty.json["stages"]["generate"]["waiting"] > 0
        assert not endpoint.log
        assert generate(ws, endpoint).code == 0
        made = shards(ws)
        assert all(made.values())
        shutil.rmtree(ws / "generate")
    replayed = generate(ws, endpoint, "--replay", "--json")
    assert replayed.code == 0, replayed.err
    assert replayed.json["calls"]["sent"] == 0
    assert shards(ws) == made


def shards(ws):
    return {path.name: path.read_bytes() for path in (ws / "generate").glob("*.jsonl")}


def test_the_order_of_answers_changes_nothing(parsed, tmp_path):
    made = []
    for name, concurrency, jitter in (("in-turn", 1, 0.0), ("shuffled", 16, 0.95)):
        ws = shutil.copytree(parsed, tmp_path / name)
        with Endpoint(latency=0.02, jitter=jitter, answer=goodteacher.answer) as endpoint:
            done = generate(ws, endpoint, "--json", concurrency=concurrency)
            assert done.code == 0, done.err
            assert done.json["stages"]["generate"]["outputs"] > 10
            answered = [record.number for record in sorted(asked(endpoint), key=lambda record: record.ended)]
            assert (answered == sorted(answered)) == (concurrency == 1)
        made.append(shards(ws))
    first, second = ({name: TIME.sub(b"", data) for name, data in one.items()} for one in made)
    assert first == second
    # From one ledger not even the times differ, whatever made the shards before.
    shutil.rmtree(tmp_path / "shuffled" / "ledger")
    shutil.copytree(tmp_path / "in-turn" / "ledger", tmp_path / "shuffled" / "ledger")
    replayed = generate(tmp_path / "shuffled", endpoint, "--replay", "--force", "--json", concurrency=16)
    assert replayed.code == 0, replayed.err
    assert shards(tmp_path / "shuffled") == made[0]


def test_the_key_is_nowhere_in_what_is_written_or_said(ws, tmp_path):
    with served(tmp_path, "500:0.1", "401:after=25:times=always", api_key=CANARY, echo_key=True) as endpoint:
        done = generate(ws, endpoint, "-v", environ={"OPENAI_API_KEY": CANARY, "OPENAI_LOG": "debug"})
        assert done.code == 5, done.err
        assert all(record.authorization for record in asked(endpoint))
    assert CANARY not in done.out + done.err
    for path in ws.rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes(), path


def test_an_interrupted_run_keeps_what_is_in_flight(ws, tmp_path):
    with served(tmp_path, latency=0.5) as endpoint:
        process = subprocess.Popen(
            command("generate", "-w", ws, *FEW, *settings(endpoint, concurrency=4)),
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        while len(endpoint.log) < 6:
            assert process.poll() is None
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=30)
        assert process.returncode == 130, err
        assert "to go on: corpusbuilder generate" in err
        sent = len(asked(endpoint))
        assert durable(ws) == sum(record.good for record in asked(endpoint)) == sent
        assert generate(ws, endpoint).code == 0
        assert not asked_again(endpoint.log)
