import json
import sys
from dataclasses import replace
from types import ModuleType

import pytest
from parse_pages import paragraph, raw_page

from corpusbuilder.backends.layout.base import LayoutFailedError, LayoutSource
from corpusbuilder.backends.layout.unstructured import BACKEND, UnstructuredOptions
from corpusbuilder.errors import BackendError, RecordError
from corpusbuilder.records.document import BlockLabel

PAGE = raw_page(lines=paragraph(50, 50))  # 500 x 700 points


def element(kind="Image", *, page_no=1, points=None, system="PixelSpace", size=(1000, 1400), **metadata):
    corners = points or ((100, 200), (100, 600), (500, 600), (500, 200))
    place = {"points": corners, "system": system, "layout_width": size[0], "layout_height": size[1]}
    return {"type": kind, "text": "x", "metadata": {"page_number": page_no, "coordinates": place, **metadata}}


@pytest.fixture
def blocks_in(tmp_path):
    def read(elements, page=PAGE, **options):
        (tmp_path / "book.json").write_text(elements if isinstance(elements, str) else json.dumps(elements))
        model = BACKEND.create(UnstructuredOptions(elements=tmp_path, **options))
        return model.blocks(LayoutSource(tmp_path / "elsewhere.pdf", "book.pdf"), page, None)

    return read


@pytest.mark.parametrize(
    "place",
    [
        {"system": "PixelSpace", "size": (1000, 1400)},
        {"system": "PointSpace", "size": (500, 700), "points": ((50, 600), (50, 400), (250, 400), (250, 600))},
        {
            "system": "RelativeCoordinateSystem",
            "size": (1, 1),
            "points": ((0.1, 6 / 7), (0.1, 4 / 7), (0.5, 4 / 7), (0.5, 6 / 7)),
        },
    ],
)
def test_every_coordinate_system_becomes_points_from_the_top_left(blocks_in, place):
    (block,) = blocks_in([element(**place, detection_class_prob=0.8)])
    assert block.box == pytest.approx((50, 100, 250, 300))
    assert (block.label, block.score) == (BlockLabel.PICTURE, 0.8)


def test_only_the_elements_of_the_page_count_and_page_breaks_say_nothing(blocks_in):
    found = blocks_in([element("Title"), element("PageBreak"), element("NarrativeText", page_no=2)])
    assert [block.label for block in found] == [BlockLabel.TITLE]


def test_no_element_on_a_page_with_text_is_an_error_that_names_both_files(blocks_in):
    with pytest.raises(RecordError, match=r"book\.json: .* page 1 of book\.pdf") as caught:
        blocks_in([element(page_no=2)])
    assert caught.value.reason_code == "empty_layout"
    assert not isinstance(caught.value, LayoutFailedError)
    assert "hi_res" in caught.value.hint


def test_no_element_on_a_page_without_text_is_no_error(blocks_in):
    assert blocks_in([], page=replace(PAGE, lines=())) == ()


def test_elements_without_coordinates_are_no_advice(blocks_in):
    bare = {"type": "NarrativeText", "text": "x", "metadata": {"page_number": 1}}
    with pytest.raises(LayoutFailedError, match="no element has coordinates"):
        blocks_in([bare])


def test_coordinates_of_a_page_of_another_shape_are_no_advice(blocks_in):
    with pytest.raises(LayoutFailedError, match="another shape"):
        blocks_in([element(size=(1400, 1000))])


@pytest.mark.parametrize("content", ["{", '{"a": 1}', "[1]"])
def test_a_file_that_is_none_of_unstructured_is_an_error(blocks_in, content):
    with pytest.raises(RecordError, match=r"book\.json") as caught:
        blocks_in(content)
    assert caught.value.reason_code == "bad_layout_file"


