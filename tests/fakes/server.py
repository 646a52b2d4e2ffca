"""The HTTP side: takes requests, injects faults on the wire, writes the log."""

import asyncio
import hashlib
import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from aiohttp import web

from fakes.batchjobs import BadBatchError, BatchJobs, NotFoundError
from fakes.completions import Completions, RefusedError
from fakes.options import BROKEN, REFUSED_AT_ONCE, Call, Options, due_fault, latency_of
from fakes.refusals import ERRORS, Reply, error_body, quoting, refusal
from fakes.requestlog import Record

HTML = b"<!DOCTYPE html><html><head><title>Oops</title></head><body><h1>Something else</h1></body></html>"
LARGEST_BODY = 2**30


class Service:
    """State and behaviour of the endpoint, on whatever loop it runs."""

    def __init__(self, options: Options, on_end: Callable[[Record], None] = lambda record: None):
        self.options = options
        self.log: list[Record] = []
        self.closing = asyncio.Event()
        self._on_end = on_end
        self._log_lock = threading.Lock()
        self._completions = Completions()
        self._jobs = BatchJobs(self._answer_line)
        self._numbers: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._open = 0
        self._serving = 0

    def runner(self) -> web.AppRunner:
        """What serves this over HTTP."""
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_route("*", "/{path:.*}", self._handle)
        return web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.2)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body, payload = await read(request)
        self._open += 1
        record = self._begin(request.method, request.path, body, payload, key_of(request))
        if self.options.keep_bodies:
            hidden = {"authorization", "api-key"}
            record.headers = {k.lower(): v for k, v in request.headers.items() if k.lower() not in hidden}
        try:
            return await self._respond(request, body, record)
        except asyncio.CancelledError:
            self._end(record, "client_gone")
            raise
        except ConnectionError:
            self._end(record, "client_gone")
            return web.Response()  # nobody reads it
        finally:
            self._end(record, "crashed")  # unless it has ended already
            self._open -= 1

    async def _respond(self, request: web.Request, body: Any, record: Record) -> web.StreamResponse:
        key = key_of(request)
        if self.options.api_key is not None and key != self.options.api_key:
            record.fault = "key"
            return await self._send(request, record, refusal("key", self.options, key))
        self._serving += record.is_completion
        try:
            if record.is_completion and self.options.admits is not None and self._serving > self.options.admits:
                record.fault = "overload"
                return await self._send(request, record, refusal("overload", self.options, key))
            return await self._act(request, body, record)
        finally:
            self._serving -= record.is_completion

    async def _act(self, request: web.Request, body: Any, record: Record) -> web.StreamResponse:
        """Answer, or do what a fault wants instead."""
        options, key = self.options, key_of(request)
        call, fault, waits = self._plan(record, record.path, body)
        if fault not in REFUSED_AT_ONCE and record.is_completion:
            await asyncio.sleep(waits)
        if fault == "hang":
            await self.closing.wait()
        if fault in {"hang", "reset"}:
            self._end(record, "broken")
            reset(request)
            return web.Response()
        if fault in ERRORS:
            return await self._send(request, record, refusal(fault, options, key))
        if fault == "502_html":
            return await self._send(request, record, Reply(502, HTML, {"Content-Type": "text/html"}))
        if fault == "not_json":
            return await self._send(request, record, Reply(200, HTML, {"Content-Type": "text/html"}))
        if fault == "wrong_keys":
            return await self._send(request, record, Reply(200, {"result": "ok", "data": {"text": "hello"}}, {}))
        reply = self._answer(request.method, request.path, call, record, key)
        return await self._send(request, record, reply)

    def _plan(self, record: Record, path: str, body: Any) -> tuple[Call, str | None, float]:
        """The fault that is due and the latency."""
        self._numbers[path] += 1
        call = Call(path, self._numbers[path], record.asked, body if isinstance(body, dict) else {})
        failed = self._failed[record.asked]
        fault = due_fault(self.options, call, failed)
        self._failed[record.asked] += fault is not None
        record.fault = fault
        return call, fault, latency_of(self.options, call, failed)

    def _answer(self, method: str, path: str, call: Call, record: Record, key: str | None) -> Reply:
        """What a server in good health answers."""
        try:
            if method == "POST" and call.path.endswith("/chat/completions"):
                return self._complete(call, record)
            return Reply(200, self._other(method, path, call.body), {})
        except NotFoundError as error:
            return Reply(404, error_body(quoting(str(error), self.options, key), "invalid_request_error", None), {})
        except BadBatchError as error:
            return Reply(400, error_body(quoting(str(error), self.options, key), "invalid_request_error", None), {})
        except RefusedError as error:
            message = quoting(str(error), self.options, key)
            return Reply(400, error_body(message, "invalid_request_error", error.code, error.param), {})

    def _complete(self, call: Call, record: Record) -> Reply:
        completion = self._completions.answer(self.options, call, record.fault)
        usage = completion["usage"]
        record.prompt_tokens = usage["prompt_tokens"]
        record.completion_tokens = usage["completion_tokens"]
        record.cached_tokens = usage["prompt_tokens_details"]["cached_tokens"]
        completion["usage"] = stated(usage, self.options.counts)
        return Reply(200, completion, {"x-request-id": f"req-{record.number}"})

    def _other(self, method: str, path: str, body: dict[str, Any]) -> Any:
        """Models, files and batches."""
        match method, path.strip("/").split("/")[1:]:
            case "GET", ["models"]:
                return listing([{"id": name, "object": "model", "owned_by": "fake"} for name in self.options.models])
            case "POST", ["files"] if isinstance(body.get("file"), bytes):
                return self._jobs.add_file(body["filename"], body["file"], body.get("purpose", ""))
            case "GET", ["files"]:
                return listing(self._jobs.files())
            case "GET", ["files", file_id]:
                return self._jobs.file(file_id)
            case "GET", ["files", file_id, "content"]:
                return self._jobs.content(file_id)
            case "DELETE", ["files", file_id]:
                return self._jobs.delete_file(file_id)
            case "POST", ["batches"]:
                return self._jobs.create(body)
            case "GET", ["batches"]:
                return listing(self._jobs.batches())
            case "GET", ["batches", batch_id]:
                return self._jobs.look(batch_id, self.options)
            case "POST", ["batches", batch_id, "cancel"]:
                return self._jobs.cancel(batch_id)
        raise NotFoundError(f"Unknown request URL: {method} {path}")

    def _answer_line(self, batch_id: str, custom_id: str, body: dict[str, Any]) -> tuple[int, Any]:
        """One line of a batch. Faults on the wire come out as 500."""
        record = self._begin("POST", f"batch/{batch_id}/{custom_id}", body, json.dumps(body).encode(), None)
        call, fault, _ = self._plan(record, "/v1/chat/completions", body)
        if fault in ERRORS or fault in BROKEN or fault in {"502_html", "not_json"}:
            reply = refusal(fault if fault in ERRORS else "500", self.options, None)
        elif fault == "wrong_keys":
            reply = Reply(200, {"result": "ok"}, {})
        else:
            reply = self._answer("POST", call.path, call, record, None)
        record.status = reply.status
        self._end(record, "answered")
        return reply.status, reply.body

    def _begin(self, method: str, path: str, body: Any, payload: bytes, key: str | None) -> Record:
        content = body if isinstance(body, dict) else {}
        model = content.get("model")
        asked = json.dumps([model, content["messages"]], sort_keys=True).encode() if "messages" in content else payload
        with self._log_lock:
            record = Record(
                number=len(self.log) + 1,
                method=method,
                path=path,
                received=time.monotonic(),
                digest=digest(payload),
                asked=digest(asked),
                model=model if isinstance(model, str) else None,
                authorization=key is not None,
                in_flight=self._open,
                body=body if self.options.keep_bodies and "file" not in content else None,
            )
            self.log.append(record)
        return record

    def _end(self, record: Record, outcome: str) -> None:
        if record.ended is None:
            record.ended = time.monotonic()
            record.outcome = outcome
            self._on_end(record)

    async def _send(self, request: web.Request, record: Record, reply: Reply) -> web.StreamResponse:
        """Put a reply on the wire, whole or broken."""
        record.status = reply.status
        record.retry_after = reply.retry_after
        data = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"} | reply.headers
        if record.fault == "slow_body":
            return await self._drip(request, record, data, headers)
        if record.fault in {"truncated", "short_length"}:
            half = len(data) // 2
            cut = record.fault == "truncated"
            write_raw(request, reply.status, headers, len(data) if cut else half, data[:half] if cut else data)
            self._end(record, "broken")
            return web.Response()
        self._end(record, "answered")
        return web.Response(status=reply.status, body=data, headers=headers)

    async def _drip(
        self, request: web.Request, record: Record, data: bytes, headers: dict[str, str]
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers=headers)
        response.content_length = len(data)
        await response.prepare(request)
        for position in range(len(data)):
            if position + 1 == len(data):
                self._end(record, "answered")
            await response.write(data[position : position + 1])
            await asyncio.sleep(self.options.drip)
        return response


