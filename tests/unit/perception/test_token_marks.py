"""Tokens as masks, and their places in a prompt."""

import numpy as np
import pytest
from PIL import Image

from corpusbuilder.perception.marking import positions, token_mask
from corpusbuilder.perception.text import TextTokens
from corpusbuilder.perception.visual import visual_tokens


def tokens(*indices, length=6):
    return TextTokens(indices, length, begins_before=False, ends_after=False, lost=0.0)


def test_several_regions_are_marked_in_one_mask():
    found = token_mask([tokens(0, 1), tokens(1, 4), tokens()])
    assert found.dtype == bool
    assert found.tolist() == [True, True, False, False, True, False]


@pytest.mark.parametrize("several", [[], [tokens(1), tokens(1, length=7)]])
def test_tokens_of_different_images_have_no_mask_in_common(several):
    with pytest.raises(ValueError, match="one length in common"):
        token_mask(several)


def test_tokens_are_found_where_their_marks_stand_in_a_prompt():
    ids = [5, 9, 9, 6, 9, 9, 9, 7]
    assert positions(tokens(0, 2, length=3), ids, 9, before=2) == [4, 6]
    assert positions(tokens(0, 2, length=3), np.array(ids), 9) == [1, 4]


def test_a_prompt_with_too_few_marks_is_refused():
    with pytest.raises(ValueError, match="cannot hold 6"):
        positions(tokens(0), [9, 9, 9], 9)


def test_a_region_is_found_in_the_prompt_of_a_real_processor(tiny_llava, offline_transformers):
    from transformers import AutoProcessor

    processor = AutoProcessor.from_pretrained(tiny_llava, backend="pil")
    image = Image.new("RGB", (64, 64), "white")
    made = processor(images=[image, image], text="a<image>b<image>c", return_tensors="np")
    found = visual_tokens([0.0, 0.0, 10.0, 10.0], processor, image, reach="cell")
    places = positions(found, made["input_ids"][0], processor.image_token_id, before=found.length)
    assert places == [len("a") + found.length + len("b")]
