"""The options that commands share, each spelt once."""

import inspect
import math
import os
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self, get_type_hints

import typer

from corpusbuilder.cli.report import reporting_errors
from corpusbuilder.errors import StorageError, UsageError, storage_errors


class EngineName(StrEnum):
    """Where shards are made."""

    LOCAL = "local"


WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", help="Folder of the corpus in the making.", show_default="current folder")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object on stdout.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="TABLE.KEY=VALUE", help="Override one config value; may be repeated."),
]


@dataclass(frozen=True, slots=True)
class WorkspaceOptions:
    """Which corpus, with which configuration, reported how."""

    workspace: WorkspaceOption = Path()
    overrides: SetOption = None
    as_json: JsonOption = False

    writes: ClassVar[bool] = False
    """Whether the command writes into the workspace."""


@dataclass(frozen=True, slots=True)
class RunOptions(WorkspaceOptions):
    """How a stage runs."""

    writes: ClassVar[bool] = True

    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Make at most so many shards a stage.")] = None
    force: Annotated[bool, typer.Option("--force", help="Make everything again, current or not.")] = False
    shard: Annotated[
        str, typer.Option("--shard", metavar="I/N", help="Do the I-th of N parts of the documents (Slurm arrays).")
    ] = "1/1"
    engine: Annotated[EngineName, typer.Option("--engine", help="Where shards are made.")] = EngineName.LOCAL
    max_rejected: Annotated[
        str, typer.Option("--max-rejected", metavar="SHARE", help="Exit with code 4 above this share or number.")
    ] = "5%"
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")] = False
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="One line for every shard on stderr.")] = False

    def part(self) -> tuple[int, int]:
        """``--shard`` as numbers.

        Raises:
            UsageError: it is not ``I/N`` with 1 <= I <= N.
        """
        first, slash, second = self.shard.partition("/")
        if not (slash and first.isdecimal() and second.isdecimal() and 1 <= int(first) <= int(second)):
            raise UsageError(f"--shard {self.shard}: expected I/N with 1 <= I <= N", hint="for example --shard 2/8")
        return int(first), int(second)

    def may_reject(self, rejected: int, inputs: int) -> bool:
        """Whether so many rejects are within ``--max-rejected``.

        Raises:
            UsageError: the option is neither a percentage nor a number.
        """
        text = self.max_rejected.strip()
        number = text.removesuffix("%")
        try:
            limit = float(number)
        except ValueError:
            raise UsageError(f"--max-rejected {text}: expected a number or a percentage, such as 5%") from None
        if limit < 0 or not math.isfinite(limit):
            raise UsageError(f"--max-rejected {text}: expected a finite number that is not negative")
        if number == text and not limit.is_integer():
            raise UsageError(
                f"--max-rejected {text}: a number of rejects is a whole number", hint=f"a share is written {text}%"
            )
        return rejected <= (limit * inputs / 100 if text.endswith("%") else limit)


@dataclass(frozen=True, slots=True)
class BuildOptions(RunOptions):
    """How many questions, and at what cost."""

    per_unit: Annotated[
        int | None, typer.Option("--per-unit", min=0, help="At most so many examples on the text of a unit.")
    ] = None
    per_figure: Annotated[
        int | None, typer.Option("--per-figure", min=0, help="At most so many examples about each figure.")
    ] = None
    budget: Annotated[
        float | None,
        typer.Option("--budget", metavar="USD", min=0, help="Stop before this workspace has spent more, in all."),
    ] = None

    def settings(self) -> list[str]:
        """All overrides of the configuration; these options win over ``--set``."""
        named = {"per_unit": self.per_unit, "per_figure": self.per_figure, "budget_usd": self.budget}
        return [
            *(self.overrides or ()),
            *(f"generate.{key}={value}" for key, value in named.items() if value is not None),
        ]

    def with_settings(self) -> Self:
        """The same with these options among the overrides."""
        return replace(self, overrides=self.settings())


@dataclass(frozen=True, slots=True)
class GenerateOptions(BuildOptions):
    """How far the calls of models go."""

    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how many calls, tokens and dollars it would take. Send nothing.")
    ] = False
    replay: Annotated[
        bool, typer.Option("--replay", help="Use the answers in the ledger. Send nothing; what is missing waits.")
    ] = False
    batch: Annotated[
        bool, typer.Option("--batch", help="Submit the calls as a batch, at the batch price, and stop: see --collect.")
    ] = False
    collect: Annotated[
        bool, typer.Option("--collect", help="Fetch the answers of the batches, go on, and submit what comes next.")
    ] = False
    batch_file: Annotated[
        Path | None,
        typer.Option("--batch-file", metavar="FILE", help="Write the calls as JSONL, for vllm run-batch, and stop."),
    ] = None
    answers: Annotated[
        Path | None,
        typer.Option("--answers", metavar="FILE", help="Take the answers that vllm run-batch wrote, and go on."),
    ] = None


def check_workspace(workspace: Path, *, writes: bool) -> None:
    """Refuse a folder that cannot be used before anything is done; it need not exist yet.

    A corpus that may only be read passes: what is current needs no right to write.

    Raises:
        UsageError: there is a file in its place.
        StorageError: ``writes``, and it cannot be made or written.
    """
    with storage_errors(workspace):
        there = next(path for path in (workspace, *workspace.resolve().parents) if path.exists())
        is_corpus = (workspace / "parse").is_dir()
    if not there.is_dir():
        raise UsageError(f"-w {workspace}: {there} is a file, not a folder", hint="name a folder, or a new one")
    if writes and not (os.access(there, os.W_OK | os.X_OK) or is_corpus):
        verb = "written" if there == workspace else "made"
        raise StorageError(
            f"{workspace}: this folder cannot be {verb}: no permission to write into {there.resolve()}",
            hint="name another folder with -w, or change the permissions",
            repeat=False,
        )


def with_options(
    kind: type[WorkspaceOptions],
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a command out of a function whose first argument is a ``kind``: its fields become options.

    Errors are reported and become exit codes.
    """

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        hints = get_type_hints(kind, include_extras=True)
        shared = [
            inspect.Parameter(f.name, inspect.Parameter.KEYWORD_ONLY, default=f.default, annotation=hints[f.name])
            for f in fields(kind)
        ]
        own_hints = get_type_hints(function, include_extras=True)
        own = [
            parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=own_hints[parameter.name])
            for parameter in list(inspect.signature(function).parameters.values())[1:]
        ]

        @wraps(function)
        def command(**values: Any) -> None:  # noqa: ANN401 - typer passes whatever the signature says
            options = kind(**{parameter.name: values.pop(parameter.name) for parameter in shared})
            with reporting_errors(as_json=options.as_json):
                check_workspace(options.workspace, writes=options.writes)
                function(options, **values)

        command.__signature__ = inspect.Signature([*own, *shared])  # type: ignore[attr-defined]
        command.__annotations__ = {parameter.name: parameter.annotation for parameter in [*own, *shared]}
        return command

    return decorate
