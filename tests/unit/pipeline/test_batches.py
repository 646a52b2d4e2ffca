"""Batches through a real server, by a stage of two passes."""

import json
import subprocess
import sys
import urllib.request
from collections import Counter
from pathlib import Path

import pytest
import small_runs
from fakes.batchjobs import BatchJobs
from fakes.endpoint import Endpoint
from fakes.options import Fault
from small_runs import SmallRunner, batch

from corpusbuilder.errors import BackendError, ConfigError, MissingInputError, UsageError
from corpusbuilder.pipeline.gathering import Limits
from corpusbuilder.records.call import CallState
from corpusbuilder.store.ledger import CallLedger

QUESTIONS = ["one", "two", "three"]
KEY = "canary-0f9d8c7b6a5e4d3c2b1a"


def entries(root):
    with CallLedger.open_for_reading(Path(root) / "ledger") as ledger:
        return list(ledger.entries())


def lines_run(endpoint):
    """How often each request of a batch was run, once every batch that was ever created has ended."""
    for shown in _get(f"{endpoint.base_url}/batches")["data"]:
        while _get(f"{endpoint.base_url}/batches/{shown['id']}")["status"] not in {"completed", "expired", "failed"}:
            pass
    return Counter(record.path.rpartition("/")[2] for record in endpoint.log if record.path.startswith("batch/"))


def _get(url):
    with urllib.request.urlopen(url) as reply:
        return json.load(reply)


def texts(root):
    return {path.name: path.read_text() for path in sorted((Path(root) / "generate" / "batches").iterdir())}


def to_the_end(root, endpoint, *, first="batch", most=20, **options):
    """Submit and collect until nothing waits."""
    runner = SmallRunner(root, endpoint.base_url, QUESTIONS, **options)
    report = batch(runner, first)
    for _ in range(most):
        if not report.waiting:
            break
        runner = SmallRunner(root, endpoint.base_url, QUESTIONS, **options)
        report = batch(runner, "collect")
    assert not report.waiting
    return runner


def test_two_passes_through_batches_give_what_live_calls_give(tmp_path):
    with Endpoint(latency=0, batch_polls=1) as endpoint:
        batched = to_the_end(tmp_path / "batched", endpoint)
        live = SmallRunner(tmp_path / "live", endpoint.base_url, QUESTIONS, mode="live")
        live.run("generate")
        live.access.close()
    assert batched.answers == live.answers
    assert len(live.answers) == 3
    kept, asked = entries(tmp_path / "batched"), entries(tmp_path / "live")
    assert [entry.call.key for entry in kept] == [entry.call.key for entry in asked]
    for ours, theirs in zip(kept, asked, strict=True):
        assert ours.state is CallState.PARSED
        assert json.loads(ours.answer.body)["choices"] == json.loads(theirs.answer.body)["choices"]
        assert (ours.answer.mode, ours.answer.latency_s) == (theirs.answer.mode, 0)
        assert ours.answer.response_id.startswith("chatcmpl-")
        assert ours.answer.price_usd == pytest.approx(theirs.answer.price_usd / 2)


def test_nothing_is_taken_in_while_the_batch_runs(tmp_path):
    with Endpoint(latency=0, batch_polls=2) as endpoint:
        first = batch(SmallRunner(tmp_path, endpoint.base_url, QUESTIONS), "batch")
        looks = [batch(SmallRunner(tmp_path, endpoint.base_url, QUESTIONS), "collect") for _ in range(2)]
    assert (first.submitted, first.waiting) == (3, 3)
    assert [(look.waiting, look.submitted, look.build.stages) for look in looks] == [(3, 0, [])] * 2
    assert looks[0].open[0].status == "in_progress"


def test_what_waits_is_not_submitted_again(tmp_path):
    with Endpoint(latency=0, batch_polls=1) as endpoint:
        batch(SmallRunner(tmp_path, endpoint.base_url, QUESTIONS), "batch")
        again = batch(SmallRunner(tmp_path, endpoint.base_url, [*QUESTIONS, "four"]), "batch")
        assert (again.submitted, again.waiting) == (1, 4)
        uploads = [record for record in endpoint.log if record.path == "/v1/files"]
    assert len(uploads) == 2


