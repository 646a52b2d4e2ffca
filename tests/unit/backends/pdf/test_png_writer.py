import io

import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from corpusbuilder.backends.pdf.png import png_of, sample_of


@given(st.integers(1, 40), st.integers(1, 40), st.binary(min_size=1, max_size=64), st.booleans())
@settings(max_examples=50, deadline=None)
def test_the_picture_has_the_pixels_of_the_pixmap(width, height, pattern, colored):
    space = pymupdf.csRGB if colored else pymupdf.csGRAY
    size = width * height * (3 if colored else 1)
    samples = (pattern * (size // len(pattern) + 1))[:size]
    pixmap = pymupdf.Pixmap(space, width, height, samples, False)
    with Image.open(io.BytesIO(png_of(pymupdf.mupdf, pixmap))) as image:
        assert (image.size, image.mode) == ((width, height), "RGB" if colored else "L")
        assert image.tobytes() == samples
        sampled = image.convert("RGB").resize((64, 64), Image.Resampling.NEAREST)
        assert sample_of(pixmap) == sampled.tobytes()


def test_the_same_pixels_are_the_same_bytes_and_few_of_them():
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        page.insert_text((72, 72), "The water cycle")
        pixmap = page.get_pixmap(dpi=100)
        first, second = (png_of(pymupdf.mupdf, page.get_pixmap(dpi=100)) for _ in range(2))
        assert first == second
        assert len(first) < len(pixmap.samples) / 100


def test_pixmaps_with_alpha_are_refused():
    with pytest.raises(KeyError):
        png_of(pymupdf.mupdf, pymupdf.Pixmap(pymupdf.csRGB, (0, 0, 2, 2), True))
