"""The few files that we keep beside the server's own."""

import errno
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from corpusbuilder.errors import StorageError


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


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Say what an `OSError` means and what to do about it."""
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise StorageError(
            f"{path}: {'no space left on the disk' if full else error.strerror or error}",
            hint="make room, then run it again" if full else "check the folder and its permissions",
        ) from error
