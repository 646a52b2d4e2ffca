"""``corpusbuilder schema``."""

import json
from pathlib import Path
from typing import Annotated

import typer

from corpusbuilder.cli.options import JsonOption
from corpusbuilder.cli.report import emit_json, reporting_errors


def schema(
    name: Annotated[
        str | None, typer.Argument(help="A record, such as Example, or Config; all names if left out.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write all schemas into this folder.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Print the JSON Schema of a record or of the config file."""
    with reporting_errors(as_json=as_json):
        written = _written_schemas(None if out is not None else name)
        if out is not None:
            from corpusbuilder.store.files import write_whole

            for key, text in written.items():
                write_whole(out / f"{key}.schema.json", text.encode())
        if as_json:
            place = {"path": out} if out is not None else {}
            emit_json({"ok": True, **place, "schemas": {key: json.loads(text) for key, text in written.items()}})
        elif out is not None:
            typer.echo(f"{out}: {len(written)} schemas")
        elif name is None:
            typer.echo("\n".join(written))
        else:
            typer.echo(written[name], nl=False)


def _written_schemas(name: str | None) -> dict[str, str]:
    """The text of every schema by name, or of the one called ``name``."""
    from corpusbuilder.errors import UsageError
    from corpusbuilder.schemas import all_schemas, dumps

    schemas = all_schemas()
    if name is not None and name not in schemas:
        raise UsageError(f"there is no record called {name!r}", hint=f"choose one of: {', '.join(schemas)}")
    return {key: dumps(value) for key, value in schemas.items() if name in (None, key)}
