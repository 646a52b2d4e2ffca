"""Files of requests for ``vllm run-batch``, and what it writes."""

import json
from pathlib import Path

import pytest
from fakes.endpoint import Endpoint
from small_runs import SmallRunner, batch, by_file

from corpusbuilder.errors import BackendError, MissingInputError, UsageError
from corpusbuilder.store.ledger import CallLedger

QUESTIONS = ["one", "two", "three"]
NOWHERE = "http://127.0.0.1:9/v1"


def small(root, questions=QUESTIONS, **teacher):
    return SmallRunner(root / "ws", NOWHERE, questions, **teacher)


def run_batch(requests, answers, *, fails=(), shape=lambda line: line):
    """What vLLM writes for a file of requests: an answer that repeats the question."""
    lines = []
    for number, text in enumerate(Path(requests).read_text().splitlines()):
        line = json.loads(text)
        assert (line["method"], line["url"]) == ("POST", "/v1/chat/completions")
        asked = line["body"]["messages"][0]["content"]
        message = {"role": "assistant", "content": json.dumps({"answer": f"{asked}!"})}
        done = {
            "id": f"chatcmpl-{number}",
            "object": "chat.completion",
            "model": line["body"]["model"],
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
        }
        failed = asked in fails
        response = {"status_code": 400 if failed else 200, "request_id": f"vllm-batch-{number}"}
        response["body"] = None if failed else done
        result = {"id": f"vllm-{number}", "custom_id": line["custom_id"], "response": response}
        lines.append(shape({**result, "error": fails[asked] if failed else None}))
    Path(answers).write_text("".join(json.dumps(line) + "\n" for line in reversed(lines)))


def test_passes_go_through_files_until_nothing_comes_next(tmp_path):
    requests, answers = tmp_path / "requests.jsonl", tmp_path / "answers.jsonl"
    assert by_file(small(tmp_path), requests=requests).submitted == 3
    for collected, following in ((3, 3), (3, 0)):
        run_batch(requests, answers)
        runner = small(tmp_path)
        report = by_file(runner, answers=answers, requests=requests)
        assert (report.collected, report.submitted, report.notes) == (collected, following, [])
    assert runner.answers["one"] == ("one!", "one one!!")
    with CallLedger.open_for_reading(tmp_path / "ws" / "ledger") as ledger:
        kept = list(ledger.entries())
    assert [entry.answer.mode for entry in kept] == ["json_schema"] * 6
    assert kept[0].answer.price_usd == pytest.approx((10 * 1.0 + 5 * 10.0) / 1e6 * 0.5)
    left = sorted(path.name for path in (tmp_path / "ws/generate/batches").iterdir())
    assert all(name.startswith("answers-") for name in left)


def test_the_file_of_requests_is_the_same_every_time_and_says_all(tmp_path):
    for name, order in (("a", QUESTIONS), ("b", QUESTIONS[::-1])):
        folder = tmp_path / name
        folder.mkdir()
        by_file(small(folder, order), requests=folder / "requests.jsonl")
        by_file(small(folder, order), requests=folder / "again.jsonl")
        assert (folder / "requests.jsonl").read_bytes() == (folder / "again.jsonl").read_bytes()
    assert (tmp_path / "a/requests.jsonl").read_bytes() == (tmp_path / "b/requests.jsonl").read_bytes()


def test_answers_that_lack_some_lines_leave_those_for_the_next_file(tmp_path):
    requests, answers = tmp_path / "requests.jsonl", tmp_path / "answers.jsonl"
    by_file(small(tmp_path), requests=requests)
    run_batch(requests, answers)
    whole = answers.read_text()
    answers.write_text("".join(whole.splitlines(keepends=True)[:2]) + '{"id": "vllm-7", "cus')
    report = by_file(small(tmp_path), answers=answers)
    assert (report.collected, report.submitted) == (2, 3)
    assert report.notes == [f"{answers}: 1 lines that make no sense were ignored"]
    answers.write_text(whole)
    assert by_file(small(tmp_path), answers=answers).collected == 3