def test_a_batch_that_still_runs_does_not_hold_up_what_another_allows(tmp_path):
    with Endpoint(latency=0, batch_polls=2) as endpoint:
        batch(SmallRunner(tmp_path, endpoint.base_url, QUESTIONS), "batch")
        for _ in range(2):
            batch(SmallRunner(tmp_path, endpoint.base_url, QUESTIONS), "collect")
        batch(SmallRunner(tmp_path, endpoint.base_url, [*QUESTIONS, "four"]), "batch")
        report = batch(SmallRunner(tmp_path, endpoint.base_url, [*QUESTIONS, "four"]), "collect")
    assert (report.collected, report.submitted, report.waiting) == (3, 3, 4)
    assert [standing.requests for standing in report.open] == [1, 3]


def test_requests_are_split_by_number_and_by_size(tmp_path):
    with Endpoint(latency=0, batch_polls=1) as endpoint:
        by_number = batch(SmallRunner(tmp_path / "a", endpoint.base_url, QUESTIONS), "batch", limits=Limits(requests=2))
        by_size = batch(SmallRunner(tmp_path / "b", endpoint.base_url, QUESTIONS), "batch", limits=Limits(bytes=600))
    assert [standing.requests for standing in by_number.open] == [2, 1]
    assert [standing.requests for standing in by_size.open] == [1, 1, 1]


def test_what_expired_is_asked_again_and_nothing_twice(tmp_path):
    with Endpoint(latency=0, batch_polls=0, batch_expires=0.5) as endpoint:
        batch(SmallRunner(tmp_path, endpoint.base_url, QUESTIONS), "batch")
        half = batch(SmallRunner(tmp_path, endpoint.base_url, QUESTIONS), "collect")
        assert half.collected == 1
        endpoint.change(batch_expires=None)
        runner = to_the_end(tmp_path, endpoint, first="collect")
        assert set(lines_run(endpoint).values()) == {1}
    assert len(runner.answers) == 3


def test_a_request_refused_for_good_is_rejected_and_the_others_go_on(tmp_path):
    fault = Fault("400_context_length", times=float("inf"), when=lambda body: body["messages"][0]["content"] == "two")
    with Endpoint(latency=0, batch_polls=0, faults=[fault]) as endpoint:
        runner = to_the_end(tmp_path, endpoint)
        assert set(lines_run(endpoint).values()) == {1}
    assert sorted(runner.answers) == ["one", "three"]
    assert runner.failures["two"].reason_code == "context_too_long"
    assert "maximum context length" in runner.failures["two"].message
    assert Counter(entry.state for entry in entries(tmp_path)) == {CallState.PARSED: 4, CallState.REJECTED: 1}


def test_a_request_that_always_fails_is_given_up_after_three_rounds(tmp_path):
    fault = Fault("500", times=float("inf"), when=lambda body: body["messages"][0]["content"] == "two")
    with Endpoint(latency=0, batch_polls=0, faults=[fault]) as endpoint:
        runner = to_the_end(tmp_path, endpoint)
        assert max(lines_run(endpoint).values()) == 3
        assert runner.failures["two"].reason_code == "endpoint_failed"
        endpoint.change(faults=())
        again = to_the_end(tmp_path, endpoint)
    assert sorted(again.answers) == sorted(QUESTIONS)


def test_a_request_of_which_no_line_says_anything_counts_as_not_answered(tmp_path, monkeypatch):
    add_file = BatchJobs.add_file

    def without_the_first_line(jobs, name, content, purpose):
        return add_file(jobs, name, content.partition(b"\n")[2] if purpose == "batch_output" else content, purpose)

    monkeypatch.setattr(BatchJobs, "add_file", without_the_first_line)
    with Endpoint(latency=0, batch_polls=0) as endpoint:
        only = SmallRunner(tmp_path, endpoint.base_url, ["one"])
        assert batch(only, "batch").submitted == 1
        for submitted in (1, 1, 0):
            only = SmallRunner(tmp_path, endpoint.base_url, ["one"])
            assert batch(only, "collect").submitted == submitted
    assert "completed without it" in only.failures["one"].message


def test_a_way_to_ask_that_batches_refuse_is_given_up_for_the_next_one(tmp_path):
    fault = Fault("400_schema", times=float("inf"), when=lambda body: body["messages"][0]["content"] in QUESTIONS)
    with Endpoint(latency=0, batch_polls=0, faults=[fault]) as endpoint:
        batch(SmallRunner(tmp_path, endpoint.base_url, QUESTIONS), "batch")
        endpoint.change(faults=(), structured="json_object")
        runner = to_the_end(tmp_path, endpoint, first="collect")
    assert len(runner.answers) == 3
    assert {entry.answer.mode for entry in entries(tmp_path)} == {"json_object"}


