import builders
import pytest
from annotated import Page, changed, grounded

from corpusbuilder.config import VerifySection
from corpusbuilder.errors import RecordError
from corpusbuilder.records import Decision, RegionEvidence, SpanEvidence, StepKind
from corpusbuilder.records.geometry import box_polygon
from corpusbuilder.stages.verify.checks.base import Case
from corpusbuilder.stages.verify.checks.claims import label_agrees
from corpusbuilder.stages.verify.checks.evidence import box_covers_elements

PERCENT = {"x": 25, "y": 50, "width": 10, "height": 20, "rotation": 0}
PIXELS = (150, 200, 210, 280)
CLOUDS = {"x": 300 / 6, "y": 20 / 4, "width": 80 / 6, "height": 24 / 4, "rotation": 0}


@pytest.fixture
def page():
    unit = builders.unit()
    return Page(grounded(builders.about_both(), unit), unit)


@pytest.fixture
def pointing():
    unit = builders.unit()
    return Page(grounded(builders.about_figure(), unit), unit)


def paths(review):
    return [c.field for c in review.corrections]


def evidence(review, step):
    return review.corrected.groundings[step - 1].evidence


def test_an_untouched_page_is_accepted(page):
    review = page.read("accept")
    assert (review.decision, review.corrections, review.corrected) == (Decision.ACCEPT, (), None)
    assert (review.task_id, review.annotation_id, review.seconds) == (7, 9, 41.5)


def test_a_correction_that_changes_nothing_makes_no_sense(page):
    page.write("comment", "still wrong, and I cannot mend it")
    with pytest.raises(RecordError, match="annotation 9: it says that something was corrected, and nothing is"):
        page.read("correct")


def test_a_no_is_a_no_whatever_else_is_wrong(page):
    page.write("from_another_page", "nonsense")
    page.write("comment", "no")
    review = page.read("reject")
    assert (review.decision, review.comment) == (Decision.REJECT, "no")
    with pytest.raises(RecordError, match="from_another_page"):
        page.read("accept")


def test_an_acceptance_by_a_script_that_sends_nothing_else_accepts_what_was_shown(page):
    page.results = []
    assert page.read("accept").decision is Decision.ACCEPT
    with pytest.raises(RecordError, match="question"):
        page.read("correct")


def test_an_acceptance_of_a_page_whose_fields_were_emptied_is_refused(page):
    page.remove("question")
    with pytest.raises(RecordError, match="question"):
        page.read("accept")


def test_a_skipped_task_is_no_acceptance_and_keeps_its_comment(page):
    page.cancelled = True
    page.write("comment", "Too blurred for me")
    for decision in ("accept", None):
        assert page.read(decision).decision is Decision.SKIP
    assert page.read(None).comment == "Too blurred for me"


def test_a_rejected_example_keeps_the_comment_and_none_of_the_edits(page):
    page.write("question", "")
    page.draw("new", "99", x=400)
    page.write("comment", "Nothing can be saved.\r\nReally.\n")
    review = page.read("reject")
    assert (review.decision, review.corrections, review.corrected) == (Decision.REJECT, (), None)
    assert review.comment == "Nothing can be saved.\nReally."


def test_what_the_server_does_to_blanks_around_a_text_and_line_ends_is_no_edit(page):
    for result in page.results:
        if "text" in result["value"] and result["type"] == "textarea":
            result["value"]["text"] = [f" {text}\r\n" for text in result["value"]["text"]]
    assert page.read().decision is Decision.ACCEPT


def test_an_accepted_example_with_an_edit_is_corrected(page):
    page.write("answer", "tiny drops\r\nin the air\n")
    review = page.read("accept")
    assert review.decision is Decision.CORRECT
    assert [(c.field, c.after) for c in review.corrections] == [("answer", "tiny drops\nin the air")]
    assert review.corrections[0].before == page.shown.grounded.example.answer
    assert review.corrected.example.answer == "tiny drops\nin the air"


