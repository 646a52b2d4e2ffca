"""The check that the answer stands where the evidence speaks of what is asked."""

import re
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final

from corpusbuilder.records.text import contains, is_stop_word, occurrences, shortened, stems, tokens
from corpusbuilder.stages.verify.checks.base import Case, Finding, abstained, passed
from corpusbuilder.stages.verify.checks.claims import ABOUT_TEXT, inflects
from corpusbuilder.stages.verify.checks.leaks import FIGURE_NUMBER

MOST_BETWEEN: Final = 3
"""Words of content that may stand between the answer and the nearest word of the question."""
_CLAUSE: Final = re.compile(
    r"[.!?…][\s»”\"’)]*\s(?=[«“\"(]*[A-ZÀ-ÖØ-Þ])|;|, (?:and|but|or|while|whereas|et|mais|ou|tandis|alors)\b"
)
_NAMING: Final = frozenset(
    stems("call called calls name named is are appelle appelé appelée nomme nommé nommée est sont")
)
"""With these a name says nothing but itself."""


def answer_near_question(case: Case) -> Iterator[Finding]:
    """In the quotation that has the answer, a word of the question stands near it and in the same clause.

    What else the example points at counts as asked for, too: a figure leads to a name, and the text speaks of it.
    """
    if case.last is None or case.example.answer_type in ("yes_no", "list"):
        return
    answer = stems(case.example.answer)
    quotes = [span.quote for step in case.reach(case.last) for span in case.spans(step)]
    holders = [quote for quote in quotes if contains(stems(quote), answer)]
    if not holders:
        return
    told = set(case.content(case.example.answer)) - {*case.question_stems, *ABOUT_TEXT, *_NAMING}
    if not told and not case.example.choices:
        yield abstained("the answer says nothing that the question does not say", case.last.index)
        return
    shown = [t for s in case.reach(case.last) for t in case.texts(s) if t not in holders]
    asked = {word for text in (case.example.question, *shown) for word in case.content(text)}
    asked -= {*ABOUT_TEXT, *answer}
    quoted = [FIGURE_NUMBER.sub(" ", quote) for quote in holders]
    if not asked or any(_is_asked_whole(case, q, answer, asked) or _is_near(case, q, answer, asked) for q in quoted):
        yield passed(case.last.index)
    else:
        said = shortened(case.example.answer)
        yield abstained(f'where the evidence says "{said}", it speaks of something else', case.last.index)


def _is_asked_whole(case: Case, quote: str, answer: Sequence[str], asked: set[str]) -> bool:
    """Whether the question says all that the quotation says, but for the answer: a sentence with a gap."""
    return set(case.content(quote)) <= asked | set(answer)


def _is_near(case: Case, quote: str, answer: Sequence[str], asked: set[str]) -> bool:
    words = tokens(quote)
    every = [token.stem for token in words]
    found = [i for i, t in enumerate(words) if t.stem in asked or any(inflects(t, word) for word in asked)]
    for start, place in product(occurrences(every, answer), found):
        end = start + len(answer)
        if start <= place < end:
            continue
        first, after = (end, place) if place >= end else (place + 1, start)
        between = quote[words[first - 1].end : words[after].start]
        content = [t for t in words[first:after] if not is_stop_word(t.text, case.language) and t.stem not in asked]
        if len(content) <= MOST_BETWEEN and not _CLAUSE.search(between):
            return True
    return False
