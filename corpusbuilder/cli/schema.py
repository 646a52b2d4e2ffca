"""``corpusbuilder schema``."""

from pathlib import Path
from typing import Annotated

import typer

from corpusbuilder.cli.report import reporting_errors


def schema(
    name: Annotated[
        str | None, typer.Argument(help="A record, such as Example, or Config; all names if left out.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write all schemas into this folder.")] = None,
) -> None:
    """Print the JSON Schema of a record or of the config file."""
    with reporting_errors(as_json=False):
        from corpusbuilder.errors import UsageError
        from corpusbuilder.schemas import all_schemas, dumps

        schemas = all_schemas()
        if out is not None:
            from corpusbuilder.store.files import write_whole

            for key, value in schemas.items():
                write_whole(out / f"{key}.schema.json", dumps(value).encode())
            typer.echo(f"{out}: {len(schemas)} schemas")
        elif name is None:
            typer.echo("\n".join(schemas))
        elif name in schemas:
            typer.echo(dumps(schemas[name]), nl=False)
        else:
            raise UsageError(f"there is no record called {name!r}", hint=f"choose one of: {', '.join(schemas)}")