def test_texts_and_kinds_come_in_the_order_of_the_page(page):
    page.write("text_2", "So they are drops.")
    page.tick("kind_0", "recall")
    page.write("text_0", "Émile 😀 sees an arrow.")
    page.write("question", "What are they?")
    review = page.read("correct")
    assert paths(review) == ["question", "steps.1.text", "steps.1.kind", "steps.3.text"]
    first = review.corrected.example.steps[0]
    assert (first.text, first.kind) == ("Émile 😀 sees an arrow.", StepKind.RECALL)


def test_control_characters_that_are_pasted_from_a_pdf_are_left_out(page):
    page.write("question", "What\x02 are\x0c they\x9f?")
    assert page.read().corrected.example.question == "What are they?"


def test_choices_are_lines_and_distractors_follow_them(pointing):
    example = pointing.shown.grounded.example
    distractors = [{"text": text, "type": "same_figure"} for text in ("Soil", "Roots")]
    example = type(example).model_validate({**dict(example), "distractors": distractors})
    page = Page(pointing.shown.grounded.model_copy(update={"example": example}))
    page.write("choices", "Rain\n\n  Snow \r\nRoots\n")
    review = page.read()
    assert [(c.field, c.before, c.after) for c in review.corrections] == [
        ("choices", ["Soil", "Rain", "Roots"], ["Rain", "Snow", "Roots"])
    ]
    assert review.corrected.example.choices == ("Rain", "Snow", "Roots")
    assert [d.text for d in review.corrected.example.distractors] == ["Roots"]


def test_a_choice_with_a_line_break_is_one_choice_wherever_it_was_left_alone(pointing):
    example = pointing.shown.grounded.example.model_copy(update={"choices": ("in the\r\nair", "Rain", "Roots")})
    page = Page(pointing.shown.grounded.model_copy(update={"example": example}))
    assert page.read().decision is Decision.ACCEPT
    page.write("choices", "in the air\nRain\nRoots")
    assert page.read().decision is Decision.ACCEPT
    page.write("choices", "in the air\nSnow\nRoots")
    assert page.read().corrected.example.choices == ("in the\r\nair", "Snow", "Roots")


def test_a_dropped_step_takes_its_evidence_along_and_hands_its_premises_on(page):
    page.tick("kind_1", "drop")
    page.write("text_1", "")
    review = page.read("correct")
    assert paths(review) == ["steps.2"]
    assert review.corrections[0].before["kind"] == "read"
    assert review.corrections[0].after is None
    steps = review.corrected.example.steps
    assert [(s.index, s.premises) for s in steps] == [(1, ()), (2, (1,))]
    assert [g.step for g in review.corrected.groundings] == [1, 2]
    assert all(isinstance(e, RegionEvidence) for g in review.corrected.groundings for e in g.evidence)


def test_a_moved_box_keeps_the_rest_of_its_evidence(pointing):
    was = pointing.shown.grounded.groundings[1].evidence[0]
    assert was.element_ids == ("lab-1", "arr-1", "lab-2")
    pointing.value("r2-0-2", **PERCENT)
    review = pointing.read()
    assert paths(review) == ["steps.2.regions.r2-0-2"]
    assert review.corrections[0].before["element_ids"] == ["lab-2"]
    assert review.corrections[0].after == {
        "figure_id": "fig-cycle",
        "box": list(map(float, PIXELS)),
        "polygon": [[float(x), float(y)] for x, y in box_polygon(PIXELS)],
        "element_ids": [],
    }
    rest, moved = evidence(review, 2)
    assert rest.element_ids == ("lab-1", "arr-1")
    assert rest.polygons == was.polygons[:2]
    assert (rest.method, rest.confirmed) == (was.method, True)
    assert (moved.box, moved.method, moved.score, moved.confirmed) == (PIXELS, "review.changed", 1.0, True)


