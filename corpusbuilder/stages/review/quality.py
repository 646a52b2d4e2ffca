"""How far the reviews of a corpus can be trusted: agreement, care on gold tasks, pace."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from statistics import NormalDist, median
from typing import Final

from corpusbuilder.records.agreement import AgreementReport, AnnotatorQuality, GoldScore, Mean, PairAgreement, Share
from corpusbuilder.records.example import Example, GroundedExample
from corpusbuilder.records.review import Decision, Review, Shown
from corpusbuilder.records.text import normalised
from corpusbuilder.stages.review.agreement import alpha, kappa, region_agreement, span_agreement

_Z95: Final = NormalDist().inv_cdf(0.975)
_DECIMALS: Final = 6
_KEPT: Final = frozenset({Decision.ACCEPT, Decision.CORRECT})
"""Decisions that leave a version of the example behind."""


def agreement_report(
    examples: Iterable[tuple[str, Sequence[Review]]],
    gold: Iterable[tuple[Shown, Review]] = (),
    *,
    shown: Callable[[str], GroundedExample | None] = lambda _: None,
    of: int | None = None,
) -> AgreementReport:
    """What reviews say about those who made them.

    Only reviews of the same version are compared. Of several reviews that one annotator made of a version the last one
    counts that is not a skip. One example at a time is in memory.

    Args:
        examples: every example that was looked at, once, by its id, with all its reviews; no gold tasks.
        gold: gold tasks with the reviews of them; read after ``examples`` is at its end.
        shown: a version as it was on the page, by its name; None when it is not known. Without it the evidence of those
            who accepted is compared with nothing.
        of: number of verified examples in all.
    """
    tally = _Tally()
    for _, reviews in examples:
        tally.add(reviews, shown)
    for task, review in _counting(gold):
        tally.of(review.annotator).gold.add(task, review)
        tally.gold.add(task, review)
    return tally.report(of)


def is_right(task: Shown, review: Review) -> bool | None:
    """Whether a gold task was decided as it should be (see `Shown.expected`); None when it was skipped, or no gold."""
    if task.expected is None or review.decision is Decision.SKIP:
        return None
    if task.expected == "reject":
        return review.decision is not Decision.ACCEPT
    return review.decision is Decision(task.expected)


def share(count: int, n: int) -> Share:
    """``count`` of ``n``, with the 95 % score interval of Wilson, "Probable inference" (1927)."""
    if not n:
        return Share(count=0, n=0, low=None, high=None)
    rate, weight = count / n, _Z95**2 / n
    middle = (rate + weight / 2) / (1 + weight)
    half = math.sqrt(rate * (1 - rate) * weight + weight**2 / 4) / (1 + weight)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Share(count=count, n=n, low=round(low, _DECIMALS) + 0.0, high=round(high, _DECIMALS))


@dataclass(slots=True)
class _Gold:
    """Gold tasks of one annotator, or of all."""

    right: list[bool] = field(default_factory=list)
    texts_equal: list[bool] = field(default_factory=list)
    regions: list[float] = field(default_factory=list)
    spans: list[float] = field(default_factory=list)

    def add(self, task: Shown, review: Review) -> None:
        right = is_right(task, review)
        if right is None:
            return
        self.right.append(right)
        if task.reference and (left := _left_behind(review, lambda _: task.grounded)):
            self.texts_equal.append(_texts(left.example) == _texts(task.reference.example))
            self.regions += _known(region_agreement(left, task.reference))
            self.spans += _known(span_agreement(left, task.reference))

    def score(self) -> GoldScore:
        return GoldScore(
            right=share(sum(self.right), len(self.right)),
            texts_equal=share(sum(self.texts_equal), len(self.texts_equal)),
            region_iou=_mean(self.regions),
            span_f1=_mean(self.spans),
        )


@dataclass(slots=True)
class _Annotator:
    decisions: Counter[Decision] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    gold: _Gold = field(default_factory=_Gold)

    def add(self, review: Review) -> None:
        self.decisions[review.decision] += 1
        seconds = review.seconds
        if review.decision is not Decision.SKIP and seconds is not None and math.isfinite(seconds) and seconds >= 0:
            self.seconds.append(seconds)

    def quality(self, name: str) -> AnnotatorQuality:
        accepted, corrected, rejected, skipped = (self.decisions[decision] for decision in Decision)
        decided = accepted + corrected + rejected
        return AnnotatorQuality(
            annotator=name,
            accepted=accepted,
            corrected=corrected,
            rejected=rejected,
            skipped=skipped,
            change_rate=round(corrected / decided, _DECIMALS) if decided else None,
            median_seconds=_median(self.seconds),
            gold=self.gold.score(),
        )


class _Tally:
    """What is counted over all examples."""

    def __init__(self) -> None:
        self.gold = _Gold()
        self._annotators: defaultdict[str, _Annotator] = defaultdict(_Annotator)
        self._decided = 0
        self._overlapping = 0
        self._units: list[tuple[str, ...]] = []
        self._pairs: defaultdict[tuple[str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
        self._regions: list[float] = []
        self._spans: list[float] = []

    def of(self, annotator: str) -> _Annotator:
        return self._annotators[annotator]

    def add(self, reviews: Sequence[Review], shown: Callable[[str], GroundedExample | None]) -> None:
        decided = overlapping = False
        for version in _by_version(reviews):
            for review in version:
                self.of(review.annotator).add(review)
            decisive = [review for review in version if review.decision is not Decision.SKIP]
            decided |= bool(decisive)
            if len(decisive) >= 2:
                overlapping = True
                self._units.append(tuple(review.decision.value for review in decisive))
                self._compare(decisive, shown)
        self._decided += decided
        self._overlapping += overlapping

    def _compare(self, reviews: Sequence[Review], shown: Callable[[str], GroundedExample | None]) -> None:
        for a, b in combinations(reviews, 2):
            self._pairs[a.annotator, b.annotator][a.decision.value, b.decision.value] += 1
        left = [found for review in reviews if (found := _left_behind(review, shown))]
        for first, second in combinations(left, 2):
            self._regions += _known(region_agreement(first, second))
            self._spans += _known(span_agreement(first, second))

    def report(self, of: int | None) -> AgreementReport:
        return AgreementReport(
            examples=self._decided,
            human_share=round(self._decided / of, _DECIMALS) if of else None,
            overlapping=self._overlapping,
            alpha=alpha(self._units),
            kappas=tuple(
                PairAgreement(first=first, second=second, kappa=kappa(pairs.elements()))
                for (first, second), pairs in sorted(self._pairs.items())
            ),
            region_iou=_mean(self._regions),
            span_f1=_mean(self._spans),
            median_seconds=_median([s for annotator in self._annotators.values() for s in annotator.seconds]),
            gold=self.gold.score(),
            annotators=tuple(annotator.quality(name) for name, annotator in sorted(self._annotators.items())),
        )


def _by_version(reviews: Iterable[Review]) -> Iterator[list[Review]]:
    """The review of each annotator that counts, by name, for one version after the other."""
    versions: defaultdict[str, dict[str, Review]] = defaultdict(dict)
    for review in sorted(reviews, key=_weight):
        versions[review.version][review.annotator] = review
    for version in versions.values():
        yield [version[annotator] for annotator in sorted(version)]


def _counting(gold: Iterable[tuple[Shown, Review]]) -> Iterator[tuple[Shown, Review]]:
    latest: dict[tuple[str, str, str], tuple[Shown, Review]] = {}
    for task, review in sorted(gold, key=lambda pair: _weight(pair[1])):
        latest[task.key, task.version, review.annotator] = task, review
    yield from latest.values()


def _weight(review: Review) -> tuple[bool, datetime, int]:
    """The greatest counts: the last decision, and a skip only where there is no decision."""
    return review.decision is not Decision.SKIP, review.time, review.annotation_id


def _left_behind(review: Review, shown: Callable[[str], GroundedExample | None]) -> GroundedExample | None:
    """The example as a review leaves it; None when it was not kept, or is not known."""
    if review.decision not in _KEPT:
        return None
    return review.corrected or shown(review.version)


def _texts(example: Example) -> list[str]:
    """Everything a person reads of an example, typography and case apart."""
    texts = (example.question, example.answer, *example.choices, *(f"{s.kind} {s.text}" for s in example.steps))
    return [normalised(text).text.strip() for text in texts]


def _known(value: float | None) -> list[float]:
    return [] if value is None else [value]


def _mean(values: Sequence[float]) -> Mean:
    mean = round(math.fsum(values) / len(values), _DECIMALS) if values else None
    return Mean(mean=mean, n=len(values))


def _median(seconds: Sequence[float]) -> float | None:
    return round(median(seconds), 3) if seconds else None
