"""Annotators made by hand: what each says of the examples of `builders`."""

from datetime import UTC, datetime, timedelta
from itertools import count

import builders

from corpusbuilder.backends.grounders.diagram import BACKEND
from corpusbuilder.config import GroundSection, VerifySection
from corpusbuilder.records import Correction, GroundedExample, Review, Shown, VerifiedExample
from corpusbuilder.stages.contract import InUnit
from corpusbuilder.stages.ground import GroundStage
from corpusbuilder.stages.verify import VerifyStage

START = datetime(2026, 11, 1, tzinfo=UTC)
_numbers = count(1)


def grounded(example) -> GroundedExample:
    stage = GroundStage({"diagram": BACKEND.create(BACKEND.options())}, GroundSection(), {})
    return next(iter(stage.process([InUnit(example, builders.unit(example.language))]))).outputs[0]


def verified(example, **verdict) -> VerifiedExample:
    """The example with the verdict of the real checks, or with fields of it changed."""
    item = InUnit(grounded(example), builders.unit(example.language))
    record = next(iter(VerifyStage(VerifySection()).process([item]))).outputs[0]
    return record.model_copy(update={"verdict": record.verdict.model_copy(update=verdict)})


def review(annotator, decision, of="ex-1", *, version="ver-1", corrected=None, seconds=None, later=0) -> Review:
    number = next(_numbers)
    time = START + timedelta(minutes=later)
    changes = ()
    if decision == "correct":
        changes = (
            Correction(
                example_id=of, field="answer", before="a", after="b", annotator=annotator, task_id=1,
                annotation_id=number, time=time,
            ),
        )  # fmt: skip
        corrected = corrected or grounded(builders.about_figure())
    return Review(
        example_id=of, version=version, decision=decision, annotator=annotator, corrections=changes,
        corrected=corrected, task_id=1, annotation_id=number, time=time, seconds=seconds,
    )  # fmt: skip


def gold(expected, *, shown=None, reference=None, key="ex-gold") -> Shown:
    shown = shown or grounded(builders.about_figure())
    return Shown(key=key, version="ver-g", purpose="gold", grounded=shown, expected=expected, reference=reference)


def with_evidence(record, step, *evidence) -> GroundedExample:
    groundings = list(record.groundings)
    groundings[step - 1] = groundings[step - 1].model_copy(update={"evidence": evidence})
    return record.model_copy(update={"groundings": tuple(groundings)})


def with_steps(record, places) -> GroundedExample:
    """The example with only these steps (from 0), numbered anew and without premises."""
    steps = tuple(
        record.example.steps[place].model_copy(update={"index": i, "premises": ()}) for i, place in enumerate(places, 1)
    )
    groundings = tuple(record.groundings[place].model_copy(update={"step": i}) for i, place in enumerate(places, 1))
    return GroundedExample(example=record.example.model_copy(update={"steps": steps}), groundings=groundings)
