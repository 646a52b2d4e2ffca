"""How lines of answers are joined with the calls that wait for them."""

import asyncio
import json

import pytest
from fakes.calls import MemoryLedger, answer, body
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.backends.http.secrets import Secrets
from corpusbuilder.backends.models.meter import Meter
from corpusbuilder.backends.models.openai.payload import Dialect
from corpusbuilder.backends.models.prices import Price
from corpusbuilder.errors import StorageError
from corpusbuilder.pipeline.batchstate import (
    Batch,
    BatchFolder,
    CallIndex,
    Failure,
    Planned,
    call_line,
    failures,
    new_token,
)
from corpusbuilder.pipeline.collecting import Joiner
from corpusbuilder.records.call import Call
from corpusbuilder.store.workspace import Workspace

KEYS = [f"{number:064x}" for number in range(6)]
PRICE = Price(input=1.0, output=2.0, batch=0.5)


def call(key):
    return Call(key=key, producer="openai", model="m", task="ask", request="{}")


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    path = tmp_path_factory.mktemp("calls") / "000001.calls"
    planned = [Planned(call=call(key), dialect=Dialect("json_schema"), most_usd=None) for key in KEYS]
    path.write_bytes(b"".join(map(call_line, planned)))
    return CallIndex([path])


def line(key, status=200, said=None):
    said = json.loads(body("hello")) | {"usage": {"prompt_tokens": 4, "completion_tokens": 3}} if said is None else said
    return json.dumps({"custom_id": key, "response": {"status_code": status, "body": said}}).encode()


def join(index, *files, ledger=None, secrets=Secrets()):  # noqa: B008 - frozen
    ledger, meter = ledger or MemoryLedger(), Meter()

    async def run():
        joiner = Joiner(index, ledger, meter, PRICE, secrets=secrets)
        for number, lines in enumerate(files):
            feed = joiner.begin(str(number))
            for one in lines:
                await feed(one)
        await joiner.end()
        joiner.miss("no line")
        return joiner

    return asyncio.run(run()), ledger, meter


@given(st.permutations([*map(line, KEYS[:4]), line(KEYS[4], 500, {"error": {"message": "oops"}}), b"", b"odd"]))
def test_answers_are_joined_whatever_their_order(index, lines):
    joiner, ledger, meter = join(index, lines)
    assert sorted(ledger.answers) == KEYS[:4]
    assert joiner.missed == {KEYS[4]: "HTTP 500: oops", KEYS[5]: "no line"}
    assert list(joiner.notes("f")) == ["f: 1 lines that make no sense were ignored"]
    assert (meter.sent, meter.cost_usd) == (4, pytest.approx(4 * (4 + 3 * 2) / 1e6 / 2))
    assert {kept.mode for kept in ledger.answers.values()} == {"json_schema"}


def test_the_first_of_two_lines_about_a_call_counts_and_strangers_do_not(index):
    other = json.loads(body("later"))
    joiner, ledger, _ = join(index, [line(KEYS[0]), line(KEYS[0], said=other), line("f" * 64), line("é")])
    assert b"hello" in ledger.answers[KEYS[0]].body
    assert list(joiner.notes("f")) == [
        "f: 2 lines about requests that are not ours were ignored",
        "f: 1 lines about requests that were answered before were ignored",
    ]


@pytest.mark.parametrize("status", [500, 400])
def test_an_answer_wins_over_a_failure_in_another_file(index, status):
    failed = line(KEYS[0], status, {"error": {"message": "oops"}})
    for files in ([[line(KEYS[0])], [failed]], [[failed], [line(KEYS[0])]]):
        joiner, ledger, _ = join(index, *files)
        assert KEYS[0] in ledger.answers
        assert KEYS[0] not in {**joiner.missed, **joiner.refused}


def test_what_is_in_the_ledger_already_is_not_kept_again(index):
    ledger = MemoryLedger()
    asyncio.run(ledger.keep(call(KEYS[0]), answer("before")))
    joiner, _, meter = join(index, [line(KEYS[0])], ledger=ledger)
    assert (len(joiner.answered), meter.sent) == (1, 0)
    assert b"before" in ledger.answers[KEYS[0]].body


def test_reasons_are_told_without_secrets(index):
    said = {"error": {"message": "wrong: canary-secret-1"}}
    lines = [line(KEYS[0], 500, said), line(KEYS[1], 400, said)]
    joiner, _, _ = join(index, lines, secrets=Secrets(("canary-secret-1",)))
    assert "canary" not in f"{joiner.missed} {joiner.refused}"


def batch_of(name, **fields):
    return Batch(name=name, kind="endpoint", state="collected", model="m", requests=1, **fields)


def test_a_request_is_given_up_after_three_rounds_or_one_refusal():
    rounds = [batch_of(str(number), missed={KEYS[0]: "late"}) for number in range(3)]
    assert failures(rounds[:2]) == {}
    assert failures(rounds)[KEYS[0]].code == "endpoint_failed"
    refusal = Failure(code="context_too_long", message="too long")
    assert failures([batch_of("a", refused={KEYS[1]: refusal})]) == {KEYS[1]: refusal}


def test_what_a_killed_run_left_is_cleared_away_and_no_more(tmp_path):
    folder = BatchFolder(Workspace(tmp_path))
    with folder.locked():
        folder.note(batch_of("000007").model_copy(update={"state": "open"}))
        for name in ("000007", "000008"):
            folder.calls(name).write_text("")
            folder.requests(name).write_text("")
        (folder.path / "spool.tmp").write_text("")
    with folder.locked():
        left = sorted(path.name for path in folder.path.iterdir())
        assert folder.new_name() == "000008"
    assert left == ["000007.calls", "000007.json", "000007.requests.jsonl"]


@pytest.mark.parametrize("data", [b"", b"{", b"{}", b"\xff"])
def test_a_damaged_file_is_named_and_not_taken_for_none(tmp_path, data):
    folder = BatchFolder(Workspace(tmp_path))
    folder.path.mkdir(parents=True)
    (folder.path / "000001.json").write_bytes(data)
    with pytest.raises(StorageError, match=r"000001\.json: it does not hold"):
        folder.all()


def test_a_damaged_file_of_calls_is_named(tmp_path):
    path = tmp_path / "000001.calls"
    path.write_bytes(KEYS[0].encode() + b' {"call": ')
    with pytest.raises(StorageError, match=r"000001\.calls"):
        CallIndex([path]).get(KEYS[0])


def test_a_token_tells_two_batches_of_the_same_requests_apart():
    first = new_token("000001", "0" * 64)
    assert first != new_token("000001", "0" * 64)
