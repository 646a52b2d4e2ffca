"""Questions on the arrows of a figure. What an arrow means is left open: in a food web it may be "is eaten by"."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from corpusbuilder.backends.teachers.rules.candidate import (
    Candidate,
    Slots,
    StepPlan,
    infer,
    perceive,
    with_distractors,
)
from corpusbuilder.backends.teachers.rules.inventory import Arrow, FigureView
from corpusbuilder.records.diagram import DiagramLabel
from corpusbuilder.records.example import AnswerType, QuestionType


def arrow_questions(view: FigureView, seed: int) -> Iterator[Candidate]:
    """Everything that can be asked about arrows with certainty."""
    leaving, arriving = outgoing(view), incoming(view)
    for label in view.names.values():
        if label.id in view.doubtful:
            continue
        out, into = leaving.get(label.id, []), arriving.get(label.id, [])
        if len(out) == 1:
            yield from _single(view, out[0], seed, end="head")
        if len(into) == 1:
            yield from _single(view, into[0], seed, end="tail")
        if 2 <= len(out) <= 4:
            yield from _several(view, label, out, seed)
    yield from _words_on_arrows(view, seed)


def outgoing(view: FigureView) -> dict[str, list[Arrow]]:
    """Arrows by the id of the label where they start."""
    found: dict[str, list[Arrow]] = {}
    for arrow in view.arrows:
        found.setdefault(arrow.tail.id, []).append(arrow)
    return found


def incoming(view: FigureView) -> dict[str, list[Arrow]]:
    """Arrows by the id of the label where they end."""
    found: dict[str, list[Arrow]] = {}
    for arrow in view.arrows:
        found.setdefault(arrow.head.id, []).append(arrow)
    return found


def alike(view: FigureView, label: DiagramLabel, *, without: Sequence[DiagramLabel]) -> list[str]:
    """Other names that look like ``label``: framed or not, in capitals or not, at an arrow or not."""
    at_arrows = {end.id for arrow in view.arrows for end in (arrow.tail, arrow.head)}
    excluded = {other.id for other in without}

    def look(other: DiagramLabel) -> tuple[bool, bool, bool]:
        return other.outline is not None, other.text.isupper(), other.id in at_arrows

    others = [other for other in view.names.values() if other.id not in excluded]
    same = [other.text for other in others if look(other) == look(label)]
    return same if len(same) >= 2 else [other.text for other in others if look(other)[:2] == look(label)[:2]]


def see_arrow(view: FigureView, arrow: Arrow, section: str = "arrow") -> StepPlan:
    """The step that sees an arrow with both of its ends."""
    ids = (arrow.connector.id, arrow.tail.id, arrow.head.id)
    return perceive(section, view.figure.id, ids, tail=arrow.tail.text, head=arrow.head.text)


def _single(view: FigureView, arrow: Arrow, seed: int, *, end: str) -> Iterator[Candidate]:
    """What the only arrow from a label leads to, or where the only arrow to it starts."""
    given, asked = (arrow.tail, arrow.head) if end == "head" else (arrow.head, arrow.tail)
    key = (view.figure.id, arrow.connector.id, end)
    others = alike(view, asked, without=(given, asked))
    choices = with_distractors(asked.text, others, seed=seed, key=key)
    located = perceive("label", view.figure.id, (given.id,), label=given.text)
    yield about_figure(
        view,
        form="arrow_to" if end == "head" else "arrow_from",
        key=key,
        topic=given.text,
        question_type=QuestionType.LOOKUP,
        answer=asked.text,
        answer_type="multiple_choice" if choices else "short",
        choices=choices,
        slots={"given": given.text, "asked": asked.text},
        steps=(located, see_arrow(view, arrow), infer("infer", (1, 2))),
    )


def _several(view: FigureView, label: DiagramLabel, out: list[Arrow], seed: int) -> Iterator[Candidate]:
    """Which elements the arrows from a label lead to, and how many arrows leave it."""
    heads = [arrow.head.text for arrow in sorted(out, key=lambda arrow: (arrow.head.box[1], arrow.head.box[0]))]
    if len(set(heads)) != len(heads):
        return
    steps = (*(see_arrow(view, arrow) for arrow in out), infer("infer", range(1, len(out) + 1)))
    all_of_them = about_figure(
        view,
        form="arrow_list",
        key=(view.figure.id, label.id, "list"),
        topic=label.text,
        question_type=QuestionType.LOOKUP,
        answer=", ".join(heads),
        answer_type="list",
        slots={"given": label.text, "heads": tuple(heads), "count": str(len(out))},
        steps=steps,
    )
    yield all_of_them
    if view.all_arrows_are_known:
        yield replace(
            all_of_them,
            form="arrow_count",
            key=(view.figure.id, label.id, "count"),
            question_type=QuestionType.COUNTING,
            answer=str(len(out)),
            answer_type="number",
            tier=1,
        )
    yield from _one_of_several(view, label, out, seed)


def _one_of_several(view: FigureView, label: DiagramLabel, out: list[Arrow], seed: int) -> Iterator[Candidate]:
    """Which of a few elements an arrow leads to, when only one of them is reached."""
    head = out[0].head
    key = (view.figure.id, label.id, head.id, "which")
    others = alike(view, head, without=(label, *(arrow.head for arrow in out)))
    choices = with_distractors(head.text, others, seed=seed, key=key)
    if choices:
        located = perceive("label", view.figure.id, (label.id,), label=label.text)
        yield about_figure(
            view,
            form="arrow_which",
            key=key,
            topic=label.text,
            question_type=QuestionType.LOOKUP,
            answer=head.text,
            answer_type="multiple_choice",
            choices=choices,
            slots={"given": label.text, "asked": head.text},
            steps=(located, see_arrow(view, out[0]), infer("infer", (1, 2))),
        )


def _words_on_arrows(view: FigureView, seed: int) -> Iterator[Candidate]:
    """What is written along an arrow, when the arrow is the only one between its ends."""
    written = {label.id: label for label in view.figure.diagram.labels if label.role == "connector_label"}
    owners = [connector.label_id for connector in view.figure.diagram.connectors]
    ends = [(arrow.tail.id, arrow.head.id) for arrow in view.arrows]
    for arrow in view.arrows:
        label = written.get(arrow.connector.label_id or "")
        pair = (arrow.tail.id, arrow.head.id)
        if not label or not is_readable(label) or owners.count(label.id) != 1 or ends.count(pair) != 1:
            continue
        key = (view.figure.id, arrow.connector.id, "words")
        others = [other.text for other in written.values() if is_readable(other)]
        choices = with_distractors(label.text, others, seed=seed, key=key)
        seen = perceive("words", view.figure.id, (label.id, arrow.connector.id), words=label.text)
        yield about_figure(
            view,
            form="arrow_words",
            key=key,
            topic=arrow.tail.text,
            question_type=QuestionType.LOOKUP,
            answer=label.text,
            answer_type="multiple_choice" if choices else "short",
            choices=choices,
            slots={"tail": arrow.tail.text, "head": arrow.head.text, "words": label.text},
            steps=(see_arrow(view, arrow), seen, infer("infer", (1, 2))),
        )


def is_readable(label: DiagramLabel) -> bool:
    """Whether words along an arrow were surely read."""
    return label.score >= 0.9 and sum(map(str.isalpha, label.text)) >= 3 and len(label.text) <= 40


def about_figure(
    view: FigureView,
    *,
    form: str,
    key: tuple[str, ...],
    topic: str,
    question_type: QuestionType,
    answer: str,
    answer_type: AnswerType,
    slots: Slots,
    steps: tuple[StepPlan, ...],
    choices: tuple[str, ...] = (),
) -> Candidate:
    """A question about one figure, whose steps are seen in it."""
    return Candidate(
        form=form,
        key=key,
        topic=topic,
        question_type=question_type,
        answer=answer,
        answer_type=answer_type,
        choices=choices,
        slots={"where": view.where, **slots},
        steps=steps,
        figure_ids=(view.figure.id,),
    )
