"""Questions on facts that a text states: definitions, years, and sentences to complete."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from corpusbuilder.backends.teachers.rules import english, french
from corpusbuilder.backends.teachers.rules.candidate import Candidate, infer, read, with_distractors
from corpusbuilder.backends.teachers.rules.definitions import Definition, definitions
from corpusbuilder.backends.teachers.rules.language import fold, words
from corpusbuilder.backends.teachers.rules.leaks import shares_a_root
from corpusbuilder.backends.teachers.rules.nouns import capitalised, looks_plural, uncapitalised
from corpusbuilder.backends.teachers.rules.sentences import Sentence, is_sound, stands_alone, without_references
from corpusbuilder.records.example import QuestionType

_BOOK: Final = {"en": english, "fr": french}
_ABSTRACT: Final = re.compile(r"^[^ ]+(?:sis|tion|ment|ity|ism|isme|ité|logy|logie|gamy|phy|cytes|ase|ose)$")
"""A single word that is no name although it stands at the start of its sentence, hence with a capital."""
_NAMED_EARLY: Final = 8
"""An event that names nobody and no place within so many words is an event of the page around it."""


def text_questions(found: tuple[Sentence, ...], language: str, seed: int) -> Iterator[Candidate]:
    """Everything that can be asked about the sentences of a unit without a figure."""
    defined = definitions(found, language)
    lower = {word for sentence in found for word in re.findall(r"[^\W\d_]+", sentence.text) if word.islower()}
    for definition in defined:
        others = [other for other in defined if other is not definition]
        yield from _definition_questions(definition, others, lower, language, seed)
    yield from _year_questions(found, language, seed)


def _definition_questions(
    found: Definition, others: list[Definition], lower: set[str], language: str, seed: int
) -> Iterator[Candidate]:
    named = _is_name(found, lower)
    term = (
        found.term if named or (found.kind == "is" and not _is_common(found.term, lower)) else _small(found.term, lower)
    )
    if found.kind != "named":
        yield _what_is(found, term, is_name=named, language=language)
    if not named and not shares_a_root(found.meaning, found.term, language):
        yield from _which_term(found, term, others, lower, language=language, seed=seed)


def _what_is(found: Definition, term: str, *, is_name: bool, language: str) -> Candidate:
    sentence = found.sentence
    slots = {
        "term": _mid_sentence_article(term, language) if is_name else term,
        "meaning": found.meaning,
        "sentence": sentence.text,
    }
    return Candidate(
        form="description" if is_name else "definition",
        key=(sentence.passage.id, found.term, "meaning"),
        topic=fold(found.term),
        question_type=QuestionType.FACTUAL if is_name else QuestionType.DEFINITION,
        answer=capitalised(found.meaning),
        answer_type="free",
        slots=slots,
        steps=(read("read", sentence.passage.id, sentence.text), infer("infer", (1,))),
        passage_ids=(sentence.passage.id,),
        tier=0,
    )


def _which_term(
    found: Definition, term: str, others: list[Definition], lower: set[str], *, language: str, seed: int
) -> Iterator[Candidate]:
    sentence = found.sentence
    key = (sentence.passage.id, found.term, "term")
    rivals = [
        _small(other.term, lower)
        for other in others
        if not _is_name(other, lower)
        and other.kind != "is"
        and looks_plural(other.term, language) == looks_plural(term, language)
        and not shares_a_root(other.term, term, language)
        and not shares_a_root(sentence.text, other.term, language)
    ]
    choices = with_distractors(term, rivals, seed=seed, key=key)
    yield Candidate(
        form="naming" if found.kind == "named" else "term",
        key=key,
        topic=fold(found.term),
        question_type=QuestionType.DEFINITION,
        answer=term,
        answer_type="multiple_choice" if choices else "short",
        choices=choices,
        slots={
            "term": term,
            "meaning": uncapitalised(found.meaning) if found.kind == "named" else found.meaning,
            "sentence": sentence.text,
        },
        steps=(read("read", sentence.passage.id, sentence.text), infer("infer", (1,))),
        passage_ids=(sentence.passage.id,),
        tier=0 if found.kind == "named" or choices else 1,
        strict=True,
    )


def _is_common(term: str, lower: set[str]) -> bool:
    return all(part in lower for part in re.findall(r"[^\W\d_]+", term.lower()))


def _is_name(found: Definition, lower: set[str]) -> bool:
    """Whether what is described is a person, place or thing with a name, which is described rather than defined."""
    return found.kind == "is" and not _is_common(found.term, lower) and not _ABSTRACT.search(found.term)


def _small(term: str, lower: set[str]) -> str:
    """The term as it is written inside a sentence."""
    return term.lower() if _is_common(term, lower) else term


def _mid_sentence_article(term: str, language: str) -> str:
    articles = ("The ",) if language == "en" else ("Le ", "La ", "Les ", "L'", "L’")
    return term[:1].lower() + term[1:] if term.startswith(articles) else term


def _year_questions(found: tuple[Sentence, ...], language: str, seed: int) -> Iterator[Candidate]:
    """What happened in a year that the unit names once, and in which year it happened."""
    book = _BOOK[language]
    dated = [(sentence, book.GIVEN_YEAR.fullmatch(sentence.plain)) for sentence in found if is_sound(sentence)]
    years = [match["year"] + match["era"] if match["era"] else match["year"] for _, match in dated if match]
    named = [year for sentence in found for year in re.findall(r"\b\d{3,4}\b", sentence.text)]
    for sentence, match in dated:
        if match is None or named.count(match["year"]) != 1 or not _is_event(match["event"], language):
            continue
        year = match["year"] + (match["era"] or "")
        yield from _about_year(sentence, year, match["event"], [*years, *_plain_years(named, year)], seed)


def _plain_years(named: list[str], year: str) -> list[str]:
    return [other for other in named if len(other) == 4 and other.startswith(("1", "20"))] if year.isdigit() else []


def _is_event(event: str, language: str) -> bool:
    return (
        5 <= len(words(event)) <= 32
        and not re.search(r"\d{3,4}", event)
        and bool(_BOOK[language].HAPPENED.search(event))
        and stands_alone(event, language, persons=False)
        and ":" not in event
        and any(word[:1].isupper() for word in event.split()[:_NAMED_EARLY])
    )


def _about_year(sentence: Sentence, year: str, event: str, years: list[str], seed: int) -> Iterator[Candidate]:
    told = without_references(event).rstrip(" .,")
    happened = Candidate(
        form="event",
        key=(sentence.passage.id, year, "event"),
        topic=f"year {year}",
        question_type=QuestionType.FACTUAL,
        answer=capitalised(told),
        answer_type="free",
        slots={"year": year, "event": told, "sentence": sentence.text},
        steps=(read("read", sentence.passage.id, sentence.text), infer("infer", (1,))),
        passage_ids=(sentence.passage.id,),
    )
    yield happened
    key = (sentence.passage.id, year, "year")
    choices = with_distractors(year, [other for other in years if other not in sentence.text], seed=seed, key=key)
    yield replace(
        happened,
        form="year",
        key=key,
        question_type=QuestionType.TEMPORAL,
        answer=year,
        answer_type="multiple_choice" if choices else "short",
        choices=choices,
        tier=1,
    )


def is_complete_statement(sentence: Sentence, language: str) -> bool:
    """Whether a sentence states something that can be asked for without the page around it."""
    text = sentence.text
    return (
        is_sound(sentence, least=8, most=32)
        and sentence.passage.kind == "paragraph"
        and not re.search(r"[«»“”\"!?]|^\W*[—–]|[—–] ?(?:[A-ZÀ-Þ]|$)", text)
        and stands_alone(text, language, persons=False)
        and not (language == "fr" and (words(text)[0].endswith("ant") or french.is_headless(text)))
    )