def test_evidence_that_was_left_alone_is_confirmed_and_otherwise_as_it_was(pointing):
    pointing.write("question", "Where to?")
    review = pointing.read()
    for before, after in zip(pointing.shown.grounded.groundings, review.corrected.groundings, strict=True):
        assert after.evidence == tuple(e.model_copy(update={"confirmed": True}) for e in before.evidence)


def test_a_deleted_mark_is_gone_and_the_last_one_takes_the_evidence_along(pointing):
    pointing.remove("r1-0-0")
    review = pointing.read()
    assert [(c.field, c.after) for c in review.corrections] == [("steps.1.regions.r1-0-0", None)]
    assert evidence(review, 1) == ()


def test_a_box_round_a_label_names_it(pointing):
    pointing.draw("Xy_-9", "3", **CLOUDS)
    review = pointing.read()
    assert [(c.field, c.before) for c in review.corrections] == [("steps.3.regions.Xy_-9", None)]
    (drawn,) = evidence(review, 3)
    assert (drawn.method, drawn.element_ids, drawn.box) == ("review.drawn", ("lab-1",), (300, 20, 380, 44))


@pytest.mark.parametrize(("corner", "outcome"), [((280, 10), "pass"), ((10, 10), "fail")])
def test_a_box_round_a_label_lets_the_checks_decide_whether_it_is_the_right_one(pointing, corner, outcome):
    pointing.remove("r1-0-0")
    pointing.draw("new", "1", x=corner[0] / 6, y=corner[1] / 4, width=110 / 6, height=50 / 4, rotation=0)
    case = Case(pointing.read().corrected, pointing.unit, VerifySection())
    assert [finding.outcome for finding in label_agrees(case) if finding.step == 1] == [outcome]
    assert {finding.outcome for finding in box_covers_elements(case)} == {"pass"}


def test_a_drawn_polygon_is_kept_point_by_point(pointing):
    pointing.draw("p", "1", points=[[10, 10], [30.5, 10], [20, 40.25], [10, 10.5]], closed=True)
    drawn = evidence(pointing.read(), 1)[-1]
    assert drawn.polygons == (((60, 40), (183, 40), (120, 161), (60, 42)),)
    assert drawn.box == (60, 40, 183, 161)


def test_a_relabelled_box_moves_to_its_step_with_its_element(pointing):
    pointing.value("r1-0-0", labels=["3"])
    review = pointing.read()
    assert [(c.field, c.before is None, c.after is None) for c in review.corrections] == [
        ("steps.1.regions.r1-0-0", False, True),
        ("steps.3.regions.r1-0-0", True, False),
    ]
    assert evidence(review, 1) == ()
    assert [(e.element_ids, e.method) for e in evidence(review, 3)] == [(("lab-1",), "review.changed")]


def test_an_id_that_is_used_again_for_something_new_was_drawn(pointing):
    pointing.remove("r1-0-0")
    pointing.draw("r1-0-0", "1", **PERCENT)
    assert evidence(pointing.read(), 1)[0].method == "review.drawn"


def test_a_changed_span_is_exact_in_its_passage(page):
    text = page.task.data["passage"]
    start = text.index("Rain is not salty")
    page.remove("t2-0")
    page.mark("t2-0", "2", start, start + 17)
    review = page.read()
    assert paths(review) == ["steps.2.spans.t2-0"]
    (span,) = evidence(review, 2)
    assert span.quote == "Rain is not salty"
    assert page.unit.passages[0].text[span.start : span.end] == span.quote
    assert review.corrections[0].after == {
        "passage_id": "pas-0",
        "start": span.start,
        "end": span.end,
        "quote": span.quote,
    }


def test_a_span_over_two_passages_becomes_two(page):
    first, second = (p.text for p in page.unit.passages)
    page.mark("both", "3", len(first) - 5, len(first) + 2 + 10)
    review = page.read()
    assert paths(review) == ["steps.3.spans.both", "steps.3.spans.both-2"]
    assert [(e.passage_id, e.quote) for e in evidence(review, 3)] == [("pas-0", first[-5:]), ("pas-1", second[:10])]


