"""Annotations read back: what a person said of the version of an example that was on the page."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from corpusbuilder.backends.labelstudio.passage import figure_on_page, join_passages, passages_on_page
from corpusbuilder.backends.labelstudio.reading.applying import Edited, apply
from corpusbuilder.backends.labelstudio.reading.base import Change, MalformedError
from corpusbuilder.backends.labelstudio.reading.fields import (
    Fields,
    read_comment,
    read_decision,
    read_head,
    read_steps,
)
from corpusbuilder.backends.labelstudio.reading.marks import Comparison
from corpusbuilder.backends.labelstudio.reading.results import fields_of, marks_of
from corpusbuilder.errors import RecordError
from corpusbuilder.records.correction import Correction
from corpusbuilder.records.document import Unit
from corpusbuilder.records.example import GroundedExample
from corpusbuilder.records.review import Annotation, Decision, Review, Shown

VERSION: Final = 1
"""Goes up when the same annotation would be read as another review."""
MALFORMED: Final = "malformed_annotation"
_SPOKEN: Final = ("decision", "comment")
"""Controls that are about the example as a whole and not part of it."""


def read_annotation(annotation: Annotation, shown: Shown, unit: Unit) -> Review:
    """What a person said of an example.

    An example that was accepted with changes is corrected: what was done decides. One that is said to be corrected and
    is as it was makes no sense. Of a rejected or skipped one only the decision and the comment are read. An acceptance
    that holds nothing of the page, as a script may send it, accepts what was shown. Numbers of steps in the corrections
    are those of the version shown, also where steps were dropped.

    Args:
        annotation: as the server gave it.
        shown: the version that was on the page.
        unit: of which the example is.

    Raises:
        RecordError: ``malformed_annotation``: the annotation is nothing that the page makes. Nothing of it counts.
    """
    try:
        return _read(annotation, shown, unit)
    except MalformedError as error:
        place = f"task {annotation.task_id}, annotation {annotation.annotation_id}"
        raise RecordError(MALFORMED, f"{place}: {error}") from None


def _read(annotation: Annotation, shown: Shown, unit: Unit) -> Review:
    if annotation.example_id != shown.key or annotation.version != shown.version:
        raise MalformedError("it is about another version of the example")
    # Whatever else is wrong with an annotation, somebody who says no has said no.
    spoken = fields_of([result for result in annotation.result if _control(result) in _SPOKEN])
    decision = Decision.SKIP if annotation.cancelled else read_decision(spoken)
    comment = read_comment(spoken)
    if decision in (Decision.SKIP, Decision.REJECT):
        return _review(annotation, decision, comment)
    fields = fields_of(annotation.result)
    if decision is Decision.ACCEPT and _says_nothing_else(annotation.result):
        return _review(annotation, decision, comment)
    edited = _edited(annotation.result, fields, shown.grounded, unit)
    if edited.changes:
        return _review(annotation, Decision.CORRECT, comment, edited.changes, edited.grounded)
    if decision is Decision.CORRECT:
        raise MalformedError("it says that something was corrected, and nothing is: accept, reject or change it")
    return _review(annotation, Decision.ACCEPT, comment)


def _says_nothing_else(results: Sequence[object]) -> bool:
    """Whether there is nothing but the decision, as where a script accepts many: the page would send all it shows."""
    return all(_control(result) in _SPOKEN for result in results)


def _control(result: object) -> object:
    return result.get("from_name") if isinstance(result, Mapping) else None


def _edited(results: Sequence[object], fields: Fields, grounded: GroundedExample, unit: Unit) -> Edited:
    example = grounded.example
    figure = figure_on_page(example, unit)
    joined = join_passages(passages_on_page(example, unit))
    comparison = Comparison(grounded.groundings, figure, joined)
    marks = marks_of(results, len(example.steps), figure)
    return apply(example, read_head(fields, example), read_steps(fields, example), comparison.edited(marks))


def _review(
    annotation: Annotation,
    decision: Decision,
    comment: str,
    changes: Iterable[Change] = (),
    corrected: GroundedExample | None = None,
) -> Review:
    return Review(
        example_id=annotation.example_id,
        version=annotation.version,
        decision=decision,
        annotator=annotation.annotator,
        comment=comment,
        corrections=tuple(
            Correction(
                example_id=annotation.example_id,
                field=change.field,
                before=change.before,
                after=change.after,
                annotator=annotation.annotator,
                task_id=annotation.task_id,
                annotation_id=annotation.annotation_id,
                time=annotation.updated_at,
            )
            for change in changes
        ),
        corrected=corrected,
        task_id=annotation.task_id,
        annotation_id=annotation.annotation_id,
        time=annotation.updated_at,
        seconds=annotation.seconds,
    )
