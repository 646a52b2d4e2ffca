"""Run lengths are those of pycocotools."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pycocotools import mask as coco

from corpusbuilder.perception.rle import coco_rle, decode, encode, run_lengths

masks = arrays.arrays(bool, st.tuples(st.integers(1, 40), st.integers(1, 40)))


@settings(max_examples=300)
@given(pixels=masks)
def test_a_mask_is_written_as_pycocotools_writes_it_and_read_back_the_same(pixels):
    theirs = coco.encode(np.asfortranarray(pixels.astype(np.uint8)))
    ours = encode(pixels)
    assert ours == {"size": list(theirs["size"]), "counts": theirs["counts"].decode()}
    assert (decode(ours) == pixels).all()
    assert (decode(theirs) == pixels).all()
    assert (coco.decode(ours) == pixels).all()


def test_runs_of_hundreds_of_thousands_of_pixels_are_written_the_same():
    pixels = np.zeros((1200, 1500), dtype=bool)
    pixels[:, 700:] = True
    pixels[1000:, 3] = True
    theirs = coco.encode(np.asfortranarray(pixels.astype(np.uint8)))
    assert encode(pixels)["counts"] == theirs["counts"].decode()
    assert (decode(encode(pixels)) == pixels).all()


def test_runs_go_down_the_columns_and_begin_outside():
    pixels = np.array([[True, False], [True, True]])
    assert run_lengths(pixels) == [0, 2, 1, 1]


def test_a_region_becomes_run_lengths_of_its_figure():
    found = coco_rle([2.0, 1.0, 5.0, 3.0], (10, 6))
    assert found["size"] == [6, 10]
    assert int(coco.area({**found, "counts": found["counts"].encode()})) == 6


def test_uncompressed_runs_are_read_too():
    assert decode({"size": [2, 2], "counts": [1, 2, 1]}).tolist() == [[False, True], [True, False]]


@pytest.mark.parametrize(
    "rle",
    [
        {"size": [2, 2], "counts": [1, 2]},
        {"size": [2, 2], "counts": [-1, 5]},
        {"size": [2], "counts": [4]},
        {"size": [2, 2]},
        {"size": [2, 2], "counts": "4\x00"},
        {"size": [2, 2], "counts": "P"},
        {"size": [2, 2], "counts": b"\xff"},
    ],
)
def test_what_are_no_run_lengths_is_refused_in_a_sentence(rle):
    with pytest.raises(ValueError, match="run"):
        decode(rle)
