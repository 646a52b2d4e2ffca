"""Sentences to complete: the last resort of a book that defines nothing, and still certain."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from corpusbuilder.backends.teachers.rules.candidate import Candidate, infer, read, with_distractors
from corpusbuilder.backends.teachers.rules.facts import is_complete_statement
from corpusbuilder.backends.teachers.rules.language import fold, word_set, words
from corpusbuilder.backends.teachers.rules.nouns import looks_plural
from corpusbuilder.backends.teachers.rules.sentences import Sentence, without_references
from corpusbuilder.records.example import QuestionType

GAP: Final = "_____"
_NAME: Final = r"[A-ZÀ-Þ][a-zà-ÿ\-]+(?:['’][a-rt-zà-ÿ][a-zà-ÿ]*)?(?:[ -][A-ZÀ-Þ][a-zà-ÿ\-]+){0,2}"
_PLACES: Final = {
    "en": re.compile(
        rf"\b(?P<before>in|at|to|from|near|into|toward) (?P<gap>{_NAME})"
        r"(?=[,.](?! ?\()| (?:and|in|on|to|during|with|was|is|by|as|for|from|at|where|which|until|after|before|"
        r"into|has|had)\b)"
    ),
    "fr": re.compile(rf"(?<![\w'’])(?P<before>à|en|vers|de|d['’]) ?(?P<gap>{_NAME})(?=[ ,.](?! ?[A-ZÀ-Þ(]))"),
}
_YEARS: Final = {
    "en": re.compile(
        r"\b(?P<before>in|until|since|by|In) (?P<gap>1[0-9]{3}|20[0-2][0-9])(?=[ ,.](?! ?(?:\d|BCE|BC|CE)))"
    ),
    "fr": re.compile(r"\b(?P<before>en|En|depuis|jusqu['’]en|vers) (?P<gap>1[0-9]{3}|20[0-2][0-9])(?=[ ,.](?! ?\d))"),
}
_YEAR: Final = re.compile(r"1[0-9]{3}|20[0-2][0-9]")
_NUMBERS: Final = {
    language: re.compile(
        r"(?P<before>(?<=[a-zà-ÿ]) )(?P<gap>\d{1,3}(?:[ ,.\u00a0]\d{3})*|\d+)(?= (?!CE|BC|to |and |or |à |et |ou "
        r")[a-zà-ÿ]{3,})"
    )
    for language in ("en", "fr")
}
_TERMS: Final = {
    "en": re.compile(
        r"\b(?P<before>called|known as|termed|named) (?:the |an? )?(?P<gap>[A-Za-z][a-z\-]+(?: "
        r"[a-z\-]+)?)(?=[,.]| (?:that|which|to|in|of|and|at)\b)"
    ),
    "fr": re.compile(
        r"(?P<before>appelée?s?|nommée?s?|qu['’]on appelle|qu['’]on nomme|se nomme|s['’]appelle) "
        r"(?:(?:le|la|les|une?|des) |l['’])?(?P<gap>[a-zà-ÿ][a-zà-ÿ\-]+(?: [a-zà-ÿ\-]+)?)(?=[,.])"
    ),
}
_MARKED_TERM: Final = re.compile(r"(?=.{5})[a-zà-ÿ][a-zà-ÿ\-]+(?: [a-zà-ÿ\-]{4,}){0,2}")
_BEFORE_A_TERM: Final = {
    "en": re.compile(r"\b(?:an?|the|of|called|as|by|and|or|into|from|in|through) $"),
    "fr": re.compile(r"(?:\b(?:une?|le|la|les|des|de|du|et|ou|par|en) |[ld]['’])$"),
}
_NO_PLACE: Final = word_set("""
    january february march april may june july august september october november december monday tuesday
    wednesday thursday friday saturday sunday english latin greek french german spanish arabic chinese god
    christ janvier islam antiquity bible north south east west central northern southern eastern western nord
    sud est ouest allah buddha coran islam fevrier mars avril juin juillet aout septembre octobre novembre
    decembre dieu monsieur madame
""")

_PERSON: Final = {
    "en": re.compile(
        rf"\b(?:said|Mr\.?|Mrs\.?|Dr\.?|Sir|Lord|Saint|St\.|King|Queen|Emperor|Prince|Pope|General|by|and his|"
        rf"whom?) (?P<name>{_NAME})|"
        rf"(?P<known>{_NAME}) (?:\(?(?:c\. )?1\d\d\d[–-]|himself|herself|wrote|said|was born)"
    ),
    "fr": re.compile(
        rf"(?:^|[—,«:;.!?]\s?|\b(?:dit|reprit|répondit|demanda|petite?|Mme|M\.|père|mère|saint|roi|frère|empereur|général|maître)\s)"
        rf"(?P<name>{_NAME})|(?P<known>{_NAME}) (?:dit|reprit|répondit|avait|était|se|qui)\b"
    ),
}
"""Where a name is a person's: after a title or a verb of saying, or called upon between commas."""
_NO_PLACE_ENDINGS: Final = ("ism", "isme", "ian", "ese", "ish", "ic", "ais", "ois", "ien")
"""Faiths, peoples and languages."""