def test_an_empty_account_ends_the_run_and_loses_no_answer(tmp_path):
    fault = Fault("quota", times=float("inf"), when=lambda body: body["messages"][0]["content"] == "two")
    with Endpoint(latency=0, batch_polls=0, faults=[fault], api_key=KEY, echo_key=True) as endpoint:
        environ = {"OPENAI_API_KEY": KEY}
        batch(SmallRunner(tmp_path, endpoint.base_url, QUESTIONS, environ=environ), "batch")
        with pytest.raises(BackendError, match=r"no quota or credit left for the key in OPENAI_API_KEY") as caught:
            batch(SmallRunner(tmp_path, endpoint.base_url, QUESTIONS, environ=environ), "collect")
        assert KEY not in caught.value.message
        assert sum(entry.answer is not None for entry in entries(tmp_path)) == 2
        endpoint.change(faults=())
        runner = to_the_end(tmp_path, endpoint, first="collect", environ=environ)
    assert len(runner.answers) == 3
    assert not [name for name, text in texts(tmp_path).items() if KEY in text]


def test_a_key_that_is_not_accepted_ends_the_run(tmp_path):
    with Endpoint(latency=0, api_key=KEY) as endpoint:
        environ = {"OPENAI_API_KEY": "another-key-that-is-wrong"}
        runner = SmallRunner(tmp_path, endpoint.base_url, QUESTIONS, environ=environ, structured="json_schema")
        with pytest.raises(BackendError, match=r"does not accept the key in OPENAI_API_KEY"):
            batch(runner, "batch")
        assert texts(tmp_path).keys() <= {"000001.calls", "000001.requests.jsonl"}
        assert to_the_end(tmp_path, endpoint, environ={"OPENAI_API_KEY": KEY}).answers.keys() == {*QUESTIONS}


def test_an_endpoint_that_is_not_there_ends_the_run(tmp_path):
    runner = SmallRunner(tmp_path, "http://127.0.0.1:9/v1", QUESTIONS, structured="json_schema", max_retries=0)
    with pytest.raises(BackendError, match=r"127\.0\.0\.1:9/v1 cannot be reached"):
        batch(runner, "batch")


def test_requests_that_are_all_refused_end_the_run_instead_of_rejecting_everything(tmp_path):
    fault = Fault("413", times=float("inf"), when=lambda body: body["messages"][0]["content"] in QUESTIONS)
    with Endpoint(latency=0, batch_polls=0, faults=[fault]) as endpoint:
        batch(SmallRunner(tmp_path, endpoint.base_url, QUESTIONS), "batch")
        with pytest.raises(BackendError, match="refused all 3 requests"):
            batch(SmallRunner(tmp_path, endpoint.base_url, QUESTIONS), "collect")
        endpoint.change(faults=())
        assert len(to_the_end(tmp_path, endpoint, first="collect").answers) == 3


@pytest.mark.parametrize("kind", ["500", "reset", "truncated", "not_json", "429"])
def test_a_batch_whose_creation_went_wrong_on_the_wire_is_created_once(tmp_path, kind):
    fault = Fault(kind, path="/v1/batches", at=[1])
    with Endpoint(latency=0, batch_polls=0, retry_after=0.1, retry_after_as="float", faults=[fault]) as endpoint:
        runner = to_the_end(tmp_path, endpoint)
        assert set(lines_run(endpoint).values()) == {1}
    assert len(runner.answers) == 3


@pytest.mark.parametrize("kind", ["500", "reset", "truncated"])
def test_an_upload_that_went_wrong_is_sent_again_whole(tmp_path, kind):
    with Endpoint(latency=0, batch_polls=0, faults=[Fault(kind, path="/v1/files", at=[1])]) as endpoint:
        assert len(to_the_end(tmp_path, endpoint).answers) == 3


@pytest.mark.parametrize("kind", ["truncated", "reset", "503"])
def test_a_file_of_answers_that_breaks_off_is_read_again(tmp_path, kind):
    with Endpoint(latency=0, batch_polls=0) as endpoint:
        batch(SmallRunner(tmp_path, endpoint.base_url, QUESTIONS), "batch")
        endpoint.change(faults=(Fault(kind, path="/content", at=[1]),))
        report = batch(SmallRunner(tmp_path, endpoint.base_url, QUESTIONS), "collect")
    assert report.collected == 3
    assert not report.notes


