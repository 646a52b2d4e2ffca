import json
import sys
from importlib import resources
from pathlib import Path

import pytest

from corpusbuilder.backends.layout.base import LayoutSource
from corpusbuilder.backends.layout.layoutparser import BACKEND, LayoutParserOptions
from corpusbuilder.backends.ocr.none import NoOcr
from corpusbuilder.backends.pdf.pymupdf import PyMuPdf
from corpusbuilder.config import ParseSection
from corpusbuilder.errors import MissingExtraError
from corpusbuilder.interop import to_layoutparser
from corpusbuilder.records.document import BlockLabel
from corpusbuilder.records.ids import document_id
from corpusbuilder.stages.contract import Source
from corpusbuilder.stages.parse import ParseStage
from corpusbuilder.store.files import sha256_of

lp = pytest.importorskip("layoutparser", reason="the extra layout brings layoutparser")
(BOOK,) = Path(str(resources.files("corpusbuilder").joinpath("samples"))).glob("*_fr.pdf")


@pytest.fixture(scope="module")
def units():
    stage = ParseStage(pdf=PyMuPdf(), ocr=NoOcr(), config=ParseSection(ocr="none"), backends={})
    sha256 = sha256_of(BOOK)
    (done,) = stage.process([Source(BOOK, sha256, document_id(sha256), BOOK.name)])
    return done.outputs


@pytest.fixture(scope="module")
def layouts(units):
    return to_layoutparser(units)


def test_every_block_is_on_its_page_with_text_type_and_box(units, layouts):
    wanted = {block.index: block for unit in units for block in unit.blocks}
    found = {block.id: (page_no, block) for page_no, layout in layouts.items() for block in layout}
    assert found.keys() == wanted.keys()
    for index, (page_no, block) in found.items():
        ours = wanted[index]
        assert (page_no, block.text, block.type) == (ours.page_no, ours.text, ours.label.value)
        assert block.coordinates == ours.bbox


def test_pages_say_their_size_and_place(units, layouts):
    for page_no, layout in layouts.items():
        page = units[0].document.pages[page_no - 1]
        assert layout.page_data == {"width": page.width, "height": page.height, "index": page_no - 1}


def test_next_leads_through_the_whole_body_in_reading_order(layouts):
    blocks = {block.id: block for layout in layouts.values() for block in layout}
    body = [i for i, b in sorted(blocks.items()) if b.type not in ("page_header", "page_footer", "footnote")]
    walked = [body[0]]
    while (following := blocks[walked[-1]].next) is not None:
        walked.append(following)
    assert walked == body


def test_captions_belong_to_their_figures_and_all_else_to_headings(layouts):
    blocks = {block.id: block for layout in layouts.values() for block in layout}
    captions = [block for block in blocks.values() if block.type == "caption"]
    assert captions
    assert all(blocks[block.parent].type in ("picture", "table") for block in captions)
    texts = [block for block in blocks.values() if block.type == "text" and block.parent is not None]
    assert texts
    assert all(blocks[block.parent].type in ("section_header", "title") for block in texts)


def test_figures_have_their_scores(units, layouts):
    scored = [block for layout in layouts.values() for block in layout if block.score is not None]
    assert len(scored) == sum(len(unit.figures) for unit in units)
    assert {block.type for block in scored} <= {"picture", "table"}


def test_all_facts_survive_the_json_of_layoutparser(layouts, tmp_path):
    for page_no, layout in layouts.items():
        path = tmp_path / f"{page_no}.json"
        path.write_text(json.dumps(layout.to_dict()))
        assert lp.load_json(str(path)) == layout


def test_our_own_layouts_are_advice_for_the_same_pages(layouts, tmp_path):
    (tmp_path / f"{BOOK.stem}.json").write_text(json.dumps([layout.to_dict() for layout in layouts.values()]))
    model = BACKEND.create(LayoutParserOptions(layouts=tmp_path))
    with PyMuPdf().open(BOOK) as pdf:
        for page_no, layout in layouts.items():
            found = model.blocks(LayoutSource(BOOK, BOOK.name), pdf.read_page(page_no), None)
            assert [block.label for block in found] == [BlockLabel(block.type) for block in layout]
            assert [block.box for block in found] == [pytest.approx(block.coordinates, abs=0.02) for block in layout]


def test_without_layoutparser_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "layoutparser.elements", None)
    with pytest.raises(MissingExtraError, match="to_layoutparser"):
        to_layoutparser([])
