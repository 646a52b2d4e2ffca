import io
import json
import sys
from dataclasses import replace

import pytest
from parse_pages import paragraph, raw_page
from PIL import Image
from pydantic import ValidationError

from corpusbuilder.backends.layout.base import LayoutSource
from corpusbuilder.backends.layout.layoutparser import BACKEND, LayoutParserOptions
from corpusbuilder.errors import BackendError, MissingExtraError, RecordError
from corpusbuilder.records.document import BlockLabel

PAGE = raw_page(lines=paragraph(50, 50))  # 500 x 700 points
FIGURE = {"block_type": "rectangle", "x_1": 100, "y_1": 200, "x_2": 300, "y_2": 400, "type": "Figure", "score": 0.9}


def source(folder, name="book.pdf"):
    return LayoutSource(folder / "elsewhere.pdf", name)


@pytest.fixture
def blocks_in(tmp_path):
    def read(data, page=PAGE, **options):
        (tmp_path / "book.json").write_text(data if isinstance(data, str) else json.dumps(data))
        model = BACKEND.create(LayoutParserOptions(layouts=tmp_path, **options))
        assert model.dpi is None
        return model.blocks(source(tmp_path), page, None)

    return read


def test_pixels_become_points_at_the_resolution_of_the_pictures(blocks_in):
    (block,) = blocks_in({"page_data": {}, "blocks": [FIGURE]}, dpi=144)
    assert (block.label, block.box, block.score) == (BlockLabel.PICTURE, (50, 100, 150, 200), 0.9)


def test_a_page_that_says_its_width_needs_no_resolution(blocks_in):
    (block,) = blocks_in({"page_data": {"width": 1000, "height": 1400}, "blocks": [FIGURE]})
    assert block.box == (50, 100, 150, 200)


def test_layouts_say_their_page_or_stand_in_order(blocks_in):
    other = {"page_data": {}, "blocks": []}
    mine = {"page_data": {"index": 0}, "blocks": [FIGURE]}
    assert len(blocks_in([mine, other])) == 1
    assert len(blocks_in([other, {"page_data": {}, "blocks": [FIGURE]}], page=replace(PAGE, page_no=2))) == 1


def test_a_turned_block_has_the_box_around_it(blocks_in):
    turned = {"block_type": "quadrilateral", "points": [10, 20, 50, 10, 60, 40, 20, 50], "type": "Table"}
    (block,) = blocks_in({"page_data": {}, "blocks": [turned]}, dpi=72)
    assert (block.label, block.box, block.score) == (BlockLabel.TABLE, (10, 10, 60, 50), 1.0)


def test_blocks_under_the_threshold_are_left_out_and_none_left_is_an_error(blocks_in):
    with pytest.raises(RecordError, match=r"book\.json, page 1") as caught:
        blocks_in({"page_data": {}, "blocks": [FIGURE]}, threshold=0.95)
    assert caught.value.reason_code == "empty_layout"
    assert blocks_in({"page_data": {}, "blocks": []}, page=replace(PAGE, lines=())) == ()


@pytest.mark.parametrize("content", ["{", "[1]", '{"blocks": 3}'])
def test_a_file_that_is_none_of_layoutparser_is_an_error(blocks_in, content):
    with pytest.raises(RecordError, match=r"book\.json") as caught:
        blocks_in(content)
    assert caught.value.reason_code == "bad_layout_file"


def test_a_block_without_a_box_is_an_error(blocks_in):
    with pytest.raises(RecordError, match="rectangle or a quadrilateral"):
        blocks_in({"page_data": {}, "blocks": [{"block_type": "interval", "start": 1, "type": "Text"}]})


def test_a_pdf_without_layouts_says_how_to_make_them(tmp_path):
    with pytest.raises(RecordError, match=r"other\.json") as caught:
        BACKEND.create(LayoutParserOptions(layouts=tmp_path)).blocks(source(tmp_path, "other.pdf"), PAGE, None)
    assert "to_dict" in caught.value.hint


