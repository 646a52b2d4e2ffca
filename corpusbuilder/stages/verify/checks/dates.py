"""The check of what is said to come after what on a timeline: the years beside the events say so."""

import re
from collections.abc import Iterator
from typing import Final

from corpusbuilder.language.claims import Claim, arrow_claims, mentions
from corpusbuilder.language.lexicon import NEXT_WORDS, arrow_lexicon
from corpusbuilder.records.diagram import DiagramLabel
from corpusbuilder.records.document import Figure
from corpusbuilder.records.example import ReasoningStep, StepKind
from corpusbuilder.records.text import Stems, listed, stems
from corpusbuilder.stages.verify.checks.base import Case, Finding, abstained, failed, passed
from corpusbuilder.stages.verify.checks.relations import Arrows, position_holds, speaks_of

_YEAR: Final = re.compile(r"[1-9]\d{2,3}")


def dates_agree(case: Case) -> Iterator[Finding]:
    """What is inferred to come after an event has a later year beside it, and what comes next the next one."""
    lexicon = arrow_lexicon(case.language)
    for step in case.example.steps:
        dated = dated_labels(case, case.reach(step))
        if step.kind is not StepKind.INFER or not dated or lexicon is None:
            continue
        names = {stems(e.text) for s in case.reach(step) for _, e in case.elements(s) if isinstance(e, DiagramLabel)}
        claims = arrow_claims(mentions(step.text, names, lexicon))
        asked = mentions(case.example.question, names, arrow_lexicon(case.language, question=True) or {})
        for claim in claims:
            yield _finding(dated[0], claim, step, next_one=speaks_of(step.text, NEXT_WORDS))
        for mention in asked if step is case.last else ():
            if mention.mark == "source" and claims and not any(claim.source == mention.name for claim in claims):
                yield abstained(f"the question asks what comes after {listed([' '.join(mention.name)])}", step.index)


def dated_labels(case: Case, steps: tuple[ReasoningStep, ...]) -> list[Figure]:
    """The figure of whose years two or more are pointed at, and no arrow; empty when there is none, or several."""
    if Arrows(case, steps).cited:
        return []
    found = {e.id: f for step in steps for f, e in case.elements(step) if _is_year(e)}
    figures = {figure.id: figure for figure in found.values()}
    return list(figures.values()) if len(found) >= 2 and len(figures) == 1 else []


def _is_year(element: object) -> bool:
    return isinstance(element, DiagramLabel) and _YEAR.fullmatch(element.text.strip()) is not None


def _finding(figure: Figure, claim: Claim, step: ReasoningStep, *, next_one: bool) -> Finding:
    earlier, later = _year(figure, claim.source), _year(figure, claim.target)
    if earlier is None or later is None:
        return abstained("which years belong to its events is not certain", step.index)
    every = [int(label.text) for label in figure.diagram.labels if _is_year(label)]
    if earlier >= later:
        return failed(f"it says that {later} comes after {earlier}", step.index)
    if next_one and any(earlier < year < later for year in every):
        return failed(f"between {earlier} and {later} there is another year", step.index)
    return passed(step.index)


def _year(figure: Figure, name: Stems) -> int | None:
    """The one year beside a name."""
    years = [label for label in figure.diagram.labels if _is_year(label)]
    beside = [year for year in years if position_holds(figure, Claim(name, stems(year.text), "near"))]
    return int(beside[0].text) if len(beside) == 1 else None
