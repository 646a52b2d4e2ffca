"""The third pass: the reasoning that leads to each answer, step by step, with what each step rests on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from corpusbuilder.backends.teachers.passes.questions import Written
from corpusbuilder.backends.teachers.passes.reading import (
    Remarks,
    UnusableItemError,
    known_ids,
    nested,
    objects,
    one_of,
    optional_text,
    text,
    whole_numbers,
)
from corpusbuilder.backends.teachers.passes.scope import Scope
from corpusbuilder.records.example import ReasoningStep, StepKind
from corpusbuilder.records.language import is_in
from corpusbuilder.records.text import contains, content_stems, shortened, stems

_MOST_STEPS: Final = 8
_LONGEST_STEP: Final = 800
_LONGEST_QUOTE: Final = 1200
_KINDS: Final = tuple(str(kind) for kind in StepKind)


@dataclass(frozen=True, slots=True)
class Chain:
    """The reasoning behind one question. Without steps the teacher takes its question back."""

    question: str
    """``Q1``, ``Q2`` … as asked."""
    steps: tuple[ReasoningStep, ...]
    passages: tuple[str, ...]
    """Ids, as shown, of the passages that it quotes."""


def read_chains(value: JsonValue, remarks: Remarks, *, asked: Mapping[str, Written], scope: Scope) -> list[Chain]:
    """The chains of an answer, in the order of the questions."""
    chains: dict[str, Chain] = {}
    met: set[str] = set()
    for place, item in objects(value, "chains", "steps", remarks):
        try:
            question = one_of(item, "question", place, [name for name in asked if name not in met])
            met.add(question)
            chains[question] = _chain(item, question, scope)
        except UnusableItemError as error:
            remarks.faults.append(str(error))
        else:
            remarks.wishes.extend(_wishes(chains[question], asked[question], scope))
    remarks.faults.extend(f"there is no chain for {question}" for question in asked if question not in met)
    return [chains[question] for question in asked if question in chains]


def _chain(item: Mapping[str, JsonValue], question: str, scope: Scope) -> Chain:
    written = nested(item, "steps", question)
    if len(written) > _MOST_STEPS:
        raise UnusableItemError(f"{question}: {len(written)} steps are more than {_MOST_STEPS}")
    steps, passages = [], []
    for index, step in enumerate(written, start=1):
        place = f"{question}, step {index}"
        quotes = _quotes(step, place, scope.passage_ids)
        steps.append(_step(step, index, place, quotes, scope))
        passages += [passage for passage, _ in quotes]
    return Chain(question, tuple(steps), tuple(dict.fromkeys(passages)))


def _step(
    item: Mapping[str, JsonValue], index: int, place: str, quotes: Iterable[tuple[str, str]], scope: Scope
) -> ReasoningStep:
    sentence = text(item, "text", place, _LONGEST_STEP)
    kind = StepKind(one_of(item, "kind", place, _KINDS))
    premises = whole_numbers(item, "premises", place)
    citations = tuple(scope.citations(known_ids(item, "elements", place, scope.element_ids), quotes))
    if ahead := [premise for premise in premises if not 1 <= premise < index]:
        raise UnusableItemError(f"{place}: premise {ahead[0]} is not an earlier step")
    if kind is StepKind.RECALL and citations:
        raise UnusableItemError(
            f"{place}: what is recalled points at nothing; what points at something is seen or read"
        )
    if kind is StepKind.INFER and not premises:
        raise UnusableItemError(f"{place}: an inference needs premises")
    if code := scope.leaked_id(sentence):
        raise UnusableItemError(f"{place}: {code} is an id, which nobody who reads the step knows")
    return ReasoningStep(index=index, text=sentence, kind=kind, premises=premises, citations=citations)


def _quotes(item: Mapping[str, JsonValue], place: str, known: Sequence[str]) -> list[tuple[str, str]]:
    """Passage and words of each quote."""
    found = nested(item, "quotes", place)
    pairs = [
        (
            one_of(quote, "passage", f"{place}, a quote", known),
            text(quote, "quote", f"{place}, a quote", _LONGEST_QUOTE),
        )
        for quote in found
        if optional_text(quote, "quote")
    ]
    return list(dict.fromkeys(pairs))


def _wishes(chain: Chain, asked: Written, scope: Scope) -> Iterator[str]:
    """What keeps a chain from being checked or understood, although it can be read."""
    steps = chain.steps
    if not steps:
        return
    if len(steps) == 1:
        yield f"{chain.question}: one step is no reasoning; what is seen or read and what follows are two"
    used = {premise for step in steps for premise in step.premises}
    for step in steps:
        place = f"{chain.question}, step {step.index}"
        if step.index < len(steps) and step.index not in used:
            yield f"{place}: no later step has it as a premise"
        if step.kind is StepKind.READ and not step.citations:
            yield f"{place}: what is read needs a quote"
        if step.kind is StepKind.PERCEIVE and not step.citations and scope.element_ids:
            yield f"{place}: what is seen needs the ids of the elements that show it"
    if not _states(steps[-1].text, asked, scope.language):
        yield f"{chain.question}: the last step does not state the answer {shortened(asked.answer)!r} word for word"
    if is_in(" ".join(step.text for step in steps), scope.language) is False:
        yield f"{chain.question}: the steps are in the wrong language"


def _states(sentence: str, asked: Written, language: str) -> bool:
    if asked.slot.form == "list":
        return set(content_stems(asked.answer, language)) <= set(stems(sentence))
    return contains(stems(sentence), stems(asked.answer))
