"""Starts Label Studio on this machine, for this machine, and ends it."""

import fcntl
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import BinaryIO, Final

from corpusbuilder.backends.labelstudio.server.environment import INSIDE, environment
from corpusbuilder.backends.labelstudio.server.files import read_json, write_json
from corpusbuilder.backends.labelstudio.server.folder import ServerFolder
from corpusbuilder.backends.labelstudio.server.installing import Installation
from corpusbuilder.backends.labelstudio.server.ports import HOST, check_port, is_healthy
from corpusbuilder.errors import BackendError, storage_errors

START_TIMEOUT_S: Final = 180.0
"""A first start makes the database: 34 s on 4 cores, more on a slow disk."""
_STOP_TIMEOUT_S: Final = 10.0
_LOCK_TIMEOUT_S: Final = 1.0
_POLL_S: Final = 0.1
_LAST_LINES: Final = 12
_LISTENS: Final = re.compile(rb"Starting development server at http://[^:\s]+:(\d+)/")


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A Label Studio that answers. Its process leads a group of its own."""

    url: str
    folder: ServerFolder
    process: subprocess.Popen[bytes]

    def wait(self) -> None:
        """Stay until it ends, which it does not by itself.

        Raises:
            BackendError: it ended; the message ends with its last lines.
        """
        code = self.process.wait()
        raise BackendError(
            f"Label Studio ended by itself, with {_meaning(code)}; its last lines:\n  {last_lines(self.folder)}",
            hint=f"what people annotated is kept; all it said is in {self.folder.log}",
        )


@contextmanager
def locked(folder: ServerFolder) -> Iterator[BinaryIO]:
    """Keep a second server off a workspace. The lock lasts as long as any process that has the file.

    Raises:
        BackendError: there is a server, or one is being set up; the message says where.
        StorageError: the folder cannot be made.
    """
    with storage_errors(folder.root):
        folder.root.mkdir(parents=True, exist_ok=True)
        lock = folder.lock.open("a+b")
    with lock:
        if not _is_taken(lock):
            yield lock
            return
    running = read_json(folder.marker)
    if "url" not in running:
        raise BackendError(
            f"{folder.workspace}: another `corpusbuilder review serve` is setting up the server of this workspace",
            hint="use that one: it says where it runs when it is up",
        )
    raise BackendError(
        f"{folder.workspace}: the server of this workspace runs already, at {running['url']}",
        hint=f"use that one, or end it: kill {running.get('pid')}",
    )


@contextmanager
def running(
    folder: ServerFolder, installation: Installation, *, port: int, lock: BinaryIO, timeout_s: float = START_TIMEOUT_S
) -> Iterator[RunningServer]:
    """Run Label Studio for as long as the block lasts; afterwards nothing of it is left.

    ``lock`` is what `locked` gave; the server's process holds it, too.

    Raises:
        BackendError: the port is taken, or it does not come up in time; the message ends with its last lines.
        StorageError: the folder cannot be written.
    """
    check_port(port)
    with storage_errors(folder.root):
        _link_images(folder)
        log = folder.log.open("wb")
    with log:
        process = subprocess.Popen(  # noqa: S603 - installed by us or named by the user
            [installation.python, INSIDE / "corpusbuilder_start.py", "start", "--no-browser", *_address(port)],
            env=environment(folder.data, folder.document_root),
            cwd=folder.data,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=[lock.fileno()],
        )
    try:
        server = RunningServer(f"http://{HOST}:{port}", folder, process)
        _wait_until_up(server, port, timeout_s)
        write_json(folder.marker, {"url": server.url, "pid": process.pid})
        yield server
    finally:
        _end(process)
        folder.marker.unlink(missing_ok=True)


def last_lines(folder: ServerFolder) -> str:
    """What the server said last, for a message."""
    try:
        lines = folder.log.read_text(errors="replace").splitlines()
    except OSError:
        return "(its log cannot be read)"
    return "\n  ".join([line for line in lines if line.strip()][-_LAST_LINES:]) or "(it said nothing)"


def _address(port: int) -> list[str]:
    """Left to itself, Label Studio listens to the whole network."""
    return ["--internal-host", HOST, "--port", str(port)]


def _is_taken(lock: BinaryIO) -> bool:
    """Whether another process keeps the lock; one that only looks gives it back at once."""
    end = time.monotonic() + _LOCK_TIMEOUT_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                return True
            time.sleep(_POLL_S)
        else:
            return False


def _link_images(folder: ServerFolder) -> None:
    folder.document_root.mkdir(exist_ok=True)
    link, target = folder.served_assets, folder.workspace / "assets"
    if not (link.is_symlink() and link.readlink() == target):
        link.unlink(missing_ok=True)
        link.symlink_to(target, target_is_directory=True)


def _wait_until_up(server: RunningServer, port: int, timeout_s: float) -> None:
    end = time.monotonic() + timeout_s
    while not _is_up(server, port):
        if server.process.poll() is not None:
            how = f"ended while it started, with {_meaning(server.process.returncode)}"
        elif time.monotonic() > end:
            how = f"did not answer within {timeout_s:.0f} s"
        else:
            time.sleep(_POLL_S)
            continue
        raise BackendError(
            f"Label Studio {how}; its last lines:\n  {last_lines(server.folder)}",
            hint=f"all it said is in {server.folder.log}",
        )


def _is_up(server: RunningServer, port: int) -> bool:
    """Whether it answers, and on its own port: when that was taken in the meantime, it looks for another."""
    said = _LISTENS.search(server.folder.log.read_bytes())
    if said is None:
        return False
    if int(said[1]) != port:
        raise BackendError(f"port {port} was taken while Label Studio started", hint="name another: --port N")
    return is_healthy(port)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the server and whatever it started; a second Ctrl-C while it does so ends them at once."""
    try:
        with suppress(subprocess.TimeoutExpired, ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(_STOP_TIMEOUT_S)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _meaning(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
