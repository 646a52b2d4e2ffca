import io

import pymupdf
import pytest
from figure_pages import Figure
from PIL import Image

from corpusbuilder.backends.ocr.base import OcrLine
from corpusbuilder.backends.ocr.rapidocr import BACKEND, RapidOcrOptions
from corpusbuilder.records.geometry import contains_point
from corpusbuilder.stages.parse.scans import read_labels
from corpusbuilder.stages.parse.scans.ink import Picture
from corpusbuilder.stages.parse.scans.secondlook import look_again


@pytest.fixture(scope="module")
def engine():
    return BACKEND.create(RapidOcrOptions())


def labels(figure, engine):
    return sorted(line.text for line in read_labels(figure.lines, figure.picture, engine, language="en"))


def callout(figure, x, y, text, *, radius=7, fill=None, color=(0, 0, 0)):
    """A number in a circle that no recogniser has seen."""
    figure.sheet.draw_circle((x, y), radius, width=0.8, fill=fill)
    width = pymupdf.get_text_length(text, fontname="helv", fontsize=8)
    figure.sheet.insert_text((x - width / 2, y + 2.8), text, fontsize=8, color=color)


def test_numbers_in_circles_are_found_where_no_line_was(engine):
    figure = Figure()
    figure.write(20, 110, "1 nucleus 2 membrane")
    for k in range(4):
        callout(figure, 40 + 40 * k, 40, str(k + 1))
        figure.sheet.draw_line((47 + 40 * k, 40), (60 + 40 * k, 60))
    assert labels(figure, engine) == ["1", "1 nucleus 2 membrane", "2", "3", "4"]


def test_a_number_stands_where_its_digits_are(engine):
    figure = Figure()
    figure.write(20, 110, "a label")
    callout(figure, 60, 40, "12")
    line = read_labels(figure.lines, figure.picture, engine, language="en")[-1]
    assert line.text == "12"
    assert contains_point(line.box, (60, 40))
    assert 6 < line.box[2] - line.box[0] < 12
    assert line.words[0].confidence > 0.8


def test_light_numbers_on_dark_discs_are_found(engine):
    figure = Figure()
    figure.write(20, 110, "a label")
    callout(figure, 60, 40, "5", fill=(0.1, 0.2, 0.4), color=(1, 1, 1))
    assert labels(figure, engine) == ["5", "a label"]


def test_empty_circles_crosses_and_words_are_no_numbers(engine):
    figure = Figure()
    figure.write(20, 110, "a label")
    callout(figure, 40, 40, " ")
    callout(figure, 80, 40, " ")
    figure.sheet.draw_line((76, 36), (84, 44))
    figure.sheet.draw_line((76, 44), (84, 36))
    figure.sheet.draw_circle((140, 40), 12)
    figure.write(132, 43, "roi", size=8)
    assert set(labels(figure, engine)) <= {"a label", "roi", "X", "x"}


def test_a_number_read_already_is_not_found_again(engine):
    figure = Figure()
    figure.write(20, 110, "a label")
    figure.sheet.draw_circle((62.2, 47), 7, width=0.8)
    figure.write(60, 50, "3", size=8)
    assert labels(figure, engine) == ["3", "a label"]


def test_the_loose_head_of_a_dashed_arrow_is_no_letter(engine):
    figure = Figure()
    figure.write(20, 110, "a label")
    for y in (-4, 4):
        figure.sheet.draw_line((100, 50), (93, 50 + y), width=0.7)
    figure.sheet.draw_line((100, 50), (91, 50), width=0.7)
    figure.add([("K", (90, 45, 101, 55))], confidence=0.85)
    assert labels(figure, engine) == ["a label"]


def test_a_doubtful_letter_that_is_read_again_stays(engine):
    figure = Figure()
    figure.write(20, 110, "a label")
    figure.write(100, 50, "N", confidence=0.7)
    assert labels(figure, engine) == ["N", "a label"]


def test_nothing_is_looked_at_in_figures_without_text():
    figure = Figure()
    callout(figure, 60, 40, "5")

    def read(pictures):
        raise AssertionError(pictures)

    assert look_again([], figure.picture, read=read) == []


@pytest.mark.parametrize("side", [1, 2, 30])
def test_tiny_pictures_do_no_harm(side):
    data = io.BytesIO()
    Image.new("RGB", (side, side), "white").save(data, "PNG")
    figure = Figure()
    figure.write(5, 10, "N", confidence=0.7)
    kept = look_again(figure.lines, Picture.of(data.getvalue(), (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)), read=lambda _: [])
    assert [line.text for line in kept] == ["N"]


def test_what_the_recogniser_makes_of_a_circle_must_be_a_number_to_be_believed():
    figure = Figure()
    figure.write(20, 110, "a label")
    callout(figure, 60, 40, "5")

    def answer(text, confidence):
        box = (0.0, 0.0, 1.0, 1.0)
        line = OcrLine(text, box, ((0, 0), (1, 0), (1, 1), (0, 1)), confidence, ((text, box),))
        return [found.text for found in look_again(figure.lines, figure.picture, read=lambda p: [[line] for _ in p])]

    assert answer("5", 0.9) == ["a label", "5"]
    assert answer("5", 0.4) == answer("S)", 0.9) == answer("123", 0.9) == ["a label"]


@pytest.fixture(scope="module")
def read_figure(engine):
    """A flow of three boxes with arrows, a bold date, a numbered circle: as the whole way reads it from pixels."""
    figure = Figure(width=320, height=160)
    for x, text in ((20, "rivers"), (130, "clouds"), (240, "océans")):
        figure.sheet.draw_rect((x, 40, x + 60, 62))
        figure.sheet.insert_text((x + 14, 54), text, fontsize=9)
    for x in (80, 190):
        figure.sheet.draw_line((x, 51), (x + 50, 51))
        for y in (-4, 4):
            figure.sheet.draw_line((x + 50, 51), (x + 42, 51 + y))
    figure.sheet.insert_text((130, 100), "1791", fontsize=9, fontname="hebo")
    figure.sheet.insert_text((118, 111), "first journey", fontsize=9)
    callout(figure, 40, 120, "7")
    figure.sheet.draw_circle((236, 117), 2, fill=(0, 0, 0))
    figure.sheet.insert_text((241, 120), "Dovre", fontsize=9)
    (found,) = engine.lines([figure.png()], language="fr")
    for line in found:
        words = [(text, tuple(value * 72 / 200 for value in box)) for text, box in line.words]
        figure.add(words, line.confidence)
    return read_labels(figure.lines, figure.picture, engine, language="fr")


def test_a_figure_read_from_pixels_has_its_labels_and_nothing_else(read_figure):
    assert sorted(line.text for line in read_figure) == sorted(
        ["rivers", "clouds", "océans", "1791", "first journey", "7", "Dovre"]
    )


def test_the_bold_date_of_that_figure_is_bold_and_nothing_else(read_figure):
    assert [line.text for line in read_figure if line.words[0].bold] == ["1791"]
