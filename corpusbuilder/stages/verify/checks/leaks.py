"""The check that the question does not tell the answer."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Self

from corpusbuilder.language.lexicon import FILLERS
from corpusbuilder.records.text import Token, contains, fold, is_stop_word, numbers, shortened, stem, stems, tokens
from corpusbuilder.stages.verify.checks.base import Case, Finding, failed, passed

FIGURE_NUMBER: Final = re.compile(
    r"\b(?:fig(?:ure)?s?|tableau|table|page|chapitre|chapter|doc(?:ument)?)\b\.?\s*\d[\d.,-]*", re.IGNORECASE
)
_LEAK_SHARE: Final = 0.8
"""A long answer leaks when the question has this share of its words."""
_GENERIC: Final = frozenset(stem(word) for word in FILLERS)


@dataclass(frozen=True, slots=True)
class _Wording:
    """A text as the words that carry content, in order."""

    sequence: tuple[str, ...]
    """Stems."""
    marks: frozenset[str]
    """Those that only tell things of one name apart: II in "Factor II", A in "Vitamin A", 3 in "Stage 3"."""

    @classmethod
    def of(cls, text: str, language: str) -> Self:
        every = tokens(text)
        marks = [token for token in every if _is_mark(token, text, language)]
        content = [token for token in every if token in marks or not is_stop_word(token.text, language)]
        return cls(tuple(token.stem for token in content or every), frozenset(token.stem for token in marks))

    @property
    def words(self) -> frozenset[str]:
        return frozenset(self.sequence)


def _is_mark(token: Token, text: str, language: str) -> bool:
    """Whether a word is a number, a Roman numeral or a capital letter that opens no text (an article may)."""
    word = text[token.start : token.end]
    if len(word) == 1 and word.isupper():
        return token.start > 0
    return word.isdecimal() or (word.isalpha() and bool(numbers(word, language)))


def no_answer_leak(case: Case) -> Iterator[Finding]:
    """The question does not contain the words by which the answer differs from its rivals.

    A number or another mark that both happen to have ("Factor II", "thrombin (II)") tells nothing, unless it stands
    beside the name that it belongs to; nor does a word such as "part" by itself.
    """
    example = case.example
    if example.answer_type == "yes_no" or not tokens(example.answer):
        return
    question = FIGURE_NUMBER.sub(" ", example.question)
    if len(fold(example.answer)) == 1:
        leaks = re.search(rf"(?<!\w){re.escape(example.answer.strip())}(?!\w)", question) is not None
        yield failed("the question contains the answer") if leaks else passed()
        return
    asked = stems(question)
    if len(example.choices) > 1 and all(contains(asked, stems(choice)) for choice in example.choices):
        yield passed()  # "Is it A or B?" names them all
        return
    rivals = [choice for choice in example.choices if choice != example.answer]
    if contains(asked, stems(example.answer)) or _is_told(case, question, rivals):
        yield failed(f'the question contains the answer "{shortened(example.answer)}"')
    else:
        yield passed()


def _is_told(case: Case, question: str, rivals: Sequence[str]) -> bool:
    """Whether the question has what is distinctive of the answer, in whatever order."""
    asked = _Wording.of(question, case.language)
    answer = _Wording.of(case.example.answer, case.language)
    others = [_Wording.of(rival, case.language).words for rival in rivals]
    words = answer.words
    own = (words - words.intersection(*others) if others else words) or words
    shared = words & asked.words
    if len(words) >= 4 and len(shared) >= _LEAK_SHARE * len(words):
        return True
    if not own <= asked.words or own <= _GENERIC:
        return False
    marks = own & answer.marks
    return not marks or any(_names(pair, words, marks) for pair in pairwise(asked.sequence))


def _names(pair: tuple[str, str], words: frozenset[str], marks: frozenset[str]) -> bool:
    """Whether a mark stands beside another word of the answer."""
    return pair[0] != pair[1] and words.issuperset(pair) and not marks.isdisjoint(pair)
