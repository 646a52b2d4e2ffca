"""Files and batches in memory."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from fakes.options import Options, fraction

ANSWER_URL = "/v1/chat/completions"
AnswerLine = Callable[[str, str, dict[str, Any]], tuple[int, Any]]
"""(batch id, custom id, body) -> status and body."""


class NotFoundError(Exception):
    """There is no such file or batch."""


class BadBatchError(Exception):
    """The request for a batch makes no sense."""


@dataclass
class Job:
    """A batch: its public object and what it still has to do."""

    shown: dict[str, Any]
    lines: list[dict[str, Any]]
    began: float
    looks: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)


class BatchJobs:
    """Uploads, batches and their results."""

    def __init__(self, answer_line: AnswerLine):
        self._answer_line = answer_line
        self._files: dict[str, tuple[dict[str, Any], bytes]] = {}
        self._jobs: dict[str, Job] = {}

    def add_file(self, name: str, content: bytes, purpose: str) -> dict[str, Any]:
        """Keep a file; its public object."""
        shown = {
            "id": f"file-{len(self._files) + 1:06d}",
            "object": "file",
            "bytes": len(content),
            "created_at": int(time.time()),
            "filename": name,
            "purpose": purpose,
            "status": "processed",
        }
        self._files[shown["id"]] = shown, content
        return shown

    def file(self, file_id: str) -> dict[str, Any]:
        """The public object of a file."""
        return self._file(file_id)[0]

    def content(self, file_id: str) -> bytes:
        """The bytes of a file."""
        return self._file(file_id)[1]

    def delete_file(self, file_id: str) -> dict[str, Any]:
        """Forget a file."""
        self._file(file_id)
        del self._files[file_id]
        return {"id": file_id, "object": "file", "deleted": True}

    def files(self) -> list[dict[str, Any]]:
        """The public objects, newest first."""
        return [shown for shown, _ in reversed(self._files.values())]

    def _file(self, file_id: str) -> tuple[dict[str, Any], bytes]:
        if file_id not in self._files:
            raise NotFoundError(f"No such File object: {file_id}")
        return self._files[file_id]

    def create(self, request: dict[str, Any]) -> dict[str, Any]:
        """Begin a batch; its public object.

        Raises:
            NotFoundError: if the input file is unknown.
            BadBatchError: if the request is not for chat completions within 24 hours.
        """
        if request.get("endpoint") != ANSWER_URL or request.get("completion_window") != "24h":
            raise BadBatchError(f"endpoint must be {ANSWER_URL} and completion_window 24h")
        lines, problems = read_lines(self.content(str(request.get("input_file_id"))))
        now = int(time.time())
        shown: dict[str, Any] = {
            "id": f"batch_{len(self._jobs) + 1:06d}",
            "object": "batch",
            "endpoint": ANSWER_URL,
            "completion_window": "24h",
            "input_file_id": request["input_file_id"],
            "metadata": request.get("metadata"),
            "status": "validating",
            "created_at": now,
            "expires_at": now + 24 * 3600,
            "errors": None,
            "output_file_id": None,
            "error_file_id": None,
            "request_counts": {"total": len(lines), "completed": 0, "failed": 0},
        }
        self._jobs[shown["id"]] = Job(shown, lines, time.monotonic(), problems=problems)
        return shown

    def look(self, batch_id: str, options: Options) -> dict[str, Any]:
        """The public object; every look takes the batch a step on."""
        job = self._job(batch_id)
        job.looks += 1
        status = job.shown["status"]
        if status == "cancelling":
            self._finish(job, options, "cancelled", 0.5)
        elif status == "validating" and job.problems:
            job.shown.update(status="failed", failed_at=int(time.time()))
            job.shown["errors"] = {"object": "list", "data": job.problems}
        elif status in {"validating", "in_progress"}:
            job.shown["status"] = "in_progress"
            job.shown.setdefault("in_progress_at", int(time.time()))
            waited = time.monotonic() - job.began
            if job.looks > options.batch_polls and waited >= options.batch_seconds:
                expires = options.batch_expires is not None
                self._finish(job, options, "expired" if expires else "completed", options.batch_expires)
        return job.shown

    def cancel(self, batch_id: str) -> dict[str, Any]:
        """Ask a batch to stop; it is cancelled at the next look, with half of its lines done."""
        shown = self._job(batch_id).shown
        if shown["status"] not in {"validating", "in_progress"}:
            raise BadBatchError(f"Cannot cancel a batch with status '{shown['status']}'.")
        shown.update(status="cancelling", cancelling_at=int(time.time()))
        return shown

    def batches(self) -> list[dict[str, Any]]:
        """The public objects, newest first."""
        return [job.shown for job in reversed(self._jobs.values())]

    def _job(self, batch_id: str) -> Job:
        if batch_id not in self._jobs:
            raise NotFoundError(f"No batch found with id '{batch_id}'.")
        return self._jobs[batch_id]

    def _finish(self, job: Job, options: Options, status: str, share: float | None) -> None:
        """Answer the lines, or a share of them, into files in an order of their own."""
        batch_id = job.shown["id"]
        order = sorted(job.lines, key=lambda line: fraction(options.seed, batch_id, line["custom_id"]))
        done = len(order) if share is None else int(share * len(order))
        good, bad = [], []
        for line in order[:done]:
            code, body = self._answer_line(batch_id, line["custom_id"], line["body"])
            response = {"status_code": code, "request_id": f"req-{line['custom_id']}", "body": body}
            (good if code == 200 else bad).append(result_line(batch_id, line["custom_id"], response, None))
        for line in order[done:]:
            error = {"code": f"batch_{status}", "message": f"The batch {status} before this request was run."}
            bad.append(result_line(batch_id, line["custom_id"], None, error))
        job.shown.update({"status": status, f"{status}_at": int(time.time())})
        job.shown["request_counts"].update(completed=len(good), failed=len(bad))
        for name, lines in (("output", good), ("error", bad)):
            if lines:
                content = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
                shown = self.add_file(f"{batch_id}_{name}.jsonl", content, "batch_output")
                job.shown[f"{name}_file_id"] = shown["id"]


def result_line(batch_id: str, custom_id: str, response: Any, error: Any) -> dict[str, Any]:
    """One line of an output or error file."""
    return {"id": f"{batch_id}_req_{custom_id}", "custom_id": custom_id, "response": response, "error": error}


def read_lines(content: bytes) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The requests of an input file, and what is wrong with it."""
    lines: list[dict[str, Any]] = []
    problems: list[dict[str, Any]] = []
    known: set[str] = set()
    for number, text in enumerate(content.splitlines(), start=1):
        if not text.strip():
            continue
        for code, message in line_problems(text, known):
            problems.append({"code": code, "message": message, "line": number, "param": None})
        if not problems:
            lines.append(json.loads(text))
            known.add(lines[-1]["custom_id"])
    if not lines and not problems:
        problems.append({"code": "empty_file", "message": "The input file is empty.", "line": None, "param": None})
    return lines, problems


def line_problems(text: bytes, known: set[str]) -> Iterator[tuple[str, str]]:
    """Why a line cannot be a request."""
    try:
        line = json.loads(text)
    except ValueError:
        yield "invalid_json_line", "This line is not parseable as valid JSON."
        return
    if not isinstance(line, dict) or not isinstance(line.get("custom_id"), str):
        yield "missing_required_parameter", "custom_id is missing."
    elif line["custom_id"] in known:
        yield "duplicate_custom_id", f"The custom_id {line['custom_id']!r} is a duplicate."
    elif line.get("method") != "POST" or line.get("url") != ANSWER_URL or not isinstance(line.get("body"), dict):
        yield "invalid_request", f"method must be POST, url {ANSWER_URL}, and body an object."