async def read(request: web.Request) -> tuple[Any, bytes]:
    """The body as JSON (or the fields of a form; None if it is neither), and its bytes."""
    if request.content_type == "multipart/form-data":
        form = await request.post()
        upload = form.get("file")
        if not isinstance(upload, web.FileField):
            return {}, b""
        with upload.file as file:
            content = file.read()
        return {"file": content, "filename": upload.filename, "purpose": form.get("purpose", "")}, content
    payload = await request.read()
    try:
        return json.loads(payload) if payload else None, payload
    except ValueError:
        return None, payload


def key_of(request: web.Request) -> str | None:
    """The key that came along, in OpenAI's header or Azure's."""
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    return bearer or request.headers.get("api-key")


def listing(items: list[Any]) -> dict[str, Any]:
    """A list in OpenAI's shape."""
    ids = [item["id"] for item in items]
    edges = {"first_id": ids[0], "last_id": ids[-1]} if ids else {}
    return {"object": "list", "data": items, "has_more": False, **edges}


def digest(payload: bytes) -> str:
    """Short name of some bytes."""
    return hashlib.sha256(payload).hexdigest()[:24]


def reset(request: web.Request) -> None:
    """End the connection with a TCP reset."""
    if request.transport is not None:
        linger_not_at_all = struct.pack("ii", 1, 0)
        request.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_not_at_all)
        request.transport.abort()


def write_raw(request: web.Request, status: int, headers: dict[str, str], length: int, data: bytes) -> None:
    """Send an answer whose Content-Length need not be true, and close the connection."""
    if request.transport is not None:
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"Content-Length: {length}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        request.transport.write("\r\n".join([*lines, "", ""]).encode() + data)
        request.transport.close()


def stated(usage: dict[str, Any], times: float | None) -> dict[str, Any] | None:
    """What an answer states as its usage."""
    if times is None:
        return None
    return {name: round(n * times) if isinstance(n, int) else n for name, n in usage.items()}
