import json
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from corpusbuilder.errors import UsageError
from corpusbuilder.exports.base import ExportOptions
from corpusbuilder.exports.targets import FAMILIES, find_target
from corpusbuilder.records.geometry import CoordinateSpace, from_pixels, to_pixels

sides = st.integers(14, 3000)
fractions = st.tuples(*[st.floats(0, 1)] * 4)


@st.composite
def boxes_in_images(draw):
    size = (draw(sides), draw(sides))
    a, b, c, d = draw(fractions)
    xs, ys = sorted((a * size[0], c * size[0])), sorted((b * size[1], d * size[1]))
    return (xs[0], ys[0], xs[1], ys[1]), size


def target(name, **more):
    return find_target(ExportOptions(target=name, **more))


def numbers_in(text):
    return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)]


def read_qwen25(text, size, name="qwen2.5-vl"):
    """Absolute pixels of the image as the model's processor has resized it."""
    resized = target(name).view(size).size
    return to_pixels(json.loads(text)[0]["bbox_2d"], CoordinateSpace.RESIZED_PIXELS, size=size, resized=resized)


def read_per_mille(text, size):
    return to_pixels(numbers_in(text)[-4:], CoordinateSpace.PER_MILLE, size=size)


def read_qwen3(text, size):
    return to_pixels(json.loads(text)[0]["bbox_2d"], CoordinateSpace.PER_MILLE, size=size)


def read_padded(text, size):
    """Fractions of the square into whose middle the image is put."""
    side = max(size)
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    x0, y0, x1, y1 = (number * side for number in numbers_in(text))
    return x0 - left, y0 - top, x1 - left, y1 - top


def read_paligemma(text, size):
    y0, x0, y1, x1 = (int(number) / 1023 for number in re.findall(r"<loc(\d{4})>", text))
    return x0 * size[0], y0 * size[1], x1 * size[0], y1 * size[1]


def resized_cell(size):
    return [side / resized for side, resized in zip(size, target("qwen2.5-vl").view(size).size, strict=True)]


# How each family's text is read, and the side of its finest cell in pixels of an image.
READERS = {
    "qwen2.5-vl": (read_qwen25, resized_cell),
    "qwen2-vl": (read_per_mille, lambda size: [s / 1000 for s in size]),
    "qwen3-vl": (read_qwen3, lambda size: [s / 1000 for s in size]),
    "internvl2.5": (read_per_mille, lambda size: [s / 1000 for s in size]),
    "llava-1.5": (read_padded, lambda size: [max(size) / 100] * 2),
    "llava-1.5-hf": (read_padded, lambda size: [max(size) / 100] * 2),
    "paligemma": (read_paligemma, lambda size: [s / 1023 for s in size]),
}


def test_every_family_has_a_reader_here():
    assert READERS.keys() == FAMILIES.keys()


@pytest.mark.parametrize("name", READERS)
@given(box_and_size=boxes_in_images())
def test_a_box_comes_back_within_one_cell_of_its_convention(name, box_and_size):
    box, size = box_and_size
    assume(target(name).holds(size))
    read, cell = READERS[name]
    back = read(target(name).written([("part", box)], size), size)
    across, down = cell(size)
    for place, (before, after) in enumerate(zip(box, back, strict=True)):
        # Qwen2.5-VL's last pixel is one less than its size: there a whole cell may be lost, elsewhere half of one.
        share = 1.0 if name == "qwen2.5-vl" else 0.5
        assert abs(before - after) <= share * (down if place % 2 else across) + 1e-6


@pytest.mark.parametrize("space", list(CoordinateSpace))
@given(box_and_size=boxes_in_images(), resized=st.tuples(sides, sides))
def test_from_pixels_is_the_inverse_of_to_pixels(space, box_and_size, resized):
    box, size = box_and_size
    there = from_pixels(box, space, size=size, resized=resized)
    assert to_pixels(there, space, size=size, resized=resized) == pytest.approx(box, abs=1e-6)


def test_resized_pixels_need_the_resized_size():
    with pytest.raises(ValueError, match="resized"):
        from_pixels((0, 0, 1, 1), CoordinateSpace.RESIZED_PIXELS, size=(9, 9))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("qwen2.5-vl", '[{"bbox_2d": [0, 0, 504, 280], "label": "the \\"sun\\""}]'),
        ("qwen3-vl", '[{"bbox_2d": [0, 0, 500, 500], "label": "the \\"sun\\""}]'),
        (
            "qwen2-vl",
            '<|object_ref_start|>the "sun"<|object_ref_end|><|box_start|>(0,0),(500,500)<|box_end|>',
        ),
        ("internvl2.5", '<ref>the "sun"</ref><box>[[0, 0, 500, 500]]</box>'),
        ("llava-1.5", 'the "sun" [0.00, 0.22, 0.50, 0.50]'),
        ("paligemma", '<loc0000><loc0000><loc0512><loc0512> the "sun"'),
    ],
)
def test_boxes_are_written_as_each_family_writes_them(name, text):
    assert target(name).written([('the "sun"', (0, 0, 500, 280))], (1000, 560)) == text


def test_paligemma_counts_down_before_across():
    assert target("paligemma").written([("x", (0, 100, 50, 200))], (100, 200)) == (
        "<loc0512><loc0000><loc1023><loc0512> x"
    )


def test_the_limits_of_the_processor_decide_the_resized_pixels():
    box, size = (0, 0, 1000, 1000), (1000, 1000)
    small = target("qwen2.5-vl", max_pixels=200_000)
    assert read_qwen25(target("qwen2.5-vl").written([("x", box)], size), size)[2] == pytest.approx(1000, abs=1)
    assert json.loads(small.written([("x", box)], size))[0]["bbox_2d"] == [0, 0, 419, 419]


@pytest.mark.parametrize(
    ("options", "advice"),
    [
        ({"target": "qwen2.5vl"}, "did you mean qwen2.5-vl?"),
        ({"target": "nothing-like-it"}, "choose one of"),
        ({"target": "llava-1.5", "max_pixels": 5000}, "no meaning"),
        ({"target": "qwen3-vl", "min_pixels": 9000, "max_pixels": 5000}, "must not be above"),
        ({"target": "qwen3-vl", "min_pixels": 1, "max_pixels": 1000}, "below one visual token"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused(options, advice):
    with pytest.raises(UsageError, match=re.escape(advice)):
        find_target(ExportOptions(**options))


def test_an_image_that_the_processor_refuses_is_not_held():
    assert not target("qwen2.5-vl").holds((20_100, 100))
    assert not target("qwen2.5-vl").holds((900, 9))
    assert target("llava-1.5").holds((20_100, 100))


def test_visual_tokens_of_a_family_that_we_do_not_know_are_refused():
    with pytest.raises(UsageError, match="paligemma"):
        target("paligemma").view((100, 100))
