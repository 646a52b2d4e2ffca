"""Speed of clients of chat completions against a server of our own that is slow and fails on purpose.

    python scripts/bench_teachers.py [--n 2000] [--latency 0.2] [--concurrency 64] [--rivals VENV] [--only NAME ...]

The server is a process of its own, and so is every client: its CPU time is clean, and imports and the first request
are not counted. The ideal is n x latency / concurrency. A rival is measured when VENV, a virtual environment apart from
ours, has it: ``python -m venv VENV && VENV/bin/pip install datatrove aiofiles aiosqlite httpx orjson xxhash``.
"""

import argparse
import asyncio
import importlib
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from corpusbuilder.backends.models.access import Access
    from corpusbuilder.backends.models.openai.options import OpenAIModelOptions

FAKES = Path(__file__).resolve().parents[1] / "tests" / "fakes"
KEY = "sk-bench"
MODEL = "fake-vlm"
NOT_THERE = 3
"""Exit code of a client that is not installed."""
SCENARIOS: dict[str, Sequence[str]] = {
    "none": (),
    "5 % 429, 5 % 500, 2 % malformed": ("429:0.05", "500:0.05", "malformed:0.02"),
}
PASSAGE = (
    "A leaf takes in light, water and a gas from the air. In the cells of its upper side lie small green bodies, and "
    "in these the light splits water. What is left over is given off through openings on the lower side of the leaf. "
)
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "question": {"type": "string"},
        "answer": {"type": "string"},
        "steps": {"type": "array", "items": {"type": "string"}, "minItems": 2},
    },
    "required": ["question", "answer", "steps"],
    "additionalProperties": False,
}


class NotThereError(Exception):
    """The client cannot be measured here."""


class Document(Protocol):
    """What datatrove passes around."""

    id: str


Texts: TypeAlias = list[str | None]
Client: TypeAlias = Callable[[str, int, int], Texts]
"""(base URL, number of questions, concurrency) -> the text of each answer, None where there is none."""


@dataclass(frozen=True)
class Run:
    """How hard the clients are worked."""

    n: int
    latency: float
    concurrency: int
    limit: float
    """Seconds after which a client is stopped."""

    @property
    def ideal(self) -> float:
        """Seconds that a client without any cost of its own would take."""
        return self.n * self.latency / self.concurrency


def question(number: int) -> dict[str, Any]:
    """The body of a request, different for each number."""
    return {
        "model": MODEL,
        "messages": [
            {"role": "system", "content": "You write one question about a passage of a schoolbook."},
            {"role": "user", "content": f"{PASSAGE * 3}\nQuestion number {number}."},
        ],
        "response_format": {"type": "json_schema", "json_schema": {"name": "qa", "strict": True, "schema": SCHEMA}},
    }


def is_good(text: str | None) -> bool:
    """Whether an answer fits the schema."""
    try:
        value = json.loads(text or "")
    except ValueError:
        return False
    return isinstance(value, dict) and set(value) == set(SCHEMA["properties"]) and len(value["steps"]) >= 2


def ours(base_url: str, n: int, concurrency: int) -> Texts:
    """Our own client with its ledger on the disk and its repair of answers that make no sense."""
    from corpusbuilder.backends.models.access import Access
    from corpusbuilder.backends.models.openai.options import OpenAIModelOptions

    ledgers = importlib.import_module("corpusbuilder.store.ledger")
    options = OpenAIModelOptions(model=MODEL, base_url=base_url, api_key_env="BENCH_KEY", concurrency=concurrency)
    with tempfile.TemporaryDirectory() as folder:
        access = Access(
            open_ledger=lambda: ledgers.CallLedger(Path(folder) / "ledger"),
            read_image=no_image,
            environ={"BENCH_KEY": KEY},
            own_prices=Path(folder) / "prices.toml",
        )
        try:
            return access.loop.submit(with_ours(access, options, n)).result()
        finally:
            access.close()


async def with_ours(access: "Access", options: "OpenAIModelOptions", n: int) -> Texts:
    """Ask everything at once: the client itself sees to it that no more are in flight than its options say."""
    from corpusbuilder.backends.models.base import Message, ModelRequest, OutputSchema, TextPart
    from corpusbuilder.backends.models.calls import UnusableAnswerError
    from corpusbuilder.backends.models.openai.model import OpenAIModel
    from corpusbuilder.errors import RecordError

    calls = access.calls(
        lambda ledger: OpenAIModel(options, read_image=access.read_image, ledger=ledger, environ=access.environ)
    )

    def read(value: object) -> str:
        text = json.dumps(value)
        if not is_good(text):
            raise UnusableAnswerError("it does not fit the schema")
        return text

    async def ask(number: int) -> str | None:
        messages = tuple(
            Message(message["role"], (TextPart(message["content"]),)) for message in question(number)["messages"]
        )
        request = ModelRequest(messages, output=OutputSchema("qa", SCHEMA), order=(number,))
        try:
            return (await calls.ask(request, read, lambda complaint: f"Again, please: {complaint}.")).value
        except RecordError:
            return None

    return await by_workers(ask, n, n)


