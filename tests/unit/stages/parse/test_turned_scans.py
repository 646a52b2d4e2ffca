import io

import pymupdf
import pytest
from parse_pages import PROSE, paragraph, raw_page
from PIL import Image

from corpusbuilder.backends.ocr.rapidocr import BACKEND, RapidOcrOptions
from corpusbuilder.backends.pdf.pymupdf import PyMuPdf
from corpusbuilder.records.page import Line
from corpusbuilder.stages.parse.blocks import make_blocks
from corpusbuilder.stages.parse.scans import levelled, read_scan
from corpusbuilder.stages.parse.scans.turned import direction_back, size_of, turn_of, turned, turned_back
from corpusbuilder.stages.parse.upright import main_direction, upright_box

TURNS = {0: (1.0, 0.0), 90: (0.0, 1.0), 180: (-1.0, 0.0), 270: (0.0, -1.0)}
ROWS = ["The river carries mud down from the hills", "and lays it over the fields near the sea.", "Grain grows there."]


@pytest.fixture(scope="module")
def engine():
    return BACKEND.create(RapidOcrOptions())


def scan(path, turn):
    """A page that is the picture of three rows of text, lying so that it must be turned counterclockwise."""
    sheet = pymupdf.open().new_page(width=400, height=250)
    for i, row in enumerate(ROWS):
        sheet.insert_text((40, 60 + 24 * i), row, fontsize=15)
    picture = Image.open(io.BytesIO(sheet.get_pixmap(dpi=150).tobytes("png"))).rotate(-turn, expand=True)
    data = io.BytesIO()
    picture.save(data, "PNG")
    document = pymupdf.open()
    page = document.new_page(width=picture.width * 72 / 150, height=picture.height * 72 / 150)
    page.insert_image(page.rect, stream=data.getvalue())
    document.save(path)
    return path


@pytest.mark.parametrize("turn", TURNS)
def test_a_page_on_its_side_or_head_is_read_with_its_words_where_they_stand(turn, tmp_path, engine):
    with PyMuPdf().open(scan(tmp_path / "scan.pdf", turn)) as pdf:
        page = read_scan(pdf, pdf.read_page(1), engine, dpi=150, language="en")
    by_row = sorted(page.lines, key=lambda line: upright_box(line.box, TURNS[turn])[1])
    assert [line.text.replace(" ", "") for line in by_row] == [row.replace(" ", "") for row in ROWS]
    assert {line.direction for line in page.lines} == {TURNS[turn]}
    assert main_direction(page.lines) == TURNS[turn]
    for line in page.lines:
        assert 0 <= line.box[0] < line.box[2] <= page.width
        assert 0 <= line.box[1] < line.box[3] <= page.height
    assert all(10 < line.size < 20 for line in levelled(page).lines)


def test_what_is_surely_read_is_not_read_again(engine):
    sheet = pymupdf.open().new_page(width=400, height=100)
    sheet.insert_text((20, 50), PROSE[:45], fontsize=14)
    picture = sheet.get_pixmap(dpi=150).tobytes("png")
    (found,) = engine.lines([picture], language="en")
    assert turn_of(picture, found, lambda _: pytest.fail("read again")) == 0


def test_little_text_is_not_turned():
    assert turn_of(b"", (), lambda _: pytest.fail("read again")) == 0


@pytest.mark.parametrize("turn", TURNS)
def test_a_box_on_the_turned_picture_is_put_back_where_it_was(turn):
    image = Image.new("L", (60, 40), 255)
    image.paste(0, (10, 5, 30, 12))
    data = io.BytesIO()
    image.save(data, "PNG")
    after = Image.open(io.BytesIO(turned(data.getvalue(), turn)))
    box = after.point(lambda level: 255 - level).getbbox()
    assert turned_back(box, turn, size_of(data.getvalue())) == (10, 5, 30, 12)
    assert direction_back((1.0, 0.0), turn) == TURNS[turn]


@pytest.mark.parametrize("direction", [d for d in TURNS.values() if d != (1.0, 0.0)])
def test_turned_lines_make_the_paragraph_that_they_make_when_level(direction):
    level = paragraph(50, 100, rows=4)
    # The inverse of a turn is three times that turn, or itself upside down.
    back = {(0.0, 1.0): (0.0, -1.0), (0.0, -1.0): (0.0, 1.0), (-1.0, 0.0): (-1.0, 0.0)}[direction]
    lines = [
        Line(
            tuple(type(w)(w.text, upright_box(w.box, back), w.size) for w in line.words),
            upright_box(line.box, back),
            direction=direction,
        )
        for line in level
    ]
    (block,) = make_blocks(raw_page(lines=lines).lines, page_no=1, em=10)
    assert block.lines == tuple(lines)
