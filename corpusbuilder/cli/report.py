"""How results and errors reach the person or the script at the other end."""

import json
import re
import select
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import typer

from corpusbuilder.errors import BudgetReachedError, CorpusbuilderError, command_line

INTERRUPTED = 130
BUG = 1
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What a terminal might take for a command, or print out of its order; line ends and tabs stay."""


def emit_json(result: Mapping[str, Any]) -> None:
    """Print one JSON object on stdout."""
    typer.echo(json.dumps(result, ensure_ascii=False, indent=2, default=str))


def tell(text: str) -> None:
    """Print a line on stdout."""
    typer.echo(printable(text))


def say(text: str) -> None:
    """Print a line on stderr."""
    typer.echo(printable(text), err=True)


def printable(text: str) -> str:
    """``text``, of the same length, as a terminal may show it: PDFs, file names and models are strangers."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


@contextmanager
def reporting_errors(*, as_json: bool) -> Iterator[None]:
    """Turn every error into a message, a way to go on, and an exit code."""
    try:
        yield
    except CorpusbuilderError as error:
        _explain(error.message, error.hint, code=error.exit_code, repeat=error.repeat)
        if as_json:
            failure = _failure(error.message, error.hint, code=error.exit_code, repeat=error.repeat)
            emit_json({**error.result, **failure})
        raise typer.Exit(error.exit_code) from None
    except KeyboardInterrupt:
        message = "interrupted; everything finished is kept"
        _explain(message, None)
        if as_json:
            emit_json(_failure(message, None, code=INTERRUPTED))
        raise typer.Exit(INTERRUPTED) from None
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:  # noqa: BLE001 - the top of the program: a bug must end in a message, too
        if isinstance(error, BrokenPipeError) and _nobody_reads_stdout():
            raise typer.Exit(0) from None  # the reader of our output has seen enough, as in `… | head`
        traceback.print_exc()
        message = f"this is a bug in corpusbuilder: {type(error).__name__}: {error}"
        hint = "please report it with the lines above"
        _explain(message, hint)
        if as_json:
            emit_json(_failure(message, hint, code=BUG))
        raise typer.Exit(BUG) from None


def _nobody_reads_stdout() -> bool:
    """Whether stdout is a pipe whose other end is closed. A worker's broken pipe is no reason to be content."""
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError):
        return False
    poll = select.poll()
    poll.register(descriptor, 0)  # a closed end is reported whatever is asked for
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


def _explain(message: str, hint: str | None, *, code: int = BUG, repeat: bool = True) -> None:
    """The sentence, the next thing to do, and how to go on if a command can."""
    say(f"error: {message}")
    if hint:
        say(f"  → {hint}")
    if repeat:
        say(f"  to go on: {resume_command(code)}")


def _failure(message: str, hint: str | None, *, code: int, repeat: bool = True) -> dict[str, Any]:
    resume = resume_command(code) if repeat else None
    return {"ok": False, "error": message, "hint": hint, "exit_code": code, "resume": resume}


def resume_command(code: int = BUG) -> str:
    """The command line of this run: running it again goes on where it stopped."""
    arguments = sys.argv[1:]
    return command_line(*(_with_twice_the_budget(arguments) if code == BudgetReachedError.exit_code else arguments))


def _with_twice_the_budget(arguments: Sequence[str]) -> list[str]:
    """The arguments with twice the ``--budget``: the same one would be reached at once."""
    twice = list(arguments)
    for place, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name != "--budget":
            continue
        if equals:
            twice[place] = f"--budget={2 * float(value) or 1:g}"
        elif place + 1 < len(arguments):
            twice[place + 1] = f"{2 * float(arguments[place + 1]) or 1:g}"
    return twice


def counted(number: int, noun: str) -> str:
    """A number of things: ``1 document``, ``2 documents``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
