"""One request to the server: sent, answered, read whole, sent again where that is safe, given up in time."""

import hashlib
import json
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias, TypeVar
from urllib.parse import urljoin, urlsplit

from corpusbuilder import __version__
from corpusbuilder.backends.http.causes import innermost
from corpusbuilder.backends.http.waiting import retry_after, wait_before_next
from corpusbuilder.backends.hub.address import HUB, HubAddress
from corpusbuilder.backends.hub.failures import GOES_ON, LostError, RefusedError, lost, refusal, unreachable
from corpusbuilder.errors import BackendError, MissingExtraError, StorageError, storage_errors

if TYPE_CHECKING:
    import httpx2

Params: TypeAlias = Mapping[str, str]
Given = TypeVar("Given")

ATTEMPTS: Final = 5
_LATE_ATTEMPTS: Final = 2
"""Who waited in vain for a minute does not wait for five."""
_CONNECT_S: Final = 10.0
_LARGEST: Final = 64 * 2**20
"""Of an answer that is read into memory."""
_LONGEST_WAIT_S: Final = 60.0
_PIECE: Final = 2**20
_MOST_HOPS: Final = 4
_RATE_LIMIT: Final = re.compile(r"\br\s*=\s*0\s*;\s*t\s*=\s*(\d+)")
"""In the Hub's header ``ratelimit``: nothing remains, come back in so many seconds."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    document: Any
    """Its JSON; None when it is empty or need not be JSON."""
    next_page: str | None = None
    """Path and query of the next page of a listing."""


class Connection:
    """Requests about one repository.

    They are the requests of `huggingface_hub`, and ours, because the library waits without limit for some answers,
    repeats others where a repetition is not safe, logs the addresses of uploads, which are secrets, and wants a second
    protocol (xet) for large files wherever `hf_xet` is installed.
    """

    def __init__(
        self, address: HubAddress, *, timeout_s: float = 30.0, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        try:
            import httpx2
        except ImportError:
            raise MissingExtraError("huggingface_hub", "release", purpose="publishing") from None
        for name in ("httpx2", "httpcore2"):
            logging.getLogger(name).setLevel(logging.WARNING)  # their lines name whole addresses
        self.address = address
        self._sleep = sleep
        self._http = httpx2.Client(timeout=httpx2.Timeout(timeout_s, connect=min(_CONNECT_S, timeout_s)))
        self._origin = urlsplit(address.endpoint)[:2]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._http.close()

    def get(self, path: str, doing: str, params: Params | None = None) -> Reply:
        """Read something, again after failures that may pass.

        Args:
            path: below the endpoint, with a leading slash.
            doing: for messages: "listing the files".
            params: the query.

        Raises:
            RefusedError: the server does not give it.
            LostError: no whole answer came.
        """
        return self.again(lambda: self._once("GET", path, doing, params=params))

    def post(
        self,
        path: str,
        doing: str,
        body: object,
        *,
        once: bool = False,
        lfs: bool = False,
        reads_json: bool = True,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Reply:
        """Send JSON; again after failures that may pass unless ``once``, for what must not be done twice.

        Args:
            path: below the endpoint, or an absolute address that the server gave.
            doing: for messages: "making user/name".
            body: what is sent.
            once: do not repeat it.
            lfs: in the media type of Git LFS.
            reads_json: the answer says something; otherwise anything will do.
            headers: that the server wants, too.

        Raises:
            RefusedError: the server says no.
            LostError: no whole answer came: with ``once``, it may have been done.
        """
        kind = "application/vnd.git-lfs+json" if lfs else "application/json"
        given = {"Content-Type": kind, **({"Accept": kind} if lfs else {}), **headers}
        content = json.dumps(body, ensure_ascii=False).encode()

        def send() -> Reply:
            return self._once("POST", path, doing, content=content, headers=given, reads_json=reads_json)

        return send() if once else self.again(send)

    def put(self, path: str, doing: str, body: object) -> Reply:
        """Set something, as often as it takes."""
        content, headers = json.dumps(body).encode(), {"Content-Type": "application/json"}
        return self.again(lambda: self._once("PUT", path, doing, content=content, headers=headers, reads_json=False))

    def post_lines(self, path: str, doing: str, lines: Sequence[object]) -> Reply:
        """Send JSON lines, once."""
        content = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        return self._once("POST", path, doing, content=content, headers={"Content-Type": "application/x-ndjson"})

    def send_file(
        self, url: str, doing: str, file: Path, *, start: int, size: int, headers: Mapping[str, str]
    ) -> Mapping[str, str]:
        """Send a part of a file to where the server wants it, once; the headers of the answer.

        Raises:
            RefusedError: it is not taken.
            LostError: no answer came.
            StorageError: the file cannot be read.
        """
        given = {**headers, "Content-Length": str(size), "Content-Type": "application/octet-stream"}

        def send(*, signed: bool) -> Mapping[str, str]:
            content = _part(file, start, size)
            return self._once(
                "PUT", self.absolute(url), doing, content=content, headers=given, reads_json=False, signed=signed
            ).headers

        # The address is the permission, or the headers that came with it: a store that is given the token as well may
        # refuse the two. Only the endpoint itself is told the token, when it asks who we are, as git-lfs does.
        try:
            return send(signed=True)
        except RefusedError as error:
            if error.status != 401:
                raise
        return send(signed=False)

    def fingerprint(self, path: str, doing: str, *, size: int) -> str:
        """SHA-256 of what the server gives out at a path, of which not more than ``size`` + 1 bytes are read."""

        def read() -> str:
            whole, seen = hashlib.sha256(), 0
            with self._streamed("GET", path, doing, headers={"Accept-Encoding": "identity"}) as response:
                for piece in response.iter_bytes(_PIECE):
                    whole.update(piece)
                    seen += len(piece)
                    if seen > size:
                        break
            return whole.hexdigest()

        return self.again(read)

    def read(self, path: str, doing: str) -> bytes:
        """The bytes of a small file."""
        return self.again(lambda: self._exchange("GET", path, doing)[2])

    def absolute(self, url: str) -> str:
        """An address that the server gave, also through a mirror of the Hub, which gives the Hub's own."""
        absolute = urljoin(self.address.endpoint + "/", url)
        hub = HUB + "/"
        return self.address.endpoint + "/" + absolute.removeprefix(hub) if absolute.startswith(hub) else absolute

    def again(self, send: Callable[[], Given]) -> Given:
        """What ``send`` gives, tried again after failures that may pass."""
        late = 0
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return send()
            except (RefusedError, LostError) as error:
                late += isinstance(error, LostError) and error.is_late
                if attempt == ATTEMPTS or late == _LATE_ATTEMPTS or not self.pause(attempt, error):
                    raise
        raise AssertionError  # the last attempt returns or raises

    def pause(self, attempt: int, error: RefusedError | LostError) -> bool:
        """Wait before the next attempt; False, at once, when there is no point in one."""
        asked = None
        if isinstance(error, RefusedError):
            asked = error.wait_s
            if not error.may_pass or (asked or 0) > _LONGEST_WAIT_S:
                return False
        self.wait(attempt, asked)
        return True

    def wait(self, attempt: int, asked: float | None = None) -> None:
        """Wait after an attempt, the longer the more there were, and never less than was asked."""
        self._sleep(wait_before_next(attempt, asked))

    def _once(self, method: str, path: str, doing: str, *, reads_json: bool = True, **given: Any) -> Reply:  # noqa: ANN401 - passed on
        import httpx2

        status, headers, body = self._exchange(method, path, doing, **given)
        document = None
        if reads_json and body.strip():
            try:
                document = json.loads(body)
            except (ValueError, RecursionError):
                raise lost(self.address, doing, "what it said is not JSON") from None
        link = httpx2.Response(status, headers=dict(headers)).links.get("next", {}).get("url")
        return Reply(status, headers, document, self._path_of(link) if link else None)

    def _exchange(self, method: str, path: str, doing: str, **given: Any) -> tuple[int, Mapping[str, str], bytes]:  # noqa: ANN401 - passed on
        with self._streamed(method, path, doing, **given) as response:
            body = bytearray()
            for piece in response.iter_bytes():
                body += piece
                if len(body) > _LARGEST:
                    raise BackendError(f"{self.address.endpoint} answers {doing} with more than {_LARGEST >> 20} MiB")
            return response.status_code, response.headers, bytes(body)

    def _streamed(self, method: str, path: str, doing: str, *, signed: bool = False, **given: Any) -> "_Streamed":  # noqa: ANN401 - passed on
        url = path if "://" in path else self.address.endpoint + path
        credentials = {} if signed else self._credentials(url)
        headers = {"User-Agent": f"corpusbuilder/{__version__}", **credentials, **given.pop("headers", {})}
        return _Streamed(self, doing, lambda: self._open(method, url, headers, given))

    def _path_of(self, link: str) -> str:
        """A next page's path and query: it is asked of the server that we talk to, whatever it calls itself."""
        parts = urlsplit(link)
        path = parts.path.removeprefix(urlsplit(self.address.endpoint).path)
        return path + (f"?{parts.query}" if parts.query else "")

    def _credentials(self, url: str) -> dict[str, str]:
        """The token, for nobody but the server that it is meant for."""
        if self.address.token is None or urlsplit(url)[:2] != self._origin:
            return {}
        return {"Authorization": f"Bearer {self.address.token}"}

    def _open(self, method: str, url: str, headers: Mapping[str, str], given: Mapping[str, Any]) -> "httpx2.Response":
        """Send, and follow a read to where the server sends it."""
        for hop in range(_MOST_HOPS + 1):
            request = self._http.build_request(method, url, headers=dict(headers), **given)
            response = self._http.send(request, stream=True)
            if method != "GET" or not response.has_redirect_location or hop == _MOST_HOPS:
                break
            response.close()
            url = urljoin(url, response.headers["location"])
            kept = {name: value for name, value in headers.items() if name != "Authorization"}
            headers, given = {**kept, **self._credentials(url)}, {}
        return response


