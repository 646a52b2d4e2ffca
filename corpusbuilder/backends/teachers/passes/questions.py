"""The second pass: a question and its answer for each order."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from pydantic import JsonValue

from corpusbuilder.backends.teachers.passes.forms import answer_problems, canonical_answer
from corpusbuilder.backends.teachers.passes.inventory import Fact
from corpusbuilder.backends.teachers.passes.plan import Slot
from corpusbuilder.backends.teachers.passes.reading import (
    Remarks,
    UnusableItemError,
    nested,
    objects,
    one_of,
    optional_text,
    text,
    truth,
)
from corpusbuilder.backends.teachers.passes.schemas import DISTRACTOR_TYPES
from corpusbuilder.backends.teachers.passes.scope import Scope
from corpusbuilder.backends.teachers.passes.selection import Candidate
from corpusbuilder.records.example import Distractor, DistractorType
from corpusbuilder.records.language import is_in
from corpusbuilder.records.text import contains, content_stems, shortened, stems

_LONGEST_QUESTION: Final = 600
_LONGEST_ANSWER: Final = 800
_MOST_DISTRACTORS: Final = 4
_LEAST_SHARED: Final = 2
"""Words of content that a question and a fact have in common before one is said to be about the other."""
_LANGUAGES: Final = {"en": "English", "fr": "French"}


@dataclass(frozen=True, slots=True)
class Written:
    """A question as the teacher wrote it."""

    slot: Slot
    question: str
    answer: str
    wrong: tuple[str, ...] = ()
    """The distractors' texts."""
    types: tuple[str, ...] = ()
    """What makes each one tempting; empty where the teacher did not say."""

    @property
    def distractors(self) -> tuple[Distractor, ...]:
        """Those of which a type is known."""
        pairs = zip(self.wrong, self.types, strict=True)
        return tuple(Distractor(text=text, type=cast(DistractorType, kind)) for text, kind in pairs if kind)


def read_questions(value: JsonValue, remarks: Remarks, *, slots: Sequence[Slot], scope: Scope) -> list[Written]:
    """The questions of an answer, in the order of the slots. A slot that the material does not support has none."""
    orders = {slot.id: slot for slot in slots}
    written: dict[str, Written] = {}
    for place, item in objects(value, "questions", "question", remarks):
        try:
            slot = orders[one_of(item, "slot", place, [name for name in orders if name not in written])]
            if truth(item, "possible", default=True):
                written[slot.id] = _question(item, place, slot, scope, remarks)
        except UnusableItemError as error:
            remarks.faults.append(str(error))
    return [written[slot.id] for slot in slots if slot.id in written]


def _question(item: Mapping[str, JsonValue], place: str, slot: Slot, scope: Scope, remarks: Remarks) -> Written:
    place = f"{place} ({slot.id})"
    question = text(item, "question", place, _LONGEST_QUESTION)
    answer = canonical_answer(slot.form, text(item, "answer", place, _LONGEST_ANSWER), scope.language)
    wrong, types = _distractors(item, place, remarks) if slot.form == "multiple_choice" else ((), ())
    if problems := list(_problems(slot, question, answer, wrong, scope)):
        raise UnusableItemError(f"{place}: {'; '.join(problems)}")
    return Written(slot, question, answer, wrong, types)


def _distractors(
    item: Mapping[str, JsonValue], place: str, remarks: Remarks
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Texts and types; a type that is not known is left empty."""
    found = nested(item, "distractors", place)[:_MOST_DISTRACTORS]
    wrong = tuple(text(distractor, "text", f"{place}, a distractor", _LONGEST_ANSWER) for distractor in found)
    types = tuple(optional_text(distractor, "type") for distractor in found)
    if unknown := [kind for kind in types if kind not in DISTRACTOR_TYPES]:
        known = ", ".join(DISTRACTOR_TYPES)
        remarks.wishes.append(f"{place}: a distractor has the type {shortened(unknown[0])!r} instead of one of {known}")
    return wrong, tuple(kind if kind in DISTRACTOR_TYPES else "" for kind in types)


def _problems(slot: Slot, question: str, answer: str, wrong: Sequence[str], scope: Scope) -> Iterator[str]:
    yield from answer_problems(slot.form, answer, wrong, scope.language)
    if is_in(question, scope.language) is False:
        yield f"the question is not in {_LANGUAGES.get(scope.language, scope.language)}"
    for said in (question, answer, *wrong):
        if code := scope.leaked_id(said):
            yield f"{code} is an id, which nobody who reads the question knows"


def candidates(written: Sequence[Written], facts: Sequence[Fact], scope: Scope) -> list[Candidate]:
    """The questions with what they are about: the facts that share most words with them, and the labels they name."""
    telling = _telling_words(facts, scope.language)
    return [_candidate(question, facts, telling, scope) for question in written]


def _telling_words(facts: Sequence[Fact], language: str) -> list[set[str]]:
    """The words of content of each fact, without those that most facts have, such as the name of the figure."""
    words = [set(content_stems(fact.statement, language)) for fact in facts]
    counts = Counter(word for found in words for word in found)
    return [{word for word in found if counts[word] == 1 or 2 * counts[word] <= len(facts)} for found in words]


def _candidate(written: Written, facts: Sequence[Fact], telling: Sequence[set[str]], scope: Scope) -> Candidate:
    whole = f"{written.question} {written.answer}"
    words = set(content_stems(whole, scope.language))
    shared = [len(words & found) for found in telling]
    best = max(shared, default=0)
    closest = [fact for fact, count in zip(facts, shared, strict=True) if count == best >= _LEAST_SHARED]
    named = stems(whole)
    elements = {e for fact in closest for e in fact.elements}
    elements |= {e for e, label in scope.elements.texts.items() if contains(named, stems(label))}
    passages = {p for fact in closest for p in fact.passages}
    return Candidate(written.slot, written.question, written.answer, frozenset(elements), frozenset(passages))
