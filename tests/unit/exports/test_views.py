"""Which tokens show what is asked of the real image processors: paint a part of an image and see what changes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from corpusbuilder.exports.base import ExportOptions
from corpusbuilder.exports.targets import find_target
from corpusbuilder.exports.views import View, cropped_view, resized_to_multiples

SIZES = [(866, 501), (300, 700), (640, 640), (97, 61), (1500, 400)]


def patches(pixels, side):
    """Flat patches of an image of shape channels, height, width; row by row."""
    channels, height, width = pixels.shape
    cut = pixels.reshape(channels, height // side, side, width // side, side)
    return cut.transpose(1, 3, 0, 2, 4).reshape((height // side) * (width // side), -1)


def merged_tokens(image, *, patch, least, most):
    """What the processor of Qwen gives, 2 × 2 patches together; its own order of them is that of the tokens."""
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

    processor = Qwen2VLImageProcessorPil(
        patch_size=patch, merge_size=2, size={"shortest_edge": least, "longest_edge": most}
    )
    made = processor(images=image, return_tensors="np")
    return made["pixel_values"].reshape(int(made["image_grid_thw"].prod()) // 4, -1)


def qwen25(image):
    return merged_tokens(image, patch=14, least=56 * 56, most=12_845_056)


def qwen3(image):
    return merged_tokens(image, patch=16, least=65_536, most=16_777_216)


def llava(image, *, pad):
    from transformers.models.llava.image_processing_pil_llava import LlavaImageProcessorPil

    edge = {"height": 336, "width": 336}
    processor = LlavaImageProcessorPil(
        do_pad=pad, do_center_crop=not pad, size=edge if pad else {"shortest_edge": 336}, crop_size=edge
    )
    return patches(processor(images=image, return_tensors="np")["pixel_values"][0], 14)


PROCESSORS = {
    "qwen2.5-vl": qwen25,
    "qwen2-vl": qwen25,
    "qwen3-vl": qwen3,
    "llava-1.5": lambda image: llava(image, pad=True),
    "llava-1.5-hf": lambda image: llava(image, pad=False),
}


def changed_tokens(process, size, polygon):
    """Tokens that change by more than the ringing of the resampling when a polygon is painted."""
    blank = Image.new("RGB", size, "white")
    painted = blank.copy()
    ImageDraw.Draw(painted).polygon([tuple(point) for point in polygon], fill="black")
    before, after = process(blank), process(painted)
    assert before.shape == after.shape
    return set(np.flatnonzero(np.abs(after - before).max(axis=1) > 0.4).tolist())


# In fractions of the image.
SHAPES = [
    [(0.2, 0.3), (0.5, 0.3), (0.5, 0.6), (0.2, 0.6)],
    [(0.0, 0.0), (0.3, 0.0), (0.3, 0.2), (0.0, 0.2)],
    [(0.7, 0.8), (1.0, 0.8), (1.0, 1.0), (0.7, 1.0)],
    [(0.3, 0.3), (0.7, 0.5), (0.4, 0.7)],
]


@pytest.mark.parametrize("name", PROCESSORS)
def test_the_tokens_of_a_region_are_those_that_change_when_it_is_painted(name, offline_transformers):
    found = []
    for size in SIZES:
        view = find_target(ExportOptions(target=name)).view(size)
        for shape in SHAPES:
            polygon = [(x * (size[0] - 1), y * (size[1] - 1)) for x, y in shape]
            changed = changed_tokens(PROCESSORS[name], size, polygon)
            # Painting fills the pixels on the outline too: they reach half a pixel beyond it.
            told = set(view.tokens([(x + 0.5, y + 0.5) for x, y in polygon]))
            found.append(len(changed & told) / len(changed | told) if changed | told else 1.0)
    assert sum(found) / len(found) > 0.93
    assert min(found) > 0.6


@pytest.mark.parametrize("name", PROCESSORS)
def test_there_are_as_many_tokens_as_the_processor_makes(name, offline_transformers):
    for size in SIZES:
        view = find_target(ExportOptions(target=name)).view(size)
        assert len(PROCESSORS[name](Image.new("RGB", size))) == view.rows * view.columns


@settings(max_examples=300)
@given(size=st.tuples(st.integers(1, 4000), st.integers(1, 4000)), side=st.sampled_from([28, 32]))
def test_images_are_resized_as_transformers_resizes_them(size, side):
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import smart_resize

    ours = resized_to_multiples(size, side, min_pixels=3136, max_pixels=1_000_000)
    try:
        height, width = smart_resize(size[1], size[0], side, 3136, 1_000_000)
    except ValueError:
        assert ours is None
    else:
        assert ours == (width, height) or min(size) * 2 <= side


def test_what_is_cropped_away_has_no_token():
    view = cropped_view((1000, 500), 14, 24)
    assert view.tokens([(0, 0), (200, 0), (200, 500), (0, 500)]) == []
    assert len(view.tokens([(250, 0), (750, 0), (750, 500), (250, 500)])) == 24 * 24


def test_a_line_along_the_edge_of_a_cell_is_still_shown():
    view = View((1.0, 1.0), (0.0, 0.0), 10, 3, 3)
    assert view.tokens([(0, 10), (15, 10), (25, 10)])


def test_a_thin_arrow_has_only_the_tokens_on_its_way():
    view = View((1.0, 1.0), (0.0, 0.0), 10, 3, 3)
    assert view.tokens([(1, 1), (2, 1), (29, 28), (29, 29)]) == [0, 1, 4, 5, 8]
