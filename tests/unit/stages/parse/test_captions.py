from parse_pages import PROSE, block, paragraph, raw_page, text_line

from corpusbuilder.records.document import BlockLabel
from corpusbuilder.stages.parse.captions import bind_captions, join_lines, usual_side
from corpusbuilder.stages.parse.model import FoundFigure

PAGE = raw_page()


def figure(x0, y0, x1, y1, **options):
    return FoundFigure(1, (x0, y0, x1, y1), "raster", **options)


def caption(text, x, y, size=9.0, **style):
    return block(text_line(text, x, y, size=size, **style))


def bound(figures, *blocks, **options):
    found = bind_captions(PAGE, figures, blocks, **options)
    return {c.text: [figures.index(f) for f in c.figures] for c in found}


def test_a_caption_below_above_or_beside_is_bound():
    picture = [figure(100, 200, 300, 350)]
    for x, y in ((100, 356), (100, 183), (310, 200)):
        assert bound(picture, caption("Figure 3.2 A delta", x, y)) == {"Figure 3.2 A delta": [0]}


def test_number_label_and_block_are_told():
    (found,) = bind_captions(PAGE, [figure(100, 200, 300, 350)], [caption("Fig. 3.2 – Un delta", 100, 356)])
    assert (found.number, found.text, found.block.label) == ("3.2", "Fig. 3.2 – Un delta", BlockLabel.CAPTION)


def test_captions_between_two_figures_go_where_the_others_of_the_page_go():
    figures = [figure(100, 100, 300, 180), figure(100, 210, 300, 290), figure(100, 320, 300, 400)]
    below = [caption(f"Figure {n} Rain", 100, y) for n, y in ((1, 189), (2, 299), (3, 406))]
    assert bound(figures, *below) == {"Figure 1 Rain": [0], "Figure 2 Rain": [1], "Figure 3 Rain": [2]}
    above = [caption(f"Figure {n} Rain", 100, y) for n, y in ((1, 84), (2, 191), (3, 301))]
    assert bound(figures, *above) == {"Figure 1 Rain": [0], "Figure 2 Rain": [1], "Figure 3 Rain": [2]}


def test_the_usual_side_of_a_document_decides_what_a_page_leaves_open():
    figures = [figure(100, 100, 300, 180), figure(100, 240, 300, 320)]
    middle = caption("Figure 7 Snow", 100, 205)
    assert bound(figures, middle, side="above") == {"Figure 7 Snow": [1]}
    assert bound(figures, middle, side="below") == {"Figure 7 Snow": [0]}
    assert usual_side(bind_captions(PAGE, figures, [middle], side="above")) == "above"
    assert usual_side([]) is None


def test_side_by_side_figures_get_their_own_captions():
    figures = [figure(50, 100, 230, 200), figure(250, 100, 430, 200)]
    captions = [caption("Figure 2 Right", 250, 206), caption("Figure 1 Left", 50, 206)]
    assert bound(figures, *captions) == {"Figure 2 Right": [1], "Figure 1 Left": [0]}


def test_one_caption_serves_several_panels():
    figures = [figure(50, 100, 230, 200), figure(250, 100, 430, 200)]
    text = "Figure 4 (a) A leaf from above and (b) the same leaf seen from below"
    assert bound(figures, caption(text, 50, 206)) == {text: [0, 1]}


def test_a_caption_is_not_bound_across_a_paragraph():
    words = paragraph(100, 215, 6)
    found = bound([figure(100, 100, 300, 200)], block(*words), caption("Figure 5 Far away", 100, 300))
    assert found == {"Figure 5 Far away": []}


def test_the_caption_of_a_table_prefers_the_table():
    figures = [figure(100, 100, 300, 200), figure(100, 235, 300, 335, is_table=True)]
    assert bound(figures, caption("Table 2 Rainfall", 100, 211)) == {"Table 2 Rainfall": [1]}


def test_a_caption_without_a_number_needs_another_type_and_a_place_under_the_figure():
    body = block(*paragraph(60, 400, 8))
    picture = [figure(100, 200, 300, 350)]
    assert bound(picture, body, caption("A ferry near the old port", 105, 354, size=8)) == {
        "A ferry near the old port": [0]
    }
    slanted = caption("Young trees in May", 105, 354, size=10, font="Serif-It", italic=True)
    assert bound(picture, body, slanted) == {"Young trees in May": [0]}
    assert bound(picture, body, caption("A ferry near the old port", 105, 354, size=10)) == {}
    assert bound(picture, body, caption("A ferry near the old port", 105, 380, size=8)) == {}
    assert bound(picture, body, caption(PROSE, 105, 354, size=8)) == {}
    wide = block(*paragraph(105, 354, 4, text=PROSE, width=80, size=8))
    assert bound(picture, body, wide) == {}


def test_a_caption_of_several_numbers_gives_its_figure_the_first():
    body = block(*paragraph(60, 400, 8))
    leaves = caption("Fig. 12, sagittate; 13, hastate leaves.", 105, 354, size=8)
    (found,) = bind_captions(PAGE, [figure(100, 200, 300, 350)], [body, leaves])
    assert found.number == "12"


def test_a_sentence_about_a_figure_is_no_caption():
    assert bound([figure(100, 200, 300, 350)], caption("Figure 3.2 shows a delta.", 100, 356, size=10)) == {}


def test_running_heads_are_no_captions():
    head = block(text_line("Figure 3.2 Deltas", 100, 356), label=BlockLabel.PAGE_HEADER)
    assert bound([figure(100, 200, 300, 350)], head) == {}


def test_broken_words_are_joined_and_compounds_kept():
    assert join_lines(["the photo-", "synthesis of North-", "Africa"]) == "the photosynthesis of North- Africa"
    assert join_lines(["lu\u2010", "mière", "so\u00adleil"]) == "lumière soleil"
    assert join_lines([]) == ""


def test_a_page_without_text_has_no_captions():
    assert bind_captions(PAGE, [figure(1, 1, 90, 90)], []) == []
