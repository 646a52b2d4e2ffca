"""Finds what a text defines: a term, its meaning, and the sentence that says so."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from corpusbuilder.backends.teachers.rules import english, french
from corpusbuilder.backends.teachers.rules.language import LEXICONS, content_words, word_set, words
from corpusbuilder.backends.teachers.rules.leaks import shares_a_root
from corpusbuilder.backends.teachers.rules.nouns import uncapitalised, without_article
from corpusbuilder.backends.teachers.rules.sentences import Sentence, is_sound, stands_alone, without_references

_PATTERNS: Final = {"en": (*english.DEFINITIONS, english.BARE_SUBJECT), "fr": french.DEFINITIONS}
_EMPTY_HEADS: Final = {"en": english.EMPTY_HEADS, "fr": french.EMPTY_HEADS}
_RUNS_ON: Final = {"en": english.RUNS_ON, "fr": french.RUNS_ON}
_PASSING: Final = {"en": english.IN_PASSING, "fr": french.IN_PASSING}
_FINITE: Final = {"en": english.FINITE, "fr": french.FINITE}
_COMPARES: Final = {"en": english.COMPARES, "fr": french.COMPARES}
_LETTER_NAME: Final = re.compile(
    r"(?<![\w'’])(?:[B-HJ-Zb-xz]|[A-Z]{2,4}(?=['’]))(?!['’.\w]\w)['’]?(?!\w)|(?<![\w'’])[A-Za-z]{1,3}['’](?!\w)"
)
"""A point or line named by a letter: it means nothing without its figure."""
_LEAD_IN: Final = re.compile(
    r"^(?:(?:or|ou) [\w-]+(?: [\w-]+)?(?: \([^()]*\))?, |(?:that is|namely|i\.\s?e\.|c['’]est-à-dire),? |when |"
    r"lorsqu['’e] ?)*"
)
"""What stands between a headword and its meaning: another name, "that is", "when"."""
_CALLED_A_WORD: Final = re.compile(r"^(?:word|term|name|mot|terme|nom) (?=\w)")
_RANKS: Final = word_set(
    """
    first second third fourth next last same other another following only former latter premier premiere deuxieme
    troisieme dernier derniere meme autre seul seule
    """
)
"""A term with one of these is a place in a row, not a term."""
_GOES_ON: Final = re.compile(
    r"(?:like|unlike|being|as|having|also|though|although|in|on|at|by|for|from|to|with|however|including|such|where|"
    r"comme|étant|ayant|aussi|dans|sur|par|pour|avec|à|en|où|dont|qui)\b",
    re.IGNORECASE,
)
_ARTICLE: Final = re.compile(r"(?:an?|the|une?|les?|la|des)\b|l['’]", re.IGNORECASE)
"""With a comma later on, an article opens an apposition to the subject, and a verb follows it."""
_EVERYBODY: Final = re.compile(
    r"\b(?:nous (?=para|sembl|appara|vo[iy]|observ|apercev)|we (?=see|call|observe|perceive))"
)
_SECOND_CLAUSE: Final = re.compile(r", (?:and|but|et|mais|or)\b")
_ENTRY: Final = re.compile(
    r"(?:[•▪●◦*–—-]\s*)?(?P<term>[^\W\d_][\w'’ -]{2,40}?)\s?(?::|\s[–—]\s?)\s*(?P<meaning>[^\W\d_][^:\n]{12,240}?)[.;]?"
)
_BRACKET: Final = re.compile(r"\s*\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Definition:
    """``term`` means ``meaning``, says ``sentence``."""

    sentence: Sentence
    term: str
    """Without its article."""
    meaning: str
    """As printed, without references to figures."""
    kind: Literal["means", "named", "is"]
    """``means``: the text says what the term means. ``named``: it gives a name to the thing. ``is``: it says "
    "what it is."""


def definitions(found: tuple[Sentence, ...], language: str) -> tuple[Definition, ...]:
    """The definitions among the sentences of a unit, in reading order; each term once.

    A term that is defined twice in different words is left out: which meaning is asked for would be a guess.
    """
    by_term: dict[str, list[Definition]] = {}
    for sentence in found:
        for definition in _in_sentence(sentence, language):
            by_term.setdefault(" ".join(words(definition.term)), []).append(definition)
    return tuple(group[0] for group in by_term.values() if len({d.meaning for d in group}) == 1)


def _in_sentence(sentence: Sentence, language: str) -> Iterator[Definition]:
    if entry := _entry(sentence):
        if _is_term(entry.term, language):
            yield entry
        return
    if not is_sound(sentence) or '"' in sentence.text:
        return
    plain = sentence.plain
    for pattern in _PATTERNS[language]:
        match = pattern.regex.fullmatch(plain)
        if match is None:
            continue
        definition = _read(sentence, match["term"], match["meaning"], pattern.kind, language)
        if definition and (not pattern.needs_mark or _is_marked(sentence, definition.term)):
            yield definition
            return
    yield from _headword(sentence, language)
    yield from _in_passing(sentence, plain, language)


