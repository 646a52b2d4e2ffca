"""What was sent comes back as it went; one edit comes back as just that edit."""

import builders
import pytest
from annotated import Page, changed, grounded
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusbuilder.records import Decision, RegionEvidence, SpanEvidence
from corpusbuilder.records.geometry import box_polygon, union

UNIT = builders.unit("fr").model_copy(
    update={
        "passages": (
            builders.passage(
                "pas-0", "Émile 😀 a vu le volcan.\nUne e\u0301 <b>décomposée</b> 👩\u200d👧 & \u200f\u05d0\u05d1."
            ),
            builders.passage("pas-1", builders.TEXTS["fr"][1]),
        )
    }
)
BASES = [grounded(make("fr"), UNIT) for make in (builders.about_figure, builders.about_both, builders.about_text)]
WORDS = st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=30).map(
    lambda text: "".join(c for c in text if c.isprintable()).strip() or "x"
)
HUNDREDTHS = st.tuples(*[st.integers(0, 6000)] * 2, *[st.integers(0, 4000)] * 2)


@st.composite
def regions(draw, least=1):
    polygons = []
    for _ in range(draw(st.integers(least, 3))):
        corners = draw(st.lists(st.tuples(st.integers(0, 60000), st.integers(0, 40000)), min_size=3, max_size=6))
        polygons.append(tuple((x / 100, y / 100) for x, y in corners))
    return RegionEvidence(
        figure_id=draw(st.sampled_from(["fig-cycle", "fig-cycle", "fig-other"])),
        element_ids=tuple(f"lab-{n}" for n in range(len(polygons))),
        polygons=tuple(polygons),
        box=union((x, y, x, y) for polygon in polygons for x, y in polygon),
        method="diagram.element",
        score=draw(st.floats(0, 1)),
    )


@st.composite
def spans(draw):
    passage = draw(st.sampled_from(UNIT.passages))
    start = draw(st.integers(0, len(passage.text) - 1))
    end = draw(st.integers(start + 1, len(passage.text)))
    quote = passage.text[start:end]
    return SpanEvidence(passage_id=passage.id, start=start, end=end, quote=quote, method="quote.exact", score=1)


@st.composite
def versions(draw):
    base = draw(st.sampled_from(BASES))
    shapes = regions() if base.example.figure_ids else spans()
    for step in base.example.steps:
        found = [draw(st.lists(st.one_of(shapes, spans()), max_size=2, unique=True)) for _ in range(2)]
        fields = {"evidence": tuple(found[0]), "candidates": tuple(found[1])}
        base = changed(base, step.index, **fields, unresolved=("nicht da",) if found[1] else ())
    return base


@settings(max_examples=150, deadline=None)
@given(versions())
def test_an_example_that_is_sent_and_accepted_comes_back_without_corrections(version):
    review = Page(version, UNIT).read("accept")
    assert (review.decision, review.corrections) == (Decision.ACCEPT, ())


@settings(max_examples=100, deadline=None)
@given(versions(), st.data(), WORDS)
def test_one_edited_text_comes_back_as_just_that(version, data, text):
    page = Page(version, UNIT)
    number = data.draw(st.integers(0, len(version.example.steps) - 1))
    name, path = data.draw(
        st.sampled_from(
            [("question", "question"), ("answer", "answer"), (f"text_{number}", f"steps.{number + 1}.text")]
        )
    )
    page.write(name, text)
    review = page.read()
    assert [(c.field, c.after) for c in review.corrections] == [(path, text)]
    kept = [e for g in review.corrected.groundings for e in g.evidence]
    assert [e.model_copy(update={"confirmed": None}) for e in kept] == [
        e for g in version.groundings for e in g.evidence
    ]


def described(evidence):
    """The fields of evidence that a correction gives."""
    shown = evidence.model_dump(
        mode="json", include={"figure_id", "box", "element_ids", "passage_id", "start", "end", "quote"}
    )
    return shown | (
        {"polygon": [list(p) for p in evidence.polygons[0]]} if isinstance(evidence, RegionEvidence) else {}
    )


