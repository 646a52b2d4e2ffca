"""Checks that a sentence does not turn round what its evidence says: who does what to whom, and more for less."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final

from corpusbuilder.language.claims import without_quotes
from corpusbuilder.language.lexicon import words
from corpusbuilder.language.opposites import OPPOSITES
from corpusbuilder.records.evidence import SpanEvidence
from corpusbuilder.records.example import ReasoningStep, StepKind
from corpusbuilder.records.text import Token, is_stop_word, listed, stems, tokens
from corpusbuilder.stages.verify.checks.base import Case, Finding, abstained, passed
from corpusbuilder.stages.verify.checks.claims import ABOUT_TEXT, inflects, without_texts

_NO_PLACE: Final = words(
    # Articles, pronouns and conjunctions stand where grammar wants them.
    "the a an of that it its they their he his she her this these those and then also le la les l un une des du de d "
    "que qu il ils elle elles se s ce cet cette ces son sa ses leur leurs en y et puis alors aussi"
)
_ACCORDING: Final = re.compile(r"\bd['’]apr[eè]s\b", re.IGNORECASE)
"""It says whose words they are, not when."""
_FEWEST_WORDS: Final = 3
"""Of so many words in common it can be seen whether they stand in another order."""
_LONG: Final = 7
"""Words in common."""


def opposites_agree(case: Case) -> Iterator[Finding]:
    """The question and what is read or inferred have no word more often, and its opposite less, than the evidence."""
    opposites = OPPOSITES.get(case.language[:2])
    if opposites is None or not any(case.spans(step) for step in case.example.steps):
        return
    for index, text, steps in _sentences(case):
        known = Counter(stem for step in steps for shown in case.texts(step) for stem in stems(shown))
        said = Counter(token.stem for token in tokens(_ACCORDING.sub(" ", text)))
        more = [word for word in said if word in opposites and said[word] > known[word]]
        turned = [word for word in more if any(said[other] < known[other] for other in opposites[word])]
        if turned:
            yield abstained(f"its evidence has the opposite of {listed(turned)}", index)
        else:
            yield passed(index)


def _sentences(case: Case) -> Iterator[tuple[int | None, str, Sequence[ReasoningStep]]]:
    """The question and the steps that speak of a text, each with the steps that should bear it out."""
    yield None, case.example.question, case.example.steps
    for step in case.example.steps:
        if step.kind in (StepKind.READ, StepKind.INFER):
            yield step.index, step.text, case.reach(step)


def order_agrees(case: Case) -> Iterator[Finding]:
    """What is told of a quotation in other words keeps the order of its words, or moves one whole part of it.

    "Rome conquered Carthage" has the words of "Carthage conquered Rome" and says something else.
    """
    for step in case.example.steps:
        spans = _only_text(case, step)
        if len({(s.passage_id, s.start) for s in spans}) != 1:
            continue
        told = without_quotes(without_texts(step.text, [spans[0].quote, *_answer(case, step)]))
        places = _places(tokens(told), tokens(spans[0].quote))
        if len(places) >= _FEWEST_WORDS and not _keeps_order(places):
            yield abstained("it puts the words of its evidence in another order", step.index, [spans[0].passage_id])
        else:
            yield passed(step.index, [spans[0].passage_id])


def nothing_is_replaced(case: Case) -> Iterator[Finding]:
    """What is read in one quotation has no word in the place of another one, be it of the question or of the passage.

    A name for a pronoun is welcome: "the aquifer stores water" for "it stores water".
    """
    for step in case.example.steps:
        spans = list(case.spans(step))
        if step.kind is not StepKind.READ or len(spans) != 1:
            continue
        quote = tokens(spans[0].quote)
        told = tokens(without_quotes(without_texts(step.text, [spans[0].quote])))
        if pairs := list(_replaced(told, quote, case.language)):
            shown = ", ".join(f'"{ours}" for "{theirs}"' for ours, theirs in pairs[:3])
            yield abstained(f"it has {shown}", step.index, [spans[0].passage_id])
        else:
            yield passed(step.index, [spans[0].passage_id])


def _replaced(told: Sequence[Token], quote: Sequence[Token], language: str) -> Iterator[tuple[str, str]]:
    """Words that carry content and stand in the place of others that are left out."""
    ours, theirs = ([t for t in text if t.text not in _NO_PLACE] for text in (told, quote))
    kept = {t.stem for t in told} & {t.stem for t in quote}
    matcher = SequenceMatcher(None, [t.stem for t in ours], [t.stem for t in theirs], autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        new = [t for t in ours[a:b] if t.stem not in kept | ABOUT_TEXT and not is_stop_word(t.text, language)]
        gone = [t for t in theirs[c:d] if t.stem not in kept and not is_stop_word(t.text, language)]
        new = [t for t in new if not any(inflects(t, other.stem) for other in gone)]
        if tag == "replace" and new and gone:
            yield " ".join(t.text for t in new), " ".join(t.text for t in gone)


def _only_text(case: Case, step: ReasoningStep) -> list[SpanEvidence]:
    """The spans on which a step rests, when it rests on nothing else."""
    if step.kind is StepKind.READ:
        return list(case.spans(step))
    if step.kind is not StepKind.INFER or any(case.regions(other) for other in case.reach(step)):
        return []
    return [span for other in case.reach(step) for span in case.spans(other)]


def _answer(case: Case, step: ReasoningStep) -> list[str]:
    """The answer stands where the last sentence wants it."""
    return [case.example.answer] if step is case.last else []


def _places(told: Sequence[Token], quote: Sequence[Token]) -> list[int]:
    """Where the words of a sentence stand in a quotation, as far as each stands once in both; articles apart."""
    once = _once(quote)
    mine = _once(told)
    first = next((i for i, t in enumerate(told) if t.stem in once and t.stem not in ABOUT_TEXT), len(told))
    return [once[t.stem] for t in told[first:] if t.stem in once and t.stem in mine]


def _once(found: Sequence[Token]) -> dict[str, int]:
    """Places of the words that stand once."""
    every = [token.stem for token in found]
    return {t.stem: i for i, t in enumerate(found) if t.text not in _NO_PLACE and every.count(t.stem) == 1}


def _keeps_order(places: Sequence[int]) -> bool:
    """Whether words keep their order, or one part is moved as a whole; in a long sentence one word may stray."""
    if _is_rotation(places):
        return True
    one_less = ([*places[:i], *places[i + 1 :]] for i in range(len(places)))
    return len(places) >= _LONG and any(_is_rotation(rest) for rest in one_less)


def _is_rotation(places: Sequence[int]) -> bool:
    """Whether the places rise, or rise again after one fall to places that lie before all of the first part."""
    falls = [i for i, (a, b) in enumerate(pairwise(places), start=1) if a > b]
    return not falls or (len(falls) == 1 and places[-1] < places[0])
