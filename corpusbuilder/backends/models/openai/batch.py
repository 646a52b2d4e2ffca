"""Files and batches of an OpenAI-compatible endpoint: submit now, come back for the answers, pay less."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final
from urllib.parse import quote

from corpusbuilder.backends.http.waiting import wait_before_next
from corpusbuilder.backends.models.openai.address import Address
from corpusbuilder.backends.models.openai.batchlines import URL
from corpusbuilder.backends.models.openai.errorbody import read_error
from corpusbuilder.backends.models.openai.options import OpenAIModelOptions
from corpusbuilder.backends.models.openai.sender import endings_of
from corpusbuilder.backends.models.openai.transport import NoReply, Reply, Send, Transport
from corpusbuilder.backends.models.openai.verdicts import Fate, Verdict, judge
from corpusbuilder.errors import BackendError

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_OWNER: Final = "corpusbuilder"
"""Of a batch's metadata."""
_ENDED: Final = frozenset({"completed", "failed", "expired", "cancelled"})
_TRANSIENT: Final = frozenset({Fate.BUSY, Fate.FAILED, Fate.LOST})
_SLOWEST_BYTES_A_SECOND: Final = 100_000
"""An upload may be as slow as this."""
_LISTED_AT_ONCE: Final = 100
_LONGEST_LINE: Final = 64 * 2**20
"""Bytes. A longer line of a file of answers is none of ours."""

Feed = Callable[[bytes], Awaitable[None]]
"""Takes one line."""


@dataclass(frozen=True, slots=True)
class RemoteBatch:
    """A batch as the endpoint sees it."""

    id: str
    status: str
    total: int
    done: int
    """Requests that were run, whether they succeeded or not."""
    files: tuple[str, ...]
    """Ids of the files with answers, then with errors."""
    token: str | None
    """Whose it is: what it was created with."""
    error: Reply | None
    """Why it failed as a whole."""

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.status in _ENDED


class BatchApi:
    """Files and batches of one endpoint. It belongs to one event loop.

    Args:
        address: the endpoint.
        options: time limits and retries.
    """

    def __init__(self, address: Address, options: OpenAIModelOptions) -> None:
        self.address = address
        self._options = options
        self._transport = Transport(address, timeout_s=options.timeout_s, connections=4)

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    async def upload(self, name: str, file: BinaryIO, size: int) -> str:
        """Send a file of requests; the endpoint's id for it. Sent twice, it costs nothing.

        Args:
            name: for people who look at the endpoint's files.
            file: open, at any place.
            size: of it, in bytes.

        Raises:
            BackendError: the endpoint does not take it, or cannot be used at all.
        """

        async def send(client: "AsyncOpenAI", given: dict[str, Any]) -> Any:  # noqa: ANN401 - the SDK's response
            options = given["options"]
            multipart = {**options, "headers": {**options["headers"], "Content-Type": "multipart/form-data"}}
            parts = {"file": (name, file, "application/jsonl")}
            return await client.post(
                "/files", body={"purpose": "batch"}, files=parts, **{**given, "options": multipart}
            )

        timeout_s = self._options.timeout_s + size / _SLOWEST_BYTES_A_SECOND
        document = await self._persist("take a file of requests", send, timeout_s=timeout_s)
        return str(document["id"])

    async def create(self, file_id: str, token: str) -> RemoteBatch:
        """Begin a batch. When it is not known whether one was begun, it is looked for before another try.

        Args:
            file_id: of its requests.
            token: by which the batch can be told from all others.

        Raises:
            BackendError: the endpoint does not take it, or cannot be used at all.
        """
        wanted = {"input_file_id": file_id, "endpoint": URL, "completion_window": "24h"}

        async def send(client: "AsyncOpenAI", given: dict[str, Any]) -> Any:  # noqa: ANN401 - the SDK's response
            return await client.post("/batches", body={**wanted, "metadata": {_OWNER: token}}, **given)

        found: list[RemoteBatch] = []

        async def was_made() -> bool:
            batch = await self.find(token)
            if batch is not None:
                found.append(batch)
            return batch is not None

        timeout_s = self._options.timeout_s
        document = await self._persist("create a batch", send, timeout_s=timeout_s, unless=was_made)
        return found[0] if found else _remote_batch(document)

    async def find(self, token: str) -> RemoteBatch | None:
        """The batch that was created with ``token``, or None.

        Raises:
            BackendError: the endpoint does not list its batches, or cannot be used at all.
        """
        after: str | None = None
        while True:
            page = f"/batches?limit={_LISTED_AT_ONCE}" + (f"&after={quote(after, safe='')}" if after else "")
            document = await self._get("list its batches", page, needed="data")
            listed = [item for item in document["data"] if isinstance(item, Mapping)]
            for item in listed:
                if isinstance(item.get("metadata"), Mapping) and item["metadata"].get(_OWNER) == token:
                    return _remote_batch(item)
            last = str(listed[-1].get("id")) if listed else None
            if not document.get("has_more") or last is None or last == after:
                return None
            after = last

    async def look(self, batch_id: str) -> RemoteBatch:
        """How far a batch has come.

        Raises:
            BackendError: the endpoint does not know it, or cannot be used at all.
        """
        return _remote_batch(await self._get(f"show the batch {batch_id}", f"/batches/{quote(batch_id, safe='')}"))

    async def read(self, file_id: str, begin: Callable[[], Feed]) -> None:
        """Go through a file of answers line by line, as it comes.

        Args:
            file_id: of the file.
            begin: called before the first line, and again when the connection broke and the file is read once more.

        Raises:
            BackendError: the endpoint does not give it, or cannot be used at all.
        """

        async def send(client: "AsyncOpenAI", given: dict[str, Any]) -> Any:  # noqa: ANN401 - the SDK's response
            feed = begin()
            path = f"/files/{quote(file_id, safe='')}/content"
            response: Any = await client.get(path, stream=True, **given)
            try:
                lines = _Lines()
                async for chunk in response.aiter_bytes():
                    for line in lines.add(chunk):
                        await feed(self.address.secrets.blot(line))
                await feed(self.address.secrets.blot(lines.rest()))
            finally:
                await response.aclose()
            return given["cast_to"](200, content=b'{"id": "all"}')

        await self._persist(f"give the file {file_id}", send, timeout_s=None)

    async def _get(self, what: str, path: str, *, needed: str = "id") -> Mapping[str, Any]:
        async def send(client: "AsyncOpenAI", given: dict[str, Any]) -> Any:  # noqa: ANN401 - the SDK's response
            return await client.get(path, **given)

        return await self._persist(what, send, needed=needed, timeout_s=self._options.timeout_s)

    async def _persist(
        self,
        what: str,
        send: Send,
        *,
        timeout_s: float | None,
        needed: str = "id",
        unless: Callable[[], Awaitable[bool]] | None = None,
    ) -> Mapping[str, Any]:
        """Send until there is an answer with the field ``needed``; nothing when ``unless`` says that it was done."""
        attempt = 0
        while True:
            outcome = await self._transport.exchange(send, timeout_s)
            document = _document(outcome, needed)
            if document is not None:
                return document
            verdict = _judged(outcome)
            attempt += 1
            if verdict.fate not in _TRANSIENT or attempt > self._options.max_retries:
                raise self._error(what, verdict, attempt)
            if verdict.retry_after is not None and verdict.retry_after > self._options.max_wait_s:
                raise self._error(f"{what} before {verdict.retry_after:.0f} s have passed", verdict, attempt)
            await asyncio.sleep(wait_before_next(attempt, verdict.retry_after))
            if unless is not None and await unless():
                return {}

    def _error(self, what: str, verdict: Verdict, attempts: int) -> BackendError:
        shown, words = self.address.shown, self.address.secrets.words(verdict.words)
        if verdict.trouble is not None:
            hint = f"start the server, or set base_url to where it is; it is {shown} now"
            return BackendError(f"{shown} cannot be reached: {words}", hint=hint)
        ending = None if verdict.fate in {Fate.NO_MODEL, Fate.NO_IMAGES} else endings_of(self.address, verdict.fate)
        if ending is not None:
            return BackendError(f"{shown} {ending[0]}: {words}", hint=ending[1])
        if verdict.fate is Fate.NO_MODEL:
            hint = "see that the key and base_url are those it was made with; a server without batches is asked live"
            return BackendError(f"{shown} does not {what}: {words}", hint=hint)
        times = f" in {attempts} attempts" if attempts > 1 else ""
        return BackendError(f"{shown} does not {what}{times}: {words}", hint="run again later: nothing is lost")


