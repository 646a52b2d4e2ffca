"""Figures on pages of which only the picture is known. The text is the typeset page's own: no OCR engine is at work."""

import io
import math
from dataclasses import replace

import numpy as np
import pymupdf
import pytest
from PIL import Image

from corpusbuilder.backends.pdf.pymupdf import PyMuPdf
from corpusbuilder.records.geometry import intersection_area, union
from corpusbuilder.stages.parse.scans import find_scanned_figures
from corpusbuilder.stages.parse.scans.skew import skew_of

SIZE = (420, 595)
PROSE = (
    "The river carries sand and clay from the hills to the plain, where the slope is gentle and the water slows. "
    "What it carries settles along the banks, and the fields there are the richest of the whole valley. "
) * 3


def page_with(draw, *, prose=((40, 36, 380, 160), (40, 420, 380, 540))):
    """A typeset page: prose above and below, and what ``draw`` puts between."""
    document = pymupdf.open()
    page = document.new_page(width=SIZE[0], height=SIZE[1])
    for box in prose:
        write(page, box, PROSE, 10)
    draw(page)
    return document


def write(page, box, text, size=9):
    assert page.insert_textbox(box, text, fontsize=size) >= 0, "the text does not fit its box"


def ring(page, x=150, y=180, side=120):
    page.draw_oval((x, y, x + side, y + side), width=1.2)
    page.draw_line((x, y + side / 2), (x + side, y + side / 2), width=1.2)


def scanned(document, folder, *, degrees=0.0, noise=0.0, paper=255):
    """The page as a scan, and its lines where the scan shows them."""
    png = document[0].get_pixmap(dpi=150).tobytes("png")
    picture = Image.open(io.BytesIO(png)).convert("L")
    levels = np.asarray(picture, dtype=float) * paper / 255
    levels += np.random.default_rng(7).normal(0, noise, levels.shape)
    picture = Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))
    picture = picture.rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=paper)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    made = pymupdf.open()
    made.new_page(width=SIZE[0], height=SIZE[1]).insert_image((0, 0, *SIZE), stream=buffer.getvalue())
    typeset, scan = folder / "typeset.pdf", folder / "scan.pdf"
    document.save(typeset)
    made.save(scan)
    with PyMuPdf().open(typeset) as pdf:
        lines = tuple(turned(line, degrees) for line in pdf.read_page(1).lines)
    return scan, lines


def turned(line, degrees):
    """A line as it stands on the turned page, its boxes upright round it."""
    words = tuple(replace(word, box=hull(word.box, degrees), font="") for word in line.words)
    return replace(line, words=words, box=union([word.box for word in words]))


def hull(box, degrees):
    middle, angle = (SIZE[0] / 2, SIZE[1] / 2), math.radians(degrees)
    points = []
    for x in (box[0], box[2]):
        for y in (box[1], box[3]):
            dx, dy = x - middle[0], y - middle[1]
            points.append(
                (
                    middle[0] + dx * math.cos(angle) - dy * math.sin(angle),
                    middle[1] + dx * math.sin(angle) + dy * math.cos(angle),
                )
            )
    return union([(x, y, x, y) for x, y in points])


def figures_on(document, folder, **scan):
    path, lines = scanned(document, folder, **scan)
    with PyMuPdf().open(path) as pdf:
        page = pdf.read_page(1)
        assert page.is_scan
        return find_scanned_figures(pdf, replace(page, lines=lines), body_size=10.0)


def overlap(a, b):
    shared = intersection_area(a, b)
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


@pytest.mark.parametrize(
    "scan", [{}, {"degrees": 0.8}, {"degrees": -0.6, "noise": 8.0}, {"paper": 215, "noise": 5.0}], ids=str
)
def test_a_drawing_is_found_where_it_stands(tmp_path, scan):
    (figure,) = figures_on(page_with(ring), tmp_path, **scan)
    assert overlap(figure.box, hull((150, 180, 270, 300), scan.get("degrees", 0.0))) > 0.85
    assert figure.source == "scan"


