import random
import time

import pytest
from parse_pages import PROSE, box, diagram, image, paragraph, path, raw_page, text_line

from corpusbuilder.records.page import Segment, VectorPath
from corpusbuilder.stages.parse.figures import find_figures, repeated_images


def boxes(page, **options):
    return [tuple(round(v) for v in figure.box) for figure in find_figures(page, body_size=10.0, **options)]


def test_an_image_is_a_figure():
    (figure,) = find_figures(raw_page(images=[image(50, 50, 250, 200)]), body_size=10.0)
    assert (figure.box, figure.source, figure.is_table) == ((50, 50, 250, 200), "raster", False)


def test_panels_of_one_plate_that_nearly_touch_are_one_figure():
    assert boxes(raw_page(images=[image(50, 50, 150, 150, "a"), image(156, 50, 250, 150, "b")])) == [(50, 50, 250, 150)]


def test_images_side_by_side_with_a_caption_each_are_two_figures():
    lines = [text_line("Fig. 1. Oak", 60, 155, size=8), text_line("Fig. 2. Elm", 170, 155, size=8)]
    page = raw_page(images=[image(50, 50, 150, 150, "a"), image(156, 50, 250, 150, "b")], lines=lines)
    assert len(boxes(page)) == 2


def test_strips_of_one_picture_are_one_figure():
    strips = [image(50, 50 + 6 * i, 250, 56 + 6 * i, str(i)) for i in range(20)]
    assert boxes(raw_page(images=strips)) == [(50, 50, 250, 170)]


def test_ornaments_rules_logos_and_page_backgrounds_are_no_figures():
    page = raw_page(
        images=[
            image(50, 50, 62, 62),
            image(50, 80, 450, 81),
            image(0, 0, 500, 700, "paper"),
            image(400, 20, 450, 60, "logo"),
        ],
        lines=paragraph(60, 300, 8),
    )
    assert boxes(page, repeated=frozenset({"logo"})) == []


def test_what_stands_on_many_pages_is_repeated():
    pages = [raw_page(images=[image(0, 0, 50, 50, "logo"), image(0, 90, 50, 150, str(n))]) for n in range(4)]
    assert repeated_images(pages) == {"logo"}
    assert repeated_images(pages[:2]) == frozenset()


def test_a_drawing_is_a_figure_with_its_paths_and_labels():
    labels = [text_line("magma", 102, 110, size=8), text_line("lava", 205, 165, size=8)]
    page = raw_page(paths=diagram(100, 100), lines=[*paragraph(60, 300, 6), *labels])
    (figure,) = find_figures(page, body_size=10.0)
    assert figure.source == "vector"
    assert figure.box == pytest.approx((100, 100, 240, 180), abs=6)
    assert [line.text for line in figure.lines] == ["magma", "lava"]
    assert len(figure.paths) == 3


def test_labels_beside_a_drawing_grow_it_and_body_text_does_not():
    labels = [text_line("inner core", 243, 170, size=8, font="Sans")]
    page = raw_page(paths=diagram(100, 100), lines=[*paragraph(100, 186, 4), *labels])
    (figure,) = find_figures(page, body_size=10.0)
    assert figure.box[2] == pytest.approx(labels[0].box[2])
    assert figure.box[3] < 187


def test_two_drawings_with_a_paragraph_between_are_two_figures():
    page = raw_page(paths=[*diagram(100, 100), *diagram(100, 250)], lines=paragraph(60, 188, 4))
    assert len(boxes(page)) == 2


def test_two_drawings_with_only_a_caption_between_are_two_figures():
    page = raw_page(
        paths=[*diagram(100, 100), *diagram(100, 205)], lines=[text_line("Figure 1 Rain", 100, 186, size=9)]
    )
    assert len(boxes(page)) == 2


def test_scattered_parts_of_one_drawing_are_one_figure():
    scale = [path([(300, 100), (330, 120)]), path([(330, 120), (332, 112)])]
    assert len(boxes(raw_page(paths=[*diagram(100, 100), *diagram(150, 195), *scale]))) == 1


def test_a_picture_with_drawn_arrows_is_mixed():
    page = raw_page(images=[image(100, 100, 250, 200)], paths=[path([(90, 90), (150, 150)])])
    assert [figure.source for figure in find_figures(page, body_size=10.0)] == ["mixed"]


