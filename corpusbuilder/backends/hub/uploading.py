"""Sends large files to where the server keeps them (Git LFS), before a commit names them.

Nobody sees them until then, and what the server has already is not sent again: that is what makes it resumable.
https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md, and the Hub's own transfer in several parts.
"""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from corpusbuilder.backends.hub.address import quoted
from corpusbuilder.backends.hub.connection import ATTEMPTS, Connection
from corpusbuilder.backends.hub.failures import LostError, RefusedError, not_a_hub
from corpusbuilder.backends.hub.files import LocalFile
from corpusbuilder.errors import BackendError

_AT_ONCE: Final = 256
"""Files in one question, as the Hub allows."""
_STALE: Final = frozenset({400, 401, 403, 404, 410})
"""What storage says of an address that has run out: the server then gives another one."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What the server wants done for one file."""

    url: str | None
    """None when it has the content already."""
    headers: Mapping[str, str]
    verify_url: str | None
    verify_headers: Mapping[str, str]


class Uploader:
    """Sends the contents of files."""

    def __init__(self, connection: Connection, branch: str, on_sent: Callable[[LocalFile, int], None]) -> None:
        """``on_sent`` is told each file that is there now, and how many bytes of it were sent."""
        self._connection, self._branch, self._on_sent = connection, branch, on_sent
        self._address = connection.address

    def kept_apart(self, files: Sequence[LocalFile]) -> set[str]:
        """The names of those whose content the server wants in LFS; the others travel in the commit.

        Raises:
            BackendError: the server does not say, or may not be written to with this token.
        """
        doing = "asking how files are to be sent"
        modes: dict[str, str] = {}
        for some in _portions(files):
            body = {
                "files": [
                    {"path": file.name, "sample": base64.b64encode(file.sample()).decode(), "size": file.size}
                    for file in some
                ]
            }
            path = f"{self._address.api}/preupload/{quoted(self._branch)}"
            document = self._connection.post(path, doing, body).document
            try:
                modes |= {answer["path"]: answer["uploadMode"] for answer in document["files"]}
            except (KeyError, TypeError):
                raise not_a_hub(self._address, doing, "a file has no mode") from None
        if missing := [file.name for file in files if modes.get(file.name, "") not in {"lfs", "regular"}]:
            raise not_a_hub(self._address, doing, f"it does not say how to send {missing[0]}")
        # Stores refuse objects without a byte.
        return {file.name for file in files if modes[file.name] == "lfs" and file.size}

    def send(self, files: Sequence[LocalFile]) -> int:
        """Send the contents that the server does not have; the number of bytes that were sent.

        Raises:
            BackendError: one cannot be sent. Those before it are there.
        """
        total = 0
        for some in _portions(files):
            uploads = self._ask(some)
            for file in some:
                sent = self._send(file, uploads[file.sha256])
                self._on_sent(file, sent)
                total += sent
        return total

    def _send(self, file: LocalFile, upload: Upload) -> int:
        """Send one, asking anew where to after a failure: what was lost may have arrived."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._transfer(file, upload)
            except (RefusedError, LostError) as error:
                stale = isinstance(error, RefusedError) and error.status in _STALE
                if attempt == ATTEMPTS or (stale and attempt > 2):
                    raise
                if not stale and not self._connection.pause(attempt, error):
                    raise
            upload = self._ask([file])[file.sha256]
        raise AssertionError  # the last attempt returns or raises

    def _transfer(self, file: LocalFile, upload: Upload) -> int:
        if upload.url is None:
            return 0
        doing = f"sending {file.name}"
        part_size = upload.headers.get("chunk_size")
        if part_size is None:
            self._connection.send_file(upload.url, doing, file.path, start=0, size=file.size, headers=upload.headers)
        else:
            self._send_parts(file, upload, upload.url, part_size, doing)
        if upload.verify_url is not None:
            body = {"oid": file.sha256, "size": file.size}
            self._post(upload.verify_url, f"confirming {file.name}", body, upload.verify_headers)
        return file.size

    def _send_parts(self, file: LocalFile, upload: Upload, url: str, part_size: str, doing: str) -> None:
        """The Hub's own transfer: every part has an address, and a last request puts them together."""
        numbered = sorted((int(name), place) for name, place in upload.headers.items() if name.isdecimal())
        size = int(part_size) if part_size.isdecimal() else 0
        if size <= 0 or len(numbered) != -(-file.size // size):
            raise not_a_hub(self._address, doing, "its parts do not make up the file")
        parts = []
        for number, (_, place) in enumerate(numbered):
            start = number * size
            length = min(size, file.size - start)
            headers = self._connection.send_file(place, doing, file.path, start=start, size=length, headers={})
            if not headers.get("etag"):
                raise not_a_hub(self._address, doing, "a part that was sent has no etag")
            parts.append({"partNumber": number + 1, "etag": headers["etag"]})
        self._post(url, doing, {"oid": file.sha256, "parts": parts}, {})

    def _post(self, url: str, doing: str, body: object, headers: Mapping[str, str]) -> None:
        """A request that may be repeated, to an address that the server gave."""
        absolute = self._connection.absolute(url)
        self._connection.post(absolute, doing, body, lfs=True, reads_json=False, headers=headers)

    def _ask(self, files: Sequence[LocalFile]) -> dict[str, Upload]:
        """What is to be done for each file, by SHA-256."""
        doing = "asking where to send files"
        sizes = {file.sha256: file.size for file in files}
        body = {
            "operation": "upload",
            "transfers": ["basic", "multipart"],
            "objects": [{"oid": sha256, "size": size} for sha256, size in sizes.items()],
            "hash_algo": "sha256",
            "ref": {"name": self._branch},
        }
        path = f"/datasets/{self._address.repo}.git/info/lfs/objects/batch"
        document = self._connection.post(path, doing, body, lfs=True).document
        try:
            uploads = {entry["oid"]: self._upload(entry) for entry in document["objects"]}
        except (KeyError, TypeError, AttributeError):
            raise not_a_hub(self._address, doing, "an object has no name or no address") from None
        if missing := [file.name for file in files if file.sha256 not in uploads]:
            raise not_a_hub(self._address, doing, f"it does not say where to send {missing[0]}")
        return uploads

    def _upload(self, entry: dict[str, Any]) -> Upload:
        if "error" in entry:
            error = entry["error"] if isinstance(entry["error"], dict) else {}
            said = self._address.words(str(error.get("message", "no reason given")))
            raise BackendError(f"{self._address.endpoint} does not take a file: {said}")
        actions = entry.get("actions") or {}
        send, verify = actions.get("upload"), actions.get("verify")
        return Upload(
            None if send is None else send["href"],
            {} if send is None else _headers(send),
            None if verify is None else verify["href"],
            {} if verify is None else _headers(verify),
        )


def _headers(action: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in (action.get("header") or {}).items()}


def _portions(files: Sequence[LocalFile]) -> Iterator[Sequence[LocalFile]]:
    for start in range(0, len(files), _AT_ONCE):
        yield files[start : start + _AT_ONCE]
