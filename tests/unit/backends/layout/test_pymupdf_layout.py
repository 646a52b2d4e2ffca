"""The real model on pages made here."""

import pickle

import pymupdf
import pytest

from corpusbuilder.backends.layout.base import LayoutFailedError, LayoutSource
from corpusbuilder.backends.layout.pymupdf import BACKEND, PyMuPdfLayoutOptions
from corpusbuilder.backends.pdf.pymupdf import PyMuPdf
from corpusbuilder.errors import MissingExtraError
from corpusbuilder.records.document import BlockLabel
from corpusbuilder.records.geometry import contains_point

pytest.importorskip("pymupdf.layout", reason="this PyMuPDF carries no layout model")
PROSE = "The river carries mud down from the hills and lays it"


def write_page(path, *, rotation=0, heading="1 Rivers and their valleys"):
    document = pymupdf.open()
    page = document.new_page(width=400, height=600)
    page.insert_text((50, 50), heading, fontsize=20, fontname="hebo")
    for row in range(8):
        page.insert_text((50, 90 + 14 * row), PROSE, fontsize=11)
        page.insert_text((50, 460 + 14 * row), PROSE, fontsize=11)
    pixmap = pymupdf.Pixmap(pymupdf.csRGB, (0, 0, 90, 60), False)
    pixmap.set_rect(pixmap.irect, (90, 140, 60))
    page.insert_image((80, 240, 320, 400), pixmap=pixmap)
    page.set_rotation(rotation)
    document.save(path)
    return path


@pytest.fixture(scope="module")
def model():
    return BACKEND.create(PyMuPdfLayoutOptions())


def blocks_of(model, path, page_no=1):
    with PyMuPdf().open(path) as pdf:
        page = pdf.read_page(page_no)
    return page, model.blocks(LayoutSource(path, path.name), page, None)


def test_a_heading_prose_and_a_picture_are_seen_where_they_stand(model, tmp_path):
    _, blocks = blocks_of(model, write_page(tmp_path / "a.pdf"))
    at = {block.label: block.box for block in blocks}
    assert contains_point(at[BlockLabel.TEXT], (100, 100)) or contains_point(at[BlockLabel.TEXT], (100, 500))
    assert contains_point(at[BlockLabel.PICTURE], (200, 320))
    heading = {BlockLabel.SECTION_HEADER, BlockLabel.TITLE} & at.keys()
    assert all(at[label][3] < 70 for label in heading)
    assert heading


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_boxes_are_those_of_the_page_as_a_reader_sees_it(model, tmp_path, rotation):
    path = write_page(tmp_path / "turned.pdf", rotation=rotation)
    page, blocks = blocks_of(model, path)
    pictures = [block.box for block in blocks if block.label is BlockLabel.PICTURE]
    (image,) = page.images
    assert any(
        contains_point(box, ((image.box[0] + image.box[2]) / 2, (image.box[1] + image.box[3]) / 2)) for box in pictures
    )
    assert all(0 <= b.box[0] <= b.box[2] <= page.width and 0 <= b.box[1] <= b.box[3] <= page.height for b in blocks)


def test_documents_may_be_asked_for_in_turns(model, tmp_path):
    one, two = write_page(tmp_path / "one.pdf"), write_page(tmp_path / "two.pdf", heading="2 Seas")
    first = blocks_of(model, one)[1]
    assert blocks_of(model, two)[1] != first
    assert blocks_of(model, one)[1] == first


def test_an_empty_page_has_no_blocks(model, tmp_path):
    document = pymupdf.open()
    document.new_page()
    document.save(tmp_path / "empty.pdf")
    assert blocks_of(model, tmp_path / "empty.pdf")[1] == ()


def test_a_page_that_takes_too_long_costs_the_advice_on_it(tmp_path):
    path = write_page(tmp_path / "slow.pdf")
    hasty = BACKEND.create(PyMuPdfLayoutOptions(timeout_s=0.001))
    with pytest.raises(LayoutFailedError, match="longer than"):
        blocks_of(hasty, path)


def test_a_page_that_is_not_there_costs_the_advice_on_it(model, tmp_path):
    path = write_page(tmp_path / "short.pdf")
    page, _ = blocks_of(model, path)
    broken = LayoutSource(path, path.name), pickle.loads(pickle.dumps(page))
    object.__setattr__(broken[1], "page_no", 9)
    with pytest.raises(LayoutFailedError, match="layout model"):
        model.blocks(*broken, None)


def test_the_time_limit_does_not_change_the_result(model):
    assert PyMuPdfLayoutOptions(timeout_s=1).fingerprint() == PyMuPdfLayoutOptions().fingerprint()
    assert pickle.loads(pickle.dumps(model)).dpi is None


def test_a_pymupdf_without_the_model_says_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match="pymupdf"):
        BACKEND.create(PyMuPdfLayoutOptions())
