"""``corpusbuilder ledger``: calls to look at, to sum up and to take away."""

import json
import subprocess
import sys

import pytest
from ledger_calls import answer, call, completion, keep, key_of
from typer.testing import CliRunner

from corpusbuilder.cli.main import app
from corpusbuilder.records.call import CallState, Usage
from corpusbuilder.store.ledger import CallLedger

THOUGHTS = "First I look at the figure.\n\nThen I read the caption."


@pytest.fixture(scope="module")
def ws(tmp_path_factory):
    """Five calls: one whole, one still planned, one that is no completion, one refused, one of another model."""
    root = tmp_path_factory.mktemp("ws")
    with CallLedger(root / "ledger") as ledger:
        keep(
            ledger,
            (call("whole"), answer(completion("L’évaporation", reasoning=THOUGHTS))),
            (call("broken"), answer(b"<html>\xff\x1b[2J", price_usd=None)),
            (call("refused"), answer(completion(""), latency_s=1.5)),
            (call("other", model="big-vl", task="steps", request="not ours"), answer(completion("x"), usage=Usage())),
        )
        ledger.settle(key_of("whole"), CallState.PARSED)
        ledger.settle(key_of("broken"), CallState.MALFORMED, "not JSON")
        ledger.settle(key_of("refused"), CallState.REFUSED, "I would rather not")
        ledger.plan(call("planned"))
    return root


def run(*arguments):
    return CliRunner().invoke(app, ["ledger", *map(str, arguments)])