@pytest.mark.parametrize("wrong", [{"points": [["a", 1]]}, {"size": (0, 0)}, {"points": [[]]}])
def test_coordinates_that_are_none_are_an_error(blocks_in, wrong):
    with pytest.raises(RecordError, match="coordinates that are none"):
        blocks_in([element(**wrong)])


def test_a_pdf_without_elements_says_how_to_make_them(tmp_path):
    model = BACKEND.create(UnstructuredOptions(elements=tmp_path))
    with pytest.raises(RecordError, match=r"other\.json") as caught:
        model.blocks(LayoutSource(tmp_path / "other.pdf", "other.pdf"), PAGE, None)
    assert "elements_to_json" in caught.value.hint


def test_a_file_that_unstructured_wrote_is_read(tmp_path):
    elements = pytest.importorskip("unstructured.documents.elements", reason="the extra layout brings unstructured")
    from unstructured.documents.coordinates import PointSpace
    from unstructured.staging.base import elements_to_json

    corners = ((50, 600), (50, 400), (250, 400), (250, 600))
    place = elements.CoordinatesMetadata(points=corners, system=PointSpace(width=500, height=700))
    table = elements.Table("a b", metadata=elements.ElementMetadata(page_number=1, coordinates=place))
    elements_to_json([table, elements.PageBreak("")], filename=str(tmp_path / "book.json"))
    model = BACKEND.create(UnstructuredOptions(elements=tmp_path))
    (block,) = model.blocks(LayoutSource(tmp_path / "book.pdf", "book.pdf"), PAGE, None)
    assert (block.label, block.box) == (BlockLabel.TABLE, pytest.approx((50, 100, 250, 300)))


@pytest.fixture
def partition(monkeypatch, request):
    """In place of a reading of PDFs that needs unstructured[pdf], which cannot be installed beside the rest."""
    elements = pytest.importorskip("unstructured.documents.elements", reason="the extra layout brings unstructured")
    module = ModuleType("unstructured.partition.pdf")
    made: list[elements.Element] = []
    module.partition_pdf = lambda **options: made
    monkeypatch.setitem(sys.modules, "unstructured.partition.pdf", module)
    return made


def test_a_reading_that_silently_returns_nothing_is_an_error(partition, tmp_path):
    model = BACKEND.create(UnstructuredOptions(strategy="fast"))
    with pytest.raises(RecordError, match=r"no element on page 1 of silent\.pdf"):
        model.blocks(LayoutSource(tmp_path / "silent.pdf", "silent.pdf"), PAGE, None)


def test_elements_of_the_users_own_unstructured_are_advice(partition, tmp_path):
    from unstructured.documents.coordinates import PixelSpace
    from unstructured.documents.elements import CoordinatesMetadata, ElementMetadata, Image

    place = CoordinatesMetadata(points=((100, 200), (100, 600), (500, 600), (500, 200)), system=PixelSpace(1000, 1400))
    partition.append(Image("", metadata=ElementMetadata(page_number=1, coordinates=place, detection_class_prob=0.7)))
    model = BACKEND.create(UnstructuredOptions())
    (block,) = model.blocks(LayoutSource(tmp_path / "read.pdf", "read.pdf"), PAGE, None)
    assert (block.label, block.score) == (BlockLabel.PICTURE, 0.7)
    assert block.box == pytest.approx((50, 100, 250, 300))


def test_an_unstructured_that_cannot_read_pdfs_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "unstructured.partition.pdf", None)
    with pytest.raises(BackendError, match=r"unstructured\[pdf\]") as caught:
        BACKEND.create(UnstructuredOptions()).blocks(LayoutSource(tmp_path / "x.pdf", "x.pdf"), PAGE, None)
    assert "elements" in caught.value.hint


def test_paths_are_those_of_the_workspace_and_their_files_are_named(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.json").write_text("[]")
    options = UnstructuredOptions(elements="mine").located(tmp_path)
    assert options.files() == (tmp_path / "mine" / "a.json",)
    assert UnstructuredOptions().located(tmp_path).files() == ()