def no_image(sha256: str) -> bytes:
    """The questions have none."""
    raise FileNotFoundError(sha256)


def openai_aiohttp(base_url: str, n: int, concurrency: int) -> Texts:
    """The client of openai itself on aiohttp."""
    return asyncio.run(with_openai(base_url, n, concurrency, on_aiohttp=True))


def openai_default(base_url: str, n: int, concurrency: int) -> Texts:
    """The client of openai itself as it comes."""
    return asyncio.run(with_openai(base_url, n, concurrency, on_aiohttp=False))


async def with_openai(base_url: str, n: int, concurrency: int, *, on_aiohttp: bool) -> Texts:
    """Ask with openai's client and its own retries."""
    import openai

    transport = openai.DefaultAioHttpClient() if on_aiohttp else None
    async with openai.AsyncOpenAI(base_url=base_url, api_key=KEY, http_client=transport) as client:

        async def ask(number: int) -> str | None:
            try:
                completion = await client.chat.completions.create(**question(number))
            except openai.APIError:
                return None
            text: str | None = completion.choices[0].message.content
            return text

        return await by_workers(ask, n, concurrency)


async def by_workers(ask: Callable[[int], Awaitable[str | None]], n: int, concurrency: int) -> Texts:
    """Ask every question, so many at a time."""
    numbers = iter(range(n))
    texts: Texts = [None] * n

    async def work() -> None:
        for number in numbers:
            texts[number] = await ask(number)

    await asyncio.gather(*(work() for _ in range(concurrency)))
    return texts


def datatrove(base_url: str, n: int, concurrency: int) -> Texts:
    """The inference runner of datatrove with its checkpoints."""
    inference = importlib.import_module("datatrove.pipeline.inference.run_inference")
    data = importlib.import_module("datatrove.data")
    writers = importlib.import_module("datatrove.pipeline.writers")
    importlib.import_module("loguru").logger.remove()
    texts: Texts = []

    async def rollout(document: Document, generate: Callable[[dict[str, Any]], Awaitable[Any]]) -> str:
        body = question(int(document.id))
        result = await generate({name: value for name, value in body.items() if name != "model"})
        texts.append(result.text)
        return str(result.text)

    with tempfile.TemporaryDirectory() as folder:
        runner = inference.InferenceRunner(
            rollout_fn=rollout,
            config=inference.InferenceConfig(
                server_type="endpoint",
                model_name_or_path=MODEL,
                endpoint_url=base_url.removesuffix("/v1"),
                api_key=KEY,
                max_concurrent_generations=concurrency,
            ),
            output_writer=writers.JsonlWriter(f"{folder}/out", output_filename="${rank}_${chunk_index}.jsonl"),
            checkpoints_local_dir=f"{folder}/checkpoints",
            skip_bad_requests=True,
        )
        runner.run(data.Document(text=str(number), id=str(number)) for number in range(n))
    return texts


CLIENTS: dict[str, Client] = {
    "ours": ours,
    "openai-aiohttp": openai_aiohttp,
    "openai-default": openai_default,
    "datatrove": datatrove,
}
RIVALS = {"datatrove"}
"""Those that live in an environment of their own."""


