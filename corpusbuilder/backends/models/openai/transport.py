"""Sends bytes to an endpoint and brings bytes back, by way of the OpenAI SDK at its cheapest.

The SDK builds neither the request's body nor a response object, and never tries again.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from corpusbuilder.backends.models.openai.address import Address
from corpusbuilder.errors import MissingExtraError

if TYPE_CHECKING:
    from openai import AsyncOpenAI

Send: TypeAlias = Callable[["AsyncOpenAI", dict[str, Any]], Awaitable[Any]]
"""Has the SDK's client send something, with the arguments that every exchange needs, and returns the response."""
Trouble: TypeAlias = Literal["timeout", "broken", "refused", "unresolved", "certificate"]

_ROUTE: Final = "/chat/completions"
_CONNECT_S: Final = 10.0
_KEEP_ALIVE_S: Final = 4.0
"""Servers on uvicorn, vLLM among them, close an idle connection after 5 s; what is sent just then is lost."""
_LOGGERS: Final = ("openai", "httpx2", "httpcore2")


@dataclass(frozen=True, slots=True)
class Reply:
    """What the endpoint said, whatever that was."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    """Without secrets."""
    seconds: float


@dataclass(frozen=True, slots=True)
class NoReply:
    """Why there is none."""

    trouble: Trouble
    words: str
    """Not fit to be shown before they are scrubbed."""


class Transport:
    """Connections to one endpoint. They are made with the first call, in the event loop that is then running.

    Args:
        address: where to send.
        timeout_s: for one exchange, down to the last byte.
        connections: at most so many at the same time.
    """

    def __init__(self, address: Address, *, timeout_s: float, connections: int) -> None:
        self._address = address
        self._timeout_s = timeout_s
        self._connections = connections
        self._client: AsyncOpenAI | None = None
        self._options: Any = {}
        self._reply_type: Any = None

    async def post(self, body: bytes) -> Reply | NoReply:
        """Send a chat completion request once.

        Raises:
            MissingExtraError: a package is missing.
        """
        return await self.exchange(lambda client, given: client.post(_ROUTE, content=body, **given), self._timeout_s)

    async def exchange(self, send: Send, timeout_s: float | None) -> Reply | NoReply:
        """Send anything once.

        Args:
            send: does it.
            timeout_s: down to the last byte; None for as long as something comes.

        Raises:
            MissingExtraError: a package is missing.
        """
        if self._client is None:
            self._client = self._connect()
        import aiohttp
        import httpx2
        import openai

        start = time.perf_counter()
        try:
            async with asyncio.timeout(timeout_s):
                response = await send(self._client, {"cast_to": self._reply_type, "options": self._options})
        except openai.APIStatusError as error:
            response = error.response
        except TimeoutError:
            return NoReply("timeout", f"no complete answer within {timeout_s or self._timeout_s:g} s")
        except (openai.OpenAIError, httpx2.HTTPError, aiohttp.ClientError, OSError) as error:
            return self._no_reply(error)
        body = self._address.secrets.blot(response.content)
        return Reply(response.status_code, response.headers, body, time.perf_counter() - start)

    async def close(self) -> None:
        """Close all connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _connect(self) -> "AsyncOpenAI":
        try:
            import aiohttp  # noqa: F401 - the SDK falls back to slower connections without saying so
            import httpx2
            import openai
        except ModuleNotFoundError as error:
            raise MissingExtraError(
                error.name or "openai", "generate", purpose="asking a model behind an endpoint"
            ) from None
        for name in _LOGGERS:
            # Their lines name URLs with the query, and at lower levels what is sent.
            logging.getLogger(name).setLevel(logging.WARNING)
        address = self._address
        unset = openai.Omit()
        # Without a redirect followed, no other host ever sees the key.
        http = openai.DefaultAioHttpClient(
            follow_redirects=False,
            limits=httpx2.Limits(max_connections=self._connections, keepalive_expiry=_KEEP_ALIVE_S),
        )
        # Who set OPENAI_ORG_ID meant OpenAI, not any endpoint.
        identity = {} if address.is_openai else {"OpenAI-Organization": unset, "OpenAI-Project": unset}
        credentials = {} if address.key else {"Authorization": unset}
        self._options = {"headers": {**identity, **credentials, **address.headers}}
        self._reply_type = httpx2.Response
        return openai.AsyncOpenAI(
            api_key=address.key or "none",  # the SDK insists on one; what is sent is decided by `credentials`
            base_url=address.url,
            default_query=dict(address.query),
            max_retries=0,
            timeout=httpx2.Timeout(self._timeout_s, connect=min(_CONNECT_S, self._timeout_s)),
            http_client=http,
        )

    def _no_reply(self, error: BaseException) -> NoReply:
        """The SDK says "Connection error." of everything; what really happened is at the end of the chain."""
        chain = [error]
        while cause := chain[-1].__cause__ or getattr(chain[-1], "os_error", None):
            chain.append(cause)
        names = {kind.__name__ for link in chain for kind in type(link).__mro__}
        if "ClientPayloadError" in names:
            words = "the answer broke off"
        elif "ServerDisconnectedError" in names:
            words = "the connection was closed without an answer"
        elif "ClientResponseError" in names:
            words = "what it sent is not proper HTTP"
        else:
            words = next((str(link) for link in reversed(chain) if str(link)), type(error).__name__)
        return NoReply(_trouble(names), words)


def _trouble(names: set[str]) -> Trouble:
    # By name: the kinds come from four packages, and the transport's own mapping calls every lost connection a timeout.
    if names & {"ClientConnectorDNSError", "gaierror"}:
        return "unresolved"
    if names & {"ClientConnectorCertificateError", "SSLCertVerificationError", "ClientConnectorSSLError"}:
        return "certificate"
    if names & {"ClientConnectorError", "ConnectionRefusedError"}:
        return "refused"
    if names & {"ServerDisconnectedError", "ClientOSError", "ClientPayloadError", "ClientResponseError"}:
        return "broken"
    return "timeout" if names & {"TimeoutError", "TimeoutException"} else "broken"
