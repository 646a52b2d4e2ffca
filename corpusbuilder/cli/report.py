"""How results and errors reach the person or the script at the other end."""

import json
import shlex
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import typer

from corpusbuilder.errors import CorpusbuilderError, UsageError

INTERRUPTED = 130
BUG = 1


def emit_json(result: Mapping[str, Any]) -> None:
    """Print one JSON object on stdout."""
    typer.echo(json.dumps(result, ensure_ascii=False, indent=2, default=str))


def say(text: str) -> None:
    """Print a line on stderr."""
    typer.echo(text, err=True)


@contextmanager
def reporting_errors(*, as_json: bool) -> Iterator[None]:
    """Turn every error into a message, a way to go on, and an exit code."""
    try:
        yield
    except CorpusbuilderError as error:
        _explain(error.message, error.hint, code=error.exit_code, as_json=as_json)
        raise typer.Exit(error.exit_code) from None
    except KeyboardInterrupt:
        _explain("interrupted; everything finished is kept", None, code=INTERRUPTED, as_json=as_json)
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        raise typer.Exit(0) from None  # the reader of our output has seen enough, as in `… | head`
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:  # noqa: BLE001 - the top of the program: a bug must end in a message, too
        traceback.print_exc()
        message = f"this is a bug in corpusbuilder: {type(error).__name__}: {error}"
        _explain(message, "please report it with the lines above", code=BUG, as_json=as_json)
        raise typer.Exit(BUG) from None


def _explain(message: str, hint: str | None, *, code: int, as_json: bool) -> None:
    say(f"error: {message}")
    if hint:
        say(f"  → {hint}")
    if code != UsageError.exit_code:
        say(f"  to go on: {resume_command()}")
    if as_json:
        emit_json({"ok": False, "error": message, "hint": hint, "exit_code": code})


def resume_command() -> str:
    """The command line of this run: running it again goes on where it stopped."""
    return shlex.join(["corpusbuilder", *sys.argv[1:]])
