"""Questions on timelines: which event stands beside a year, which year beside an event, which event comes next."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from corpusbuilder.backends.teachers.rules.candidate import Candidate, infer, perceive, with_distractors
from corpusbuilder.backends.teachers.rules.inventory import SURE, FigureView
from corpusbuilder.backends.teachers.rules.relations import about_figure
from corpusbuilder.records.diagram import DiagramLabel
from corpusbuilder.records.example import QuestionType
from corpusbuilder.records.geometry import centre

_YEAR: Final = re.compile(r"[1-9]\d{2,3}")
_FEWEST: Final = 3
"""Years with an event each that make a timeline."""


def timeline_questions(view: FigureView, seed: int) -> Iterator[Candidate]:
    """Which event belongs to which year, where all years of the figure have one event each."""
    pairs = dated_events(view)
    for year, event in pairs:
        for form, given, asked in (("timeline_event", year, event), ("timeline_year", event, year)):
            key = (view.figure.id, year.id, form)
            others = [other[form == "timeline_event"].text for other in pairs]
            choices = with_distractors(asked.text, others, seed=seed, key=key)
            located = perceive("label", view.figure.id, (given.id,), label=given.text)
            beside = perceive("beside", view.figure.id, (event.id, year.id), event=event.text, year=year.text)
            yield about_figure(
                view,
                form=form,
                key=key,
                topic=event.text,
                question_type=QuestionType.TEMPORAL,
                answer=asked.text,
                answer_type="multiple_choice" if choices else "short",
                choices=choices,
                slots={"given": given.text, "asked": asked.text},
                steps=(located, beside, infer("infer", (1, 2))),
            )
    yield from _order(view, pairs, seed)


def _order(view: FigureView, pairs: list[tuple[DiagramLabel, DiagramLabel]], seed: int) -> Iterator[Candidate]:
    """Which event comes next after another one."""
    in_time = sorted(pairs, key=lambda pair: int(pair[0].text))
    for (year, event), (later_year, later) in pairwise(in_time):
        key = (view.figure.id, year.id, "timeline next")
        others = [other.text for _, other in pairs if other.id not in (event.id, later.id)]
        choices = with_distractors(later.text, others, seed=seed, key=key)
        steps = [
            perceive("beside", view.figure.id, (what.id, when.id), event=what.text, year=when.text)
            for when, what in ((year, event), (later_year, later))
        ]
        yield about_figure(
            view,
            form="timeline_next",
            key=key,
            topic=event.text,
            question_type=QuestionType.TEMPORAL,
            answer=later.text,
            answer_type="multiple_choice" if choices else "short",
            choices=choices,
            slots={"given": event.text, "asked": later.text},
            steps=(*steps, infer("infer", (1, 2))),
        )


def dated_events(view: FigureView) -> list[tuple[DiagramLabel, DiagramLabel]]:
    """Years and events that are nearest to one another and stand one above the other; none unless every year has one.

    Empty for a figure with arrows: there a number may mean anything.
    """
    labels = view.figure.diagram.labels
    years = [label for label in labels if label.score >= SURE and _YEAR.fullmatch(label.text.strip())]
    counts = Counter(label.text.strip() for label in labels)
    if len(years) < _FEWEST or view.arrows or any(counts[year.text.strip()] > 1 for year in years):
        return []
    nearest = {label.id: _nearest(label, labels) for label in (*years, *view.names.values())}
    found = []
    for year in years:
        event = nearest[year.id]
        if event is None or event.id not in view.names or nearest[event.id] != year or not _aligned(year, event):
            return []
        found.append((year, event))
    return found


def _nearest(label: DiagramLabel, labels: Sequence[DiagramLabel]) -> DiagramLabel | None:
    """The label that is nearer to this one than all others; None when two are as near."""
    gaps = sorted(((_gap(label, other), other) for other in labels if other.id != label.id), key=lambda pair: pair[0])
    if not gaps or (len(gaps) > 1 and gaps[1][0] <= gaps[0][0]):
        return None
    return gaps[0][1]


def _gap(a: DiagramLabel, b: DiagramLabel) -> float:
    dx = max(a.box[0] - b.box[2], b.box[0] - a.box[2], 0.0)
    dy = max(a.box[1] - b.box[3], b.box[1] - a.box[3], 0.0)
    return float((dx * dx + dy * dy) ** 0.5)


def _aligned(year: DiagramLabel, event: DiagramLabel) -> bool:
    """Whether their middles lie above one another, give or take half the width of the year."""
    return abs(centre(year.box)[0] - centre(event.box)[0]) <= (year.box[2] - year.box[0]) / 2
