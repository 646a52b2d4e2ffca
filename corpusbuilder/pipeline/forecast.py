"""What a run will come to: from a dry run, which sends nothing, or from a pilot, whose answers are kept and used."""

import datetime as dt
import hashlib
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from corpusbuilder.backends.models.estimate import WouldSend
from corpusbuilder.backends.models.meter import UnitUsage
from corpusbuilder.backends.models.prices import ListedPrice, Price
from corpusbuilder.records.call import Usage
from corpusbuilder.records.document import Unit

PILOT_UNITS: Final = 6
LEAST_UNITS: Final = 4 * PILOT_UNITS
"""A run over fewer units needs no pilot."""
_T90: Final = (6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812)
"""Two-sided 90 % quantiles of Student's t for 1 to 10 degrees of freedom."""
_NORMAL90: Final = 1.645
_UNKNOWN: Final = 0.5
"""How far off, as a share, a forecast may be that rests on no answer at all."""


@dataclass(frozen=True, slots=True)
class Range:
    """A number with its 90 % interval."""

    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is still to come, pilot not included."""

    units: int
    calls: Range
    prompt_tokens: Range
    completion_tokens: Range
    cost_usd: Range | None
    """Null when the price is not known."""
    from_units: int
    """How many units of a pilot it rests on; 0 for a dry run."""

    def as_json(self) -> dict[str, Any]:
        """As one JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class TaskEstimate:
    """The calls of one task in a dry run."""

    task: str
    calls: int
    prompt_tokens: int
    completion_tokens: int
    measured: bool
    """Whether the length of answers was taken from the ledger, not assumed."""


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a run would send."""

    documents: int
    forecast: Forecast
    tasks: tuple[TaskEstimate, ...]
    in_ledger: int
    """Calls that are answered already and cost nothing."""
    price_as_of: dt.date | None
    """When the list price was noted down; null when the user stated it, or nobody knows it."""
    calls_models: bool = True
    """Whether the teacher is a model at all."""
    budget_usd: float | None = None
    """What the workspace may spend in all."""

    def as_json(self) -> dict[str, Any]:
        """As one JSON object."""
        return asdict(self)


def size_of(unit: Unit, *, per_unit: int, per_figure: int) -> int:
    """How much there is to ask about a unit: its figures, and one for its text."""
    return bool(per_unit) + (len(unit.figures) if per_figure else 0)


def from_pilot(sizes: Mapping[str, int], measured: Mapping[str, UnitUsage]) -> Forecast | None:
    """Scale the pilot up by the sizes of the units: a ratio estimate with its interval (Cochran 1977, section 6).

    Args:
        sizes: of all units of the run, by id.
        measured: what calls about some of them came to.

    Returns:
        The forecast for the other units, or None when fewer than two were measured.
    """
    pilot = [(sizes[unit_id], usage) for unit_id, usage in sorted(measured.items()) if sizes.get(unit_id)]
    rest = sum(sizes.values()) - sum(size for size, _ in pilot)
    if len(pilot) < 2:
        return None

    def scaled(values: Sequence[float]) -> Range:
        return _ratio_estimate([size for size, _ in pilot], values, rest, population=len(sizes))

    priced = all(not usage.unpriced for _, usage in pilot)
    return Forecast(
        units=len(sizes) - len(pilot),
        calls=scaled([usage.calls for _, usage in pilot]),
        prompt_tokens=scaled([usage.prompt_tokens for _, usage in pilot]),
        completion_tokens=scaled([usage.completion_tokens for _, usage in pilot]),
        cost_usd=scaled([usage.cost_usd for _, usage in pilot]) if priced else None,
        from_units=len(pilot),
    )


def from_dry_run(
    documents: int,
    units: int,
    would_send: Sequence[WouldSend],
    *,
    in_ledger: int,
    lengths: Mapping[str, float],
    assumed: Mapping[str, int],
    price: Price | None,
) -> DryRun:
    """Add up what a dry run has counted.

    Args:
        documents: how many have anything to do.
        units: of these documents.
        would_send: the calls that are not in the ledger, those that will follow included.
        in_ledger: how many others are.
        lengths: mean length in tokens of the ledger's answers by task.
        assumed: the same where the ledger has none.
        price: of the model, when known.
    """
    as_of = price.as_of if isinstance(price, ListedPrice) else None
    tasks = tuple(_task_estimates(would_send, lengths, assumed))
    calls = sum(task.calls for task in tasks)
    prompt = sum(task.prompt_tokens for task in tasks)
    completion = sum(task.completion_tokens for task in tasks)
    spread = _UNKNOWN / 2 if all(task.measured for task in tasks) else _UNKNOWN
    usage = Usage(prompt_tokens=prompt, completion_tokens=completion)
    cost = price.cost_usd(usage) if price else None
    forecast = Forecast(
        units=units,
        calls=_around(calls, spread / 2),
        prompt_tokens=_around(prompt, spread / 2),
        completion_tokens=_around(completion, spread),
        cost_usd=None if cost is None else _around(cost, spread),
        from_units=0,
    )
    return DryRun(documents, forecast, tasks, in_ledger, as_of)


def _task_estimates(
    would_send: Sequence[WouldSend], lengths: Mapping[str, float], assumed: Mapping[str, int]
) -> Iterator[TaskEstimate]:
    prompts: defaultdict[str, list[int]] = defaultdict(list)
    for item in would_send:
        prompts[item.task].append(item.prompt_tokens)
    for task, tokens in prompts.items():
        length = lengths.get(task, assumed.get(task, 1000))
        yield TaskEstimate(task, len(tokens), sum(tokens), round(length * len(tokens)), measured=task in lengths)


def _ratio_estimate(sizes: Sequence[int], values: Sequence[float], rest: int, *, population: int) -> Range:
    """The sum of a quantity over units of total size ``rest``, from some units of known size and quantity."""
    count = len(sizes)
    ratio = sum(values) / sum(sizes)
    mean_size = sum(sizes) / count
    residuals = sum((value - ratio * size) ** 2 for size, value in zip(sizes, values, strict=True))
    finite = max(0.0, 1 - count / max(population, count))
    error = math.sqrt(finite * residuals / (count * (count - 1))) / mean_size * rest
    quantile = _T90[count - 2] if count - 2 < len(_T90) else _NORMAL90
    expected = ratio * rest
    return Range(expected, max(0.0, expected - quantile * error), expected + quantile * error)


def _around(value: float, share: float) -> Range:
    return Range(value, value * (1 - share), value * (1 + share))


def lot(unit_id: str) -> bytes:
    """By which units are chosen: the same ones in every run, and no rule of the book's."""
    return hashlib.blake2b(unit_id.encode(), digest_size=8).digest()
