"""Checks of the choices: the answer is among them, and no other one is as right."""

from collections.abc import Iterator
from typing import Final

from corpusbuilder.language.claims import Claim, arrow_claims, mentions
from corpusbuilder.language.lexicon import arrow_lexicon, words
from corpusbuilder.records.document import Figure
from corpusbuilder.records.example import ReasoningStep
from corpusbuilder.records.text import Stems, contains, fold, listed, shortened, stems, tokens
from corpusbuilder.stages.verify.checks.base import Case, Finding, abstained, failed, passed
from corpusbuilder.stages.verify.checks.relations import Arrows, position_holds, stated_positions

_ARTICLES: Final = words("the a an le la les l un une")


def answer_in_choices(case: Case) -> Iterator[Finding]:
    """The answer is exactly one of the choices, and no two choices are the same.

    Case, accents, plurals, punctuation and an article at the beginning make no difference.
    """
    choices = [_bare(choice) or (fold(choice),) for choice in case.example.choices]
    if not choices:
        return
    if len(set(choices)) < len(choices):
        yield failed("two choices are the same")
    elif case.example.answer not in case.example.choices:
        yield failed(f'the answer "{shortened(case.example.answer)}" is not among the choices')
    else:
        yield passed()


def _bare(text: str) -> Stems:
    """The words of a choice without an article before them."""
    said = tokens(text)
    return tuple(token.stem for token in (said[1:] if len(said) > 1 and said[0].text in _ARTICLES else said))


def one_right_choice(case: Case) -> Iterator[Finding]:
    """Where a step says how the answer lies or by which arrow it is reached, no other choice stands there, too."""
    if case.last is None or case.example.answer_type != "multiple_choice":
        return
    answer = stems(case.example.answer)
    rivals = [stems(choice) for choice in case.example.choices if stems(choice) != answer]
    for step in case.reach(case.last):
        if also := [*_also_at_arrow(case, step, answer, rivals), *_also_placed(case, step, answer, rivals)]:
            shown = listed(" ".join(rival) for rival in dict.fromkeys(also))
            yield abstained(f"what it says of the answer is so of {shown}, too", step.index)
        else:
            yield passed(step.index)


def _also_at_arrow(case: Case, step: ReasoningStep, answer: Stems, rivals: list[Stems]) -> Iterator[Stems]:
    """Rivals at which an arrow to or from the same element ends, unless the question names the words along one."""
    lexicon = arrow_lexicon(case.language)
    arrows = Arrows(case, [step])
    if lexicon is None or not arrows.cited or any(contains(case.question_stems, name) for name in arrows.words()):
        return
    drawn = arrows.drawn()
    for claim in arrow_claims(mentions(step.text, arrows.names(), lexicon)):
        for rival in rivals:
            if (claim.target == answer and (claim.source, rival) in drawn) or (
                claim.source == answer and (rival, claim.target) in drawn
            ):
                yield rival


def _also_placed(case: Case, step: ReasoningStep, answer: Stems, rivals: list[Stems]) -> Iterator[Stems]:
    """Rivals that lie to the same part as the answer does."""
    for figure, claim in stated_positions(case, step.text, [step]):
        if answer in (claim.source, claim.target):
            yield from (rival for rival in rivals if _holds_as_well(figure, claim, answer, rival))


def _holds_as_well(figure: Figure, claim: Claim, answer: Stems, rival: Stems) -> bool:
    ends = [rival if name == answer else name for name in (claim.source, claim.target)]
    if ends[0] == ends[1]:
        return False
    return position_holds(figure, Claim(ends[0], ends[1], claim.mark)) is True