def exported(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("command", ["show", "stats", "export"])
def test_every_part_explains_itself_and_stands_in_the_readme(command, pytestconfig):
    assert run(command, "--help").exit_code == 0
    assert f"corpusbuilder ledger {command}" in (pytestconfig.rootpath / "README.md").read_text(encoding="utf-8")


def test_a_call_is_shown_whole(ws):
    shown = run("show", key_of("whole")[:8].upper(), "-w", ws).stdout
    for part in (
        *(key_of("whole"), "parsed", "tiny-vl (openai)", "questions, prompt questions/en", "doc-1 unit-1"),
        *("JSON, answer", "temperature=0.2, max_tokens=512", "What is whole?", f"[image {'ab' * 32}]"),
        *("L’évaporation", THOUGHTS, "900 prompt", "30 reasoning", "$0.250000", "0.50 s, sent 2 times"),
        *("tiny-vl-0001", "json_schema", "2026-11-22T08:30:00+00:00"),
    ):
        assert part in shown
    assert "not ours" in run("show", key_of("other"), "-w", ws).stdout
    assert "no answer is on the disk" in run("show", key_of("planned"), "-w", ws).stdout
    assert "refused: I would rather not" in run("show", key_of("refused"), "-w", ws).stdout


def test_what_was_answered_cannot_command_the_terminal(ws):
    shown = run("show", key_of("broken"), "-w", ws).stdout
    assert "<html>" in shown
    assert "\x1b" not in shown


def test_a_call_is_shown_as_json(ws):
    shown = json.loads(run("show", key_of("whole"), "-w", ws, "--json").stdout)
    assert shown.pop("ok") is True
    assert shown == exported(run("export", "--key", key_of("whole"), "-w", ws))[0]


def test_a_key_must_be_given_so_far_that_it_is_one(ws):
    several = run("show", "", "-w", ws)
    assert several.exit_code == 2
    assert key_of("whole")[:12] in several.stderr
    none = run("show", "zz", "-w", ws)
    assert none.exit_code == 3
    assert "'zz'" in none.stderr


@pytest.mark.parametrize("command", [("show", "ab"), ("stats",), ("export",)])
def test_without_a_ledger_there_is_nothing_to_show_and_nothing_is_made(tmp_path, command):
    done = run(*command, "-w", tmp_path)
    assert done.exit_code == 3
    assert "there is no ledger" in done.stderr
    assert list(tmp_path.iterdir()) == []
    assert json.loads(run("stats", "-w", tmp_path / "nowhere", "--json").stdout)["exit_code"] == 3


def test_calls_are_summed_by_task_and_model(ws):
    found = json.loads(run("stats", "-w", ws, "--json").stdout)
    assert (found["calls"], found["answers"], found["cost_usd"], found["answers_without_price"]) == (5, 4, 0.75, 1)
    assert found["states"] == {
        "planned": 1, "answered": 1, "parsed": 1, "malformed": 1, "refused": 1, "rejected": 0,
    }  # fmt: skip
    assert (found["latency_p50_s"], found["latency_p95_s"]) == (0.5, 1.5)
    asked, steps = found["by_task_and_model"]
    assert (asked["task"], asked["model"], asked["calls"], asked["prompt_tokens"]) == ("questions", "tiny-vl", 4, 2700)
    assert (asked["completion_tokens"], asked["cached_tokens"], asked["reasoning_tokens"]) == (240, 2100, 90)
    assert (steps["task"], steps["model"], steps["prompt_tokens"]) == ("steps", "big-vl", 0)
    lines = run("stats", "-w", ws).stdout.splitlines()
    assert lines[0].split()[:4] == ["task", "model", "calls", "planned"]
    assert lines[1].split()[:4] == ["questions", "tiny-vl", "4", "1"]
    assert lines[3].split()[:2] == ["all", "5"]
    assert lines[4] == "the price of 1 answers is not known; they are not in the cost"


def test_all_calls_are_exported_in_order_with_what_was_read_in_them(ws):
    lines = exported(run("export", "-w", ws))
    assert [line["call"]["key"] for line in lines] == sorted(
        map(key_of, ("whole", "broken", "refused", "other", "planned"))
    )
    by_key = {line["call"]["key"]: line for line in lines}
    whole = by_key[key_of("whole")]
    assert whole["answer"]["body"]["choices"][0]["message"]["content"] == "L’évaporation"
    assert whole["call"]["request"]["messages"][0]["role"] == "user"
    assert (whole["text"], whole["reasoning"]) == ("L’évaporation", THOUGHTS)
    assert " ".join(whole["reasoning_steps"]).split() == THOUGHTS.split()
    assert len(whole["reasoning_steps"]) == 2
    assert by_key[key_of("broken")]["answer"]["body"].startswith("<html>")
    assert by_key[key_of("broken")]["text"] is None
    assert by_key[key_of("planned")]["answer"] is None
    assert by_key[key_of("other")]["call"]["request"] == "not ours"


def test_an_export_can_be_narrowed_and_written_to_a_file(ws, tmp_path):
    assert [line["state"] for line in exported(run("export", "-w", ws, "--state", "refused"))] == ["refused"]
    assert len(exported(run("export", "-w", ws, "--task", "questions", "--model", "tiny-vl"))) == 4
    done = run("export", "-w", ws, "--task", "steps", "-o", tmp_path / "new" / "calls.jsonl", "--json")
    assert json.loads(done.stdout) == {"ok": True, "path": str(tmp_path / "new" / "calls.jsonl"), "calls": 1}
    assert (tmp_path / "new" / "calls.jsonl").read_bytes() == run("export", "-w", ws, "--task", "steps").stdout_bytes
    assert [path.name for path in (tmp_path / "new").iterdir() if path.suffix != ".tmp"] == ["calls.jsonl"]


def test_a_state_that_does_not_exist_is_refused(ws):
    done = run("export", "-w", ws, "--state", "lost")
    assert done.exit_code == 2
    assert "choose one of: planned, answered" in done.stderr
    assert run("export", "-w", ws, "--json").exit_code == 2


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": NaN}', b'{"a": 1e999}', b'{"a": "\\ud83e"}', b"[" * 5000 + b"]" * 5000, b"[" * 300 + b"]" * 300,
        b'{"a": ' + b"9" * 5000 + b"}", b"\x00\xff", b"",
    ],
)  # fmt: skip
def test_a_hostile_answer_is_exported_as_text(tmp_path, body):
    with CallLedger(tmp_path / "ledger") as ledger:
        keep(ledger, (call("a"), answer(body)))
    for done in (run("export", "-w", tmp_path), run("show", key_of("a"), "-w", tmp_path, "--json")):
        assert done.exit_code == 0, done.stderr
        line = json.loads(done.stdout, parse_constant=pytest.fail)
        assert line["answer"]["body"] == body.decode(errors="replace")
    assert run("show", key_of("a"), "-w", tmp_path).exit_code == 0


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path):
    with CallLedger(tmp_path / "ledger") as ledger:
        keep(ledger, *((call(number), answer(completion("x" * 3000))) for number in range(100)))
    command = [sys.executable, "-m", "corpusbuilder", "ledger", "export", "-w", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as export:
        assert json.loads(export.stdout.readline())
        export.stdout.close()
        said = export.stderr.read()
    assert (export.returncode, said) == (0, b"")


def test_a_damaged_file_is_named(ws, tmp_path):
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "x-0001.sqlite").write_bytes(b"no database at all " * 100)
    done = run("stats", "-w", tmp_path)
    assert done.exit_code == 1
    assert "x-0001.sqlite: the ledger's file is damaged" in done.stderr
    assert "bug" not in done.stderr


def test_help_reads_no_database():
    code = (
        "import sys, contextlib, io\n"
        "from corpusbuilder.cli.main import app\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    app(['ledger', '--help'], standalone_mode=False)\n"
        "print([name for name in ('sqlite3', 'asyncio') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
