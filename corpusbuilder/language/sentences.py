"""Where the sentences of a text begin and end. English and French, by signs alone: no model, and linear in time."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from corpusbuilder.records.text import fold

_NUMBERING: Final = re.compile(r"(?:\d{1,3}(?:[.,]\d{1,2})?\s?[.)°]|[•▪●◦*-]|\(\w{1,2}\))\s+|[–—]\s*")
_END: Final = re.compile(r"[.!?…]+[»”\"’')\]]*(?:\s?»)?(?=\s|[.!?…]*\Z)|\n\s*\n")
_LAST_WORD: Final = re.compile(r"(\w+)\.[»”\"’')\]]*\Z")
_LOOK_BACK: Final = 80
"""Characters: longer words do not matter before a full stop."""
_ABBREVIATIONS: Final = {
    "en": frozenset(
        "fig figs mr mrs ms dr st mt vs etc e i g eg ie cf c ca no vol pp p ed eds prof gen col capt lat syn sp spp "  # noqa: SIM905 - reads as the list of words it is
        "var approx al jr sr inc art ch sec op cit viz".split()
    ),
    "fr": frozenset(
        "fig figs m mm mme mlle mgr dr st ste cf p pp ex etc env vol chap art no av apr j c s n e o al ed hab".split()  # noqa: SIM905 - likewise
    ),
}


def sentence_spans(text: str, language: str, *, lines: bool = False) -> Iterator[tuple[int, int]]:
    """The sentences of ``text`` as code-point offsets, in order, without numbering and outer blanks.

    Args:
        text: one paragraph, or a list.
        language: BCP 47; decides which abbreviations end no sentence.
        lines: whether each line is a sentence at least, as in a list.
    """
    for start, end in _lines(text) if lines else ((0, len(text)),):
        part = text[start:end]
        yield from trimmed_spans(part, (match.end() for match in _END.finditer(part)), language, offset=start)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    return ((match.start(), match.end()) for match in re.finditer(r"[^\n]+", text))


def trimmed_spans(text: str, ends: Iterable[int], language: str, *, offset: int = 0) -> Iterator[tuple[int, int]]:
    """Spans between those of ``ends`` at which a sentence really ends, moved by ``offset``.

    Args:
        text: what was split.
        ends: where a splitter would end a sentence, rising.
        language: BCP 47.
        offset: added to every offset.
    """
    start = 0
    for end in [*(end for end in ends if end < len(text) and really_ends(text, end, language)), len(text)]:
        piece = text[start:end]
        lead = len(piece) - len(piece.lstrip())
        if numbering := _NUMBERING.match(piece, lead):
            lead = numbering.end()
        if stripped := piece[lead:].rstrip():
            yield offset + start + lead, offset + start + lead + len(stripped)
        start = end


def really_ends(text: str, end: int, language: str) -> bool:
    """Whether a sentence ends at ``end``: not after an abbreviation or an initial, nor before a small letter."""
    before = text[max(end - _LOOK_BACK, 0) : end].rstrip()
    after = text[end : end + _LOOK_BACK].lstrip()
    if after and (after[0].islower() or after[0] in ",;:)»"):
        return False
    last = _LAST_WORD.search(before)
    if not last:
        return True
    word = last[1]
    alone = before[: last.start(1)].rstrip()
    numbering = word.isdigit() and (not alone or alone[-1] in ".!?") and len(word) < 4
    abbreviations = _ABBREVIATIONS.get(language[:2], frozenset())
    return not (fold(word) in abbreviations or (len(word) == 1 and word.isalpha()) or numbering)
