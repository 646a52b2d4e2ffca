"""A real HTTP server that stands before another one, or in its place, and does to each request what a test wants.

``with Gateway(lambda asked: Answer(503) if asked.path == "/api/tasks/" else None, upstream=url) as gateway: ...``
What the function answers is sent; what it answers None to goes on to ``upstream``.
"""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import httpx


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    target: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.target).query).items()}

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What is sent back."""

    status: int = 200
    body: bytes | dict[str, Any] | list[Any] = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_at: int | None = None
    """After so many bytes of the body the connection is reset; of 0 bytes nothing is sent at all."""
    waits: float = 0.0
    """Seconds before it."""

    @property
    def data(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Gateway:
    """The server, in threads of this process; enter it to start it."""

    def __init__(self, behave: Callable[[Asked], Answer | None], upstream: str = ""):
        self.log: list[Asked] = []
        self.behave = behave
        self._upstream = upstream
        handler = type("Handler", (_Handler,), {"gateway": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def asked(self, method: str, path: str) -> list[Asked]:
        """The requests so far for a method and path."""
        return [asked for asked in self.log if (asked.method, asked.path) == (method, path)]

    def forward(self, asked: Asked) -> Answer:
        """What the server behind answers."""
        headers = {name: value for name, value in asked.headers.items() if name not in {"host", "content-length"}}
        headers["accept-encoding"] = "identity"
        answer = httpx.request(
            asked.method, self._upstream + asked.target, headers=headers, content=asked.body, timeout=120
        )
        kept = {name: value for name, value in answer.headers.items() if name in {"content-type", "location"}}
        return Answer(answer.status_code, answer.content, kept)

    def answer(self, asked: Asked) -> Answer:
        """What is sent back."""
        self.log.append(asked)
        return self.behave(asked) or (self.forward(asked) if self._upstream else Answer(404))


class _Handler(BaseHTTPRequestHandler):
    gateway: Gateway
    protocol_version = "HTTP/1.1"

    def handle_one(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.gateway.answer(Asked(self.command, self.path, headers, body))
        time.sleep(answer.waits)
        try:
            self._send(answer)
        except ConnectionError:
            self.close_connection = True

    do_GET = do_POST = do_PATCH = do_DELETE = handle_one  # noqa: N815 - the standard library's names

    def _send(self, answer: Answer) -> None:
        data = answer.data
        if answer.cut_at != 0:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.status != 204:
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: answer.cut_at])
        if answer.cut_at is not None:
            self.close_connection = True
            linger_not_at_all = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_not_at_all)
            self.connection.close()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