def _headword(sentence: Sentence, language: str) -> Iterator[Definition]:
    """A marked term that opens its sentence, followed by nothing but its meaning: "**Linear**, narrow and long"."""
    for run in sentence.passage.emphasis:
        if run.start != sentence.start or run.end >= sentence.end:
            continue
        term = sentence.passage.text[run.start : run.end].strip(" ,.;:")
        rest = _BRACKET.sub("", without_references(sentence.passage.text[run.end : sentence.end]), count=1).lstrip()
        if rest.startswith((", ", ": ")) and not _FINITE[language].search(rest):
            meaning = _LEAD_IN.sub("", rest[2:]).rstrip(" .;")
            if _GOES_ON.match(meaning) or ("," in meaning and _ARTICLE.match(meaning)):
                continue
            definition = _read(sentence, term, meaning, "means", language)
            if definition and ";" not in meaning:
                yield definition


def _in_passing(sentence: Sentence, plain: str, language: str) -> Iterator[Definition]:
    """A marked term that the end of its sentence explains: "… plasmids, which are small rings of DNA"."""
    match = _PASSING[language].search(plain)
    if match is None:
        return
    for run in sentence.passage.emphasis:
        term = sentence.passage.text[run.start : run.end].strip(" ,.;:")
        if run.start >= sentence.start and run.end <= sentence.end and plain[: match.start()].endswith(term):
            definition = _read(sentence, term, match["meaning"], "means", language)
            if definition:
                yield definition
                return


def _entry(sentence: Sentence) -> Definition | None:
    """An entry of a word list, such as "producer: a living thing that makes its own food"."""
    if sentence.passage.kind != "list":
        return None
    match = _ENTRY.fullmatch(sentence.text)
    if not match or len(match["term"].split()) > 4:
        return None
    return Definition(sentence, match["term"].strip(), match["meaning"].strip(), "means")


def _read(
    sentence: Sentence, term: str, meaning: str, kind: Literal["means", "named", "is"], language: str
) -> Definition | None:
    term = _BRACKET.sub("", term).strip(" ,“”«»\"'\u00a0")
    meaning = without_references(meaning).strip(" ,:")
    if kind != "named":
        meaning = _RUNS_ON[language].split(meaning, maxsplit=1)[0].strip(" ,:")
    elif _SECOND_CLAUSE.search(meaning) or len(content_words(meaning, language)) < 5:
        return None
    bare = _CALLED_A_WORD.sub("", without_article(term, language))
    sound = (
        _is_term(bare, language)
        and 3 <= len(words(meaning)) <= 35
        and len(content_words(meaning, language)) >= (3 if kind == "is" else 2)
        and meaning.count("(") == meaning.count(")")
        and stands_alone(_without_we(meaning if kind == "named" else f"{term} {meaning}"), language)
        and not _LETTER_NAME.search(f"{term} {meaning}")
        and not (kind == "named" and shares_a_root(meaning, bare, language))
        and not _COMPARES[language].match(uncapitalised(meaning))
    )
    return Definition(sentence, bare if kind != "is" else term, meaning, kind) if sound else None


def _without_we(text: str) -> str:
    """Definitions say "nous paraît" and "we see" of people in general: there the words point at nobody."""
    return _EVERYBODY.sub("", text)


def _is_term(term: str, language: str) -> bool:
    found = words(term)
    return (
        1 <= len(found) <= 5
        and len(max(found, key=len)) >= 3
        and not any(character.isdigit() for character in term)
        and (language == "fr" or len(content_words(term, language)) == len(found) or " of " in term)
        and bool(set(content_words(term, language)) - _EMPTY_HEADS[language])
        and not set(found) & _RANKS
        and found[0] not in LEXICONS[language].openers
        and not (language == "en" and found[-1].endswith("ly"))
        and re.fullmatch(r"[\w'’ .-]+", term) is not None
    )


def _is_marked(sentence: Sentence, term: str) -> bool:
    """Whether the book sets the term off: bold, italic or between quotation marks."""
    place = sentence.text.find(term)
    if place < 0:
        return False
    start, end = sentence.start + place, sentence.start + place + len(term)
    if any(run.start < end and start < run.end and run.end - run.start < 60 for run in sentence.passage.emphasis):
        return True
    around = sentence.passage.text[max(0, start - 2) : start] + sentence.passage.text[end : end + 2]
    return any(mark in around for mark in "“”«»")
