"""What a step says of the names in it that the figure contradicts: another number, another colour of the key."""

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Final

from corpusbuilder.backends.grounders.diagram.inventory import Inventory
from corpusbuilder.language.lexicon import COLOUR_WORDS, position_lexicon, words
from corpusbuilder.language.names import NameMention
from corpusbuilder.language.said import EQUATES, GENERIC
from corpusbuilder.records.diagram import DiagramLabel
from corpusbuilder.records.text import is_stop_word, listed, tokens

MOST_BETWEEN: Final = 80
"""Characters between two names that are said to be the same."""
_APART: Final = re.compile(r"[;.!?:]|,(?!\s*(?:is|are|est|sont)\b)")
_JOINING: Final = words("and or et ou but mais with avec from to vers than que while whereas tandis")
"""Between two names they make two things of them."""


def contradictions(known: Inventory, mentions: Sequence[NameMention], text: str, language: str) -> list[str]:
    """One sentence for each thing that a step says and the figure does not: "3 is the vacuole", where 5 is.

    Args:
        known: what can be named in the figure.
        mentions: the names in the step, in order.
        text: of the step.
        language: BCP 47.
    """
    pairs = [pair for pair in itertools.pairwise(mentions) if _are_equated(*pair, text, language)]
    found = [*_numbers(known, pairs, mentions), *(_colours(known, pairs) if _speaks_of_colour(text) else ())]
    return list(dict.fromkeys(found))


def _are_equated(one: NameMention, other: NameMention, text: str, language: str) -> bool:
    """Whether two names that follow each other are said to be the same: nothing between them sets them apart."""
    between = text[one.end : other.start]
    said = _without_drawing(between, language)
    phrases = position_lexicon(language) or {}
    placed = any(tuple(said[i:j]) in phrases for i in range(len(said)) for j in range(i + 1, i + 5))
    # "refers to", "correspond à" equate; any other "to" leads from one thing to another
    joined = _JOINING & {word for before, word in zip(["", *said], said, strict=False) if before not in EQUATES}
    return len(between) <= MOST_BETWEEN and not placed and not joined and not _APART.search(between)


def _without_drawing(between: str, language: str) -> list[str]:
    """The folded words of a text without "in the drawing" and the like, which set nothing apart."""
    said: list[str] = []
    for word in tokens(between):
        if word.stem in GENERIC:
            while said and is_stop_word(said[-1], language):
                said.pop()
        said.append(word.text)
    return said


def _numbers(
    known: Inventory, pairs: Sequence[tuple[NameMention, NameMention]], mentions: Sequence[NameMention]
) -> Iterator[str]:
    marks = {mark for m in mentions for label in _labels(known, m) if label.role == "number" and (mark := label.text)}
    for pair in pairs:
        number, named = pair if _is_number(known, pair[0]) else pair[::-1]
        if not _is_number(known, number) or _is_number(known, named):
            continue
        right = {n.text for label in _labels(known, named) for n in known.callouts(label)}
        said = {label.text for label in _labels(known, number)}
        # "1 and 3 are the pith and the husk" names the same numbers in one list and their things in another
        if right and not right & said and not right & marks:
            yield f"{listed([named.name.text])} is not {listed(sorted(said))} in the figure"


def _colours(known: Inventory, pairs: Sequence[tuple[NameMention, NameMention]]) -> Iterator[str]:
    for pair in pairs:
        for one, other in (pair, pair[::-1]):
            entries = [label for label in _labels(known, one) if label.role == "legend"]
            parts = [r for label in _labels(known, other) if label.role == "text" for r in known.regions(label.id)]
            if len(entries) != 1 or not parts or not known.coloured(entries[0]):
                continue
            if not {part.id for part in parts} & {region.id for region in known.coloured(entries[0])}:
                yield f"{listed([other.name.text])} has not the colour of {listed([one.name.text])}"


def _speaks_of_colour(text: str) -> bool:
    return any(word.text.startswith(tuple(COLOUR_WORDS)) for word in tokens(text))


def _labels(known: Inventory, mention: NameMention) -> list[DiagramLabel]:
    return [known.labels[key] for key in mention.name.keys]


def _is_number(known: Inventory, mention: NameMention) -> bool:
    return all(label.role == "number" for label in _labels(known, mention))
