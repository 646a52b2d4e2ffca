import pymupdf
import pytest

from corpusbuilder.backends.pdf.painted import painted_by
from corpusbuilder.backends.pdf.pymupdf import PyMuPdf


def a_picture():
    return pymupdf.Pixmap(pymupdf.csRGB, (0, 0, 4, 4), False)


def test_paths_and_images_are_counted_and_text_is_not():
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        page.insert_text((72, 72), "The water cycle")
        page.draw_rect((100, 100, 200, 150), color=(1, 0, 0))
        page.draw_line((100, 200), (200, 250))
        page.insert_image((300, 300, 400, 400), pixmap=a_picture())
        assert painted_by(pymupdf.mupdf, page.get_displaylist().this) == (2, 1)
        assert painted_by(pymupdf.mupdf, pdf.new_page().get_displaylist().this) == (0, 0)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_reading_leaves_a_page_turned_as_it_was(tmp_path, rotation):
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=300, height=200)
        page.insert_text((50, 60), "The water cycle")
        page.insert_image((100, 100, 140, 120), pixmap=a_picture())
        page.set_rotation(rotation)
        pdf.save(tmp_path / "a.pdf")
    with PyMuPdf().open(tmp_path / "a.pdf") as opened:
        before, raw, after = opened.render(1, dpi=36), opened.read_page(1), opened.render(1, dpi=36)
    assert before == after
    assert raw.rotation == rotation
    assert [line.text for line in raw.lines] == ["The water cycle"]
    assert len(raw.images) == 1
