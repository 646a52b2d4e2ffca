"""Correct examples are supported; no fault that we can think of leaves them so."""

import re
from collections.abc import Callable
from itertools import product

import builders
import pytest

from corpusbuilder.backends.grounders.diagram import BACKEND
from corpusbuilder.config import GroundSection, VerifySection
from corpusbuilder.records import GroundedExample, ReasoningStep, RegionEvidence, SpanEvidence, StepKind
from corpusbuilder.records.example import StepGrounding
from corpusbuilder.records.geometry import box_polygon
from corpusbuilder.stages.contract import InUnit
from corpusbuilder.stages.ground import GroundStage
from corpusbuilder.stages.verify import VerifyStage

LANGUAGES = ("en", "fr")
MAKERS = {"figure": builders.about_figure, "text": builders.about_text, "both": builders.about_both}
Fault = Callable[[GroundedExample], GroundedExample | None]


def grounded(example):
    stage = GroundStage({"diagram": BACKEND.create(BACKEND.options())}, GroundSection(), {})
    return next(iter(stage.process([InUnit(example, builders.unit(example.language))]))).outputs[0]


def verdicts(*records):
    unit = builders.unit(records[0].example.language)
    done = VerifyStage(VerifySection()).process([InUnit(record, unit) for record in records])
    return [result.outputs[0].verdict for result in done]


def with_fields(record, **fields):
    return record.model_copy(update={"example": record.example.model_copy(update=fields)})


def with_step(record, place, **fields):
    steps = list(record.example.steps)
    steps[place] = steps[place].model_copy(update=fields)
    return with_fields(record, steps=tuple(steps))


def with_evidence(record, kind, **fields):
    """The first evidence of ``kind`` changed; None when there is none."""
    groundings = list(record.groundings)
    for place, grounding in enumerate(groundings):
        for i, evidence in enumerate(grounding.evidence):
            if isinstance(evidence, kind):
                changed = [*grounding.evidence]
                changed[i] = evidence.model_copy(
                    update={k: v(evidence) if callable(v) else v for k, v in fields.items()}
                )
                groundings[place] = grounding.model_copy(update={"evidence": tuple(changed)})
                return record.model_copy(update={"groundings": tuple(groundings)})
    return None


def regrounded(record, **fields):
    return grounded(record.example.model_copy(update=fields))


def first(record, kind):
    return next((i for i, step in enumerate(record.example.steps) if step.kind is kind), None)


def rewritten(record, kind, pattern, replacement):
    """The first step of ``kind`` with ``pattern`` replaced in its text; None when that changes nothing."""
    place = first(record, kind)
    if place is None:
        return None
    text = re.sub(pattern, replacement, record.example.steps[place].text, count=1)
    return with_step(record, place, text=text) if text != record.example.steps[place].text else None


def wrong_answer(record):
    other = next((c for c in record.example.choices if c != record.example.answer), "granite")
    return with_fields(record, answer=other)


def wrong_answer_everywhere(record):
    other = next((c for c in record.example.choices if c != record.example.answer), "granite")
    changed = with_fields(record, answer=other)
    text = record.example.steps[-1].text.replace(record.example.answer, other)
    return with_step(changed, -1, text=text)


def answer_not_offered(record):
    if not record.example.choices:
        return None
    return with_fields(record, choices=(*(c for c in record.example.choices if c != record.example.answer), "x"))


def equal_choices(record):
    if not record.example.choices:
        return None
    return with_fields(record, choices=(*record.example.choices, record.example.answer.upper()))


def reversed_arrow(record):
    pattern = r"(from|va de) (\S+ ?\w+ ?\S) (to|à) (\S+ ?\w+ ?[”»])"
    for place, step in enumerate(record.example.steps):
        text = re.sub(pattern, r"\1 \4 \3 \2", step.text)
        if text != step.text:
            return with_step(record, place, text=text)
    return None


def reversed_diagram_arrow(record):
    """The step says that the arrow comes from where the question says that it leads."""
    question = re.sub(r"the arrow from", "the arrow to", record.example.question)
    question = re.sub(r"la flèche qui part de", "la flèche qui arrive à", question)
    return with_fields(record, question=question) if question != record.example.question else None


def another_element(record):
    return with_evidence(record, RegionEvidence, element_ids=lambda e: ("lab-4", *e.element_ids[1:]))


def another_element_cited(record):
    place = first(record, StepKind.PERCEIVE)
    if place is None:
        return None
    steps = list(record.example.steps)
    steps[place] = steps[place].model_copy(update={"citations": (builders.points_at("lab-4"),)})
    return regrounded(record, steps=tuple(steps))


def another_arrow_cited(record):
    steps = [
        s.model_copy(update={"citations": (builders.points_at("arr-2"),)}) if s.kind is StepKind.PERCEIVE else s
        for s in record.example.steps
    ]
    return regrounded(record, steps=tuple(steps)) if first(record, StepKind.PERCEIVE) is not None else None


