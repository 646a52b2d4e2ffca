"""Speed and memory of review against a real Label Studio, through the real command.

    python scripts/bench_review.py [--sizes 1000 10000] [--changes 0 10 100 1000]

For every size there are a workspace with so many withheld examples, 200 a document, and a project of its own on one
server. Every command is a process of its own and runs once. "Sent in" is the time between the first and the last task
by the server's clock. People annotate over the API, some at a time, as often as the row says since the pull before;
what was done in the last five minutes is fetched once more by every pull. A change of a task is another reason why it
is shown, as after a new version of a check.
"""

import argparse
import importlib
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from measuring import Measured, measured

TESTS = Path(__file__).resolve().parents[1] / "tests"
PER_DOCUMENT: Final = 200
PEOPLE: Final = 4
"""Who annotate at the same time."""
BATCH: Final = 500
"""Tasks that a push sends at a time."""
DECIDED: Final = {"id": "decided", "type": "choices", "from_name": "decision", "to_name": "passage"}
OUTDATED: Final = 200
"""Tasks that change after they were sent."""


class Desk:
    """The people before the tasks of one project."""

    def __init__(self, studio: Any, project: int) -> None:  # noqa: ANN401 - of the tests, which have no types
        self._studio = studio
        self._project = project
        self._local = threading.local()
        self.tasks = dict(self._listed())
        """When each was made, by id."""

    def sent_in(self) -> float:
        """Seconds that sending all tasks took; the first batch is already there at the first time that is known."""
        times = sorted(self.tasks.values())
        known = (times[-1] - times[0]).total_seconds()
        return known * len(times) / max(1, len(times) - BATCH)

    def annotate(self, number: int, seed: int) -> None:
        """Accept so many tasks."""
        chosen = random.Random(seed).sample(sorted(self.tasks), number)  # noqa: S311 - not a secret
        with ThreadPoolExecutor(PEOPLE) as people:
            list(people.map(self._accept, chosen))

    def _accept(self, task: int) -> None:
        whole = self._call("GET", f"/api/tasks/{task}/")
        result = [*whole["predictions"][0]["result"], {**DECIDED, "value": {"choices": ["accept"]}}]
        self._call("POST", f"/api/tasks/{task}/annotations/", json={"result": result, "lead_time": 30.0})

    def _listed(self) -> Iterator[tuple[int, datetime]]:
        page, left = 0, True
        while left:
            page += 1
            params = {"project": self._project, "page": page, "page_size": 500, "fields": "task_only"}
            answer = self._call("GET", "/api/tasks/", params=params)
            yield from ((task["id"], datetime.fromisoformat(task["created_at"])) for task in answer["tasks"])
            left = page * 500 < answer["total"]

    def _call(self, method: str, path: str, **given: Any) -> Any:  # noqa: ANN401 - any JSON
        import httpx

        if not hasattr(self._local, "http"):
            self._local.http = httpx.Client(base_url=self._studio.url, headers=self._studio.owner.headers, timeout=120)
        return self._local.http.request(method, path, **given).raise_for_status().json()


def main() -> None:
    """Measure every command at every size, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", type=int, default=[1000, 10_000], help="tasks")
    parser.add_argument("--changes", nargs="+", type=int, default=[0, 10, 100, 1000], help="annotations before a pull")
    parser.add_argument("--make", nargs=2, metavar=("FOLDER", "TASKS"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.make:
        make(Path(arguments.make[0]), int(arguments.make[1]))
        return
    sys.path.insert(0, str(TESTS))
    studio_of_tests = importlib.import_module("studio")
    columns = "tasks, command, wall s, a second, peak MiB"
    print(f"| {columns.replace(', ', ' | ')} |")
    print("|---" * len(columns.split(",")) + "|")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        studio = studio_of_tests.start(Path(folder) / "server")
        for size in arguments.sizes:
            workspace = Path(folder) / f"corpus-{size}"
            subprocess.run([sys.executable, __file__, "--make", str(workspace), str(size)], check=True)  # noqa: S603
            bench(studio, workspace, size, arguments.changes)


def make(folder: Path, size: int) -> None:
    """A workspace with so many withheld examples."""
    sys.path.insert(0, str(TESTS))
    importlib.import_module("review_corpus").corpus(folder, size, documents=max(1, size // PER_DOCUMENT))
    (folder / "corpusbuilder.toml").write_text(f'[corpus]\nname = "bench-{size}"\n')


def bench(studio: Any, workspace: Path, size: int, changes: Sequence[int]) -> None:  # noqa: ANN401 - without types
    """One row per command."""
    show(size, "push", pushed := review(studio, workspace, "push"), size)
    desk = Desk(studio, json.loads((workspace / "review" / "project.json").read_text())["project_id"])
    if pushed.answer["added"] != size or len(desk.tasks) != size:
        raise SystemExit(f"of {size} tasks {pushed.answer['added']} were sent, and {len(desk.tasks)} are there")
    sent_in = desk.sent_in()
    print(f"| {size} | of that: sent in | {sent_in:.1f} | {size / sent_in:.0f} tasks | - |", flush=True)
    show(size, "push, nothing to do", review(studio, workspace, "push"), size)
    outdate(workspace, OUTDATED)
    show(size, f"push, {OUTDATED} changed", updated := review(studio, workspace, "push"), OUTDATED)
    if updated.answer["updated"] != min(size, OUTDATED):
        raise SystemExit(f"of {OUTDATED} tasks {updated.answer['updated']} were changed")
    for seed, number in enumerate(changes):
        desk.annotate(number, seed)
        pulled = review(studio, workspace, "pull")
        show(size, f"pull, {number} changed", pulled, number)
        if pulled.answer["pulled"]["fetched"] != number:
            raise SystemExit(f"of {number} annotations {pulled.answer['pulled']['fetched']} were fetched")
        show(size, f"status, {sum(changes[: seed + 1])} annotations", review(studio, workspace, "status"))


def outdate(workspace: Path, number: int) -> None:
    """Let the checks say something else of so many examples."""
    for path in sorted((workspace / "verify").glob("*.jsonl")):
        records = [json.loads(line) for line in path.read_text().splitlines()]
        for record in records[: max(0, number)]:
            for check in record["verdict"]["checks"]:
                check["reason"] += " (seen by version 2)"
        number -= len(records)
        path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records))


def review(studio: Any, workspace: Path, *command: str) -> Measured:  # noqa: ANN401 - without types
    """Run one command, in a process of its own."""
    script = Path(sys.executable).with_name("corpusbuilder")
    line = [str(script), "review", *command, "-w", str(workspace), "--json"]
    environ = {**os.environ, **studio.environ}
    return measured(line, environ)


def show(size: int, command: str, found: Measured, number: int = 0) -> None:
    """One row."""
    rate = f"{number / found.seconds:.0f}" if number else "-"
    print(f"| {size} | {command} | {found.seconds:.1f} | {rate} | {found.peak_mib:.0f} |", flush=True)


if __name__ == "__main__":
    main()