def main() -> None:
    """Measure every client in every scenario and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=2000, help="questions")
    parser.add_argument("--latency", type=float, default=0.2, help="seconds that the server takes for each")
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--rivals", type=Path, help="virtual environment with datatrove")
    parser.add_argument("--limit", type=float, default=150, help="seconds after which a client is stopped")
    parser.add_argument("--only", nargs="+", choices=CLIENTS, default=list(CLIENTS), help="clients to measure")
    parser.add_argument("--child", nargs=3, metavar=("CLIENT", "WARM_UP_URL", "URL"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    run = Run(arguments.n, arguments.latency, arguments.concurrency, arguments.limit)
    if arguments.child:
        sys.exit(measure_here(run, *arguments.child))
    print(f"{run.n} questions of {1000 * run.latency:.0f} ms, {run.concurrency} at a time; ideal {run.ideal:.2f} s\n")
    columns = "client, faults, wall s, x ideal, CPU ms/question, good, requests, in flight, early retries, repeated"
    print(f"| {columns.replace(', ', ' | ')} |")
    print("|---" * len(columns.split(",")) + "|")
    for name in arguments.only:
        print_client(name, python_for(name, arguments.rivals), run)


def print_client(name: str, python: Path | None, run: Run) -> None:
    """One row per scenario, or one that says why there is none."""
    for faults, kinds in SCENARIOS.items():
        skipped = "no --rivals environment" if python is None else None
        cells: Sequence[str] = ()
        if python is not None:
            try:
                cells = measure(name, python, run, kinds)
            except NotThereError as error:
                skipped = str(error)
        if skipped is not None:
            print(f"| {name} | skipped: {skipped} |")
            return
        print(f"| {name} | {faults} | {' | '.join(cells)} |", flush=True)


def python_for(name: str, rivals: Path | None) -> Path | None:
    """The interpreter that a client is measured with."""
    if name not in RIVALS:
        return Path(sys.executable)
    python = rivals / "bin" / "python" if rivals is not None else None
    return python if python is not None and python.exists() else None


def measure(name: str, python: Path, run: Run, faults: Sequence[str]) -> list[str]:
    """The cells of a row.

    Raises:
        NotThereError: if the client is not installed.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        endpoint(Path(folder) / "warm-up", 0.0, ()) as warm_up,
        endpoint(Path(folder) / "log", run.latency, faults) as url,
    ):
        command = [
            str(python),
            __file__,
            f"--n={run.n}",
            f"--concurrency={run.concurrency}",
            "--child",
            name,
            warm_up,
            url,
        ]
        began = time.perf_counter()
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=run.limit)  # noqa: S603
        except subprocess.TimeoutExpired:
            return stopped_cells(f"stopped at {run.limit:.0f}", log_summary(Path(folder) / "log"))
        if done.returncode == NOT_THERE:
            raise NotThereError(done.stdout.strip())
        summary = log_summary(Path(folder) / "log")
        if done.returncode != 0:
            return stopped_cells(f"died at {time.perf_counter() - began:.1f}: {last_words(done.stderr)}", summary)
        figures = json.loads(done.stdout.splitlines()[-1])
        return [
            f"{figures['wall']:.2f}",
            f"{figures['wall'] / run.ideal:.2f}",
            f"{1000 * figures['cpu'] / run.n:.2f}",
            str(figures["good"]),
            *log_cells(summary),
        ]


def last_words(stderr: str) -> str:
    """The error at the end of a traceback, short enough for a cell and without the module of its class."""
    last = (stderr.strip().splitlines() or ["without a word"])[-1]
    return re.sub(r"^[\w.]*\.(?=\w+:)", "", last)[:80].replace("|", "/")


def stopped_cells(why: str, summary: Mapping[str, int]) -> list[str]:
    """The cells of a client that did not come to its end; good are then the answers that the server sent."""
    return [why, "-", "-", f"{summary['answered']} sent", *log_cells(summary)]


def log_cells(summary: Mapping[str, int]) -> list[str]:
    """What the server saw."""
    return [str(summary[name]) for name in ("requests", "most_in_flight", "early_retries", "asked_again")]


def log_summary(log: Path) -> dict[str, int]:
    """Figures from the server's log so far."""
    command = [sys.executable, str(FAKES / "requestlog.py"), str(log)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own script
    summary: dict[str, int] = json.loads(text)
    return summary


@contextmanager
def endpoint(log: Path, latency: float, faults: Sequence[str]) -> Iterator[str]:
    """The base URL of a server in a process of its own."""
    command = [sys.executable, str(FAKES / "endpoint.py"), "--until-eof", f"--log={log}", f"--latency={latency}"]
    command += [f"--fault={fault}" for fault in faults]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        try:
            url = server.stdout.readline().strip() if server.stdout is not None else ""
            if not url:
                raise SystemExit("the server did not start; its message stands above")
            yield url
        finally:
            server.terminate()


def measure_here(run: Run, name: str, warm_up_url: str, url: str) -> int:
    """Measure a client in this process and print the figures as JSON; the exit code."""
    client = CLIENTS[name]
    try:
        client(warm_up_url, 1, 1)
    except (NotThereError, ImportError) as error:
        print(error)
        return NOT_THERE
    cpu, began = cpu_seconds(), time.perf_counter()
    texts = client(url, run.n, run.concurrency)
    wall = time.perf_counter() - began
    print(json.dumps({"wall": wall, "cpu": cpu_seconds() - cpu, "good": sum(map(is_good, texts))}))
    return 0


def cpu_seconds() -> float:
    """User and system time of this process and of those it started."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


if __name__ == "__main__":
    main()
