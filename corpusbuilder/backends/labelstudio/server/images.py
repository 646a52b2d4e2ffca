"""Images of the workspace that its own Label Studio shows, without a copy of them.

Label Studio serves a file to those who may see a project that has a "local files" storage row for a folder above it,
within the document root that `environment` tells it. Nothing is imported through the row.
"""

import fcntl
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import quote, urlsplit

from corpusbuilder.backends.labelstudio.server.files import read_json
from corpusbuilder.backends.labelstudio.server.folder import ServerFolder

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def serves_assets(workspace: Path, url: str) -> bool:
    """Whether the server at ``url`` is the one that ``review serve`` runs for this workspace now."""
    folder = ServerFolder(workspace.resolve())
    told = read_json(folder.marker).get("url")
    return isinstance(told, str) and _port(told) == _port(url) is not None and _is_locked(folder.lock)


def served_assets(workspace: Path) -> Path:
    """The path that a project's storage row must name so that its people see the images of the workspace."""
    return ServerFolder(workspace.resolve()).served_assets


def local_image_url(place: str) -> str:
    """What a task says to show an image; ``place`` is its path in the folder ``assets``: ``ab/abcdef….png``.

    Raises:
        ValueError: the path leads elsewhere.
    """
    path = PurePosixPath(place)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError(f"{place} is not in the folder of assets")
    return f"/data/local-files/?d={quote(str('assets' / path))}"


def _port(url: str) -> int | None:
    """The port of a server on this machine; None for all others."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return None
    is_here = parts.scheme == "http" and parts.hostname in _LOOPBACK and parts.path in {"", "/"}
    return (port or 80) if is_here else None


def _is_locked(path: Path) -> bool:
    """Whether a server's process holds the lock: the files of one that crashed prove nothing."""
    try:
        with path.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