def why_failed(batch: RemoteBatch, address: Address) -> BackendError:
    """What to say of a batch that failed as a whole: none of its requests was run."""
    verdict = judge(batch.error) if batch.error is not None else Verdict(Fate.FAILED, "it does not say why")
    words = address.secrets.words(verdict.words)
    ending = endings_of(address, verdict.fate) or ("", "see what it says; --collect submits the requests once more")
    return BackendError(f"{address.shown} failed on the batch {batch.id} as a whole: {words}", hint=ending[1])


class _Lines:
    """Cuts what comes in pieces into lines."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    def add(self, chunk: bytes) -> list[bytes]:
        """The lines that a piece completes. Of one that is too long, the beginning."""
        first, *others = chunk.split(b"\n")
        if self._size < _LONGEST_LINE:
            self._pieces.append(first)
            self._size += len(first)
        if not others:
            return []
        complete = [b"".join(self._pieces), *others[:-1]]
        self._pieces, self._size = [others[-1]], len(others[-1])
        return complete

    def rest(self) -> bytes:
        """What follows the last line break."""
        return b"".join(self._pieces)


def _document(outcome: Reply | NoReply, needed: str) -> Mapping[str, Any] | None:
    """The JSON object of a good answer that has the field ``needed``."""
    if isinstance(outcome, NoReply) or not 200 <= outcome.status < 300:
        return None
    with suppress(ValueError, RecursionError):
        document = json.loads(outcome.body)
        kind = list if needed == "data" else str
        if isinstance(document, dict) and isinstance(document.get(needed), kind):
            return document
    return None


def _judged(outcome: Reply | NoReply) -> Verdict:
    """What is wrong with an answer."""
    if isinstance(outcome, Reply) and 200 <= outcome.status < 300:
        words = read_error(outcome.body).message[:200] or "it makes no sense"
        return Verdict(Fate.FAILED, f"HTTP {outcome.status}: {words}")
    return judge(outcome)


def _remote_batch(document: Mapping[str, Any]) -> RemoteBatch:
    counts = document.get("request_counts")
    total, completed, failed = (_count(counts, name) for name in ("total", "completed", "failed"))
    metadata, errors = document.get("metadata"), document.get("errors")
    token = metadata.get(_OWNER) if isinstance(metadata, Mapping) else None
    listed = errors.get("data") if isinstance(errors, Mapping) else None
    files = (document.get(name) for name in ("output_file_id", "error_file_id"))
    return RemoteBatch(
        id=str(document.get("id")),
        status=str(document.get("status")),
        total=total,
        done=completed + failed,
        files=tuple(name for name in files if isinstance(name, str) and name),
        token=token if isinstance(token, str) else None,
        error=Reply(400, {}, json.dumps(listed).encode(), 0.0) if listed else None,
    )


def _count(counts: object, name: str) -> int:
    value = counts.get(name) if isinstance(counts, Mapping) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
