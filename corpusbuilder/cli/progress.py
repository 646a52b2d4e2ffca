"""Progress on stderr: a live display on a terminal, a line now and then elsewhere."""

import sys
import threading
import time
from collections.abc import Iterable
from types import TracebackType
from typing import Final, Protocol, Self

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from corpusbuilder.backends.models.meter import Meter
from corpusbuilder.cli.report import counted, printable, say
from corpusbuilder.pipeline.forecast import Forecast, Range
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
    cached = sum(shard.cached for shard in report.shards)
    parts = [f"{report.stage:<9}{report.made} made", f"{cached} current", counted(counts.outputs, "record")]
    if counts.rejected:
        parts.append(f"{counts.rejected} of {counts.inputs} inputs rejected")
    if report.postponed:
        parts.append(f"{report.postponed} units wait for answers")
    return ", ".join(parts)


def calls_line(meter: Meter) -> str:
    """What calls have come to so far; empty before the first."""
    trouble = meter.trouble()
    if not (meter.sent or meter.found or meter.in_flight or trouble):
        return ""
    parts = [f"{meter.sent:,} calls"]
    if meter.found_before:
        parts.append(f"{meter.found_before:,} from the ledger")
    if meter.in_flight:
        parts.append(f"{meter.in_flight} under way")
    if meter.failed:
        parts.append(f"{meter.failed:,} came to nothing")
    if meter.sent:
        parts.append(f"{in_words(meter.prompt_tokens + meter.completion_tokens)} tokens")
        parts.append("price unknown" if meter.unpriced else f"${meter.cost_usd:.2f}")
    if trouble:
        parts.append(printable(trouble))
    return ", ".join(parts)


def forecast_line(forecast: Forecast, budget_usd: float | None) -> str:
    """What is still to come, with its 90 % interval."""

    def ranged(value: Range) -> str:
        return f"{in_words(value.expected)} (90 %: {in_words(value.low)} to {in_words(value.high)})"

    tokens = forecast.prompt_tokens.expected + forecast.completion_tokens.expected
    line = f"forecast for {forecast.units:,} more units, from {forecast.from_units}: "
    line += f"{ranged(forecast.calls)} calls, {in_words(tokens)} tokens"
    if forecast.cost_usd is None:
        return f"{line}, price unknown"
    cost = forecast.cost_usd
    line += f", ${cost.expected:.2f} (90 %: ${cost.low:.2f} to ${cost.high:.2f})"
    if budget_usd is not None:
        line += f"; the budget is ${budget_usd:g} in all"
    return line


def in_words(number: float) -> str:
    """A count as a person reads it: 950, 12,300, 4.1 M."""
    return f"{number / 1e6:.1f} M" if number >= 1e6 else f"{number:,.0f}"


class LogDisplay:
    """Plain lines: one a stage, and one every half minute."""

    def __init__(self, *, silent: bool = False, verbose: bool = False, interval_s: float = INTERVAL_S) -> None:
        self._silent, self._verbose, self._interval = silent, verbose, interval_s
        self._stage = ""
        self._stale = self._ended = self._inputs = 0
        self._begun = self._last = time.monotonic()
        self._meter: Meter | None = None
        self._over = threading.Event()

    def __enter__(self) -> Self:
        if not self._silent:
            # Shards of a book may take an hour at an endpoint: lines must come without them.
            threading.Thread(target=self._tick, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()

    def stage_begins(self, stage: str, *, stale: int, current: int, inputs: int, meter: Meter | None) -> None:  # noqa: ARG002 - an observer's signature
        """Start counting."""
        self._stage, self._stale, self._ended, self._inputs, self._meter = stage, stale, 0, inputs, meter
        self._begun = self._last = time.monotonic()

    def forecast(self, forecast: Forecast, budget_usd: float | None) -> None:
        """A line."""
        if not self._silent:
            say(forecast_line(forecast, budget_usd))

    def shard_ends(self, stage: str, report: ShardReport) -> None:
        """A line in every case when verbose."""
        self._ended += 1
        if self._verbose and not self._silent:
            say(f"{self._line(stage)}, {report.document_id}: {report.counts.outputs} records")

    def stage_ends(self, report: StageReport) -> None:
        """The summary line."""
        calls = calls_line(self._meter) if self._meter else ""
        self._stage = ""
        if not self._silent:
            say(", ".join(filter(None, [summary_line(report), calls])))

    def _tick(self) -> None:
        while not self._over.wait(self._interval):
            if self._stage and time.monotonic() - self._begun >= self._interval:
                say(self._line(self._stage))

    def _line(self, stage: str) -> str:
        done, of, what = self._ended, self._stale, "documents"
        if self._meter is not None:
            done, of, what = self._meter.inputs, self._inputs, "units"
        line = f"{stage}: {done}/{of} {what}"
        if done:
            line += f", about {(time.monotonic() - self._begun) / done * max(0, of - done):.0f} s left"
        calls = calls_line(self._meter) if self._meter else ""
        return f"{line}, {calls}" if calls else line


class _Bars(Progress):
    """Bars that look at the meter whenever they are drawn."""

    meter: Meter | None = None
    metered: TaskID | None = None

    def get_renderables(self) -> Iterable[RenderableType]:
        if self.meter is not None and self.metered is not None:
            self.update(self.metered, completed=self.meter.inputs, detail=calls_line(self.meter))
        return super().get_renderables()


class LiveDisplay:
    """A bar a stage on a terminal."""

    def __init__(self) -> None:
        self._progress = _Bars(
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

    def stage_begins(self, stage: str, *, stale: int, current: int, inputs: int, meter: Meter | None) -> None:
        """A new bar: of documents, or of units where models are called."""
        self._outputs = self._rejected = 0
        detail = f"{current} current" if current else ""
        total = inputs if meter else stale
        self._task = self._progress.add_task(stage, total=total, detail=detail, visible=bool(stale))
        self._progress.meter, self._progress.metered = meter, self._task

    def forecast(self, forecast: Forecast, budget_usd: float | None) -> None:
        """A line that stays."""
        self._progress.console.print(forecast_line(forecast, budget_usd), highlight=False)

    def shard_ends(self, stage: str, report: ShardReport) -> None:  # noqa: ARG002 - an observer's signature
        """One step on."""
        self._outputs += report.counts.outputs
        self._rejected += report.counts.rejected
        if self._task is not None and self._progress.meter is None:
            detail = f"{self._outputs} records, {self._rejected} rejected"
            self._progress.update(self._task, advance=1, detail=detail)

    def stage_ends(self, report: StageReport) -> None:
        """The bar goes, a line stays."""
        calls = calls_line(self._progress.meter) if self._progress.meter else ""
        self._progress.meter = self._progress.metered = None
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None
        line = ", ".join(filter(None, [summary_line(report), calls]))
        self._progress.console.print(line, highlight=False)