Kind = Literal["place", "year", "term", "number"]


@dataclass(frozen=True, slots=True)
class _Gap:
    sentence: Sentence
    kind: Kind
    before: str
    text: str
    start: int
    """In the sentence."""


def cloze_questions(found: tuple[Sentence, ...], language: str, seed: int) -> Iterator[Candidate]:
    """Sentences with a named place, year or term left out, each with choices of the same kind from the same unit."""
    persons = _persons(found, language)
    gaps = [gap for sentence in found for gap in _gaps(sentence, language) if gap.text.split()[0] not in persons]
    used: set[str] = set()
    for gap in gaps:
        if gap.sentence.text in used or not is_complete_statement(gap.sentence, language):
            continue
        key = (gap.sentence.passage.id, gap.sentence.text[:40], gap.text, "cloze")
        choices = with_distractors(gap.text, _rivals(gap, gaps, language), seed=seed, key=key)
        if choices or gap.kind in ("number", "year"):
            used.add(gap.sentence.text)
            yield _candidate(gap, choices, key)


def _persons(found: tuple[Sentence, ...], language: str) -> set[str]:
    """First words of the names that belong to people."""
    matches = (match for sentence in found for match in _PERSON[language].finditer(sentence.text))
    return {(match["name"] or match["known"]).split()[0] for match in matches}


def _gaps(sentence: Sentence, language: str) -> Iterator[_Gap]:
    patterns: tuple[tuple[Kind, re.Pattern[str]], ...] = (
        ("term", _TERMS[language]),
        ("year", _YEARS[language]),
        ("number", _NUMBERS[language]),
        ("place", _PLACES[language]),
    )
    yield from _marked(sentence, language)
    for kind, pattern in patterns:
        for match in pattern.finditer(sentence.text):
            gap = _Gap(sentence, kind, match["before"].lower(), match["gap"], match.start("gap"))
            # "In 1721, …" is asked for as a year by itself, and "a 1926 publication" does not count publications.
            is_odd = (kind == "year" and match.start() == 0) or (kind == "number" and _YEAR.fullmatch(gap.text))
            if _is_distinctive(gap) and not is_odd:
                yield gap


def _marked(sentence: Sentence, language: str) -> Iterator[_Gap]:
    """Terms that the book itself sets off in bold or italic, after an article or a preposition."""
    for run in sentence.passage.emphasis:
        start, end = run.start - sentence.start, run.end - sentence.start
        text = sentence.text[start:end].rstrip(" ,.;") if 0 < start < end <= len(sentence.text) else ""
        if _MARKED_TERM.fullmatch(text) and _BEFORE_A_TERM[language].search(sentence.text[:start]):
            gap = _Gap(sentence, "term", "", text, start)
            if _is_distinctive(gap):
                yield gap


def _is_distinctive(gap: _Gap) -> bool:
    inside = words(gap.text)
    everything = words(gap.sentence.text)
    return (
        (len(gap.text) >= 4 or gap.kind == "number")
        and not set(inside) & _NO_PLACE
        and not (gap.kind == "place" and inside[-1].endswith(_NO_PLACE_ENDINGS))
        and all(everything.count(word) == 1 for word in inside)
        and not gap.text.endswith(("-", "'", "’"))
    )


def _rivals(gap: _Gap, gaps: list[_Gap], language: str) -> list[str]:
    """Fillers of other gaps of the same kind, after the same preposition, that stand nowhere in this sentence."""
    sentence = set(words(gap.sentence.text))
    return [
        other.text
        for other in gaps
        if other.kind == gap.kind and _same_frame(gap, other, language) and not set(words(other.text)) & sentence
    ]


def _same_frame(gap: _Gap, other: _Gap, language: str) -> bool:
    if gap.kind == "year":
        return True
    if gap.kind == "number":
        return len(gap.text) == len(other.text)
    if gap.kind == "term":
        return looks_plural(gap.text, language) == looks_plural(other.text, language)
    if language == "en":
        return True
    return gap.before == other.before


def _candidate(gap: _Gap, choices: tuple[str, ...], key: tuple[str, ...]) -> Candidate:
    text = gap.sentence.text
    shown = text[: gap.start] + GAP + text[gap.start + len(gap.text) :]
    passage = gap.sentence.passage.id
    return Candidate(
        form="cloze",
        key=key,
        topic=fold(gap.text),
        question_type=QuestionType.TEMPORAL if gap.kind == "year" else QuestionType.FACTUAL,
        answer=gap.text,
        answer_type="multiple_choice" if choices else "number",
        choices=choices,
        slots={"shown": without_references(shown), "gap": gap.text, "kind": gap.kind, "sentence": text},
        steps=(read("read", passage, text), infer("infer", (1,))),
        passage_ids=(passage,),
        tier={"term": 1, "year": 2, "number": 2, "place": 3}[gap.kind],
        strict=gap.kind == "term",
    )
