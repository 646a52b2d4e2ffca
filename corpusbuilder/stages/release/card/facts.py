"""Everything that stands on a data card, as one record: card, plots and the Croissant file are made of it alone.

It is stored as ``card`` in ``release.json``, so that whoever makes a release whole again can write its card again.
"""

import re
from typing import Final, Self

from corpusbuilder.records.agreement import AgreementReport
from corpusbuilder.records.base import Record
from corpusbuilder.records.call import Spending
from corpusbuilder.records.contamination import ContaminationReport
from corpusbuilder.records.release import ReleaseChange
from corpusbuilder.stages.release.licences import (
    Carried,
    Judgement,
    attribution_line,
    carried_by_examples,
    judge,
    lacks_attribution,
    of_whole,
)

_WORD: Final = re.compile(r"[^\W_]+")
_WORDS_OF_A_NAME: Final = 7
"""A stand-off release has no run of eight words of its sources: a title can be one."""


class SourceFacts(Record):
    """One document."""

    id: str
    file_name: str
    title: str
    language: str
    subject: str | None
    grade: str | None
    licence: str | None
    """As stated."""
    attribution: str | None
    pages: int
    figures: int
    passages: int
    examples: int
    splits: tuple[str, ...]

    @property
    def judgement(self) -> Judgement:
        """What its licence means."""
        return judge(self.licence)

    @property
    def attribution_line(self) -> str | None:
        """What to print wherever its content is passed on; None when it must not be."""
        return attribution_line(self.title, self.attribution, self.judgement)

    @property
    def lacks_attribution(self) -> bool:
        """Whether its licence asks to name somebody whom nobody has named."""
        return lacks_attribution(self.attribution, self.judgement)


class MakerFacts(Record):
    """What wrote examples."""

    teacher: str
    revision: str
    prompt: str
    prompt_sha256: str
    examples: int


class CheckFacts(Record):
    """What a check said of all verified examples."""

    name: str
    version: int
    passed: int
    failed: int
    abstained: int

    @property
    def pass_rate(self) -> float | None:
        """Among the decided; None when it never decided."""
        decided = self.passed + self.failed
        return self.passed / decided if decided else None


class ShownFailure(Record):
    """An example that was withheld, of a document whose licence allows quoting it."""

    question: str
    reason: str
    title: str


class FailureFacts(Record):
    """A check that holds examples back."""

    check: str
    objects: bool
    """Whether it objects; else it cannot decide."""
    examples: int
    """That it holds back."""
    shown: tuple[ShownFailure, ...] = ()


class CardFacts(Record):
    """The content of a data card."""

    name: str
    """Of the release."""
    title: str
    version: str
    date: str | None = None
    """When this version was published, as its makers say: ``2026-11-22``."""
    authors: tuple[str, ...]
    contact: str | None
    url: str | None
    doi: str | None
    tool_version: str
    own_licence: str
    """Of the questions, answers, reasoning and annotations alone."""
    split_by: str
    shares: dict[str, float]
    rows: dict[str, dict[str, int]]
    """By config and split; both only where there are rows."""
    groups: int
    """Of near-duplicates that were kept together."""
    groups_named: tuple[tuple[str, ...], ...]
    """The first of them, by ids."""
    sources: tuple[SourceFacts, ...]
    seen: int
    """Verified examples."""
    verdicts: dict[str, int]
    """Of all verified examples."""
    reviews: dict[str, int]
    """Of all verified examples that people decided about, by status."""
    corrected_fields: dict[str, int]
    released: int
    released_unseen: int
    """Without a person having looked at them."""
    released_on_word: dict[str, int]
    """On a person's word, by what the checks say."""
    counts: dict[str, dict[str, int]]
    """What the release holds by language, question type and so on: one table each, the most frequent first."""
    figures_with_diagram: int
    labels: int
    """In figures."""
    image_labels: int
    """Read from pixels."""
    page_status: dict[str, int]
    makers: tuple[MakerFacts, ...]
    checks: tuple[CheckFacts, ...]
    failures: tuple[FailureFacts, ...]
    spending: Spending | None
    review: AgreementReport | None
    contamination: ContaminationReport | None
    """Without the pairs, which ``contamination.json`` has."""
    notes: tuple[str, ...]
    changes: tuple[ReleaseChange, ...]

    @property
    def own_judgement(self) -> Judgement:
        """What the licence of the annotations means."""
        return judge(self.own_licence)

    def carried(self, source: SourceFacts) -> Carried:
        """The licence of the examples made of a document."""
        return carried_by_examples(source.judgement, self.own_judgement)

    @property
    def whole(self) -> Carried:
        """The one licence that could carry everything that may be published, as a single work."""
        parts = [self.carried(source) for source in self.sources if source.judgement.publishable]
        return of_whole(parts)

    def without_texts(self) -> Self:
        """The same facts with nothing in them of what the sources say: for a stand-off release.

        No withheld example is quoted, names of seven words or more are cut, and notes that name a document left out.
        """
        sources = tuple(
            source.model_copy(
                update={
                    "title": _cut_to_words(source.title),
                    "file_name": _cut_to_words(source.file_name),
                    "attribution": source.attribution and _cut_to_words(source.attribution),
                }
            )
            for source in self.sources
        )
        failures = tuple(failure.model_copy(update={"shown": ()}) for failure in self.failures)
        names = [name for source in self.sources for name in (source.title, source.file_name)]
        notes = tuple(note for note in self.notes if not any(name in note for name in names))
        return self.model_copy(update={"sources": sources, "failures": failures, "notes": notes})


def _cut_to_words(text: str) -> str:
    """``text`` with at most six of its words, for whatever counts as a word."""
    words = list(_WORD.finditer(text))
    return text if len(words) < _WORDS_OF_A_NAME else text[: words[_WORDS_OF_A_NAME - 2].end()] + "…"
