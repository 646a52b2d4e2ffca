"""Questions on how a line ends: in a bar, in two heads, at another arrow; and on arrows with words along them."""

from collections import Counter
from collections.abc import Iterator

from corpusbuilder.backends.teachers.rules.candidate import Candidate, StepPlan, infer, perceive, with_distractors
from corpusbuilder.backends.teachers.rules.inventory import Action, Arrow, FigureView
from corpusbuilder.backends.teachers.rules.relations import about_figure, alike, is_readable, outgoing, see_arrow
from corpusbuilder.records.diagram import DiagramLabel
from corpusbuilder.records.example import QuestionType


def join_questions(view: FigureView, seed: int) -> Iterator[Candidate]:
    """Everything that can be asked about the ends of lines with certainty."""
    tails, heads = (Counter(end(bar).id for bar in view.bars) for end in (_tail, _head))
    for bar in view.bars:
        if heads[bar.head.id] == 1 and bar.head.id not in view.doubtful:
            yield _joined(view, bar, "bar_from", seed, given=bar.head, asked=bar.tail)
        if tails[bar.tail.id] == 1 and bar.tail.id not in view.doubtful:
            yield _joined(view, bar, "bar_to", seed, given=bar.tail, asked=bar.head)
    for arrow in view.doubles:
        for given, asked in ((arrow.tail, arrow.head), (arrow.head, arrow.tail)):
            if view.loose_at(given) == [arrow.connector]:
                yield _joined(view, arrow, "arrow_double", seed, given=given, asked=asked)
    for action in view.actions:
        yield _acting(view, action, seed)
    yield from _marked(view, seed)


def _tail(arrow: Arrow) -> DiagramLabel:
    return arrow.tail


def _head(arrow: Arrow) -> DiagramLabel:
    return arrow.head


def _joined(
    view: FigureView, arrow: Arrow, form: str, seed: int, *, given: DiagramLabel, asked: DiagramLabel
) -> Candidate:
    """What stands at the other end of a line that is the only one of its kind at an element."""
    key = (view.figure.id, arrow.connector.id, form, given.id)
    touching = [end for other in _lines_at(view, given) for end in (other.tail, other.head)]
    choices = with_distractors(asked.text, alike(view, asked, without=(given, asked, *touching)), seed=seed, key=key)
    located = perceive("label", view.figure.id, (given.id,), label=given.text)
    return about_figure(
        view,
        form=form,
        key=key,
        topic=given.text,
        question_type=QuestionType.LOOKUP,
        answer=asked.text,
        answer_type="multiple_choice" if choices else "short",
        choices=choices,
        slots={"given": given.text, "asked": asked.text},
        steps=(located, see_arrow(view, arrow), infer("infer", (1, 2))),
    )


def _lines_at(view: FigureView, label: DiagramLabel) -> list[Arrow]:
    every = (*view.arrows, *view.bars, *view.doubles)
    return [arrow for arrow in every if label.id in (arrow.tail.id, arrow.head.id)]


def _acting(view: FigureView, action: Action, seed: int) -> Candidate:
    """What acts on the change that an arrow shows."""
    arrow = action.arrow
    key = (view.figure.id, action.connector.id, "acts on")
    ends = (arrow.tail, arrow.head)
    choices = with_distractors(
        action.actor.text, alike(view, action.actor, without=(action.actor, *ends)), seed=seed, key=key
    )
    ids = (action.connector.id, action.actor.id, arrow.connector.id)
    seen = perceive("action", view.figure.id, ids, actor=action.actor.text, tail=arrow.tail.text, head=arrow.head.text)
    return about_figure(
        view,
        form="acts_on",
        key=key,
        topic=arrow.tail.text,
        question_type=QuestionType.LOOKUP,
        answer=action.actor.text,
        answer_type="multiple_choice" if choices else "short",
        choices=choices,
        slots={"tail": arrow.tail.text, "head": arrow.head.text, "asked": action.actor.text},
        steps=(see_arrow(view, arrow), seen, infer("infer", (1, 2))),
    )


def _marked(view: FigureView, seed: int) -> Iterator[Candidate]:
    """Where the arrow with certain words leads that leaves an element, when others leave it, too."""
    written = {label.id: label for label in view.figure.diagram.labels if label.role == "connector_label"}
    owners = Counter(connector.label_id for connector in view.figure.diagram.connectors)
    for out in outgoing(view).values():
        said = Counter(written[i].text.casefold() for a in out if (i := a.connector.label_id or "") in written)
        for arrow in out if len(out) > 1 and out[0].tail.id not in view.doubtful else ():
            words = written.get(arrow.connector.label_id or "")
            if words and is_readable(words) and owners[words.id] == 1 and said[words.text.casefold()] == 1:
                yield _by_words(view, arrow, words, [other.head for other in out], seed)


def _by_words(view: FigureView, arrow: Arrow, words: DiagramLabel, reached: list[DiagramLabel], seed: int) -> Candidate:
    key = (view.figure.id, arrow.connector.id, "marked")
    near = [head.text for head in reached if head.id != arrow.head.id]
    others = [*near, *alike(view, arrow.head, without=(arrow.tail, arrow.head))]
    choices = with_distractors(arrow.head.text, others, seed=seed, key=key)
    seen: StepPlan = perceive(
        "words", view.figure.id, (words.id, arrow.connector.id), words=words.text, tail=arrow.tail.text
    )
    return about_figure(
        view,
        form="arrow_marked",
        key=key,
        topic=arrow.tail.text,
        question_type=QuestionType.LOOKUP,
        answer=arrow.head.text,
        answer_type="multiple_choice" if choices else "short",
        choices=choices,
        slots={"given": arrow.tail.text, "words": words.text, "asked": arrow.head.text},
        steps=(seen, see_arrow(view, arrow), infer("infer", (1, 2))),
    )