def test_a_model_and_layouts_exclude_one_another(tmp_path):
    for options in ({}, {"model": "lp://x", "layouts": tmp_path}):
        with pytest.raises(ValidationError, match="a model or layouts"):
            LayoutParserOptions(**options)


def test_what_layoutparser_wrote_is_read(tmp_path):
    lp = pytest.importorskip("layoutparser", reason="the extra layout brings layoutparser")
    made = lp.Layout([lp.TextBlock(lp.Rectangle(100, 200, 300, 400), type="Figure", score=0.9)])
    (tmp_path / "book.json").write_text(json.dumps([made.to_dict()]))
    (block,) = BACKEND.create(LayoutParserOptions(layouts=tmp_path, dpi=144)).blocks(source(tmp_path), PAGE, None)
    assert block.box == (50, 100, 150, 200)


FACTORY = """
import layoutparser as lp

class DarkRegions:
    '''Finds what is dark, through the interface of layoutparser's models.'''

    def detect(self, image):
        box = image.convert("L").point(lambda value: 255 * (value < 128)).getbbox()
        return lp.Layout([lp.TextBlock(lp.Rectangle(*box), type="Figure", score=0.8)])

NOT_A_MODEL = dict
"""


@pytest.fixture
def factories(tmp_path, monkeypatch):
    pytest.importorskip("layoutparser", reason="the extra layout brings layoutparser")
    (tmp_path / "my_layout_models.py").write_text(FACTORY)
    monkeypatch.syspath_prepend(tmp_path)
    yield "my_layout_models"
    sys.modules.pop("my_layout_models", None)


def test_any_object_that_detects_is_a_model(factories, tmp_path):
    picture = Image.new("RGB", (1000, 1400), "white")
    picture.paste("black", (100, 200, 300, 400))
    data = io.BytesIO()
    picture.save(data, "PNG")
    model = BACKEND.create(LayoutParserOptions(model=f"{factories}:DarkRegions", dpi=144))
    assert model.dpi == 144
    (block,) = model.blocks(source(tmp_path), PAGE, data.getvalue())
    assert (block.label, block.box, block.score) == (BlockLabel.PICTURE, (50, 100, 150, 200), 0.8)


@pytest.mark.parametrize(
    ("name", "problem"),
    [("missing:Model", "missing"), (":", "model"), ("{}:Missing", "Missing"), ("{}:NOT_A_MODEL", "detect")],
)
def test_a_name_that_makes_no_model_says_so(factories, tmp_path, name, problem):
    data = io.BytesIO()
    Image.new("RGB", (10, 10)).save(data, "PNG")
    model = BACKEND.create(LayoutParserOptions(model=name.format(factories)))
    with pytest.raises(BackendError, match=problem):
        model.blocks(source(tmp_path), PAGE, data.getvalue())


def test_a_detector_without_its_library_says_what_it_needs(tmp_path):
    files = pytest.importorskip("layoutparser.file_utils", reason="the extra layout brings layoutparser")
    if files.is_effdet_available():
        pytest.skip("EffDet is installed here")
    data = io.BytesIO()
    Image.new("RGB", (10, 10)).save(data, "PNG")
    model = BACKEND.create(LayoutParserOptions(model="lp://PubLayNet/tf_efficientdet_d0/config"))
    with pytest.raises(BackendError, match="layoutparser") as caught:
        model.blocks(source(tmp_path), PAGE, data.getvalue())
    assert "EffDet" in caught.value.hint


def test_without_layoutparser_its_models_name_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "layoutparser", None)
    data = io.BytesIO()
    Image.new("RGB", (10, 10)).save(data, "PNG")
    with pytest.raises(MissingExtraError, match="layoutparser"):
        BACKEND.create(LayoutParserOptions(model="lp://unheard/of")).blocks(source(tmp_path), PAGE, data.getvalue())
