"""Released images as files, or as text."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from corpusbuilder.errors import StorageError, storage_errors

_SUFFIXES: Final = {b"\x89PNG\r\n\x1a\n": ".png", b"\xff\xd8\xff": ".jpg"}


def image_bytes(row: Mapping[str, Any]) -> bytes:
    """The image file of a released figure or example that shows one.

    Raises:
        StorageError: the release holds no image there.
    """
    data = (row["image"] or {}).get("bytes")
    if not data:
        raise StorageError(
            f"{row['id']}: the release holds no image of it",
            hint="a stand-off release gets its images from the PDFs: corpusbuilder hydrate",
        )
    return bytes(data)


def image_suffix(data: bytes, of: str) -> str:
    """``.png`` or ``.jpg``, by what the file is and not by what it is called.

    Raises:
        StorageError: it is neither; ``of`` says of what.
    """
    for signature, suffix in _SUFFIXES.items():
        if data.startswith(signature):
            return suffix
    raise StorageError(f"{of}: its image is neither PNG nor JPEG", hint="corpusbuilder release --force makes it anew")


def image_name(data: bytes, of: str) -> str:
    """A file name for an image that follows from its content alone: nothing of it was chosen by a stranger.

    Raises:
        StorageError: it is neither PNG nor JPEG; ``of`` says of what.
    """
    return hashlib.sha256(data).hexdigest() + image_suffix(data, of)


class ImageFolder:
    """A folder of images that are named by their content, so that each is in it once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: set[str] = set()

    def __len__(self) -> int:
        return len(self._written)

    def add(self, row: Mapping[str, Any]) -> str:
        """Write the image of a released row unless it is there; returns its file name.

        Raises:
            StorageError: there is no image in the row, or no room on the disk.
        """
        data = image_bytes(row)
        name = image_name(data, row["id"])
        if name not in self._written:
            put_file(self._folder / name, data)
            self._written.add(name)
        return name


def put_file(path: Path, data: bytes) -> None:
    """Write a file of an export. It need not be atomic: an export becomes visible as a whole folder.

    Raises:
        StorageError: the disk is full or read-only.
    """
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