def unknown_element(record):
    return with_evidence(record, RegionEvidence, element_ids=("lab-99",))


def foreign_figure(record):
    return with_evidence(record, RegionEvidence, figure_id="fig-other")


def unknown_figure(record):
    return with_evidence(record, RegionEvidence, figure_id="fig-99")


def foreign_passage(record):
    return with_evidence(record, SpanEvidence, passage_id="pas-99")


def other_passage(record):
    return with_evidence(record, SpanEvidence, passage_id=lambda e: "pas-0" if e.passage_id == "pas-1" else "pas-1")


def offset_by_one(record):
    return with_evidence(record, SpanEvidence, start=lambda e: e.start + 1, end=lambda e: e.end + 1)


def quote_changed(record):
    return with_evidence(record, SpanEvidence, quote=lambda e: e.quote.replace("a", "e", 1))


def another_quote(record):
    text = builders.TEXTS[record.example.language][0]
    end = text.index(".") + 1
    return with_evidence(record, SpanEvidence, passage_id="pas-0", start=0, end=end, quote=text[:end])


def half_a_word(record):
    return with_evidence(record, SpanEvidence, end=lambda e: e.end - 3, quote=lambda e: e.quote[:-3])


def box_outside(record):
    box = (700.0, 10.0, 800.0, 50.0)
    return with_evidence(record, RegionEvidence, box=box, polygons=(box_polygon(box),))


def empty_box(record):
    return with_evidence(record, RegionEvidence, box=(5.0, 5.0, 5.0, 5.0), polygons=())


def whole_figure(record):
    box = (0.0, 0.0, 600.0, 400.0)
    return with_evidence(record, RegionEvidence, box=box, polygons=(box_polygon(box),))


def whole_figure_box(record):
    return with_evidence(record, RegionEvidence, box=(0.0, 0.0, 600.0, 400.0))


def whole_figure_by_a_model(record):
    box = (0.0, 0.0, 600.0, 400.0)
    return with_evidence(record, RegionEvidence, box=box, polygons=(), element_ids=())


def box_elsewhere(record):
    box = (10.0, 340.0, 60.0, 390.0)
    return with_evidence(record, RegionEvidence, box=box, polygons=(box_polygon(box),))


def missing_evidence(record):
    groundings = tuple(g.model_copy(update={"evidence": ()}) for g in record.groundings)
    return record.model_copy(update={"groundings": groundings})


def missing_evidence_of_one_step(record):
    return record.model_copy(update={"groundings": (StepGrounding(step=1), *record.groundings[1:])})


def unresolved_citation(record):
    noted = record.groundings[0].model_copy(update={"unresolved": ("the quote occurs 2 times",)})
    return record.model_copy(update={"groundings": (noted, *record.groundings[1:])})


def step_removed(record):
    last = record.example.steps[-1].model_copy(update={"index": 1, "premises": ()})
    changed = with_fields(record, steps=(last,))
    return changed.model_copy(update={"groundings": (StepGrounding(step=1),)})


def evidence_step_removed(record):
    """The step that shows the answer is gone; the others are renumbered."""
    steps = record.example.steps
    if len(steps) < 3:
        return None
    last = steps[-1].model_copy(update={"index": 2, "premises": (1,)})
    changed = with_fields(record, steps=(steps[0], last))
    return changed.model_copy(update={"groundings": (record.groundings[0], StepGrounding(step=2))})


def premise_cycle(record):
    step = record.example.steps[0]
    looped = ReasoningStep.model_construct(**{**dict(step), "premises": (len(record.example.steps),)})
    return with_fields(record, steps=(looped, *record.example.steps[1:]))


def premise_of_itself(record):
    return with_step(record, -1, premises=(len(record.example.steps),))


def unused_step(record):
    return with_step(record, -1, premises=())


def answer_in_question(record):
    return with_fields(record, question=f"{record.example.question} ({record.example.answer.upper()}s)")


def recall_with_evidence(record):
    return with_step(record, 0, kind=StepKind.RECALL)


def empty_step(record):
    return with_step(record, 0, text=" … ")


def empty_question(record):
    return with_fields(record, question="?")


def language_switched(record):
    return with_fields(record, language="fr" if record.example.language == "en" else "en")


def step_in_another_language(record):
    other = "fr" if record.example.language == "en" else "en"
    swapped = MAKERS["text"](other).steps[-1].text.replace(MAKERS["text"](other).answer, record.example.answer)
    return with_step(
        record, -1, text=swapped + (" C'est donc la réponse." if other == "fr" else " So that is the answer.")
    )


def number_added_to_a_read_step(record):
    return rewritten(record, StepKind.READ, r" : |: ", " (1492) : ")


