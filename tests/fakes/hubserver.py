"""The Hub over HTTP on this machine, with whatever can go wrong on the way."""

import json
import re
import socket
import struct
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from fakes.hub import Hub, HubError

BEFORE = ("500", "503", "429", "reset", "garbage")
"""Faults by which nothing was carried out."""
AFTER = ("500_after", "reset_after", "drop", "hang")
"""Faults by which it was, and the answer is lost."""


@dataclass
class Fault:
    """What goes wrong with requests number ``first`` to ``last``, counted from 1, of those that match."""

    kind: str
    first: int = 1
    last: float = 1
    matches: str = ""
    seen: int = 0

    def is_due(self, line):
        if not re.search(self.matches, line):
            return False
        self.seen += 1
        return self.first <= self.seen <= self.last


class Server(ThreadingHTTPServer):
    """A Hub that listens."""

    daemon_threads = True
    block_on_close = False

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.hub = Hub()
        self.url = self.hub.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.faults = []
        self.log = []
        """Every request: method, path and query."""
        self.sent = []
        """Every request's headers."""
        self.before = {}
        """A pattern of requests -> what happens just before the first of them is answered."""
        self.closing = threading.Event()
        self.one = threading.Lock()

    def handle_error(self, request, client_address):
        """Clients may go away."""

    def paths(self, pattern):
        return [line for line in self.log if re.search(pattern, line)]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    disable_nagle_algorithm = True

    def log_message(self, *args):
        """Tests look at the log."""

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        server, line = self.server, f"{self.command} {self.path}"
        with server.one:
            server.log.append(line)
            server.sent.append({name.lower(): value for name, value in self.headers.items()})
            for pattern in [pattern for pattern in server.before if re.search(pattern, line)]:
                server.before.pop(pattern)(server.hub)
            fault = next((fault for fault in list(server.faults) if fault.is_due(line)), None)
            kind = fault.kind if fault else ""
            if kind == "reset":
                return self._reset()
            if kind == "garbage":
                return self._send(200, {}, b"<html>Oops</html>")
            if kind.isdecimal():
                return self._send(int(kind), {"Retry-After": "0"} if kind == "429" else {}, {"error": f"fault {kind}"})
            status, headers, answer = self._answer(body)
        if kind == "hang":
            server.closing.wait(20)
            return self._reset()
        if kind == "reset_after":
            return self._reset()
        if kind == "500_after":
            return self._send(500, {}, {"error": "fault 500"})
        return self._send(status, headers, answer, cut=kind == "drop")

    def do_POST(self):
        self.do_GET()

    def do_PUT(self):
        self.do_GET()

    def do_HEAD(self):
        self.do_GET()

    def _answer(self, body):
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            return self.server.hub.answer(self.command, parts.path, parse_qs(parts.query), headers, body)
        except HubError as error:
            code = {"X-Error-Code": error.code} if error.code else {}
            return error.status, {**code, "X-Error-Message": error.message}, {"error": error.message}

    def _send(self, status, headers, answer, *, cut=False):
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if wanted and status == 200:
            first, last = int(wanted[1]), min(int(wanted[2] or len(body)), len(body) - 1)
            headers = {**headers, "Content-Range": f"bytes {first}-{last}/{len(body)}"}
            status, body = 206, body[first : last + 1]
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) + (7 if cut else 0)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = self.close_connection or cut

    def _reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True


@contextmanager
def running_hub():
    """A server for the time being."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
