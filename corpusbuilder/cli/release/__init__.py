"""``corpusbuilder release``: makes a release, or compares two."""

import inspect
from typing import Any

import typer

from corpusbuilder.cli.release.diff import diff
from corpusbuilder.cli.release.making import make

release = typer.Typer(
    name="release", invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]}
)
release.command()(diff)


def release_or_command(ctx: typer.Context, **options: Any) -> None:  # noqa: ANN401 - typer passes what `make` takes
    """Make the dataset: Parquet with images, splits without leakage, and a data card."""
    if ctx.invoked_subcommand is None:
        make(**options)


# The options of `make` are those of the command without a further word, and stand in its --help.
_context = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
_parameters = [_context, *inspect.signature(make).parameters.values()]
release_or_command.__signature__ = inspect.Signature(_parameters)  # type: ignore[attr-defined]
release_or_command.__annotations__ = {parameter.name: parameter.annotation for parameter in _parameters}
release.callback()(release_or_command)
