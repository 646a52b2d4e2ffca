import hashlib
import io

import pymupdf
import pytest
from PIL import Image

from corpusbuilder.backends.pdf.pymupdf import PyMuPdf
from corpusbuilder.errors import RecordError
from corpusbuilder.records.geometry import apply_affine
from corpusbuilder.stages.parse import images
from corpusbuilder.stages.parse.images import png_size, render_figure


@pytest.fixture
def pdf(tmp_path):
    document = pymupdf.open()
    page = document.new_page(width=300, height=200)
    page.draw_rect(pymupdf.Rect(100.3, 50.7, 180.1, 90.9), color=None, fill=(1, 0, 0))
    document.save(tmp_path / "a.pdf")
    with PyMuPdf().open(tmp_path / "a.pdf") as opened:
        yield opened


@pytest.mark.parametrize("dpi", [72, 150, 133.7])
def test_pixels_map_back_to_the_page(pdf, dpi):
    rendered = render_figure(pdf, pdf.read_page(1), (90.2, 40.9, 200.4, 110.3), dpi=dpi)
    image = Image.open(io.BytesIO(rendered.png)).convert("RGB")
    assert image.size == (rendered.width, rendered.height)
    reds = [i for i, (r, g, _) in enumerate(image.get_flattened_data()) if r > 200 and g < 60]
    first, last = reds[0], reds[-1]
    start = apply_affine(rendered.to_page, (first % image.width, first // image.width))
    end = apply_affine(rendered.to_page, (last % image.width + 1, last // image.width + 1))
    assert (*start, *end) == pytest.approx((100.3, 50.7, 180.1, 90.9), abs=72 / dpi)
    assert apply_affine(rendered.to_page, (image.width, image.height)) == pytest.approx(rendered.box[2:])
    assert rendered.box[0] <= 90.2
    assert rendered.box[2] >= 200.4


def test_the_same_figure_has_the_same_bytes_and_hash(pdf):
    page = pdf.read_page(1)
    first, second = (render_figure(pdf, page, (90, 40, 200, 110), dpi=100) for _ in range(2))
    assert first == second
    assert first.sha256 == hashlib.sha256(first.png).hexdigest()


def test_a_huge_figure_is_rendered_at_a_lower_resolution(pdf, monkeypatch):
    monkeypatch.setattr(images, "MAX_PIXELS", 10_000)
    rendered = render_figure(pdf, pdf.read_page(1), (0, 0, 300, 200), dpi=300)
    assert rendered.width * rendered.height < 11_000
    assert rendered.dpi < 300


@pytest.mark.parametrize("box", [(400, 10, 500, 60), (50, 50, 50, 90), (90, 90, 10, 10)])
def test_a_box_off_the_page_is_refused(pdf, box):
    with pytest.raises(RecordError) as caught:
        render_figure(pdf, pdf.read_page(1), box, dpi=100)
    assert caught.value.reason_code == "not_rendered"


def test_a_box_over_the_edge_is_cut(pdf):
    rendered = render_figure(pdf, pdf.read_page(1), (-20, -20, 50, 50), dpi=72)
    assert (rendered.width, rendered.height) == (50, 50)


def test_what_is_no_png_has_no_size():
    with pytest.raises(RecordError):
        png_size(b"JFIF" * 10)
