from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parse_pages import diagram, image, paragraph, path, raw_page, text_line

from corpusbuilder.backends.layout.base import LayoutBlock
from corpusbuilder.records.document import BlockLabel
from corpusbuilder.stages.parse.advice import VETO, advised
from corpusbuilder.stages.parse.figures import find_figures

DRAWING = raw_page(lines=paragraph(50, 400), paths=diagram(100, 100))  # at 100..240, 100..180


def says(label, *box, score=1.0):
    return LayoutBlock(BlockLabel(label), box, score)


def advise(page, *blocks):
    figures = find_figures(page, body_size=10)
    return figures, advised(page, figures, blocks, em=10)


def test_a_picture_at_the_same_place_confirms_a_figure_whatever_its_margin():
    before, after = advise(DRAWING, says("picture", 104, 103, 236, 178))
    assert after == before
    assert after[0].score == 1


def test_a_model_that_says_nothing_of_a_figure_leaves_some_doubt():
    _, (figure,) = advise(DRAWING, says("text", 50, 400, 300, 450))
    assert VETO < figure.score < 1


def test_the_more_of_a_figure_is_text_the_less_sure_it_is():
    scores = [advise(DRAWING, says("text", 100, 100, right, 180))[1][0].score for right in (110, 130, 150)]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3


@pytest.mark.parametrize("label", ["text", "title", "list_item", "page_header"])
def test_text_all_over_a_drawing_vetoes_it_and_keeps_its_labels_for_the_passages(label):
    page = replace(DRAWING, lines=(*DRAWING.lines, text_line("A key word", 110, 130)))
    before, after = advise(page, says(label, 98, 98, 242, 182, score=0.9))
    assert len(before) == 1
    assert after == []


def test_an_unsure_model_vetoes_nothing():
    _, after = advise(DRAWING, says("text", 98, 98, 242, 182, score=0.4))
    assert len(after) == 1


def test_an_image_is_no_text_whatever_the_model_says():
    page = raw_page(images=[image(100, 100, 300, 250)])
    _, (figure,) = advise(page, says("text", 100, 100, 300, 250))
    assert figure.score < VETO


def test_the_banner_of_a_heading_is_no_figure_unless_the_model_sees_a_picture_in_it():
    heading = says("section_header", 105, 120, 220, 140)
    assert advise(DRAWING, heading)[1] == []
    assert len(advise(DRAWING, heading, says("picture", 180, 145, 240, 180))[1]) == 1
    assert len(advise(DRAWING, says("section_header", 105, 120, 140, 140))[1]) == 1


def test_an_image_behind_a_heading_is_its_banner():
    page = raw_page(images=[image(100, 100, 300, 180)], lines=[text_line("The water cycle", 110, 120, size=20)])
    before, after = advise(page, says("section_header", 108, 118, 270, 146))
    assert [len(figure.lines) for figure in before] == [1]
    assert after == []


def test_labels_that_the_model_reads_inside_its_picture_do_not_count_against_it():
    blocks = [says("picture", 98, 98, 242, 182), says("text", 105, 110, 135, 120)]
    assert advise(DRAWING, *blocks)[1][0].score == 1


def test_another_kind_lowers_the_score():
    _, (figure,) = advise(DRAWING, says("table", 98, 98, 242, 182))
    assert VETO < figure.score < 1
    assert not figure.is_table


SCATTER = [path([(100 + 60 * i, 100), (108 + 60 * i, 108)]) for i in range(4)]
"""Strokes too far apart and too small to be a drawing for the geometry."""


def test_a_picture_that_the_model_alone_sees_is_adopted_where_something_is_drawn():
    page = raw_page(paths=SCATTER, lines=[text_line("Left", 120, 101), *paragraph(50, 400)])
    figures = find_figures(page, body_size=10)
    assert figures == []
    (figure,) = advised(page, [], [says("picture", 95, 90, 300, 140, score=0.9)], em=10)
    assert 0 < figure.score < 0.9
    assert [line.text for line in figure.lines] == ["Left"]
    assert (figure.source, len(figure.paths)) == ("vector", 4)


@pytest.mark.parametrize(
    "block",
    [
        says("picture", 95, 200, 300, 240),  # nothing is drawn there
        says("picture", 95, 90, 300, 140, score=0.3),  # the model is not sure
        says("picture", 95, 90, 300, 100),  # too thin
        says("picture", 45, 90, 300, 460),  # a paragraph stands in it
        says("text", 95, 90, 300, 140),  # no picture
    ],
)
def test_nothing_is_adopted_without_reason(block):
    page = raw_page(paths=SCATTER, lines=paragraph(50, 400))
    assert advised(page, [], [block], em=10) == []


def test_what_overlaps_a_figure_or_stands_on_a_scan_is_not_adopted():
    before, after = advise(DRAWING, says("picture", 90, 90, 300, 200), says("picture", 200, 150, 400, 300))
    assert len(after) == len(before) == 1
    scan = raw_page(images=[image(0, 0, 500, 700)], status="scanned")
    assert advised(scan, [], [says("picture", 50, 50, 300, 300)], em=10) == []


def test_without_blocks_every_figure_stays():
    before, after = advise(DRAWING)
    assert [figure.box for figure in after] == [figure.box for figure in before]


coordinate = st.floats(0, 700, allow_nan=False)
blocks = st.lists(
    st.builds(
        lambda label, x, y, w, h, score: says(label, x, y, x + w, y + h, score=score),
        st.sampled_from(list(BlockLabel)),
        coordinate,
        coordinate,
        coordinate,
        coordinate,
        st.floats(0, 1),
    ),
    max_size=8,
)


@given(blocks)
def test_whatever_a_model_says_scores_are_shares_boxes_lie_on_the_page_and_lines_are_in_one_figure(said):
    page = raw_page(
        paths=[*diagram(100, 100), *SCATTER],
        images=[image(300, 300, 450, 420)],
        lines=[*paragraph(50, 500), text_line("Sea", 110, 105), text_line("Sun", 330, 310)],
    )
    _, after = advise(page, *said)
    assert all(0 <= figure.score <= 1 for figure in after)
    for figure in after:
        x0, y0, x1, y1 = figure.box
        assert 0 <= x0 <= x1 <= page.width
        assert 0 <= y0 <= y1 <= page.height
    lines = [id(line) for figure in after for line in figure.lines]
    assert len(lines) == len(set(lines))


@given(blocks, st.randoms())
def test_the_order_of_the_blocks_does_not_matter(said, random):
    shuffled = list(said)
    random.shuffle(shuffled)
    page = raw_page(paths=[*diagram(100, 100), *SCATTER], images=[image(300, 300, 450, 420)])
    assert advise(page, *said) == advise(page, *shuffled)
