"""Questions on several arrows at once: ways of two and three arrows, cycles, arrows that end at one element."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from corpusbuilder.backends.teachers.rules.candidate import Candidate, infer, perceive, with_distractors
from corpusbuilder.backends.teachers.rules.inventory import Arrow, FigureView
from corpusbuilder.backends.teachers.rules.relations import about_figure, alike, incoming, outgoing, see_arrow
from corpusbuilder.records.diagram import DiagramLabel
from corpusbuilder.records.example import QuestionType

_LONGEST_CYCLE: Final = 9
_MOST_CONVERGING: Final = 4


def way_questions(view: FigureView, seed: int) -> Iterator[Candidate]:
    """Everything that can be asked about several arrows with certainty."""
    leaving, arriving = outgoing(view), incoming(view)
    for label in view.names.values():
        if label.id in view.doubtful:
            continue
        for arrows in _ways(view, label, leaving):
            yield _way(view, arrows, seed)
        into = arriving.get(label.id, [])
        if 2 <= len(into) <= _MOST_CONVERGING:
            yield from _converging(view, label, into)
    for cycle in cycles(view):
        yield from _round(view, cycle, seed)


def _ways(view: FigureView, start: DiagramLabel, leaving: dict[str, list[Arrow]]) -> Iterator[tuple[Arrow, ...]]:
    """The ways of two and of three arrows from an element, as long as nothing on them leaves a choice."""
    way: list[Arrow] = []
    seen = {start.id}
    at = start.id
    while len(way) < 3:
        onward = leaving.get(at, [])
        if at in view.doubtful or len(onward) != 1 or onward[0].head.id in seen:
            return
        way.append(onward[0])
        at = onward[0].head.id
        seen.add(at)
        if len(way) >= 2:
            yield tuple(way)


def _way(view: FigureView, way: tuple[Arrow, ...], seed: int) -> Candidate:
    """Where one arrives after several arrows."""
    first, last = way[0].tail, way[-1].head
    key = (view.figure.id, *(arrow.connector.id for arrow in way))
    choices = with_distractors(last.text, alike(view, last, without=(first, last)), seed=seed, key=key)
    middles = tuple(arrow.head.text for arrow in way[:-1])
    return about_figure(
        view,
        form="arrow_path" if len(way) == 2 else "arrow_path_three",
        key=key,
        topic=first.text,
        question_type=QuestionType.MULTI_HOP,
        answer=last.text,
        answer_type="multiple_choice" if choices else "short",
        choices=choices,
        slots={"given": first.text, "middle": middles[0], "middles": middles, "asked": last.text},
        steps=(*(see_arrow(view, arrow) for arrow in way), infer("infer", range(1, len(way) + 1))),
    )


def _converging(view: FigureView, label: DiagramLabel, into: Sequence[Arrow]) -> Iterator[Candidate]:
    """Where all arrows to an element come from, and how many there are."""
    tails = [arrow.tail.text for arrow in sorted(into, key=lambda arrow: (arrow.tail.box[1], arrow.tail.box[0]))]
    if len(set(tails)) != len(tails):
        return
    all_of_them = about_figure(
        view,
        form="arrow_into",
        key=(view.figure.id, label.id, "into"),
        topic=label.text,
        question_type=QuestionType.LOOKUP,
        answer=", ".join(tails),
        answer_type="list",
        slots={"given": label.text, "tails": tuple(tails), "count": str(len(into))},
        steps=(*(see_arrow(view, arrow) for arrow in into), infer("infer", range(1, len(into) + 1))),
    )
    yield all_of_them
    if view.all_arrows_are_known:
        yield replace(
            all_of_them,
            form="arrow_into_count",
            key=(view.figure.id, label.id, "into count"),
            question_type=QuestionType.COUNTING,
            answer=str(len(into)),
            answer_type="number",
            tier=1,
        )


def cycles(view: FigureView) -> list[tuple[Arrow, ...]]:
    """The closed rounds of arrows at whose stages nothing but the round arrives or leaves, each from its first arrow.

    A round of which one stage is doubtful is none.
    """
    leaving, arriving = outgoing(view), incoming(view)
    found: list[tuple[Arrow, ...]] = []
    passed: set[str] = set()
    for arrow in view.arrows:
        way = [arrow]
        while way[-1].head.id != arrow.tail.id and len(way) < _LONGEST_CYCLE:
            onward = leaving.get(way[-1].head.id, [])
            if len(onward) != 1:
                break
            way.append(onward[0])
        stages = [step.tail.id for step in way]
        single = all(len(leaving[s]) == len(arriving.get(s, ())) == 1 and s not in view.doubtful for s in stages)
        if way[-1].head.id == arrow.tail.id and len(way) >= 3 and single and not passed & set(stages):
            found.append(tuple(way))
            passed |= set(stages)
    return found


def _round(view: FigureView, cycle: Sequence[Arrow], seed: int) -> Iterator[Candidate]:
    """Which stage comes just before another one, and how many there are."""
    stages = [arrow.tail.text for arrow in cycle]
    for arrow in cycle:
        key = (view.figure.id, arrow.connector.id, "cycle before")
        choices = with_distractors(arrow.tail.text, [s for s in stages if s != arrow.head.text], seed=seed, key=key)
        located = perceive("label", view.figure.id, (arrow.head.id,), label=arrow.head.text)
        yield about_figure(
            view,
            form="cycle_before",
            key=key,
            topic=arrow.head.text,
            question_type=QuestionType.TEMPORAL,
            answer=arrow.tail.text,
            answer_type="multiple_choice" if choices else "short",
            choices=choices,
            slots={"given": arrow.head.text, "asked": arrow.tail.text},
            steps=(located, see_arrow(view, arrow), infer("infer", (1, 2))),
        )
    yield about_figure(
        view,
        form="cycle_count",
        key=(view.figure.id, cycle[0].connector.id, "cycle count"),
        topic=stages[0],
        question_type=QuestionType.COUNTING,
        answer=str(len(cycle)),
        answer_type="number",
        slots={"given": stages[0], "count": str(len(cycle))},
        steps=(*(see_arrow(view, arrow) for arrow in cycle), infer("infer", range(1, len(cycle) + 1))),
    )
