"""What an answer of each form must be, and the choices of a question."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Final

from corpusbuilder.records.example import AnswerType
from corpusbuilder.records.text import fold, numbers, shortened, stems

_POLAR: Final = {"en": {"yes": "Yes", "no": "No"}, "fr": {"oui": "Oui", "non": "Non"}}
_LONGEST_SHORT: Final = 20
"""Words; more is no short answer."""
_ITEMS: Final = re.compile(r"[,;]|\s(?:and|et|&)\s")
_ABOUT_CHOICES: Final = re.compile(
    r"\b(?:all|none|both|neither|any) of (?:the (?:above|other|others|answers?|choices|options)|these|those|them)\b"
    r"|\ball the above\b|\bi do not know\b"
    r"|\b(?:tout|tous|toute|toutes|aucun|aucune|les deux) .*\b(?:reponses?|propositions?|choix|ci.dessus|precedent\w*)"
    r"|\bje ne sais pas\b"
)


def canonical_answer(form: AnswerType, answer: str, language: str) -> str:
    """The answer as it is kept: ``Yes`` for "yes."."""
    if form == "yes_no":
        return _polar(language).get(fold(answer).strip(" .!"), answer)
    return answer


def answer_problems(form: AnswerType, answer: str, distractors: Sequence[str], language: str) -> Iterator[str]:
    """What keeps an answer from being of its form, each as the end of a sentence about it."""
    if form == "yes_no" and answer not in _polar(language).values():
        yield f"the answer must be {' or '.join(_polar(language).values())} and nothing else"
    elif form == "number" and not numbers(answer, language):
        yield "the answer must contain a number"
    elif form == "list" and len([part for part in _ITEMS.split(answer) if part.strip()]) < 2:
        yield "the answer must list two things or more, separated by commas"
    elif form == "short" and len(stems(answer)) > _LONGEST_SHORT:
        yield "the answer must be a few words"
    elif form == "multiple_choice":
        yield from _choice_problems(answer, distractors)


def _choice_problems(answer: str, distractors: Sequence[str]) -> Iterator[str]:
    every = [answer, *distractors]
    if len(distractors) < 2:
        yield "three distractors are needed"
    if about := next((choice for choice in every if _ABOUT_CHOICES.search(fold(choice))), None):
        yield f"a choice must not speak of the other choices: {shortened(about)!r}"
    seen: set[tuple[str, ...]] = set()
    for choice in every:
        key = stems(choice) or (fold(choice),)
        if key in seen:
            yield f"two choices are the same: {shortened(choice)!r}"
        seen.add(key)


def choices(form: AnswerType, answer: str, distractors: Sequence[str], language: str, key: str) -> tuple[str, ...]:
    """The choices in an order that only ``key`` decides, so that the place of the answer tells nothing."""
    if form == "yes_no":
        return tuple(_polar(language).values())
    if form != "multiple_choice":
        return ()
    return tuple(sorted([answer, *distractors], key=lambda choice: _draw(key, choice)))


def _polar(language: str) -> dict[str, str]:
    """English where the user's own prompts are in a third language."""
    return _POLAR.get(language, _POLAR["en"])


def _draw(key: str, choice: str) -> bytes:
    return hashlib.blake2b(f"{key}\0{choice}".encode("utf-8", "replace"), digest_size=8).digest()
