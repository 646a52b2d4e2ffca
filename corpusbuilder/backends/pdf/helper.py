"""A helper process that reads PDFs for its parent, so that a page that hangs or crashes the library can be given up.

C code that hangs cannot be interrupted from within its process: no signal handler or thread of Python runs. The parent
kills the helper, starts another and goes on with the next page. Requests and answers are pickles after their length.

A helper has a limit on its memory, too: what would take more fails with an error instead of bringing down the machine.
One that has grown large over its work is replaced by a fresh one.

For the same reason a helper that hangs cannot see that its parent is gone. The kernel ends it: on Linux at once,
everywhere by an alarm a little after the request's time is over.
"""

import ctypes
import gc
import os
import pickle
import resource
import selectors
import signal
import struct
import subprocess
import sys
import time
import weakref
from collections import deque
from collections.abc import Callable
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any, Final, TypeAlias

from corpusbuilder.backends.pdf.failures import library_errors
from corpusbuilder.errors import CorpusbuilderError, RecordError

_LENGTH: Final = struct.Struct(">Q")
Request: TypeAlias = tuple[str, tuple[Any, ...], float]
"""Method, arguments and the seconds it may take."""

_MARGIN_S: Final = 2.0
"""How long after the parent should have given up a request the helper ends by itself."""
_PR_SET_PDEATHSIG: Final = 1
_COLLECT_AFTER: Final = 32
"""Requests between two searches for circles of objects."""
_ROOMY: Final = 256 << 20
"""Bytes; a helper that holds more gives up what the library keeps for later."""
_SWOLLEN: Final = 0.5
"""A helper that keeps this share of the memory it may take is replaced after its answer."""


class HelperTimeoutError(Exception):
    """The helper did not answer in time and was killed."""


class HelperDiedError(Exception):
    """The helper ended in the middle of a request: the library crashed, or memory ran out."""


class Helper:
    """The parent's side: one child process, started with the first request.

    For use by one thread, apart from `close`: on Linux the child ends with the thread that started it.

    Args:
        memory_mb: the most memory that the child may take for data, in MiB; on Linux alone.
    """

    def __init__(self, *, memory_mb: int | None = None) -> None:
        self._memory_mb = memory_mb
        self._generation = 0
        self._open: dict[int, tuple[int, Any]] = {}
        self._closing: deque[int] = deque()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()

    @property
    def generation(self) -> int:
        """The number of the last child that was started; 0 before the first."""
        return self._generation

    @property
    def pid(self) -> int | None:
        """The id of the child; None while there is none."""
        return self._process.pid if self._process else None

    def is_running(self, generation: int) -> bool:
        """Whether that child still runs: another knows nothing of the documents that it had open. Starts none."""
        return (
            generation == self._generation
            and self._owner == os.getpid()
            and self._process is not None
            and self._process.poll() is None
        )

    def open(self, handle: int, path: str, password: str | None, *, timeout_s: float) -> Any:  # noqa: ANN401 - no import
        """What the file says of itself; the child keeps it open under ``handle``. For the errors see `ask`."""
        while self._closing:
            closed = self._closing.popleft()
            if closed in self._open and self.is_running(self._open.pop(closed)[0]):
                self.ask("close", closed, timeout_s=timeout_s)
        generation, info = self._open.get(handle, (0, None))
        if not self.is_running(generation):
            info = self.ask("open", handle, path, password, timeout_s=timeout_s)
            self._open[handle] = self._generation, info
        return info

    def close(self, handle: int) -> None:
        """The child need not keep a file open; it closes it when it is next asked for anything. For any thread."""
        self._closing.append(handle)

    def ask(self, method: str, *args: object, timeout_s: float) -> Any:  # noqa: ANN401 - depends on the method
        """The child's answer.

        Raises:
            HelperTimeoutError: none came within ``timeout_s`` seconds.
            HelperDiedError: the child ended.
            RecordError: as the method raised it.
        """
        process = self._running()
        try:
            _send(process.stdin.fileno(), (method, args, timeout_s))  # type: ignore[union-attr] # both ends are pipes
            failed, value, is_swollen = self._receive(process, time.monotonic() + timeout_s)
        except (BrokenPipeError, EOFError):
            self.stop()
            if process.returncode == -signal.SIGALRM:  # it saw before us that the time was over
                raise HelperTimeoutError from None
            raise HelperDiedError(method) from None
        except HelperTimeoutError:
            self.stop()
            raise
        if is_swollen:
            self.stop()
        if failed:
            raise value
        return value

    def _running(self) -> subprocess.Popen[bytes]:
        if self._owner != os.getpid():  # after a fork the child is still the parent's
            self._process, self._owner = None, os.getpid()
        if self._process is None or self._process.poll() is not None:
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join(part for part in sys.path if part)}
            command = [
                sys.executable,
                "-P",
                "-m",
                __name__,
                str(os.getpid()),
                str(self._memory_mb or 0),
            ]  # -P: no module of the user's folder
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
            )
            self._generation += 1
            weakref.finalize(self, _end, self._process, os.getpid())
        return self._process

    def _receive(self, process: subprocess.Popen[bytes], deadline: float) -> tuple[bool, Any, bool]:
        stream = process.stdout.fileno()  # type: ignore[union-attr] # a pipe
        (length,) = _LENGTH.unpack(_read(stream, _LENGTH.size, deadline))
        answer: tuple[bool, Any, bool] = pickle.loads(_read(stream, length, deadline))  # noqa: S301 - from our own child
        return answer

    def stop(self) -> None:
        """Kill the child; the next request starts another."""
        if self._process is not None:
            _end(self._process, self._owner)
            self._process = None