def with_candidates(page):
    """The same with the evidence of step 1 as candidates only."""
    grounding = page.shown.grounded.groundings[0]
    spans = tuple(e for e in page.shown.grounded.groundings[1].evidence if isinstance(e, SpanEvidence))
    fields = {"evidence": (), "candidates": (*grounding.evidence, *spans), "unresolved": ("not found",)}
    return Page(changed(page.shown.grounded, 1, **fields), page.unit)


def test_untouched_candidates_are_nothing(page):
    assert with_candidates(page).read().decision is Decision.ACCEPT


def test_a_candidate_with_the_label_of_a_step_is_evidence_with_its_elements(page):
    candidates = with_candidates(page)
    candidates.value("cr1-0-2", labels=["1"])
    candidates.value("cr1-0-0", labels=["1"])
    candidates.value("ct1-1", labels=["3"])
    review = candidates.read()
    assert paths(review) == ["steps.1.regions.cr1-0-0", "steps.1.regions.cr1-0-2", "steps.3.spans.ct1-1"]
    (region,) = evidence(review, 1)
    assert region.element_ids == ("lab-0", "lab-1")
    assert (region.method, region.confirmed) == ("diagram.element", True)
    assert evidence(review, 3)[0].quote == page.shown.grounded.groundings[1].evidence[0].quote
    assert review.corrected.groundings[0].unresolved == review.corrected.groundings[0].candidates == ()


def test_a_candidate_that_was_moved_and_not_named_is_nothing(page):
    candidates = with_candidates(page)
    candidates.value("cr1-0-0", **PERCENT)
    assert candidates.read().decision is Decision.ACCEPT


def test_evidence_that_is_made_a_mere_candidate_is_deleted(pointing):
    pointing.value("r1-0-0", labels=["1?"])
    assert [(c.field, c.after) for c in pointing.read().corrections] == [("steps.1.regions.r1-0-0", None)]


def test_evidence_that_the_page_does_not_show_survives_as_it_was(page):
    elsewhere = RegionEvidence(
        figure_id="fig-other", element_ids=(), polygons=(), box=(1, 1, 9, 9), method="model", score=0.5
    )
    lost = SpanEvidence(passage_id="pas-9", start=0, end=3, quote="Une", method="quote.exact", score=1)
    own = page.shown.grounded.groundings[0].evidence
    other = Page(changed(page.shown.grounded, 1, evidence=(elsewhere, *own, lost)), page.unit)
    assert other.read().decision is Decision.ACCEPT
    for part in range(3):
        other.remove(f"r1-1-{part}")
    assert evidence(other.read(), 1) == (elsewhere, lost)


def test_evidence_that_is_a_bare_box_is_drawn_and_read_as_such(page):
    bare = RegionEvidence(
        figure_id="fig-cycle", element_ids=(), polygons=(), box=(10, 10, 90, 90), method="model", score=0.5
    )
    other = Page(changed(page.shown.grounded, 3, evidence=(bare,)), page.unit)
    assert other.read().decision is Decision.ACCEPT
    other.remove("r3-0-0")
    assert other.read().corrections[0].before["box"] == [10, 10, 90, 90]


def test_relations_say_nothing(page):
    page.results.append({"type": "relation", "from_id": "nowhere", "to_id": 7, "labels": None})
    assert page.read().decision is Decision.ACCEPT


def test_a_new_kind_settles_what_was_not_found(page):
    open_end = Page(changed(page.shown.grounded, 3, unresolved=("cited nothing",)), page.unit)
    open_end.write("question", "What?")
    assert open_end.read().corrected.groundings[2].unresolved == ("cited nothing",)
    open_end.tick("kind_2", "recall")
    assert open_end.read().corrected.groundings[2].unresolved == ()
