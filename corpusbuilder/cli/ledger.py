"""``corpusbuilder ledger``."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpusbuilder.cli.options import JsonOption, WorkspaceOption, check_workspace
from corpusbuilder.cli.report import emit_json, reporting_errors, say
from corpusbuilder.errors import UsageError

if TYPE_CHECKING:
    from corpusbuilder.records.call import CallState
    from corpusbuilder.store.ledger import CallLedger

ledger = typer.Typer(
    name="ledger",
    help="What models were asked, what they answered, what it cost.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@ledger.command()
def show(
    key: Annotated[str, typer.Argument(metavar="KEY_PREFIX", help="The first digits of a call's key.")],
    workspace: WorkspaceOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Print one call whole: what was asked, what came back, what it cost and what became of it."""
    with reporting_errors(as_json=as_json), _opened(workspace) as opened:
        from corpusbuilder.pipeline import calls

        entry = calls.the_call(opened, key.strip().lower())
        if as_json:
            emit_json({"ok": True, **calls.as_json(entry)})
        else:
            from corpusbuilder.cli.callview import lines_of

            typer.echo("\n".join(lines_of(entry)))


@ledger.command()
def stats(workspace: WorkspaceOption = Path(), as_json: JsonOption = False) -> None:
    """Print how many calls were made by task and model, with their tokens, cost and latency."""
    with reporting_errors(as_json=as_json), _opened(workspace) as opened:
        from corpusbuilder.pipeline import calls

        found = calls.statistics(opened.heads())
        rows = [
            {"task": task, "model": model, **totals.as_json()}
            for (task, model), totals in found.by_task_and_model.items()
        ]
        whole = found.all.as_json()
        if as_json:
            emit_json({"ok": True, **whole, "by_task_and_model": rows})
        else:
            from corpusbuilder.cli.callview import table_of

            typer.echo("\n".join(table_of([*rows, {"task": "all", "model": "", **whole}])))


@ledger.command()
def export(
    *,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write into this file instead of stdout.")] = None,
    state: Annotated[str | None, typer.Option("--state", help="Only calls that have come so far.")] = None,
    task: Annotated[str | None, typer.Option("--task", help="Only calls made for this.")] = None,
    model: Annotated[str | None, typer.Option("--model", help="Only calls of this model.")] = None,
    document: Annotated[str | None, typer.Option("--document", help="Only calls about this document, by id.")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="Only calls about this unit, by id.")] = None,
    prompt: Annotated[str | None, typer.Option("--prompt", help="Only calls with this prompt, by id.")] = None,
    key: Annotated[str, typer.Option("--key", metavar="KEY_PREFIX", help="Only calls whose keys begin so.")] = "",
    workspace: WorkspaceOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Print calls as JSON, one a line, in order of their keys; with -o into a file."""
    with reporting_errors(as_json=as_json):
        if as_json and out is None:
            raise UsageError("--json needs -o here: what is exported to stdout is JSON already, one call a line")
        is_meant = _state(state)
        with _opened(workspace) as opened:
            from corpusbuilder.pipeline.calls import line_of
            from corpusbuilder.store.files import write_lines
            from corpusbuilder.store.ledger import CallFilter

            wanted = CallFilter(is_meant, task, model, document, unit, prompt, key.strip().lower())
            lines = (line_of(entry) for entry in opened.entries(wanted))
            if out is None:
                _print_lines(lines)
                return
            number = write_lines(out, lines)
            if as_json:
                emit_json({"ok": True, "path": out, "calls": number})
            else:
                typer.echo(f"{out}: {number:,} calls")


@contextmanager
def _opened(workspace: Path) -> Iterator["CallLedger"]:
    """The ledger of a workspace. Says what of it is not read."""
    from corpusbuilder.pipeline.calls import reading_ledger

    check_workspace(workspace, writes=False)
    with reading_ledger(workspace) as opened:
        for path in opened.skipped:
            say(f"note: {path} is left out: another host is writing it")
        yield opened


def _state(name: str | None) -> "CallState | None":
    from corpusbuilder.records.call import CallState

    if name is not None and name not in set(CallState):
        raise UsageError(f"--state {name}: no call is in this state", hint=f"choose one of: {', '.join(CallState)}")
    return None if name is None else CallState(name)


def _print_lines(lines: Iterable[bytes]) -> None:
    for line in lines:
        sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
