"""The check that what is said of a figure is of a kind that the other checks can read."""

from collections.abc import Iterable, Iterator

from corpusbuilder.language.claims import without_quotes
from corpusbuilder.language.lexicon import COLOUR_WORDS, arrow_lexicon, position_lexicon
from corpusbuilder.language.vocabulary import (
    ACTIONS,
    ARROWS,
    BARS,
    COLOURS,
    COUNTING,
    CYCLES,
    DATES,
    DOUBLES,
    PLACING,
    SEEING,
    phrase_words,
)
from corpusbuilder.records.diagram import Connector
from corpusbuilder.records.example import ReasoningStep, StepKind
from corpusbuilder.records.text import is_stop_word, listed, stems, tokens
from corpusbuilder.stages.verify.checks.base import Case, Finding, abstained, passed
from corpusbuilder.stages.verify.checks.dates import dated_labels
from corpusbuilder.stages.verify.checks.relations import Arrows, speaks_of, stated_positions


def said_is_understood(case: Case) -> Iterator[Finding]:
    """What is said of a figure, names apart, is of arrows, places, colours of the key, numbers and names.

    A perceive step is read alone. The question and the inferences are, where no text is quoted on the way; otherwise
    they may speak of what the text says.
    """
    if case.last is None or case.language[:2] not in SEEING:
        return
    steps = [step for step in case.example.steps if step.kind is StepKind.PERCEIVE and case.regions(step)]
    if not steps:
        return
    for step in steps:
        yield _read(case, step.text, step.index, _vocabulary(case, [step]))
    if any(case.spans(step) for step in case.reach(case.last)):
        return
    vocabulary = _vocabulary(case, steps)
    yield _read(case, case.example.question, None, vocabulary)
    for step in case.example.steps:
        if step.kind is StepKind.INFER:
            yield _read(case, step.text, step.index, vocabulary)


def _read(case: Case, text: str, index: int | None, vocabulary: frozenset[str]) -> Finding:
    unread = [t.text for t in tokens(without_quotes(text)) if t.stem not in vocabulary and not t.text.isdecimal()]
    unread = [word for word in dict.fromkeys(unread) if not is_stop_word(word, case.language) or _compares(word)]
    if unread:
        return abstained(f"nothing here can tell whether this is so: {listed(unread)}", index)
    return passed(index)


def _compares(word: str) -> bool:
    """Whether a little word makes a comparison: "more than", "plus que"."""
    return word in {"more", "most", "than", "less", "least", "plus", "moins"}


def _vocabulary(case: Case, steps: Iterable[ReasoningStep]) -> frozenset[str]:
    """Names and words for all that ``steps`` let the checks read."""
    language = case.language[:2]
    steps = list(steps)
    pointed = [element for step in steps for _, element in case.elements(step)]
    known = set(SEEING[language]) | COUNTING[language] | _names(case)
    if any(isinstance(element, Connector) and element.kind != "leader" for element in pointed):
        known |= ARROWS[language] | phrase_words(arrow_lexicon(language) or {}) | _ends(case, steps)
    if dated_labels(case, tuple(steps)):
        known |= DATES[language]
    if any(stated_positions(case, step.text, case.reach(step)) for step in steps):
        known |= PLACING[language] | phrase_words(position_lexicon(language) or {})
    if any(speaks_of(step.text, COLOUR_WORDS) for step in steps):
        known |= COLOURS[language] | PLACING[language]
    return frozenset(known)


def _ends(case: Case, steps: Iterable[ReasoningStep]) -> frozenset[str]:
    """Words for how the lines end at which ``steps`` point, and for the round that they make."""
    language = case.language[:2]
    arrows = Arrows(case, steps)
    cited = [connector for _, connector in arrows.cited]
    known: frozenset[str] = CYCLES[language] if arrows.round() else frozenset()
    if any(connector.head_style == "bar" for connector in cited):
        known |= BARS[language]
    if any(connector.double for connector in cited):
        known |= DOUBLES[language]
    return known | ACTIONS[language] if arrows.actions() else known


def _names(case: Case) -> set[str]:
    """The words of labels, captions and choices."""
    figures = [f for f in (case.figure(i) for i in case.example.figure_ids) if f]
    texts = [label.text for figure in figures for label in figure.diagram.labels]
    texts += [figure.caption or "" for figure in figures]
    return {word for text in (*texts, *case.example.choices) for word in stems(text)}