def _end(process: subprocess.Popen[bytes], owner: int) -> None:
    if owner != os.getpid():
        return
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _send(stream: int, message: object) -> None:
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    view = memoryview(_LENGTH.pack(len(data)) + data)
    while view:
        view = view[os.write(stream, view) :]


def _read(stream: int, size: int, deadline: float | None) -> bytes:
    """Exactly ``size`` bytes; with a deadline (`time.monotonic`) not a moment longer."""
    parts = []
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while size:
            left = None if deadline is None else deadline - time.monotonic()
            if (left is not None and left <= 0) or not selector.select(left):
                raise HelperTimeoutError
            part = os.read(stream, min(size, 1 << 20))
            if not part:
                raise EOFError
            parts.append(part)
            size -= len(part)
    return b"".join(parts)


class _Server:
    """The child's side: documents by handle."""

    def __init__(self) -> None:
        from corpusbuilder.backends.pdf.pymupdf import PyMuPdf

        self._backend = PyMuPdf()
        self._documents: dict[int, Any] = {}

    def forget(self) -> None:
        """Give back memory that can be done without."""
        self._backend.forget()

    def answer(self, method: str, args: tuple[Any, ...]) -> tuple[bool, object]:
        """Whether the method failed, and its result or error."""
        try:
            return False, self._call(method, args)
        except CorpusbuilderError as error:
            return True, error
        except library_errors() as error:
            return True, _as_record_error(method, args, error)

    def _call(self, method: str, args: tuple[Any, ...]) -> object:
        if method == "open":
            handle, path, password = args
            document: Any = self._backend.open(Path(path), password=password)
            info = document.info
            self._documents[handle] = document
            return info
        handle, *rest = args
        if method == "work":
            packed, item = rest
            return _unpacked(packed)(self._documents[handle], item)
        if method == "close":
            if document := self._documents.pop(handle, None):
                document.__exit__(None, None, None)
            return None
        if method == "render":
            page_no, box, dpi, without = rest
            return self._documents[handle].render(page_no, box, dpi=dpi, without=without)
        if method == "picture":
            page_no, box, dpi = rest
            return self._documents[handle].picture(page_no, box, dpi=dpi)
        return getattr(self._documents[handle], method)(*rest)


@lru_cache(maxsize=4)
def _unpacked(work: bytes) -> Callable[[Any, Any], object]:
    function: Callable[[Any, Any], object] = pickle.loads(work)  # noqa: S301 - from our own parent
    return function


def _as_record_error(method: str, args: tuple[Any, ...], error: Exception) -> RecordError:
    text = " ".join(str(error).split())[:200]
    what = f"failed in the PDF library ({type(error).__name__}: {text})"
    if method == "open":
        return RecordError("damaged", f"{args[1]}: opening it {what}")
    if method in ("render", "picture"):
        return RecordError("not_rendered", f"rendering page {args[1]} {what}")
    return RecordError("failed", what)


def serve(parent: int, memory_mb: int) -> None:
    """Answer requests from stdin on stdout until the process ``parent`` closes the pipe or ends.

    Args:
        parent: id of the process.
        memory_mb: the most memory to take for data, in MiB; 0 sets no limit.
    """
    _end_with(parent)
    _limit_memory(memory_mb << 20)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to end
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # the default action needs no Python to run
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
    answers = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints must not land between the answers
    server = _Server()
    gc.disable()  # MuPDF's dictionaries and our pages are many, and almost all go without it
    gc.freeze()
    for number in count(1):
        if not (request := _next_request()):
            return
        method, args, limit_s = request
        signal.setitimer(signal.ITIMER_REAL, limit_s + _MARGIN_S)
        message = server.answer(method, args)
        signal.setitimer(signal.ITIMER_REAL, 0)
        if (resident := _resident()) > _ROOMY:
            server.forget()
        try:
            _send(answers, (*message, bool(memory_mb) and resident > _SWOLLEN * (memory_mb << 20)))
        except BrokenPipeError:  # nobody waits for it any more
            return
        if number % _COLLECT_AFTER == 0:
            gc.collect()


def _next_request() -> Request | None:
    try:
        (length,) = _LENGTH.unpack(_read(0, _LENGTH.size, None))
        request: Request = pickle.loads(_read(0, length, None))  # noqa: S301 - from our own parent
    except EOFError:
        return None
    return request


def _end_with(parent: int) -> None:
    """Have the kernel kill this process when its parent ends."""
    if sys.platform != "linux":
        return
    unused = ctypes.c_ulong(0)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), unused, unused, unused)
    if os.getppid() != parent:  # it ended before the kernel was told
        raise SystemExit


def _limit_memory(size: int) -> None:
    """Have allocations fail beyond ``size`` bytes of data; libraries and mapped files do not count."""
    if size and sys.platform == "linux":
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (size if most < 0 else min(size, most), most))


def _resident() -> int:
    """Bytes of memory that this process holds; 0 where that is not known."""
    if sys.platform != "linux":
        return 0
    return int(Path("/proc/self/statm").read_bytes().split()[1]) * resource.getpagesize()


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))
