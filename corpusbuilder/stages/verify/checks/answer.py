"""Checks of the answer: it follows from the evidence."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from corpusbuilder.language.claims import arrow_claims, mentions
from corpusbuilder.language.lexicon import CONJUNCTIONS, CYCLE_WORDS, arrow_lexicon
from corpusbuilder.records.example import ReasoningStep
from corpusbuilder.records.text import (
    Stems,
    contains,
    fold,
    listed,
    number_value,
    numbers,
    occurrences,
    stems,
    tokens,
)
from corpusbuilder.stages.verify.checks.base import Case, Finding, abstained, failed, passed
from corpusbuilder.stages.verify.checks.form import NO, YES
from corpusbuilder.stages.verify.checks.relations import Arrows, position_holds, speaks_of, stated_positions

_ITEMS: Final = re.compile(r"\s*(?:[,;]|\band\b|\bet\b)\s*")
_HOW_MANY: Final = re.compile(r"\b(?:how many|number of|combien|nombre de)\b")
_TAKEN: Final = "\0"


def answer_derivable(case: Case) -> Iterator[Finding]:
    """The answer stands in, or is computed from, the evidence of the steps on which the last one rests."""
    if case.last is None or not tokens(case.example.answer):
        return
    if case.example.answer_type == "yes_no":
        yield _polar(case, case.last)
    elif case.example.answer_type == "list":
        yield _all_items(case, case.last)
    elif _HOW_MANY.search(fold(case.example.question)):
        yield _stages(case, case.last) or _counted(case, case.last) or _stated_number(case, case.last)
    else:
        yield _found(case, case.last)


def _grounded(case: Case, last: ReasoningStep) -> list[ReasoningStep]:
    """The steps behind ``last`` that have evidence, in order."""
    return [step for step in case.reach(last) if case.texts(step)]


def _found(case: Case, last: ReasoningStep) -> Finding:
    """The answer stands in the evidence, and no other choice is as well supported."""
    steps = _grounded(case, last)
    if not steps:
        return abstained("no step behind the last one has evidence that says anything", last.index)
    answer = stems(case.example.answer)
    texts = [stems(text) for step in steps for text in case.texts(step)]
    holders = [text for text in texts if contains(text, answer)]
    if not holders:
        return _not_verbatim(case, texts)
    given = [case.question_stems, *(stems(text) for step in steps[:-1] for text in case.texts(step))]
    told = any(contains(text, answer) for text in given)
    rivals = [r for r in _rivals(case, steps[-1], answer) if not any(contains(text, r) for text in given)]
    if not rivals and told and (ends := _other_ends(case, steps[-1], given)):
        return abstained(f"the last arrow brings in {listed(ends)}, and the answer was there before", last.index)
    if not rivals:
        return passed(last.index)
    if told:
        return failed(f"the last evidence shows {listed(' '.join(r) for r in rivals)} instead", last.index)
    return abstained(f"the last evidence also shows {listed(' '.join(r) for r in rivals)}", last.index)


def _other_ends(case: Case, step: ReasoningStep, given: Sequence[Stems]) -> list[str]:
    """Names at the arrows of ``step`` that nothing before it has."""
    arrows = Arrows(case, [step])
    ends = dict.fromkeys(name for f, e in arrows.cited for name in arrows.ends(f, e) if name)
    return [" ".join(name) for name in ends if not any(contains(text, name) for text in given)]


def _rivals(case: Case, step: ReasoningStep, answer: Stems) -> list[Stems]:
    """Other choices that the evidence of ``step`` shows: a label that reads so, a quote that has the words."""
    labels = [stems(text) for figure, element in case.elements(step) for text in case.names(figure, element)]
    quotes = [_masked(stems(span.quote), answer) for span in case.spans(step)]
    others = [stems(choice) for choice in case.example.choices if stems(choice) != answer]
    return [other for other in others if other in labels or any(contains(quote, other) for quote in quotes)]


def _masked(text: Stems, name: Stems) -> Stems:
    """``text`` with every occurrence of ``name`` made unfindable."""
    words = list(text)
    for start in occurrences(text, name):
        words[start : start + len(name)] = [_TAKEN] * len(name)
    return tuple(words)


def _stated_number(case: Case, last: ReasoningStep) -> Finding:
    """A number that cannot be counted must stand in the evidence."""
    found = _found(case, last)
    return found if found.outcome == "pass" else abstained("the number can neither be counted nor read", last.index)


def _not_verbatim(case: Case, texts: Sequence[Stems]) -> Finding:
    words = case.content(case.example.answer)
    shown = listed([case.example.answer])
    if (new := set(numbers(case.example.answer, case.language))) and not new & {
        word for text in texts for word in text
    }:
        return failed(f"no evidence has the number of the answer {shown}")
    if any(_in_order(text, words) for text in texts):
        return passed()
    if any(word in text for word in words for text in texts):
        return abstained(f"the evidence has only some words of the answer {shown}")
    return failed(f"the answer {shown} is not in the evidence")


def _in_order(text: Sequence[str], words: Sequence[str]) -> bool:
    rest = iter(text)
    return bool(words) and all(word in rest for word in words)


def _all_items(case: Case, last: ReasoningStep) -> Finding:
    texts = [stems(text) for step in _grounded(case, last) for text in case.texts(step)]
    items = [stems(item) for item in _ITEMS.split(case.example.answer) if tokens(item)]
    missing = [item for item in items if not any(contains(text, item) for text in texts)]
    if missing:
        return failed(f"no evidence shows {listed(' '.join(item) for item in missing)}", last.index)
    if left_out := _left_out(case, last, items):
        return abstained(f"the list leaves out {listed(' '.join(name) for name in left_out)}", last.index)
    return passed(last.index)


def _left_out(case: Case, last: ReasoningStep, items: Sequence[Stems]) -> list[Stems]:
    """Other ends of the arrows at the one name that the question marks, which the list does not have."""
    lexicon = arrow_lexicon(case.language, question=True)
    arrows = Arrows(case, case.reach(last))
    if lexicon is None or not arrows.cited:
        return []
    marked = [m for m in mentions(case.example.question, arrows.names(), lexicon) if m.mark in ("source", "target")]
    if len(marked) != 1:
        return []
    near, far = (0, 1) if marked[0].mark == "source" else (1, 0)
    ends = sorted(pair[far] for pair in arrows.drawn() if pair[near] == marked[0].name)
    whole = stems(case.example.answer)
    several = [end for end in ends if CONJUNCTIONS & set(end) and contains(whole, end)]  # "Rivers and lakes" is one
    return [end for end in ends if end not in several and not any(contains(item, end) for item in items)]


def _polar(case: Case, last: ReasoningStep) -> Finding:
    """Yes or no, computed from what the question says of arrows or places."""
    said_yes = fold(case.example.answer).strip(" .!") in YES
    if not said_yes and fold(case.example.answer).strip(" .!") not in NO:
        return abstained("the answer is neither yes nor no", last.index)
    truth = _arrow_truth(case, last)
    if truth is None:
        stated = stated_positions(case, case.example.question, case.reach(last))
        truth = position_holds(*stated[0]) if len(stated) == 1 else None
    if truth is None:
        return abstained("yes or no cannot be computed from the evidence", last.index)
    return passed(last.index) if truth is said_yes else failed("the evidence shows the opposite", last.index)


def _arrow_truth(case: Case, last: ReasoningStep) -> bool | None:
    """Whether the arrow that the question speaks of is among those pointed at; None when undecided."""
    lexicon = arrow_lexicon(case.language, question=True)
    arrows = Arrows(case, case.reach(last))
    if lexicon is None or not arrows.cited:
        return None
    claims = arrow_claims(mentions(case.example.question, arrows.names(), lexicon))
    if len(claims) != 1:
        return None
    ends = (claims[0].source, claims[0].target)
    if ends in arrows.pairs():
        return True
    return False if ends[::-1] in arrows.pairs() and ends not in arrows.drawn() else None


def _stages(case: Case, last: ReasoningStep) -> Finding | None:
    """The number of names on the cycle that the question speaks of, if all of its arrows are pointed at."""
    value = number_value(case.example.answer, case.language)
    if value is None or not speaks_of(case.example.question, CYCLE_WORDS):
        return None
    arrows = Arrows(case, case.reach(last))
    stages = arrows.round()
    if not stages or not any(contains(case.question_stems, name) for name in stages):
        return None
    if value != len(stages) or len(arrows.cited) != len(stages):
        return failed(
            f"the cycle has {len(stages)} stages, {len(arrows.cited)} arrows are pointed at, the answer is {value}",
            last.index,
        )
    return passed(last.index)


def _counted(case: Case, last: ReasoningStep) -> Finding | None:
    """The number of arrows at the one name that the question marks; None when it asks for another number."""
    lexicon = arrow_lexicon(case.language, question=True)
    value = number_value(case.example.answer, case.language)
    arrows = Arrows(case, case.reach(last))
    if lexicon is None or value is None or not arrows.cited:
        return None
    marked = [m for m in mentions(case.example.question, arrows.names(), lexicon) if m.mark in ("source", "target")]
    if len(marked) != 1:
        return None
    end = 0 if marked[0].mark == "source" else 1
    count = arrows.count_at(marked[0].name, end)
    if value != count or len(arrows.cited) != count:
        return failed(
            f"{count} arrows are there, {len(arrows.cited)} pointed at, and the answer is {value}", last.index
        )
    return passed(last.index)
