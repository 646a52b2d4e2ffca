import io
import stat

import pymupdf
import pytest
from PIL import Image

from corpusbuilder.backends.ocr import tesseract
from corpusbuilder.backends.ocr.tesseract import BACKEND, TesseractOptions
from corpusbuilder.errors import MissingError, RecordError

needs_tesseract = pytest.mark.skipif(
    set(tesseract.languages()) != {"eng", "fra"}, reason="tesseract-ocr and tesseract-ocr-fra are not installed"
)


@pytest.fixture(scope="module")
def engine():
    return BACKEND.create(TesseractOptions())


@pytest.fixture(scope="module")
def page():
    document = pymupdf.open()
    sheet = document.new_page(width=300, height=90)
    sheet.insert_text((20, 30), "La forêt protège", fontsize=16)
    sheet.insert_text((20, 65), "les élèves français", fontsize=16)
    return sheet.get_pixmap(dpi=150).tobytes("png")


def program(tmp_path, monkeypatch, script):
    """Puts a program called tesseract first on the path."""
    path = tmp_path / "tesseract"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")


@needs_tesseract
def test_french_accents_are_read_line_by_line_from_the_top_with_their_words(engine, page):
    (lines,) = engine.lines([page], language="fr")
    assert [line.text for line in lines] == ["La forêt protège", "les élèves français"]
    for line in lines:
        assert " ".join(text for text, _ in line.words) == line.text
        assert all(line.box[0] <= box[0] < box[2] <= line.box[2] for _, box in line.words)
        assert 0.5 <= line.confidence <= 1


@needs_tesseract
def test_scattered_labels_of_a_diagram_are_read(engine):
    sheet = pymupdf.open().new_page(width=300, height=300)
    for x, y, label in ((20, 40, "Pistil"), (200, 110, "Stamen"), (60, 260, "Petal")):
        sheet.insert_text((x, y), label, fontsize=12)
    (lines,) = engine.lines([sheet.get_pixmap(dpi=200).tobytes("png")], language="en")
    assert [line.text for line in lines] == ["Pistil", "Stamen", "Petal"]


@needs_tesseract
def test_an_image_without_text_has_no_lines(engine):
    data = io.BytesIO()
    Image.new("L", (120, 80), 255).save(data, "PNG")
    assert list(engine.lines([data.getvalue()], language="en")) == [()]


@needs_tesseract
@pytest.mark.parametrize("data", [b"/etc/hostname\n", b"\x89PNG\r\n\x1a\nnonsense"])
def test_what_is_no_image_is_a_value_error_and_no_list_of_files(engine, data):
    with pytest.raises(ValueError, match="not an image"):
        list(engine.lines([data], language="en"))


def test_a_missing_program_is_named_with_the_packages_that_bring_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingError, match="tesseract") as caught:
        BACKEND.create(TesseractOptions())
    assert caught.value.hint == "apt-get install tesseract-ocr tesseract-ocr-fra"
    assert tesseract.version() is None


def test_missing_language_data_are_named_with_their_package(monkeypatch, tmp_path):
    program(tmp_path, monkeypatch, 'test "$1" = --version && echo tesseract 5.3.0 || printf "List:\\neng\\n"')
    with pytest.raises(MissingError, match="fra") as caught:
        BACKEND.create(TesseractOptions())
    assert caught.value.hint == "apt-get install tesseract-ocr-fra"
    assert tesseract.version() == "5.3.0"


def test_a_program_that_does_not_end_costs_the_image_alone(monkeypatch, tmp_path, page):
    program(tmp_path, monkeypatch, "exec sleep 60")
    with pytest.raises(RecordError, match=r"longer than 0\.2 s"):
        list(tesseract.Tesseract(TesseractOptions(timeout_s=0.2)).lines([page], language="en"))


def test_the_time_limit_does_not_change_the_fingerprint():
    assert TesseractOptions(timeout_s=4).fingerprint() == TesseractOptions().fingerprint()
    assert TesseractOptions(min_confidence=0.7).fingerprint() != TesseractOptions().fingerprint()