def test_answers_read_twice_change_nothing(tmp_path):
    requests, answers = tmp_path / "requests.jsonl", tmp_path / "answers.jsonl"
    by_file(small(tmp_path), requests=requests)
    run_batch(requests, answers)
    by_file(small(tmp_path), answers=answers)
    again = by_file(small(tmp_path), answers=answers)
    assert again.notes == [f"{answers}: 3 lines about requests that were answered before were ignored"]
    with CallLedger.open_for_reading(tmp_path / "ws" / "ledger") as ledger:
        assert [len(head.answers) for head in ledger.heads() if head.answers] == [1, 1, 1]


def test_a_request_that_vllm_refuses_is_rejected_by_name(tmp_path):
    requests, answers = tmp_path / "requests.jsonl", tmp_path / "answers.jsonl"
    by_file(small(tmp_path), requests=requests)
    run_batch(requests, answers, fails={"two": "This model's maximum context length is 8 tokens"})
    runner = small(tmp_path)
    report = by_file(runner, answers=answers, requests=requests)
    assert (report.collected, report.submitted) == (2, 2)
    assert runner.failures["two"].reason_code == "context_too_long"


def test_requests_that_are_all_refused_are_no_reason_to_reject_everything(tmp_path):
    requests, answers = tmp_path / "requests.jsonl", tmp_path / "answers.jsonl"
    by_file(small(tmp_path), requests=requests)
    run_batch(requests, answers, fails=dict.fromkeys(QUESTIONS, "response_format is not supported"))
    with pytest.raises(BackendError, match="all 3 requests were refused"):
        by_file(small(tmp_path), answers=answers)
    run_batch(requests, answers)
    assert by_file(small(tmp_path), answers=answers).collected == 3


def test_answers_in_openai_s_shape_are_taken_too(tmp_path):
    requests, answers = tmp_path / "requests.jsonl", tmp_path / "answers.jsonl"
    by_file(small(tmp_path), requests=requests)
    run_batch(requests, answers, shape=lambda line: {name: line[name] for name in ("custom_id", "response")})
    assert by_file(small(tmp_path), answers=answers).collected == 3


def test_a_file_of_another_workspace_is_refused(tmp_path):
    mine, other = tmp_path / "mine", tmp_path / "other"
    for folder, questions in ((mine, ["one"]), (other, ["two"])):
        folder.mkdir()
        by_file(small(folder, questions), requests=folder / "requests.jsonl")
    run_batch(other / "requests.jsonl", other / "answers.jsonl")
    with pytest.raises(UsageError, match="no answer is to a request of ours"):
        by_file(small(mine, ["one"]), answers=other / "answers.jsonl")


@pytest.mark.parametrize("data", [b"", b"\x00\xff\xfe", b"hello\n", b"[1, 2]\n", b"{}\n" * 3])
def test_a_file_that_is_something_else_is_refused(tmp_path, data):
    by_file(small(tmp_path), requests=tmp_path / "requests.jsonl")
    (tmp_path / "odd").write_bytes(data)
    with pytest.raises(UsageError, match="odd: no "):
        by_file(small(tmp_path), answers=tmp_path / "odd")


def test_a_file_that_is_not_there_is_missing(tmp_path):
    with pytest.raises(MissingInputError, match="no such file"):
        by_file(small(tmp_path), answers=tmp_path / "nothing")


def test_what_waits_at_an_endpoint_is_not_written_as_well(tmp_path):
    with Endpoint(latency=0) as endpoint:
        batch(SmallRunner(tmp_path / "ws", endpoint.base_url, QUESTIONS), "batch")
    report = by_file(small(tmp_path, [*QUESTIONS, "four"]), requests=tmp_path / "requests.jsonl")
    assert report.submitted == 1
    assert report.notes == ["3 requests wait in a batch: generate --collect"]
