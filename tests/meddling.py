"""A proxy before a server, where a test can step in at any request: kill who asks or who answers, cut, refuse."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

CUT, LOSE = "cut", "lose"
"""What a rule may answer: the request does not arrive; it arrives, and its answer is lost."""
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-encoding", "content-length", "host"}


class Meddler:
    """Passes requests on to ``target``; ``rule(method, path, number)`` is asked before each, numbers begin with 1.

    A rule returns None to let a request pass, `CUT`, `LOSE`, or ``(status, body)`` to answer it itself.
    """

    def __init__(self, target):
        self.target = target
        self.rule = lambda method, path, number: None
        self.seen = []
        self._lock = threading.Lock()
        self._client = httpx.Client(timeout=120)
        meddler = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _handle(self):
                meddler.answer(self)

            do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = _handle  # noqa: N815 - as they must be called

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, handler):
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        with self._lock:
            self.seen.append((handler.command, handler.path))
            number = len(self.seen)
        ruled = self.rule(handler.command, handler.path, number)
        if isinstance(ruled, tuple):
            return self._reply(handler, ruled[0], {"Content-Type": "text/html"}, ruled[1])
        if ruled == CUT:
            return self._hang_up(handler)
        headers = {k: v for k, v in handler.headers.items() if k.lower() not in _HOP}
        try:
            given = self._client.request(handler.command, self.target + handler.path, headers=headers, content=body)
        except httpx.HTTPError:
            return self._hang_up(handler)
        if ruled == LOSE:
            return self._hang_up(handler)
        return self._reply(handler, given.status_code, given.headers, given.content)

    def _reply(self, handler, status, headers, body):
        try:
            handler.send_response(status)
            for name, value in headers.items():
                if name.lower() not in _HOP:
                    handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)
        except OSError:
            handler.close_connection = True  # who asked is gone

    def _hang_up(self, handler):
        handler.close_connection = True
        handler.connection.shutdown(2)

    @contextmanager
    def at_work(self):
        """Listen, for a while."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield self
        self._server.shutdown()
        self._server.server_close()