class _Streamed:
    """An answer whose body is yet to be read; whatever goes wrong on the way becomes an error of ours."""

    def __init__(self, connection: Connection, doing: str, send: "Callable[[], httpx2.Response]") -> None:
        self._address, self._doing, self._send = connection.address, doing, send
        self._response: httpx2.Response | None = None

    def __enter__(self) -> "httpx2.Response":
        import httpx2

        try:
            self._response = response = self._send()
            if response.is_success:
                return response
            body = b"".join(piece for piece, _ in zip(response.iter_bytes(), range(64), strict=False))
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            self._close()
            raise self._failure(error) from None
        self._close()
        wait_s = retry_after(response.headers)
        limited = _RATE_LIMIT.search(response.headers.get("ratelimit", ""))
        if wait_s is None and response.status_code == 429 and limited:
            wait_s = float(limited[1])
        raise refusal(self._address, self._doing, response.status_code, response.headers, body=body, wait_s=wait_s)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        import httpx2

        self._close()
        if isinstance(error, httpx2.HTTPError):
            raise self._failure(error) from None

    def _close(self) -> None:
        if self._response is not None:
            self._response.close()

    def _failure(self, error: Exception) -> LostError:
        import httpx2

        words = innermost(error)
        if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.ProxyError):
            return unreachable(self._address, words)
        return lost(self._address, self._doing, words, is_late=isinstance(error, httpx2.TimeoutException))


def _part(file: Path, start: int, size: int) -> Iterator[bytes]:
    with storage_errors(file), file.open("rb") as opened:
        opened.seek(start)
        left = size
        while left and (piece := opened.read(min(left, _PIECE))):
            yield piece
            left -= len(piece)
    if left:
        raise StorageError(f"{file}: it became shorter while it was being published", hint=GOES_ON)
