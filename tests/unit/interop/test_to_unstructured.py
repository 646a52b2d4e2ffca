import sys
from importlib import resources
from itertools import pairwise
from pathlib import Path

import pytest

from corpusbuilder.backends.layout.base import LayoutSource
from corpusbuilder.backends.layout.unstructured import BACKEND, UnstructuredOptions
from corpusbuilder.backends.ocr.none import NoOcr
from corpusbuilder.backends.pdf.pymupdf import PyMuPdf
from corpusbuilder.config import ParseSection
from corpusbuilder.errors import MissingExtraError
from corpusbuilder.interop import to_unstructured
from corpusbuilder.records.document import BlockLabel
from corpusbuilder.records.geometry import iou
from corpusbuilder.records.ids import document_id
from corpusbuilder.stages.contract import Source
from corpusbuilder.stages.parse import ParseStage
from corpusbuilder.store.files import sha256_of
from corpusbuilder.store.workspace import Workspace

elements = pytest.importorskip("unstructured.documents.elements", reason="the extra layout brings unstructured")
(BOOK,) = Path(str(resources.files("corpusbuilder").joinpath("samples"))).glob("*_en.pdf")


@pytest.fixture(scope="module")
def units():
    stage = ParseStage(pdf=PyMuPdf(), ocr=NoOcr(), config=ParseSection(ocr="none"), backends={})
    sha256 = sha256_of(BOOK)
    (done,) = stage.process([Source(BOOK, sha256, document_id(sha256), BOOK.name)])
    return done.outputs


@pytest.fixture(scope="module")
def made(units):
    return to_unstructured(units)


def of(made, kind):
    return [element for element in made if type(element).__name__ == kind]


def test_every_passage_is_there_once_in_reading_order(units, made):
    wanted = [p.text for unit in units for p in unit.passages if p.kind == "paragraph"]
    assert [element.text for element in of(made, "NarrativeText")] == wanted
    lists = [line for unit in units for p in unit.passages if p.kind == "list" for line in p.text.split("\n")]
    assert [element.text for element in of(made, "ListItem")] == [line for line in lists if line.strip()]


def test_every_figure_is_an_image_or_a_table_with_its_box_and_score(units, made):
    figures = {figure.id: figure for unit in units for figure in unit.figures}
    images = [*of(made, "Image"), *of(made, "Table")]
    assert {element.id for element in images} == figures.keys()
    for element in images:
        figure = figures[element.id]
        assert isinstance(element, elements.Table) == (figure.kind == "table")
        assert element.metadata.page_number == figure.page_no
        assert element.metadata.detection_class_prob == figure.score
        assert element.metadata.coordinates.points[0] == figure.bbox[:2]
        assert element.metadata.coordinates.points[2] == figure.bbox[2:]


def test_captions_belong_to_their_figures(units, made):
    captioned = {figure.id for unit in units for figure in unit.figures if figure.caption}
    assert {element.metadata.parent_id for element in of(made, "FigureCaption")} == captioned


def test_text_stands_under_the_headings_that_its_passages_name(units, made):
    paths = {p.id: p.heading for unit in units for p in unit.passages}
    by_id = {element.id: element for element in made}
    for element in of(made, "NarrativeText"):
        above, parent = [], element.metadata.parent_id
        while parent:
            above.append(by_id[parent].text)
            parent = by_id[parent].metadata.parent_id
        assert tuple(reversed(above))[-1:] == paths[element.id][-1:]


def test_figures_stand_between_the_text_around_them(made):
    pages = [element.metadata.page_number for element in made]
    assert sum(a > b for a, b in pairwise(pages)) <= 2


def test_all_facts_survive_the_json_of_unstructured(made, tmp_path):
    from unstructured.staging.base import elements_from_json, elements_to_json

    path = tmp_path / "book.json"
    elements_to_json(made, filename=str(path))
    again = elements_from_json(filename=str(path))
    for read, written in zip(again, made, strict=True):
        facts, wanted = read.to_dict(), written.to_dict()
        points = [place["points"] for f in (facts, wanted) if (place := f["metadata"].get("coordinates"))]
        assert len(points) in (0, 2)
        if points:  # unstructured writes them with one decimal
            assert [xy for point in points[0] for xy in point] == pytest.approx(
                [xy for p in points[1] for xy in p], abs=0.06
            )
            facts["metadata"]["coordinates"]["points"] = points[1]
        assert facts == wanted


def test_our_own_elements_are_advice_that_confirms_our_figures(made, units, tmp_path):
    from unstructured.staging.base import elements_to_json

    elements_to_json(made, filename=str(tmp_path / f"{BOOK.stem}.json"))
    model = BACKEND.create(UnstructuredOptions(elements=tmp_path))
    figure = next(figure for unit in units for figure in unit.figures if figure.kind != "table")
    with PyMuPdf().open(BOOK) as pdf:
        blocks = model.blocks(LayoutSource(BOOK, BOOK.name), pdf.read_page(figure.page_no), None)
    assert any(block.label is BlockLabel.PICTURE and iou(block.box, figure.bbox) > 0.99 for block in blocks)


def test_emphasis_and_language_are_told(units, made):
    assert {element.metadata.languages[0] for element in made} == {"en"}
    assert {element.metadata.filename for element in made} == {BOOK.name}
    bold = [p for unit in units for p in unit.passages if p.kind == "paragraph" and p.emphasis]
    told = {e.id: e.metadata.emphasized_text_contents for e in of(made, "NarrativeText")}
    assert all(told[p.id] == [p.text[run.start : run.end] for run in p.emphasis] for p in bold)


def test_with_a_workspace_figures_name_their_images(units, tmp_path):
    workspace = Workspace(tmp_path)
    images = {asset: workspace.asset_path(asset) for asset in (f.image.sha256 for u in units for f in u.figures)}
    made = to_unstructured(units, workspace=workspace)
    assert {e.metadata.image_path for e in [*of(made, "Image"), *of(made, "Table")]} == set(map(str, images.values()))


def test_nothing_becomes_nothing():
    assert to_unstructured([]) == []


def test_without_unstructured_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "unstructured.documents.elements", None)
    with pytest.raises(MissingExtraError, match="to_unstructured"):
        to_unstructured([])
