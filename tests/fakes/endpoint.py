"""A real HTTP server that speaks OpenAI's chat completions, files and batches, and fails in every way it is told to.

In a test: ``with Endpoint(faults=[("429", 0.05)]) as endpoint: ... endpoint.base_url ... endpoint.log``.
As a process of its own, whose CPU is not the client's: ``with EndpointProcess(log, faults=["429:0.05"]) as ...``, or

    python tests/fakes/endpoint.py --port 0 --log FILE --latency 0.2 --fault 429:0.05 --fault quota:after=100

which prints its base URL and serves until it is told to end, or until its standard input ends with ``--until-eof``.
"""

import argparse
import asyncio
import math
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Self

if __package__ in {None, ""}:  # run as a script
    sys.path[0] = str(Path(__file__).parents[1])

from aiohttp import web

from fakes.options import Fault, Options
from fakes.requestlog import Record, read_log
from fakes.server import Service

STARTS_WITHIN = 20
"""Seconds."""
BACKLOG = 1024


class Endpoint:
    """The server in a thread of this process; enter it to start it. Its options are those of ``Options``."""

    def __init__(self, *, port: int = 0, **options: Any):
        self._options = Options(**options)
        self._wanted_port = port
        self._ready = threading.Event()
        self._trouble: OSError | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="fake-endpoint", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(STARTS_WITHIN):
            raise TimeoutError("the fake endpoint did not start")
        if self._trouble is not None:
            raise self._trouble
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._service.closing.set)
        self._thread.join()

    @property
    def base_url(self) -> str:
        """With ``/v1``, as clients want it."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def log(self) -> list[Record]:
        """The requests so far, in the order of arrival; those under way are ``open``."""
        return list(self._service.log)

    @property
    def completions(self) -> list[Record]:
        """The requests for completions so far."""
        return [record for record in self.log if record.is_completion]

    def change(self, **options: Any) -> None:
        """Behave differently from now on, for example ``change(faults=[])`` when a quota is filled up again."""
        self._service.options = replace(self._service.options, **options)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._service = Service(self._options)
        try:
            await serve(self._service, self._wanted_port, self._started)
        except OSError as error:
            self._trouble = error
            self._ready.set()

    def _started(self, port: int) -> None:
        self.port = port
        self._ready.set()


class EndpointProcess:
    """The server in a process of its own, which ends with this one."""

    def __init__(self, log: Path, *, faults: Iterable[str] = (), port: int = 0, **options: Any):
        """Start with :meth:`__enter__`.

        Args:
            log: JSONL file, one record per request that has ended.
            faults: as on the command line.
            port: 0 for a free one.
            options: those of ``Options`` that are numbers, strings or flags.
        """
        self._log = log
        self._command = [sys.executable, str(Path(__file__).resolve()), "--until-eof", f"--port={port}", f"--log={log}"]
        self._command += [f"--fault={fault}" for fault in faults]
        for name, value in options.items():
            flag = f"--{name.replace('_', '-')}"
            if value is not False:
                self._command.append(flag if value is True else f"{flag}={'none' if value is None else value}")

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.base_url = self._process.stdout.readline().strip()
        if not self.base_url:
            self.__exit__()
            raise RuntimeError("the fake endpoint did not start; its message stands above")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()

    @property
    def pid(self) -> int:
        """Of the server."""
        return self._process.pid

    @property
    def log(self) -> list[Record]:
        """The requests that have ended, in the order of arrival."""
        return read_log(self._log)


async def serve(service: Service, port: int, started: Callable[[int], None]) -> None:
    """Serve on a port of this machine until the service is closing.

    Raises:
        OSError: if the port is taken.
    """
    runner = service.runner()
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port, backlog=BACKLOG).start()
        started(runner.addresses[0][1])
        await service.closing.wait()
        await asyncio.sleep(0)  # requests that hang see it too, and break off
    finally:
        await runner.cleanup()


async def serve_process(options: Options, port: int, log: Path | None, *, until_eof: bool) -> None:
    """Serve until a signal or the end of standard input, logging to a file."""
    with open(log or os.devnull, "a", encoding="utf-8", buffering=1) as file:  # noqa: ASYNC230, PTH123 (local, at start)
        service = Service(options, on_end=lambda record: file.write(record.to_line()))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, service.closing.set)
        if until_eof:
            loop.add_reader(sys.stdin, service.closing.set)  # nobody writes to it: readable means ended
        await serve(service, port, say_base_url)


def say_base_url(port: int) -> None:
    """Tell the parent where the server is."""
    sys.stdout.write(f"http://127.0.0.1:{port}/v1\n")
    sys.stdout.flush()


def main() -> None:
    """Serve as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path, help="JSONL file for the records of requests")
    parser.add_argument("--until-eof", action="store_true", help="end with standard input")
    parser.add_argument("--fault", action="append", default=[], type=Fault.parse, help=Fault.parse.__doc__)
    names = [field.name for field in fields(Options) if field.name not in {"faults", "answer", "models", "refuses"}]
    for name in names:
        default = getattr(Options, name)
        flag = f"--{name.replace('_', '-')}"
        if isinstance(default, bool):
            parser.add_argument(flag, action="store_true")
        else:
            parser.add_argument(flag, type=str if isinstance(default, str) else number_or_text, default=default)
    arguments = vars(parser.parse_args())
    options = Options(faults=tuple(arguments["fault"]), **{name: arguments[name] for name in names})
    asyncio.run(serve_process(options, arguments["port"], arguments["log"], until_eof=arguments["until_eof"]))


def number_or_text(text: str) -> int | float | str | None:
    """An option's value: ``none``, ``always``, a number, or the text itself."""
    if text in {"none", "always"}:
        return None if text == "none" else math.inf
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


if __name__ == "__main__":
    main()
