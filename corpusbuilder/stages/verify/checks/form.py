"""Checks of form: what an example must have before its content can be judged."""

from collections.abc import Iterator
from typing import Final

from corpusbuilder.language.claims import without_quotes
from corpusbuilder.records.evidence import ElementCitation
from corpusbuilder.records.example import ReasoningStep
from corpusbuilder.records.language import is_in
from corpusbuilder.records.text import fold, normalised, shortened, stems, tokens
from corpusbuilder.stages.verify.checks.base import Case, Finding, abstained, failed, passed

FEWEST_STEPS: Final = 2
MOST_STEPS: Final = 12
"""A longer chain is not the reasoning behind a schoolbook question but a loop."""
YES: Final = frozenset(["yes", "true", "oui", "vrai"])
NO: Final = frozenset(["no", "false", "non", "faux"])
_OTHER: Final = {"en": "fr", "fr": "en"}


def shape(case: Case) -> Iterator[Finding]:
    """Two to twelve steps, no empty text, an answer of its declared type."""
    example = case.example
    if not FEWEST_STEPS <= len(example.steps) <= MOST_STEPS:
        yield failed(f"there are {len(example.steps)} steps: {FEWEST_STEPS} to {MOST_STEPS} are wanted")
    for name, text in (("question", example.question), ("answer", example.answer)):
        if not tokens(text):
            yield failed(f"the {name} has no words")
    yield from (failed("the step has no words", step.index) for step in example.steps if not tokens(step.text))
    if problem := _choices_problem(example.answer_type, example.choices, example.answer):
        yield failed(problem)
    yield passed()


def _choices_problem(answer_type: str, choices: tuple[str, ...], answer: str) -> str:
    if answer_type == "multiple_choice":
        return "a multiple-choice question needs two choices or more" if len(choices) < 2 else ""
    if answer_type != "yes_no":
        return f"an answer of type {answer_type} has no choices" if choices else ""
    if fold(answer).strip(" .!") not in YES | NO:
        return "the answer to a yes-no question is neither"
    polar = {fold(choice).strip(" .!") for choice in choices}
    if choices and not (len(choices) == 2 and polar & YES and polar & NO):
        return "the choices of a yes-no question are yes and no"
    return ""


def ids_exist(case: Case) -> Iterator[Finding]:
    """The example is about this unit, and all ids that it names are in it and belong to the question's context."""
    example = case.example
    if example.unit_id != case.unit.id or example.document_id != case.unit.document.id:
        yield failed(f"the example belongs to unit {example.unit_id}, not to {case.unit.id}")
    lost = [i for i in example.figure_ids if case.figure(i) is None]
    lost += [i for i in example.passage_ids if case.passage(i) is None]
    if lost:
        yield failed(f"the unit has no {', '.join(lost[:3])}", element_ids=lost)
    for step in example.steps:
        unknown = list(dict.fromkeys([*_cited_outside(case, step), *_grounded_outside(case, step)]))
        if unknown:
            yield failed(
                f"the step names {', '.join(unknown[:3])}, which the question's context lacks", step.index, unknown
            )
        else:
            yield passed(step.index)


def _cited_outside(case: Case, step: ReasoningStep) -> Iterator[str]:
    for citation in step.citations:
        if isinstance(citation, ElementCitation):
            yield from _elements_outside(case, citation.figure_id, citation.element_ids)
        elif citation.passage_id not in case.example.passage_ids or case.passage(citation.passage_id) is None:
            yield citation.passage_id


def _grounded_outside(case: Case, step: ReasoningStep) -> Iterator[str]:
    for region in case.regions(step):
        yield from _elements_outside(case, region.figure_id, region.element_ids)
    for span in case.spans(step):
        if span.passage_id not in case.example.passage_ids or case.passage(span.passage_id) is None:
            yield span.passage_id


def _elements_outside(case: Case, figure_id: str, element_ids: tuple[str, ...]) -> Iterator[str]:
    if figure_id not in case.example.figure_ids or case.figure(figure_id) is None:
        yield figure_id
    else:
        yield from (i for i in element_ids if case.element(figure_id, i) is None)


def steps_used(case: Case) -> Iterator[Finding]:
    """Premises look back, an inference has some, and every step but the last is a premise of a later one."""
    steps = case.example.steps
    used = {premise for step in steps for premise in step.premises if premise < step.index}
    indices = {step.index for step in steps}
    for place, step in enumerate(steps, start=1):
        ahead = [p for p in step.premises if p not in indices or p >= step.index]
        if step.index != place:
            yield failed(f"step {place} is numbered {step.index}", step.index)
        elif ahead:
            yield failed(f"premise {ahead[0]} is not an earlier step", step.index)
        elif place < len(steps) and step.index not in used:
            yield failed("no later step uses it", step.index)
        elif step.kind == "infer" and not step.premises:
            yield failed("an inference without premises", step.index)
        else:
            yield passed(step.index)


def last_step_answers(case: Case) -> Iterator[Finding]:
    """The last step states the answer."""
    if case.last is None:
        return
    answer, said = stems(case.example.answer), stems(case.last.text)
    content = case.content(case.example.answer)
    if case.example.answer_type == "list":
        good = set(content) <= set(said)
    else:
        good = any(said[i : i + len(answer)] == answer for i in range(len(said) - len(answer) + 1))
    if good and answer:
        yield passed(case.last.index)
    else:
        yield failed(f'the last step does not state the answer "{shortened(case.example.answer)}"', case.last.index)


def language_matches(case: Case) -> Iterator[Finding]:
    """The question and the steps are in the language of the example, quotes and what is shown as it stands apart.

    The little words that are left decide. Where there are only a few and all of the other language, it is not sure.
    """
    own = case.language[:2]
    if own not in _OTHER:
        return
    for index, text in [(None, case.example.question), *((s.index, s.text) for s in case.example.steps)]:
        said = _own_words(case, text, index)
        if is_in(said, own) is False:
            yield failed(f"it is not in {case.language}", index)
        elif is_in(said, own) is None and is_in(said, _OTHER[own]):
            yield abstained(f"it may not be in {case.language}", index)
        else:
            yield passed(index)


def _own_words(case: Case, text: str, index: int | None) -> str:
    """``text`` without quotes and, in a step, without the answer and the words of the evidence."""
    if index is None:
        return without_quotes(text)
    shown = [t for step in case.example.steps for t in case.texts(step)]
    plain = normalised(text)
    left = list(text)
    for known in (normalised(t).text.strip(" .") for t in [*shown, case.example.answer]):
        start = plain.text.find(known) if known else -1
        while start >= 0:
            first, after = plain.original(start, start + len(known))
            left[first:after] = " " * (after - first)
            start = plain.text.find(known, start + len(known))
    return without_quotes("".join(left))