def test_a_page_of_text_alone_has_no_figure(tmp_path):
    assert figures_on(page_with(lambda page: None), tmp_path, noise=6.0) == []


def test_a_photograph_is_found(tmp_path):
    tones = np.random.default_rng(3).integers(20, 170, (60, 90), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(tones).save(buffer, "PNG")
    photo = (100, 170, 320, 330)
    (figure,) = figures_on(
        page_with(lambda page: page.insert_image(photo, stream=buffer.getvalue(), keep_proportion=False)), tmp_path
    )
    assert overlap(figure.box, photo) > 0.9


def test_labels_beside_a_drawing_belong_to_it(tmp_path):
    def draw(page):
        ring(page)
        page.insert_text((280, 245), "left bank", fontsize=9)
        page.insert_text((95, 245), "right bank", fontsize=9)

    (figure,) = figures_on(page_with(draw), tmp_path)
    assert {line.text for line in figure.lines} == {"left bank", "right bank"}
    assert figure.box[0] <= 96
    assert figure.box[2] >= 312


def test_pictures_side_by_side_under_one_caption_are_one_figure(tmp_path):
    def draw(page):
        ring(page, x=50, side=110)
        ring(page, x=250, side=110)
        caption = "Figure 2.1 The two banks of the river in the month of May and again in the month of August."
        write(page, (40, 310, 380, 345), caption)

    (figure,) = figures_on(page_with(draw), tmp_path)
    assert overlap(figure.box, (50, 180, 360, 290)) > 0.9


def test_pictures_with_a_caption_each_are_two_figures(tmp_path):
    def draw(page):
        ring(page, x=50, side=110)
        ring(page, x=250, side=110)
        write(page, (40, 310, 190, 345), "Figure 2.1 The bank of the river in May.")
        write(page, (230, 310, 380, 345), "Figure 2.2 The bank of the river in August.")

    assert len(figures_on(page_with(draw), tmp_path)) == 2


def test_a_label_belongs_to_the_picture_it_stands_nearest_to(tmp_path):
    def draw(page):
        ring(page, x=50, side=110)
        ring(page, x=250, side=110)
        page.insert_text((222, 240), "May", fontsize=9)
        write(page, (40, 310, 190, 345), "Figure 2.1 The bank of the river in April.")
        write(page, (230, 310, 380, 345), "Figure 2.2 The bank of the river in May.")

    left, right = sorted(figures_on(page_with(draw), tmp_path), key=lambda figure: figure.box[0])
    assert [line.text for line in left.lines] == []
    assert [line.text for line in right.lines] == ["May"]


def test_a_word_that_was_not_recognised_is_no_figure(tmp_path):
    document = page_with(lambda page: None)
    path, lines = scanned(document, tmp_path)
    gap = [replace(line, words=line.words[3:], box=union([w.box for w in line.words[3:]])) for line in lines[:4]]
    with PyMuPdf().open(path) as pdf:
        page = replace(pdf.read_page(1), lines=(*gap, *lines[5:]))
        assert find_scanned_figures(pdf, page, body_size=10.0) == []


def test_the_bar_beside_a_box_of_text_is_no_figure(tmp_path):
    def draw(page):
        page.draw_rect((36, 180, 38, 310), fill=(0, 0, 0))
        write(page, (44, 180, 380, 310), PROSE, 10)

    assert figures_on(page_with(draw), tmp_path) == []


def test_the_dark_edge_of_the_sheet_is_no_figure(tmp_path):
    def draw(page):
        page.draw_rect((0, 0, 9, SIZE[1]), fill=(0.2, 0.2, 0.2))

    assert figures_on(page_with(draw), tmp_path) == []


@pytest.mark.parametrize("degrees", [0.0, 0.5, -1.5, 3.0])
def test_the_skew_of_a_page_is_told_by_its_lines(tmp_path, degrees):
    _, lines = scanned(page_with(lambda page: None), tmp_path, degrees=degrees)
    assert math.degrees(skew_of(lines)) == pytest.approx(degrees, abs=0.1)


def test_a_page_without_lines_is_taken_as_level():
    assert skew_of([]) == 0.0
