"""The check that the evidence speaks of what the question speaks of."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from corpusbuilder.language.claims import quoted, without_quotes
from corpusbuilder.records.text import Stems, Token, contains, is_stop_word, listed, stems, tokens
from corpusbuilder.stages.verify.checks.base import Case, Finding, abstained, passed
from corpusbuilder.stages.verify.checks.claims import ABOUT_TEXT, proper_names
from corpusbuilder.stages.verify.checks.leaks import FIGURE_NUMBER

_ABOUT_FIGURES: Final = frozenset(
    # Words for what is printed, and for asking about it: they name nothing of the matter itself.
    stems("figure diagram map chart graph plate illustration document sketch photo picture plan drawing timeline table")
    + stems("fig doc shown called name element part choice following happen mean")
    + stems("schéma carte graphique planche croquis image dessin frise tableau légende")
    + stems("montré appelle nom nommé élément partie choix suivant passe signifie veut dire")
)


def question_is_taken_up(case: Case) -> Iterator[Finding]:
    """What the question names is in the evidence, or was named where it was printed; and so is any of its words."""
    texts = list(_known(case))
    known = [stems(text) for text in texts]
    for quote in quoted(case.example.question):
        words = [word for word in stems(quote) if any(c.isalnum() for c in word)]
        if not words or any(_in_order(text, words) for text in known):
            yield passed()
        else:
            yield abstained(f"no evidence speaks of {listed([quote])}, which the question names")
    if any(case.texts(step) for step in case.example.steps):
        yield _words_are_known(case, known)


def _known(case: Case) -> Iterator[str]:
    figures = [f for f in (case.figure(i) for i in case.example.figure_ids) if f]
    passages = [p for p in (case.passage(i) for i in case.example.passage_ids) if p]
    yield from (text for step in case.example.steps for text in case.texts(step))
    yield from (text for f in figures for text in (f.caption or "", f.number or ""))
    yield from (heading for passage in passages for heading in passage.heading)
    if all(contains(case.question_stems, stems(choice)) for choice in case.example.choices):
        yield from case.example.choices  # "Is it A or B?"


def _words_are_known(case: Case, texts: list[Stems]) -> Finding:
    """Whether the evidence has every proper name and number of the question, and any word of what it is about."""
    known = {word for text in texts for word in text}
    named = [t for t in proper_names(without_quotes(case.example.question)) if len(t.text) > 1]
    new = [t.text for t in named if t.stem not in known | _ABOUT_FIGURES]
    numbered = tokens(FIGURE_NUMBER.sub(" ", case.example.question))
    new += [t.text for t in numbered if len(t.text) > 1 and t.text.isdecimal() and t.stem not in known]
    new += [f"{a.text} {b.text}" for a, b in _side_by_side(named) if not _stand_together(texts, a.stem, b.stem)]
    if new:
        return abstained(f"no evidence speaks of {listed(new)}, which the question names")
    every = [t for t in tokens(case.example.question) if not is_stop_word(t.text, case.language)]
    said = [t for t in every if t.stem not in ABOUT_TEXT | _ABOUT_FIGURES]
    if said and not any(t.stem in known for t in said):
        return abstained(f"no evidence speaks of anything that the question speaks of: {listed(t.text for t in said)}")
    return passed()


def _side_by_side(named: list[Token]) -> Iterator[tuple[Token, Token]]:
    """Names of several words, two neighbours at a time."""
    pairs = pairwise(named)
    return ((a, b) for a, b in pairs if b.start - a.end == 1 and not {a.stem, b.stem} & _ABOUT_FIGURES)


def _stand_together(texts: list[Stems], one: str, other: str) -> bool:
    """Whether two words are neighbours somewhere; also when one of them is not there, which was noticed before."""
    if not all(any(word in text for text in texts) for word in (one, other)):
        return True
    return any(contains(text, (one, other)) for text in texts)


def _in_order(text: Iterable[str], words: Iterable[str]) -> bool:
    rest = iter(text)
    return all(word in rest for word in words)
