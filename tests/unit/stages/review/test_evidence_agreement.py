"""How well the regions and spans of two versions of an example fit each other."""

import builders
import pytest
import review_people as people
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.records import RegionEvidence, SpanEvidence
from corpusbuilder.records.geometry import box_polygon
from corpusbuilder.stages.review.agreement import region_agreement, span_agreement

FIGURE = people.grounded(builders.about_figure())
TEXT = people.grounded(builders.about_text())
BOTH = people.grounded(builders.about_both())


def region(*boxes, figure_id="fig-cycle", bare=False):
    polygons = () if bare else tuple(box_polygon(box) for box in boxes)
    return RegionEvidence(
        figure_id=figure_id, element_ids=(), polygons=polygons, box=boxes[0], method="human", score=1.0
    )


def span(start, end, passage_id="pas-1"):
    return SpanEvidence(
        passage_id=passage_id, start=start, end=end, quote="x" * (end - start), method="human", score=1.0
    )


def test_the_same_version_agrees_wholly_where_it_has_evidence_at_all():
    assert (region_agreement(FIGURE, FIGURE), span_agreement(FIGURE, FIGURE)) == (1, None)
    assert (region_agreement(TEXT, TEXT), span_agreement(TEXT, TEXT)) == (None, 1)
    assert (region_agreement(BOTH, BOTH), span_agreement(BOTH, BOTH)) == (1, 1)


def test_a_box_moved_by_half_its_width_shares_a_third():
    a = people.with_evidence(people.with_evidence(FIGURE, 2), 1, region((0, 0, 10, 10)))
    b = people.with_evidence(people.with_evidence(FIGURE, 2), 1, region((5, 0, 15, 10)))
    assert region_agreement(a, b) == pytest.approx(1 / 3, abs=1e-6)


def test_overlapping_polygons_of_one_step_count_once():
    a = people.with_evidence(people.with_evidence(FIGURE, 2), 1, region((0, 0, 10, 10), (5, 0, 20, 10)))
    b = people.with_evidence(people.with_evidence(FIGURE, 2), 1, region((0, 0, 20, 10)), region((1, 1, 3, 3)))
    assert region_agreement(a, b) == 1


def test_a_bare_box_is_its_own_outline():
    a = people.with_evidence(FIGURE, 1, region((0, 0, 10, 10)))
    assert region_agreement(a, people.with_evidence(FIGURE, 1, region((0, 0, 10, 10), bare=True))) == 1


def test_a_step_that_only_one_of_them_grounds_counts_as_nothing_in_common():
    assert region_agreement(FIGURE, people.with_evidence(FIGURE, 1)) == 0.5
    assert span_agreement(TEXT, people.with_evidence(TEXT, 1)) == 0


def test_another_figure_than_the_main_one_plays_no_part():
    elsewhere = people.with_evidence(FIGURE, 1, region((0, 0, 10, 10), figure_id="fig-other"))
    assert region_agreement(FIGURE, elsewhere) == 0.5


def test_a_dropped_step_does_not_shift_the_others():
    assert region_agreement(FIGURE, people.with_steps(FIGURE, [1, 2])) == 0.5
    assert region_agreement(people.with_steps(FIGURE, [1, 2]), people.with_steps(FIGURE, [1])) == 1


@pytest.mark.parametrize(
    "polygon",
    [
        ((0, 0), (10, 10), (10, 0), (0, 10)),  # crosses itself
        ((0, 0), (0, 0), (0, 0)),
        ((1, 1), (2, 2)),
        (),
        ((float("nan"), 0), (1, 1), (2, 0)),
        ((float("inf"), 0), (1, 1), (2, 0)),
    ],
)
def test_degenerate_polygons_give_a_number(polygon):
    bad = region((0, 0, 10, 10)).model_copy(update={"polygons": (polygon,)})
    found = region_agreement(FIGURE, people.with_evidence(FIGURE, 1, bad))
    assert 0 <= found <= 1
    assert region_agreement(people.with_evidence(FIGURE, 1, bad), people.with_evidence(FIGURE, 1, bad)) == 1


def test_half_of_a_quote_has_two_thirds_of_f1():
    assert span_agreement(
        people.with_evidence(TEXT, 1, span(0, 20)), people.with_evidence(TEXT, 1, span(0, 10))
    ) == pytest.approx(2 / 3, abs=1e-6)


def test_the_same_offsets_in_another_passage_have_nothing_in_common():
    assert (
        span_agreement(people.with_evidence(TEXT, 1, span(0, 9)), people.with_evidence(TEXT, 1, span(0, 9, "pas-0")))
        == 0
    )


boxes = st.tuples(*[st.integers(0, 40)] * 4).map(lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3]))
evidence = st.lists(
    st.one_of(
        boxes.map(region), st.tuples(st.integers(0, 30), st.integers(0, 9)).map(lambda s: span(s[0], s[0] + s[1]))
    ),
    max_size=3,
)


@given(evidence, evidence)
def test_agreement_is_symmetric_between_0_and_1_and_whole_with_oneself(first, second):
    a, b = people.with_evidence(BOTH, 1, *first), people.with_evidence(BOTH, 1, *second)
    for agreement in (region_agreement, span_agreement):
        found = agreement(a, b)
        assert found == agreement(b, a)
        assert found is None or 0 <= found <= 1
        assert agreement(a, a) in {None, 1}