def number_added_to_a_perceive_step(record):
    return rewritten(record, StepKind.PERCEIVE, r"An arrow|The label|Une flèche|On repère", r"17 : \g<0>")


def number_added_to_the_last_step(record):
    return rewritten(record, StepKind.INFER, r"\.$", " (1789).")


def negation_in_a_read_step(record):
    return rewritten(
        record,
        StepKind.READ,
        r"The text says|Le texte dit",
        "The text does not say" if record.example.language == "en" else "Le texte ne dit pas",
    )


def negation_in_a_quote(record):
    pattern, replacement = (
        (r" is | are ", " is not ") if record.example.language == "en" else (r" est | sont ", " n’est pas ")
    )
    return rewritten(record, StepKind.READ, pattern, replacement)


def word_changed_in_a_quote(record):
    return rewritten(
        record, StepKind.READ, r"rock|tiny|roche|fines", "sable" if record.example.language == "fr" else "sand"
    )


def negation_in_a_perceive_step(record):
    return rewritten(
        record,
        StepKind.PERCEIVE,
        r"runs|is found|va de|repère",
        "never runs" if record.example.language == "en" else "ne va jamais de",
    )


def negation_in_the_last_step(record):
    return rewritten(
        record,
        StepKind.INFER,
        r" (is|leads|are|est|mène|sont) ",
        r" n'est pas \1 " if record.example.language == "fr" else r" never \1 ",
    )


def claim_added_to_a_read_step(record):
    added = " Les dinosaures sont morts de froid." if record.example.language == "fr" else " Dinosaurs died of cold."
    place = first(record, StepKind.READ)
    return None if place is None else with_step(record, place, text=record.example.steps[place].text + added)


def another_label_in_the_last_step(record):
    place = len(record.example.steps) - 1
    other = "Racines" if record.example.language == "fr" else "Roots"
    return with_step(record, place, text=f"{record.example.steps[place].text} ({other})")


def invented_arrow(record):
    name = "Racines" if record.example.language == "fr" else "Roots"
    return rewritten(record, StepKind.PERCEIVE, r"(to|à) (“|« )\w+", rf"\1 \2{name}")


def other_document(record):
    return with_fields(record, document_id="doc-2")


def choices_on_a_short_answer(record):
    return with_fields(record, answer_type="short" if record.example.choices else "multiple_choice")


FAULTS = [
    value for value in list(globals().values()) if callable(value) and getattr(value, "__module__", "") == __name__
]
HELPERS = (grounded, verdicts, with_fields, with_step, with_evidence, regrounded, first, rewritten)
FAULTS = [fault for fault in FAULTS if fault not in HELPERS]


@pytest.mark.parametrize(("language", "kind"), list(product(LANGUAGES, MAKERS)))
def test_a_correct_example_is_supported_in_every_step(language, kind):
    (verdict,) = verdicts(grounded(MAKERS[kind](language)))
    assert [c for c in verdict.checks if c.outcome != "pass"] == []
    assert verdict.label == "supported"
    assert {step.label for step in verdict.steps} == {"supported"}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_fault_is_supported(fault, language):
    correct = [grounded(make(language)) for make in MAKERS.values()]
    changed = [faulty for record in correct if (faulty := fault(record)) is not None]
    assert changed, "the fault changes none of the examples"
    for faulty in changed:
        (verdict,) = verdicts(faulty)
        assert verdict.label != "supported", faulty.example
        assert any(check.outcome != "pass" and check.reason for check in verdict.checks)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_of_two_equal_questions_stays(language):
    record = grounded(builders.about_figure(language))
    again = with_fields(record, id="ex-2", question=record.example.question.replace("To which", "to  which").upper())
    first_verdict, second = verdicts(record, again)
    assert (first_verdict.label, second.label) == ("supported", "refuted")
    assert "ex-1" in second.checks[-1].reason


def test_a_duplicate_of_a_refuted_example_is_no_duplicate():
    record = grounded(builders.about_text())
    refuted, kept = verdicts(wrong_answer(record), with_fields(record, id="ex-2"))
    assert (refuted.label, kept.label) == ("refuted", "supported")


def test_a_region_at_whose_place_nothing_was_read_leaves_the_example_to_a_person():
    good = grounded(builders.about_figure())
    regions = [e for e in good.groundings[1].evidence if isinstance(e, RegionEvidence)]
    drawn = regions[0].model_copy(update={"element_ids": (), "method": "review.drawn"})
    more = good.groundings[1].model_copy(update={"evidence": (*good.groundings[1].evidence, drawn)})
    record = good.model_copy(update={"groundings": (good.groundings[0], more, *good.groundings[2:])})
    before, after = verdicts(good)[0], verdicts(record)[0]
    assert (before.label, after.label) == ("supported", "not_enough_info")
    assert [c.name for c in after.checks if c.outcome != "pass"] == ["region_is_read"]