def evidence_marks(page):
    """The ids of what is drawn as evidence."""
    names = ("box", "polygon", "span")
    return [r["id"] for r in page.results if r.get("from_name") in names and not r["id"].startswith("c")]


@settings(max_examples=100, deadline=None)
@given(versions(), st.data())
def test_one_deleted_mark_comes_back_as_just_that(version, data):
    page = Page(version, UNIT)
    if not (marks := evidence_marks(page)):
        return
    gone = data.draw(st.sampled_from(marks))
    page.remove(gone)
    review = page.read()
    kind = "regions" if gone.startswith("r") else "spans"
    step, place, *part = (int(n) for n in gone[1:].split("-"))
    assert [(c.field, c.after) for c in review.corrections] == [(f"steps.{step}.{kind}.{gone}", None)]
    was = version.groundings[step - 1].evidence
    left = review.corrected.groundings[step - 1].evidence
    rest = len(getattr(was[place], "polygons", (1,))) - 1
    assert len(left) == len(was) - (rest == 0)
    if rest:
        assert was[place].polygons[part[0]] == tuple(map(tuple, review.corrections[0].before["polygon"]))
        assert len(left[place].element_ids) == rest


@settings(max_examples=150, deadline=None)
@given(versions().filter(lambda v: v.example.figure_ids), st.data(), HUNDREDTHS)
def test_one_drawn_box_comes_back_to_the_hundredth_of_a_pixel(version, data, corners):
    x0, x1 = sorted(10 * x / 100 for x in corners[:2])
    y0, y1 = sorted(10 * y / 100 for y in corners[2:])
    if x0 == x1 or y0 == y1:
        return
    page = Page(version, UNIT)
    step = data.draw(st.integers(1, len(version.example.steps)))
    value = {"x": x0 / 6, "y": y0 / 4, "width": (x1 - x0) / 6, "height": (y1 - y0) / 4, "rotation": 0}
    page.draw("new", str(step), **value)
    review = page.read()
    drawn = review.corrected.groundings[step - 1].evidence[-1]
    assert drawn.box == pytest.approx((x0, y0, x1, y1), abs=0.011)
    assert drawn.polygons == (box_polygon(drawn.box),)
    assert [(c.field, c.before, c.after) for c in review.corrections] == [
        (f"steps.{step}.regions.new", None, described(drawn))
    ]


@settings(max_examples=150, deadline=None)
@given(versions(), st.data())
def test_one_marked_span_comes_back_to_the_code_point(version, data):
    page = Page(version, UNIT)
    text = page.task.data["passage"]
    cut = len(UNIT.passages[0].text)
    begins, ends = data.draw(st.sampled_from([(0, cut), (cut + 2, len(text))]))
    start = data.draw(st.integers(begins, ends - 1))
    end = data.draw(st.integers(start + 1, ends))
    if start == end or text[start:end].isspace():
        return
    step = data.draw(st.integers(1, len(version.example.steps)))
    page.mark("new", str(step), start, end)
    review = page.read()
    (correction,) = review.corrections
    assert correction.field == f"steps.{step}.spans.new"
    found = correction.after
    assert found["quote"] == text[start:end]
    assert (found["start"], found["end"]) == (start - begins, end - begins)
    assert UNIT.passage(found["passage_id"]).text[found["start"] : found["end"]] == found["quote"]


@settings(max_examples=100, deadline=None)
@given(versions(), st.data())
def test_one_dropped_step_comes_back_as_just_that(version, data):
    page = Page(version, UNIT)
    number = data.draw(st.integers(1, len(version.example.steps)))
    page.tick(f"kind_{number - 1}", "drop")
    review = page.read()
    assert [(c.field, c.after) for c in review.corrections] == [(f"steps.{number}", None)]
    left = [s for s in version.example.steps if s.index != number]
    assert [s.text for s in review.corrected.example.steps] == [s.text for s in left]
    kept = [g.evidence for g in version.groundings if g.step != number]
    assert [len(g.evidence) for g in review.corrected.groundings] == list(map(len, kept))
