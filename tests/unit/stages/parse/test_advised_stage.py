"""The stage with a layout model, on our own sample chapter."""

import json
from importlib import resources
from pathlib import Path

import pytest

from corpusbuilder.backends.layout.base import LayoutBlock, LayoutFailedError
from corpusbuilder.backends.layout.layoutparser import BACKEND, LayoutParserOptions
from corpusbuilder.backends.ocr.none import NoOcr
from corpusbuilder.backends.pdf.pymupdf import PyMuPdf
from corpusbuilder.config import ParseSection
from corpusbuilder.records.document import BlockLabel
from corpusbuilder.records.ids import document_id
from corpusbuilder.stages.contract import Done, Rejected, Source
from corpusbuilder.stages.parse import ParseStage
from corpusbuilder.store.files import sha256_of

(BOOK,) = Path(str(resources.files("corpusbuilder").joinpath("samples"))).glob("*_en.pdf")


def parse(layout=None, **config):
    stage = ParseStage(
        pdf=PyMuPdf(), ocr=NoOcr(), config=ParseSection(ocr="none", **config), backends={}, layout=layout
    )
    sha256 = sha256_of(BOOK)
    (result,) = stage.process([Source(BOOK, sha256, document_id(sha256), BOOK.name)])
    return result


def figures_of(done):
    return [figure for unit in done.outputs for figure in unit.figures]


def passages_of(done):
    return [passage for unit in done.outputs for passage in unit.passages]


@pytest.fixture(scope="module")
def alone():
    return parse()


class _Says:
    """A model that says what a function says of a page, and keeps the pictures that it is shown."""

    def __init__(self, blocks, dpi=None):
        self._blocks, self.dpi, self.seen = blocks, dpi, []

    def blocks(self, source, page, image):
        self.seen.append(image)
        return self._blocks(page)


def test_a_model_that_agrees_changes_nothing(alone, tmp_path):
    boxes = {page.page_no: [] for page in alone.outputs[0].document.pages}
    for figure in figures_of(alone):
        x0, y0, x1, y1 = figure.bbox
        kind = "Table" if figure.kind == "table" else "Figure"
        boxes[figure.page_no].append(
            {"block_type": "rectangle", "x_1": x0, "y_1": y0, "x_2": x1, "y_2": y1, "type": kind, "score": 0.9}
        )
    text = {"block_type": "rectangle", "x_1": 0, "y_1": 0, "x_2": 1, "y_2": 1, "type": "Text"}
    pages = [{"page_data": {"index": n - 1}, "blocks": [*found, text]} for n, found in boxes.items()]
    (tmp_path / f"{BOOK.stem}.json").write_text(json.dumps(pages))
    advised = parse(BACKEND.create(LayoutParserOptions(layouts=tmp_path, dpi=72)))
    assert advised.outputs == alone.outputs
    assert advised.notes == alone.notes


def test_what_a_model_vetoes_is_no_figure_and_its_text_is_kept(alone):
    def text_everywhere(page):
        return (LayoutBlock(BlockLabel.TEXT, (0, 0, page.width, page.height), 0.95),)

    advised = parse(_Says(text_everywhere))
    assert len(figures_of(advised)) < len(figures_of(alone))
    labels = {label.text for figure in figures_of(alone) for label in figure.diagram.labels}
    kept = " ".join(block.text for unit in advised.outputs for block in unit.blocks)
    assert labels
    assert all(word in kept for label in labels for word in label.split())


def test_doubt_of_a_model_is_the_score_of_the_record(alone):
    advised = parse(_Says(lambda page: ()))
    assert {figure.score for figure in figures_of(alone)} == {1.0}
    assert all(0 < figure.score < 1 for figure in figures_of(advised))
    assert [figure.bbox for figure in figures_of(advised)] == [figure.bbox for figure in figures_of(alone)]


def test_a_model_that_wants_pictures_gets_those_of_whole_pages():
    model = _Says(lambda page: (), dpi=36)
    done = parse(model)
    assert len(model.seen) == len(done.outputs[0].document.pages)
    assert all(image.startswith(b"\x89PNG") for image in model.seen)


@pytest.mark.parametrize("error", [LayoutFailedError("it fell asleep"), ZeroDivisionError(), MemoryError()])
def test_a_page_that_a_model_fails_on_is_read_without_it(alone, error):
    def fails_on_the_second(page):
        if page.page_no == 2:
            raise error
        return ()

    done = parse(_Says(fails_on_the_second))
    assert isinstance(done, Done)
    assert [p.text for p in passages_of(done)] == [p.text for p in passages_of(alone)]
    (note,) = [note for note in done.notes if "layout model" in note]
    assert note.startswith(f"{BOOK.name}, page 2: ")
    assert {f.score for f in figures_of(done) if f.page_no == 2} <= {1.0}


def test_a_page_with_text_of_which_the_files_know_nothing_rejects_the_book(tmp_path):
    (tmp_path / f"{BOOK.stem}.json").write_text("[]")
    result = parse(BACKEND.create(LayoutParserOptions(layouts=tmp_path)))
    assert isinstance(result, Rejected)
    assert result.reason_code == "empty_layout"
    assert "page 1" in result.message
    assert 'layout = "none"' in result.message


def test_another_model_or_way_to_make_units_makes_a_shard_stale():
    def fingerprint(**config):
        return ParseStage(pdf=PyMuPdf(), ocr=NoOcr(), config=ParseSection(**config), backends={}).fingerprint("")

    assert fingerprint()["config.layout"] == "none"
    assert fingerprint(layout="pymupdf")["config.layout"] == "pymupdf"
    assert fingerprint(layout={"kind": "pymupdf", "timeout_s": 3}) == fingerprint(layout="pymupdf")
    assert fingerprint(units="by_title") != fingerprint()
