"""How far people agree with each other and with what is known: the figures of `review status` and of the card."""

from typing import Final

from corpusbuilder.records.base import Record

FEWEST_FOR_INTERVAL: Final = 10
"""Examples; resampling fewer says nothing that could be relied on."""


class Coefficient(Record):
    """An agreement coefficient: 1 is perfect agreement, 0 what chance alone gives, below 0 is worse than chance."""

    value: float | None
    """Null where it is undefined: nothing was judged twice, or everybody always said the same one thing."""
    n: int
    """Number of examples that were judged at least twice."""
    low: float | None = None
    """Lower end of the 95 % interval; null where none can be given, as when nobody ever disagreed."""
    high: float | None = None
    """Upper end of the 95 % interval."""

    @property
    def interval(self) -> tuple[float, float] | None:
        """The interval as it may be shown to people: None where it rests on too few examples."""
        if self.low is None or self.high is None or self.n < FEWEST_FOR_INTERVAL:
            return None
        return self.low, self.high


class PairAgreement(Record):
    """Cohen's kappa of two annotators."""

    first: str
    """Pseudonym."""
    second: str
    """Pseudonym."""
    kappa: Coefficient


class Mean(Record):
    """The mean of a measure from 0 to 1."""

    mean: float | None
    """Null when ``n`` is 0."""
    n: int
    """How many values it is the mean of."""


class Share(Record):
    """A part of a whole, with the 95 % interval of Wilson (1927)."""

    count: int
    n: int
    """The whole."""
    low: float | None
    """Null when ``n`` is 0."""
    high: float | None


class GoldScore(Record):
    """How well tasks were done whose right decision is known."""

    right: Share
    """Tasks decided as a careful annotator decides them; skipped ones do not count."""
    texts_equal: Share
    """Tasks, of those left in a version that can be compared with the known one, in which every text is the same."""
    region_iou: Mean
    """How well the regions of that version fit the known ones, over tasks that have any."""
    span_f1: Mean
    """How well its spans fit, over tasks that have any."""


class AnnotatorQuality(Record):
    """One annotator."""

    annotator: str
    """Pseudonym; never an e-mail address."""
    accepted: int
    corrected: int
    rejected: int
    skipped: int
    change_rate: float | None
    """Share of the decisions that were corrections; null without any decision."""
    median_seconds: float | None
    """Per task that was decided; null when no time was measured."""
    gold: GoldScore


class AgreementReport(Record):
    """What the reviews of a corpus say about the annotators. Gold tasks count under ``gold`` only."""

    examples: int
    """Examples that somebody decided."""
    human_share: float | None
    """Share of all verified examples that somebody decided; null when their number was not given."""
    overlapping: int
    """Examples of which one version was decided by at least two annotators."""
    alpha: Coefficient
    """Krippendorff's alpha, nominal, of the decisions accept, correct and reject; a skip is a missing value."""
    kappas: tuple[PairAgreement, ...]
    """Of every two annotators who decided the same version of something, by name."""
    region_iou: Mean
    """Intersection over union of evidence on the main figure: the mean over steps, then over pairs of reviews."""
    span_f1: Mean
    """F1 of the characters in evidence: the mean over steps, then over pairs of reviews."""
    median_seconds: float | None
    """Per task that was decided, over all annotators; null when no time was measured."""
    gold: GoldScore
    """Over all annotators."""
    annotators: tuple[AnnotatorQuality, ...]
    """By name."""