def test_rules_frames_panels_and_underlines_are_no_figures():
    lines = [*paragraph(70, 100, 5), text_line("Heading", 70, 300, size=14)]
    page = raw_page(
        lines=lines,
        paths=[
            box(10, 10, 490, 690),
            box(60, 90, 400, 180, fill="#eeeeee"),
            path([(60, 90), (60, 180)], width=3.0),
            path([(70, 316), (118, 316)]),
            path([(60, 400), (440, 400)]),
        ],
    )
    assert boxes(page) == []


def test_a_border_drawn_as_a_ring_round_text_is_no_figure():
    ring = box(60, 90, 400, 180)
    inner = box(60.6, 90.6, 399.4, 179.4)
    path_ = VectorPath(inner.segments + ring.segments, ring.box, closed=True, fill="#aa0000")
    assert boxes(raw_page(lines=paragraph(70, 100, 5), paths=[path_])) == []


def test_bullets_of_a_list_are_no_figure():
    lines = [text_line("a short entry", 90, 100 + 15 * i) for i in range(4)]
    bullets = [path([(80, 103 + 15 * i), (80, 109 + 15 * i), (85, 106 + 15 * i)], closed=True) for i in range(4)]
    assert boxes(raw_page(lines=lines, paths=bullets)) == []


def test_the_bars_of_fractions_are_no_figure():
    lines = [text_line("2a", 100 + 50 * i, 100 + 14 * j) for i in range(3) for j in range(2)]
    bars = [path([(98 + 50 * i, 113), (112 + 50 * i, 113)]) for i in range(3)]
    assert boxes(raw_page(lines=lines, paths=bars)) == []


@pytest.mark.parametrize("ruled", [True, False], ids=["lines", "cells"])
def test_a_grid_of_text_is_a_table(ruled):
    rows, columns = [100, 118, 136, 154], [60, 160, 260]
    cells = [text_line(f"cell {r}{c}", columns[c] + 5, rows[r] + 3) for r in range(3) for c in range(2)]
    if ruled:
        paths = [path([(60, y), (260, y)]) for y in rows] + [path([(x, 100), (x, 154)]) for x in columns]
    else:
        paths = [box(columns[c], rows[r], columns[c + 1], rows[r + 1]) for r in range(3) for c in range(2)]
    (figure,) = find_figures(raw_page(lines=cells, paths=paths), body_size=10.0)
    assert (figure.is_table, figure.box) == (True, (60, 100, 260, 154))


def test_pages_that_could_not_be_read_have_no_figures():
    assert boxes(raw_page(images=[image(50, 50, 250, 200)], status="failed")) == []
    assert boxes(raw_page()) == []


def test_the_order_of_images_and_lines_does_not_matter():
    images = [image(50, 50, 150, 150, "a"), image(156, 50, 250, 150, "b"), image(50, 400, 200, 500, "c")]
    lines = [*paragraph(60, 200, 4), text_line("Fig. 1. Oak", 60, 155, size=8), text_line("leaf", 60, 60, size=8)]
    expected = boxes(raw_page(images=images, lines=lines))
    for seed in range(5):
        random.Random(seed).shuffle(images)
        random.Random(seed).shuffle(lines)
        assert boxes(raw_page(images=images, lines=lines)) == expected


def test_a_page_with_thousands_of_marks_takes_little_time():
    marks = [
        path([(20 + 9 * (i % 50), 20 + 8 * (i // 50)), (23 + 9 * (i % 50), 24 + 8 * (i // 50))]) for i in range(4000)
    ]
    start = time.perf_counter()
    find_figures(raw_page(paths=marks, lines=paragraph(60, 300, 4)), body_size=10.0)
    assert time.perf_counter() - start < 3


def test_hostile_geometry_does_no_harm():
    point = VectorPath((Segment("l", ((5, 5), (5, 5))),), (5, 5, 5, 5), closed=False, stroke="#000000")
    page = raw_page(paths=[point] * 10, images=[image(5, 5, 5.001, 5.001)], lines=[text_line(PROSE, 5, 5)])
    assert find_figures(page, body_size=0.0) == []
