"""The few files that we keep beside the server's own."""

import json
from collections.abc import Mapping
from pathlib import Path

from corpusbuilder.errors import storage_errors


def write_json(path: Path, value: Mapping[str, object]) -> None:
    """Write a small file so that it is whole or absent.

    Raises:
        StorageError: it cannot be written.
    """
    partial = path.with_name(f"{path.name}.tmp")
    with storage_errors(path):
        partial.write_text(json.dumps(value) + "\n")
        partial.replace(path)


def read_json(path: Path) -> dict[str, object]:
    """A small file as it was written; empty when it is missing or broken."""
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
