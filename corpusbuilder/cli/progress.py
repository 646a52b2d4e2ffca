"""Progress on stderr: a live display on a terminal, a line now and then elsewhere."""

import sys
import time
from types import TracebackType
from typing import Final, Protocol, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from corpusbuilder.cli.report import say
from corpusbuilder.pipeline.runner import Observer, StageReport
from corpusbuilder.pipeline.shards import ShardReport

INTERVAL_S: Final = 30.0


class Display(Observer, Protocol):
    """An observer of a run that is open for a while."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def display_for(*, quiet: bool, verbose: bool) -> Display:
    """The display that fits the terminal and the flags."""
    if quiet:
        return LogDisplay(silent=True)
    if sys.stderr.isatty() and not verbose:
        return LiveDisplay()
    return LogDisplay(verbose=verbose)


def summary_line(report: StageReport) -> str:
    """One line on a finished stage."""
    counts = report.counts
    cached = len(report.shards) - report.made
    parts = [f"{report.stage:<9}{report.made} made", f"{cached} current", f"{counts.outputs} records"]
    if counts.rejected:
        parts.append(f"{counts.rejected} of {counts.inputs} inputs rejected")
    return ", ".join(parts)


class LogDisplay:
    """Plain lines: one a stage, and one every half minute."""

    def __init__(self, *, silent: bool = False, verbose: bool = False) -> None:
        self._silent, self._verbose = silent, verbose
        self._stale = self._ended = 0
        self._begun = self._last = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def stage_begins(self, stage: str, *, stale: int, current: int) -> None:  # noqa: ARG002 - an observer's signature
        """Start counting."""
        self._stale, self._ended = stale, 0
        self._begun = self._last = time.monotonic()

    def shard_ends(self, stage: str, report: ShardReport) -> None:
        """A line when one is due."""
        self._ended += 1
        now = time.monotonic()
        if self._silent or not (self._verbose or now - self._last >= INTERVAL_S):
            return
        self._last = now
        left = (now - self._begun) / self._ended * (self._stale - self._ended)
        line = f"{stage}: {self._ended}/{self._stale} documents, about {left:.0f} s left"
        say(f"{line}, {report.document_id}: {report.counts.outputs} records" if self._verbose else line)

    def stage_ends(self, report: StageReport) -> None:
        """The summary line."""
        if not self._silent:
            say(summary_line(report))


class LiveDisplay:
    """A bar a stage on a terminal."""

    def __init__(self) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<9}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[detail]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task: TaskID | None = None
        self._outputs = self._rejected = 0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def stage_begins(self, stage: str, *, stale: int, current: int) -> None:
        """A new bar."""
        self._outputs = self._rejected = 0
        detail = f"{current} current" if current else ""
        self._task = self._progress.add_task(stage, total=stale, detail=detail, visible=bool(stale))

    def shard_ends(self, stage: str, report: ShardReport) -> None:  # noqa: ARG002 - an observer's signature
        """One step on."""
        self._outputs += report.counts.outputs
        self._rejected += report.counts.rejected
        if self._task is not None:
            detail = f"{self._outputs} records, {self._rejected} rejected"
            self._progress.update(self._task, advance=1, detail=detail)

    def stage_ends(self, report: StageReport) -> None:
        """The bar goes, a line stays."""
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None
        self._progress.console.print(summary_line(report), highlight=False)