STEPS = ["after:upload:1", "before:note:1", "after:note:1", "after:create:1", "before:note:2", "after:note:2"]


@pytest.mark.parametrize("step", STEPS)
def test_a_run_killed_while_it_submits_pays_for_nothing_twice(tmp_path, step):
    with Endpoint(latency=0, batch_polls=0) as endpoint:
        assert killed(tmp_path, endpoint, "batch", step)
        runner = to_the_end(tmp_path, endpoint)
        assert set(lines_run(endpoint).values()) == {1}
    assert len(runner.answers) == 3


@pytest.mark.parametrize("step", ["after:look:1", "after:read:1", "before:close:1", "after:close:1"])
def test_a_run_killed_while_it_collects_loses_no_answer(tmp_path, step):
    with Endpoint(latency=0, batch_polls=0) as endpoint:
        batch(SmallRunner(tmp_path, endpoint.base_url, QUESTIONS), "batch")
        assert killed(tmp_path, endpoint, "collect", step)
        runner = to_the_end(tmp_path, endpoint, first="collect")
        assert set(lines_run(endpoint).values()) == {1}
    assert len(runner.answers) == 3
    with CallLedger.open_for_reading(tmp_path / "ledger") as ledger:
        assert [len(head.answers) for head in ledger.heads()] == [1] * 6


def killed(root, endpoint, how, step):
    child = subprocess.run([sys.executable, small_runs.__file__, root, endpoint.base_url, how, step], check=False)
    return child.returncode == -9


def test_a_budget_lets_in_only_what_can_be_paid_whatever_comes_back(tmp_path):
    with Endpoint(latency=0, batch_polls=0) as endpoint:
        free = batch(SmallRunner(tmp_path / "free", endpoint.base_url, QUESTIONS), "batch")
        state = json.loads((tmp_path / "free/generate/batches/000001.json").read_text())
        one = state["most_usd"] / free.submitted
        tight = batch(SmallRunner(tmp_path / "tight", endpoint.base_url, QUESTIONS, budget=2.1 * one), "batch")
        assert (tight.submitted, tight.left_out) == (2, 1)
        more = batch(SmallRunner(tmp_path / "tight", endpoint.base_url, QUESTIONS, budget=2.1 * one), "batch")
        assert (more.submitted, more.left_out, more.waiting) == (0, 1, 2)


def test_a_budget_without_a_price_is_refused(tmp_path):
    runner = SmallRunner(tmp_path, "http://127.0.0.1:9/v1", QUESTIONS, budget=1.0)
    unpriced = runner.config.generate.teacher.model_copy(update={"price": None})
    runner.config = runner.config.model_copy(
        update={"generate": runner.config.generate.model_copy(update={"teacher": unpriced})}
    )
    with pytest.raises(ConfigError, match="price of 'm' is not known"):
        batch(runner, "batch")


def test_collecting_where_nothing_was_submitted_says_so(tmp_path):
    with pytest.raises(MissingInputError, match="no batch was submitted"):
        batch(SmallRunner(tmp_path, "http://127.0.0.1:9/v1", QUESTIONS), "collect")


def test_a_batch_at_another_address_is_not_mistaken_for_one_here(tmp_path):
    with Endpoint(latency=0) as endpoint, Endpoint(latency=0) as other:
        batch(SmallRunner(tmp_path, endpoint.base_url, QUESTIONS), "batch")
        with pytest.raises(ConfigError, match="a batch waits at"):
            batch(SmallRunner(tmp_path, other.base_url, QUESTIONS), "collect")


def test_a_teacher_without_requests_cannot_be_batched(tmp_path):
    runner = SmallRunner(tmp_path, "http://127.0.0.1:9/v1", QUESTIONS)
    runner.config = runner.config.model_copy(
        update={"generate": runner.config.generate.model_validate({"teacher": {"kind": "rules"}})}
    )
    with pytest.raises(UsageError, match="'rules', which sends no requests"):
        batch(runner, "batch")


def test_a_server_without_batches_is_named(tmp_path):
    fault = Fault("404_model", times=float("inf"), path="/files")
    with Endpoint(latency=0, faults=[fault]) as endpoint:
        runner = SmallRunner(tmp_path, endpoint.base_url, QUESTIONS)
        with pytest.raises(BackendError, match="does not take a file of requests"):
            batch(runner, "batch")
