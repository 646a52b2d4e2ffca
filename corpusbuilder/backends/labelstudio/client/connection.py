"""One request to the server: sent, answered, read, and given up on in time."""

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit, urlunsplit

from corpusbuilder.backends.http.causes import innermost
from corpusbuilder.backends.http.waiting import backoff, retry_after
from corpusbuilder.backends.labelstudio.client.address import Address
from corpusbuilder.backends.labelstudio.client.failures import (
    LostError,
    RefusedError,
    lost,
    not_label_studio,
    redirected,
    refusal,
    unreachable,
)
from corpusbuilder.errors import BackendError, MissingExtraError

if TYPE_CHECKING:
    import httpx
    from label_studio_sdk import LabelStudio

_CONNECT_S: Final = 10.0
_SILENCE_S: Final = 120.0
"""The longest that a server says nothing; an import of thousands of tasks on a slow disk takes a while."""
_LONGEST_S: Final = 600.0
"""From the first byte sent to the last byte of the answer."""
_LARGEST: Final = 256 * 2**20
_ATTEMPTS: Final = 4
_LONGEST_WAIT_S: Final = 60.0
_PASSING: Final = frozenset({408, 429, 500, 502, 503, 504})
"""A server on SQLite says 500 while somebody else writes."""

Params = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Connection:
    """Requests to one server.

    The SDK knows how a key is sent: a legacy token as it is, a personal one exchanged for an access token that lives
    300 s. The requests themselves are ours, because the SDK's repeat writes after a failure, follow redirects with
    the key, read answers of any size, and turn each into models of everything there is, which for 10,000 tasks with
    their predictions takes longer than the server does.
    """

    def __init__(self, address: Address) -> None:
        try:
            import httpx
            import label_studio_sdk  # noqa: F401 - asked for here, where its absence can be told
        except ModuleNotFoundError as error:
            raise MissingExtraError(
                error.name or "label_studio_sdk", "review", purpose="talking to Label Studio"
            ) from None
        # Their lines name URLs with their queries.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self.address = address
        # A server of Label Studio's own, without a proxy before it, sends an answer in two pieces: on a connection that
        # is kept, the second one waits for the client's system to confirm the first, 40 ms with every request.
        kept = None if address.url.startswith("https:") else 0
        self._http = httpx.Client(
            timeout=httpx.Timeout(_SILENCE_S, connect=_CONNECT_S),
            limits=httpx.Limits(max_keepalive_connections=kept),
            follow_redirects=False,
        )
        self._sdk: LabelStudio | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def get(self, path: str, doing: str, params: Params | None = None, *, attempts: int = _ATTEMPTS) -> Any:  # noqa: ANN401 - any JSON
        """Read something, again after failures that may pass.

        Args:
            path: below the server's address, with a leading slash.
            doing: for messages: "listing tasks".
            params: the query.
            attempts: how often at most.

        Raises:
            RefusedError: the server does not give it.
            BackendError: there is no answer, or none that Label Studio gives.
        """
        for attempt in range(1, attempts + 1):
            try:
                return self._json(self._exchange("GET", path, doing, params=params), doing)
            except _PassingError as error:
                if attempt == attempts or error.wait_s > _LONGEST_WAIT_S:
                    raise error.final from None
                time.sleep(max(error.wait_s, backoff(attempt)))
        raise AssertionError  # the last attempt returns or raises

    def send(
        self,
        method: str,
        path: str,
        doing: str,
        *,
        params: Params | None = None,
        body: object = None,
        file: tuple[str, bytes, str] | None = None,
    ) -> Any:  # noqa: ANN401 - any JSON
        """Change something, once: a change whose answer is lost may have happened.

        Args:
            method: POST, PATCH or DELETE.
            path: below the server's address, with a leading slash.
            doing: for messages: "adding tasks".
            params: the query.
            body: what is sent as JSON.
            file: name, bytes and media type of what is sent as a form instead.

        Raises:
            RefusedError: the server says no.
            LostError: no whole answer came.
            BackendError: the server is not there, or answers as Label Studio does not.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return self._json(self._exchange(method, path, doing, params=params, body=body, file=file), doing)
            except _PassingError as error:
                # Only this refusal says that nothing was done.
                is_put_off = isinstance(error.final, RefusedError) and error.final.status == 429
                if not is_put_off or attempt == _ATTEMPTS or error.wait_s > _LONGEST_WAIT_S:
                    raise error.final from None
                time.sleep(max(error.wait_s, backoff(attempt)))
        raise AssertionError  # the last attempt returns or raises

    def _json(self, reply: _Reply, doing: str) -> Any:  # noqa: ANN401 - any JSON
        if reply.status == 204:
            return None
        try:
            return json.loads(reply.body)
        except (ValueError, RecursionError):
            raise not_label_studio(self.address, doing) from None

    def _exchange(self, method: str, path: str, doing: str, **given: Any) -> _Reply:  # noqa: ANN401 - passed on
        """Send once, or twice when an access token has come to its end in between.

        Raises:
            _PassingError: a failure that may pass.
            BackendError: one that will not.
        """
        reply = self._request(method, path, doing, **given)
        if reply.status == 401 and self.address.is_personal:
            # Refused before anything was done: by the server's clock, the access token has run out.
            self._sdk = None
            reply = self._request(method, path, doing, **given)
        if reply.status < 300:
            return reply
        if reply.status < 400:
            raise redirected(self.address, reply.status, _without_page(reply.headers.get("location", "")))
        refused = refusal(self.address, doing, reply.status, reply.body)
        if reply.status in _PASSING:
            raise _PassingError(refused, retry_after(reply.headers) or 0.0)
        raise refused

    def _request(
        self,
        method: str,
        path: str,
        doing: str,
        *,
        params: Params | None = None,
        body: object = None,
        file: tuple[str, bytes, str] | None = None,
    ) -> _Reply:
        import httpx

        headers = self._credentials(doing)
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        files = None if file is None else {"file": file}
        url = self.address.url + path
        try:
            with self._http.stream(
                method, url, params=params, headers=headers, content=content, files=files
            ) as response:
                return _Reply(response.status_code, response.headers, self._read(response, doing))
        except httpx.HTTPError as error:
            raise self._no_answer(error, doing, wrote=method != "GET") from None

    def _read(self, response: "httpx.Response", doing: str) -> bytes:
        """The body, as far as it is of a size and comes in a time that a server in good health needs."""
        until = time.monotonic() + _LONGEST_S
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > _LARGEST:
                raise BackendError(f"{self.address.url} answers {doing} with more than {_LARGEST >> 20} MiB")
            if time.monotonic() > until:
                raise BackendError(f"{self.address.url} has not ended its answer to {doing} after {_LONGEST_S:g} s")
        return bytes(body)

    def _credentials(self, doing: str) -> dict[str, str]:
        """What says who we are; asks for a new access token where the old one has run out."""
        import httpx
        from label_studio_sdk import LabelStudio
        from label_studio_sdk.core.api_error import ApiError

        try:
            if self._sdk is None:
                # With a slash at its end: the SDK would ask for access tokens beside a path in the address, not below.
                self._sdk = LabelStudio(  # type: ignore[no-untyped-call]
                    base_url=self.address.url + "/", api_key=self.address.api_key, httpx_client=self._http
                )
            # Not public, but the only way to the headers, which all clients of the SDK use.
            return dict(self._sdk._client_wrapper.get_headers())  # noqa: SLF001
        except ApiError as error:
            status = error.status_code or 401
            refused = refusal(self.address, "asking for an access token", status, json.dumps(error.body).encode())
            if status in _PASSING:
                raise _PassingError(refused, 0.0) from None
            raise refused from None
        except httpx.HTTPError as error:
            raise self._no_answer(error, doing, wrote=False) from None
        except ValueError:
            # Its answer is no JSON, or no token.
            raise not_label_studio(self.address, "asking for an access token") from None

    def _no_answer(self, error: "httpx.HTTPError", doing: str, *, wrote: bool) -> Exception:
        import httpx

        words = innermost(error)
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.UnsupportedProtocol | httpx.ProxyError):
            return unreachable(self.address, words)
        broken = lost(self.address, doing, words, wrote=wrote)
        # Who waited two minutes in vain does not wait six more.
        return broken if isinstance(error, httpx.TimeoutException) else _PassingError(broken, 0.0)


class _PassingError(Exception):
    """What may be otherwise in a moment."""

    def __init__(self, final: RefusedError | LostError, wait_s: float) -> None:
        super().__init__(final.message)
        self.final = final
        self.wait_s = wait_s


def _without_page(location: str) -> str:
    """Scheme and host of a redirect's target: the rest may hold anything."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return ""
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], "", "", ""))
