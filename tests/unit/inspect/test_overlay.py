"""Figures with their graph drawn over them."""

import io

import pytest
from builders import cycle, figure, label
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from corpusbuilder.errors import StorageError
from corpusbuilder.inspect.elements import listed, sign, tags
from corpusbuilder.inspect.overlay import overlay
from corpusbuilder.records.diagram import Connector, Diagram, Region

SUN, LEAF = label("sun", "Sun", 100, 100), label("leaf", "Leaf", 450, 300)
number = st.floats(allow_nan=True, allow_infinity=True) | st.floats(-1e4, 1e4)


def png(size=(600, 400), colour="white"):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def connector(**more):
    values = {"id": "c", "kind": "arrow", "points": ((150.0, 100.0), (400.0, 300.0)), "directed": True}
    return Connector(**(values | {"method": "vector", "score": 0.95} | more))


def drawn(diagram, data=None):
    return Image.open(io.BytesIO(overlay(figure("fig", diagram), data or png())))


def inked(picture, x, y, scale, reach=6):
    """How many pixels around a point of the figure are no shade of grey."""
    left, top = round(x * scale), round(y * scale) + 30
    box = picture.crop((left - reach, top - reach, left + reach, top + reach))
    return sum(max(p) - min(p) > 40 for p in box.get_flattened_data())


def test_a_connector_is_drawn_along_its_path_and_its_head_is_wider_than_its_shaft():
    picture = drawn(Diagram(labels=(SUN, LEAF), connectors=(connector(tail_id="sun", head_id="leaf"),)))
    scale = 1100 / 600
    shaft, head = inked(picture, 200, 140, scale), inked(picture, 396.5, 297, scale)
    assert head > shaft > 0
    assert inked(picture, 300, 100, scale) == 0


def test_what_is_doubtful_is_dashed():
    sure, doubtful = (
        drawn(Diagram(labels=(SUN, LEAF), connectors=(connector(tail_id="sun", head_id="leaf", score=score),)))
        for score in (0.95, 0.5)
    )

    def along(picture):
        at = [(150 + 250 * t / 100, 100 + 200 * t / 100) for t in range(10, 40)]
        return sum(inked(picture, x, y, 1100 / 600, reach=1) > 0 for x, y in at)

    assert along(sure) == 30
    assert 5 < along(doubtful) < 25


def test_the_list_has_the_ids_of_ai2d_and_says_what_is_joined():
    of = cycle("en").diagram
    lines = {line.tag: line for line in listed(of)}
    assert set(lines) == set(tags(of).values())
    texts = {e.id: e.text for e in of.labels}
    first = of.connectors[0]
    assert lines["A0"].what.startswith(f"{texts[first.tail_id]} -> {texts[first.head_id]}")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "->"),
        ({"double": True}, "<->"),
        ({"head_style": "bar"}, "-|"),
        ({"directed": False, "kind": "line"}, "--"),
        ({"directed": False, "kind": "leader"}, "..."),
    ],
)
def test_a_connector_is_told_by_its_head(more, expected):
    assert sign(connector(**more)) == expected


def test_an_image_that_is_none_is_told_not_shown():
    with pytest.raises(StorageError, match="cannot be read"):
        overlay(figure("fig", Diagram()), b"no image")


@given(points=st.lists(st.tuples(number, number), max_size=5), score=st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_no_graph_is_too_strange_to_be_drawn(points, score):
    region = Region(id="r", polygon=tuple(points), box=(0, 0, 1e9, 1), method="cv", score=score, label_id="gone")
    of = Diagram(
        labels=(SUN.model_copy(update={"outline": tuple(points), "text": "a\x00\n" * 40, "score": score}),),
        connectors=(connector(points=tuple(points), double=True, score=score, label_id="sun"),),
        regions=(region,),
    )
    assert drawn(of, png((1, 1))).width > 0


def test_a_long_list_goes_on_in_another_column():
    labels = tuple(label(f"l{n}", f"Label {n}", 50, 50) for n in range(200))
    few, many = (overlay_width(labels[:n]) for n in (40, 200))
    assert many > 1.9 * few


def overlay_width(labels):
    """Pixels beside the figure, whose own width is 1.5 times its height."""
    picture = drawn(Diagram(labels=labels))
    return picture.width - 1.5 * (picture.height - 45)


def test_a_crowded_figure_is_drawn_larger():
    labels = tuple(label(f"l{n}", f"Label {n}", 50, 50) for n in range(120))
    assert drawn(Diagram(labels=labels)).height > 1.5 * drawn(Diagram(labels=labels[:9])).height
