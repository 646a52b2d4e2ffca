"""How errors end: on a real stdout, which is a pipe that somebody reads, or nobody."""

import os
import subprocess
import sys

import pytest

from corpusbuilder.cli.report import printable, resume_command, say, tell
from corpusbuilder.errors import BudgetReachedError, command_line

REPORTING = "from corpusbuilder.cli.report import emit_json, reporting_errors\n"
OURS = "with reporting_errors(as_json=False):\n    emit_json({'ok': True})\n"
ANOTHERS = "with reporting_errors(as_json=False):\n    raise BrokenPipeError(32, 'Broken pipe')\n"


def exit_code_and_stderr(code, *, read):
    """Run ``code`` with a pipe as stdout; the other end is closed at once unless ``read``."""
    ours, theirs = os.pipe()
    if not read:
        os.close(ours)
    run = f"import typer\n{REPORTING}try:\n    {code.replace(chr(10), chr(10) + '    ')}\n"
    run += "except typer.Exit as end:\n    import os; os._exit(end.exit_code)\n"
    done = subprocess.run([sys.executable, "-c", run], stdout=theirs, stderr=subprocess.PIPE, text=True, check=False)
    os.close(theirs)
    if read:
        os.close(ours)
    return done.returncode, done.stderr


def test_a_reader_that_has_seen_enough_is_no_error():
    assert exit_code_and_stderr(OURS, read=False) == (0, "")


def test_the_broken_pipe_of_something_else_is_an_error():
    code, stderr = exit_code_and_stderr(ANOTHERS, read=True)
    assert code == 1
    assert "this is a bug in corpusbuilder: BrokenPipeError" in stderr


@pytest.mark.parametrize("hostile", ["\x1b[2J", "\x9b31m", "\r", "\x00", "\x07", "\u202e", "\u2066"])
@pytest.mark.parametrize("stream", ["out", "err"])
def test_what_strangers_wrote_commands_no_terminal(capsys, hostile, stream):
    {"out": tell, "err": say}[stream](f"rejected: caf\u00e9 {hostile} \u2192 x")
    printed = getattr(capsys.readouterr(), stream)
    assert hostile[0] not in printed
    assert printed.startswith("rejected: caf\u00e9 ")
    assert printed.endswith(" \u2192 x\n")


def test_lines_tabs_and_letters_stay_as_they_are():
    assert printable("a\tb\nc \u00ab\u00a0d\u00a0\u00bb \u00e9") == "a\tb\nc \u00ab\u00a0d\u00a0\u00bb \u00e9"


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        (["build", "--budget", "5", "-w", "ws"], "corpusbuilder build --budget 10 -w ws"),
        (["generate", "--budget=0.25"], "corpusbuilder generate --budget=0.5"),
        (["generate", "--budget", "0"], "corpusbuilder generate --budget 1"),
        (["generate", "-w", "ws"], "corpusbuilder generate -w ws"),
    ],
)
def test_the_command_after_a_reached_budget_allows_for_more(monkeypatch, typed, printed):
    monkeypatch.setattr(sys, "argv", ["corpusbuilder", *typed])
    assert resume_command(BudgetReachedError.exit_code) == printed
    assert resume_command() == command_line(*typed)
