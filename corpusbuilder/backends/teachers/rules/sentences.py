"""Sentences of passages, and whether one can be understood alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from corpusbuilder.backends.teachers.rules import SENTENCE_MODELS
from corpusbuilder.backends.teachers.rules.language import LEXICONS, fold, words
from corpusbuilder.language.sentences import trimmed_spans
from corpusbuilder.records.document import Passage, Unit

if TYPE_CHECKING:
    from spacy.language import Language

_PIECE: Final = 20_000
"""Longest text given to spaCy at once: a paragraph that is longer is no paragraph."""
_NO_WORD: Final = re.compile(r"\S{200}")
"""No language has such words, and tokenizers take quadratic time over them."""
_REFERENCE: Final = re.compile(
    r"\s{0,4}[(\[](?:see\s|voir\s|cf\.?\s|v\.\s)?[^()\[\]]{0,12}?"
    r"\b(?:figures?|figs?|tables?|diagrams?|maps?|charts?|sch[ée]mas?|cartes?|tableaux?|documents?|docs?|plates?|box|planches?)"
    r"\b\.?[^()\[\]]*[)\]]",
    re.IGNORECASE,
)
_ODD: Final = re.compile(r"[=<>{}|\\^~_#@�□∑∫√≤≥≈]|https?:|www\.|\.\.\.|…|\?\?|\w/\w/|\d\s?[×*+]\s?\d|\[\s*\d")
_DEMONSTRATIVES: Final = frozenset({"this", "these", "those", "ce", "cet", "cette", "ces"})
_COMPARISONS: Final = frozenset({"other", "similar", "same", "autre", "autres", "meme", "memes", "semblable", "pareil"})
"""As one of the first words of a sentence, these compare with something said before."""
_NAMED_BY_THEN: Final = 6
_PAIRS: Final = (("(", ")"), ("[", "]"), ("«", "»"), ("“", "”"))


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a passage; ``passage.text[start:end] == text``."""

    passage: Passage
    start: int
    end: int

    @property
    def text(self) -> str:
        """The sentence as printed."""
        return self.passage.text[self.start : self.end]

    @property
    def plain(self) -> str:
        """The sentence without references to figures and without its full stop."""
        return without_references(self.text).rstrip(" .;")


def without_references(text: str) -> str:
    """``text`` without brackets that only point at a figure or table, such as "(see Figure 3.2)"."""
    return re.sub(r"\s{2,}", " ", _REFERENCE.sub("", text)).strip()


def sentences(unit: Unit, language: str) -> tuple[Sentence, ...]:
    """All sentences of a unit's passages in reading order. A line of a list is a sentence."""
    found: list[Sentence] = []
    for passage in unit.passages:
        for start, end in _lines(passage):
            text = passage.text[start:end]
            spans = trimmed_spans(text, _sentence_ends(text, language), language, offset=start)
            found += [Sentence(passage, *span) for span in spans]
    return tuple(found)


def _lines(passage: Passage) -> Iterator[tuple[int, int]]:
    pattern = r"[^\n]+" if passage.kind == "list" else r"[\s\S]+"
    for match in re.finditer(pattern, passage.text[:_PIECE]):
        if not _NO_WORD.search(match[0]):
            yield match.start(), match.end()


def _sentence_ends(text: str, language: str) -> list[int]:
    return [sentence.end_char for sentence in _pipeline(language)(text).sents]


@cache
def _pipeline(language: str) -> "Language":
    """The installed model of the language, or a blank one that cuts at punctuation."""
    import spacy

    if spacy.util.is_package(SENTENCE_MODELS[language]):
        return spacy.load(SENTENCE_MODELS[language], exclude=["ner", "lemmatizer"])
    pipeline = spacy.blank(language)
    pipeline.add_pipe("sentencizer")
    return pipeline


def is_sound(sentence: Sentence, *, least: int = 5, most: int = 45) -> bool:
    """Whether a sentence is whole, of a sane length, and free of formulas and broken characters."""
    text = sentence.text
    count = len(words(text))
    return (
        least <= count <= most
        and text.endswith(".")
        and (text[0].isupper() or fold(text[:2]) in {"d'", "l'", "d’", "l’"})
        and not _ODD.search(text)
        and all(text.count(a) == text.count(b) for a, b in _PAIRS)
        and text.count('"') % 2 == 0
        and sum(character.isalpha() for character in text) > 0.7 * len(text.replace(" ", ""))
        and not _looks_like_scanning_noise(text)
    )


def _looks_like_scanning_noise(text: str) -> bool:
    """Whether the words look misread: digits inside words, or many words of one letter."""
    parts = text.split()
    bare = [part.strip(".,;:()") for part in parts]
    stray = [
        part
        for part in bare
        if len(part) == 1 and part.isalpha() and part not in "aAàÀIyYôÔ" and f"{part}." not in parts
    ]
    mixed = [part for part in parts if re.search(r"[a-zà-ÿ]\d|\d[a-zà-ÿ]{4,}|[a-zà-ÿ][A-ZÀ-Þ]", part)]
    return bool(stray) or len(mixed) > max(1, len(parts) // 12)


def stands_alone(text: str, language: str, *, persons: bool = True) -> bool:
    """Whether a sentence can be understood without the ones around it.

    Args:
        text: the sentence.
        language: ``en`` or ``fr``.
        persons: whether personal pronouns are allowed anywhere but at the start; otherwise only well inside, where
            the sentence itself has named what they stand for.
    """
    lexicon = LEXICONS[language]
    found = words(without_references(text))
    if not found or found[0] in lexicon.openers or set(found[1:3]) & _COMPARISONS:
        return False
    if not persons and set(found[:_NAMED_BY_THEN]) & lexicon.persons:
        return False
    banned = lexicon.pointers if persons else lexicon.pointers | lexicon.links
    return not any(_points_away(found, place, banned) for place in range(len(found))) and not _says_such(
        found, language
    )


def _points_away(found: list[str], place: int, banned: frozenset[str]) -> bool:
    """Whether the word at ``place`` refers outside: "this lake" does not when a lake was named before it."""
    if found[place] not in banned:
        return False
    noun = found[place + 1] if place + 1 < len(found) else ""
    return not (found[place] in _DEMONSTRATIVES and noun in found[:place])


def _says_such(found: list[str], language: str) -> bool:
    if language != "en":
        return bool(set(found) & {"tel", "telle", "tels", "telles"})
    return any(word == "such" and after != "as" for word, after in zip(found, [*found[1:], ""], strict=True))
