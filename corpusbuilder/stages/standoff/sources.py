"""What must not stand in a stand-off release: every text that was read in a document, found again by its words."""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from corpusbuilder.records.document import Unit
from corpusbuilder.stages.standoff.words import words_in

RUN: Final = 4
"""So many words of a source in a row are the source's; fewer are words that anybody may use."""
_RUN_OF_NUMBERS: Final = 6
"""So many words and numbers are, however many of them are numbers: "In Figure 3.2" is nobody's."""
_MOST_PLACES: Final = 24
"""Places at which a run is tried; a formula that a book repeats on every page is the same at each of them."""


class Match(NamedTuple):
    """Words of a string that are words of a source."""

    length: int
    """Number of words."""
    at: int
    """Index of the first one among the words of the source."""


class Place(NamedTuple):
    """Where a word of a source stands."""

    text: int
    """Index of the text."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SourceTexts:
    """The texts of one document, each once."""

    texts: tuple[str, ...]
    """Passages first, then captions, labels, headings, and all that was found on the pages."""
    names: frozenset[int]
    """Indices of captions, labels and headings: texts that say what something is called."""
    passages: Mapping[str, str]
    """By id."""

    @classmethod
    def of(cls, units: Iterable[Unit]) -> "SourceTexts":
        """All texts of the units of one document."""
        units = list(units)
        passages = {passage.id: passage.text for unit in units for passage in unit.passages}
        names = list(dict.fromkeys(name for unit in units for name in _names(unit) if name))
        blocks = (block.text for unit in units for block in unit.blocks if block.text)
        texts = tuple(dict.fromkeys((*passages.values(), *names, *blocks)))
        place = {text: index for index, text in enumerate(texts)}
        return cls(texts, frozenset(place[name] for name in names), passages)

    def by_digest(self) -> dict[str, str]:
        """By SHA-256 of their UTF-8."""
        return {digest_of(text): text for text in self.texts}


def digest_of(text: str) -> str:
    """SHA-256 of a text as UTF-8, in hex digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def folded_digest(text: str) -> str:
    """SHA-256 of the words of a text, whatever their case, accents, punctuation and line breaks are."""
    return digest_of(" ".join(word.text for word in words_in(text)))


def _names(unit: Unit) -> Iterator[str]:
    for figure in unit.figures:
        yield figure.caption or ""
        yield from (label.text for label in figure.diagram.labels)
    yield from unit.heading
    for passage in unit.passages:
        yield from passage.heading


class SourceIndex:
    """Finds words of a document in other strings. Words are compared folded: see `words_in`."""

    def __init__(self, sources: SourceTexts) -> None:
        self.sources = sources
        self.texts = sources.texts
        self.words: list[str] = []
        self.places: list[Place] = []
        self._names: dict[tuple[str, ...], int] = {}
        self._whole: dict[tuple[str, ...], int] = {}
        for number, text in enumerate(self.texts):
            self._add(number, text)
        self._lengths: dict[str, list[int]] = {}
        for words in sorted(self._names, key=len, reverse=True):
            lengths = self._lengths.setdefault(words[0], [])
            if len(words) not in lengths[-1:]:
                lengths.append(len(words))

    def _add(self, number: int, text: str) -> None:
        found, first = words_in(text), len(self.words)
        words = tuple(word.text for word in found)
        self.words.extend(words)
        self.places.extend(Place(number, word.start, word.end) for word in found)
        if words:
            self._whole.setdefault(words, first)
            if number in self.sources.names:
                self._names.setdefault(words, first)

    @cached_property
    def _runs(self) -> dict[int, list[int]]:
        return _starts(self.words, RUN)

    @cached_property
    def _single(self) -> dict[int, list[int]]:
        return _starts(self.words, 1)

    @cached_property
    def digests(self) -> tuple[str, ...]:
        """SHA-256 of each text."""
        return tuple(map(digest_of, self.texts))

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The index of each text."""
        return {text: number for number, text in enumerate(self.texts)}

    @cached_property
    def _joined(self) -> tuple[str, list[int]]:
        starts, length = [], 0
        for text in self.texts:
            starts.append(length)
            length += len(text) + 1
        return "\0".join(self.texts), starts

    def locate(self, text: str) -> Place | None:
        """Where just these characters stand first; None where they do not, or have no character."""
        joined, starts = self._joined
        at = joined.find(text) if text and "\0" not in text else -1
        if at < 0:
            return None
        number = bisect_right(starts, at) - 1
        return Place(number, at - starts[number], at - starts[number] + len(text))

    def whole(self, words: Sequence[str]) -> Match | None:
        """The text that has just these words."""
        at = self._whole.get(tuple(words))
        return None if at is None else Match(len(words), at)

    def run(self, words: Sequence[str], first: int, *, least: int = RUN) -> Match | None:
        """The longest run of words of the source that begins at ``words[first]``, of ``least`` (1 or `RUN`) or more."""
        starts = self._runs if least == RUN else self._single
        places = starts.get(hash(tuple(words[first : first + least])), ())
        best = max(((self._length(words, first, at), -at) for at in places), default=(0, 0))
        if best[0] < least or (least == RUN and not _is_telling(words[first : first + best[0]])):
            return None
        return Match(best[0], -best[1])

    def _length(self, words: Sequence[str], first: int, at: int) -> int:
        length = 0
        most = min(len(words) - first, len(self.words) - at)
        while length < most and words[first + length] == self.words[at + length]:
            length += 1
        return length

    def name(self, words: Sequence[str], first: int) -> Match | None:
        """The longest caption, label or heading that stands whole at ``words[first]``."""
        for length in self._lengths.get(words[first], ()) if first < len(words) else ():
            name = tuple(words[first : first + length])
            if name in self._names:
                return Match(len(name), self._names[name])
        return None


def _is_telling(run: Sequence[str]) -> bool:
    return len(run) >= _RUN_OF_NUMBERS or sum(not word.isdigit() for word in run) >= RUN


def _starts(words: Sequence[str], length: int) -> dict[int, list[int]]:
    """Where each run of ``length`` words begins, by its hash; equal hashes do not prove equal words."""
    starts: dict[int, list[int]] = {}
    for first in range(len(words) - length + 1):
        places = starts.setdefault(hash(tuple(words[first : first + length])), [])
        if len(places) < _MOST_PLACES:
            places.append(first)
    return starts
