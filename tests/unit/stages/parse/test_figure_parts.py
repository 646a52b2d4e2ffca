import io

import pymupdf
import pytest
from parse_pages import image, paragraph, raw_page, text_line
from PIL import Image

from corpusbuilder.backends.ocr.none import NoOcr
from corpusbuilder.backends.pdf.pymupdf import PyMuPdf
from corpusbuilder.config import ParseSection
from corpusbuilder.stages.parse.drawing import FigureMaker
from corpusbuilder.stages.parse.figures import find_figures
from corpusbuilder.stages.parse.layout import CaptionedFigure

CAPTION = text_line("Figure 1. The pond in spring and in late autumn, seen from above", 60, 230, size=9)
PANELS = [image(60, 100, 160, 200, "a"), image(200, 100, 300, 200, "b")]


def only_figure(letters, panels=PANELS):
    lines = [text_line(text, x, 204, size=8, font="Sans") for text, x in letters]
    page = raw_page(images=panels, lines=[*lines, CAPTION, *paragraph(60, 260, 5)])
    (figure,) = find_figures(page, body_size=10.0)
    return figure


@pytest.mark.parametrize("letters", ["ab", "AB"])
def test_letters_below_panels_name_them_and_belong_to_the_figure(letters):
    figure = only_figure([(letters[0], 108), (f"({letters[1]})", 248)])
    assert [(part.label, part.box) for part in figure.parts] == [
        (letters[0], (60, 100, 160, 200)),
        (letters[1], (200, 100, 300, 200)),
    ]
    assert len(figure.lines) == 2


def test_pictures_without_letters_are_parts_without_labels():
    assert [part.label for part in only_figure([]).parts] == [None, None]


def test_letters_that_do_not_run_on_name_nothing():
    assert [part.label for part in only_figure([("a", 108), ("d", 248)]).parts] == [None, None]


def test_one_picture_and_a_small_one_beside_it_are_no_panels():
    assert only_figure([], [image(60, 100, 160, 200, "a"), image(170, 150, 195, 175, "b")]).parts == ()


def test_one_picture_has_no_parts():
    assert only_figure([("a", 108)], PANELS[:1]).parts == ()


def test_parts_are_stored_in_pixels_of_the_image(tmp_path):
    picture = io.BytesIO()
    Image.new("RGB", (40, 40), "#336699").save(picture, "PNG")
    document = pymupdf.open()
    document.new_page(width=500, height=700)
    for x in (60, 200):
        document[0].insert_image((x, 100, x + 100, 200), stream=picture.getvalue())
    document.save(tmp_path / "panels.pdf")
    with PyMuPdf().open(tmp_path / "panels.pdf") as pdf:
        maker = FigureMaker(NoOcr(), ParseSection(ocr="none", dpi=144), "doc-1", "en")
        figure, _ = maker(pdf, (raw_page(), CaptionedFigure(only_figure([("a", 108), ("b", 248)]), None)))
    assert [part.label for part in figure.parts] == ["a", "b"]
    assert figure.parts[1].box == pytest.approx((280, 0, 480, 200), abs=2)
    assert figure.image.width == pytest.approx(480, abs=2)
