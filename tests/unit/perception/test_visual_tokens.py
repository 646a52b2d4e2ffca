"""Which tokens show a region is asked of the real image processors: paint a rectangle and see which tokens change."""

import os

import builders
import numpy as np
import painting
import pytest
from PIL import Image

from corpusbuilder.perception.shapes import mask
from corpusbuilder.perception.visual import visual_tokens
from corpusbuilder.records.diagram import Diagram

ROUNDS = int(os.environ.get("PAINTED_RECTANGLES", "16"))
"""Of each kind; 300 for the figures that are reported."""
ONE_PICTURE = (
    *("CLIP of 16", "CLIP of 14", "CLIP without crop", "CLIP cropped and padded", "LLaVA, cropped", "LLaVA, padded"),
    *("SigLIP of 14, with an edge left over", "SigLIP 2", "Qwen2.5-VL", "Qwen2.5-VL, patches", "Qwen3-VL"),
)
TILES = (
    *("LLaVA-NeXT", "LLaVA-NeXT, patches", "Idefics 3", "Idefics 3, unsplit", "SmolVLM"),
    *("InternVL", "InternVL, patches", "InternVL, one tile"),
)
SIXTEEN = {"patch_size": 16}
GIVE_NO_DICTIONARY = ("IdeficsImageProcessorPil",)
WHITE = Image.new("RGB", (300, 200), "white")


@pytest.fixture(scope="module")
def known(offline_transformers):
    return {**painting.processors(), **painting.tiling_processors()}


def compared(known, name, reach, colours):
    """Jaccard indices, and tokens told that do not change, of random rectangles."""
    processor, tokens, unsaid = known[name]
    found, extra = [], 0
    for size, rectangle in painting.rectangles(ROUNDS, seed=name):
        seen, number = painting.changed(tokens, size, rectangle, colours)
        told = visual_tokens(rectangle, processor, size, reach=reach, **unsaid)
        assert told.length == number
        found.append(painting.agreement(set(told.indices), seen))
        extra += len(set(told.indices) - seen)
    return found, extra


@pytest.mark.parametrize("name", [*ONE_PICTURE, *TILES])
def test_the_tokens_of_a_region_are_those_that_change_when_it_is_painted(name, known):
    found, extra = compared(known, name, "kernel", painting.BLACK_ON_WHITE)
    assert extra == 0
    assert np.mean(found) >= 0.99


@pytest.mark.parametrize("name", [*ONE_PICTURE, *TILES])
def test_with_ringing_they_are_those_that_change_between_greys(name, known):
    found, extra = compared(known, name, "ringing", painting.BETWEEN_GREYS)
    assert extra == 0
    assert np.mean(found) >= 0.99


@pytest.mark.parametrize("name", [*ONE_PICTURE, *TILES])
def test_each_cell_that_a_region_lies_in_changes_unless_by_less_than_a_level(name, known):
    found, extra = compared(known, name, "cell", painting.BLACK_ON_WHITE)
    assert extra <= max(1, 0.01 * ROUNDS)
    assert np.mean(found) >= 0.75


@pytest.mark.parametrize("name", ["LLaVA, cropped", "SigLIP 2", "Qwen3-VL", "LLaVA-NeXT", "SmolVLM"])
def test_a_region_of_any_shape_has_the_tokens_that_change_where_its_mask_is_painted(name, known):
    processor, tokens, unsaid = known[name]
    size = (420, 300)
    arrow = {"polygon": [[40, 40], [380, 250], [378, 253], [38, 43]], "box": [38, 40, 380, 253]}
    ring = {"polygon": [[99, 50], [300, 70], [250, 260], [80, 200], [99, 50], [120, 90], [110, 180], [230, 220]]}
    for region in (arrow, ring):
        marked = mask(region, size)
        images = [
            Image.fromarray(np.where(m, 0, 255).astype(np.uint8)).convert("RGB") for m in (marked & False, marked)
        ]
        before, after = map(tokens, images)
        seen = set(np.flatnonzero(np.abs(after - before).max(axis=1) > 1e-4).tolist())
        assert set(visual_tokens(region, processor, size, **unsaid).indices) == seen


@pytest.mark.parametrize("size", [(2000, 5), (9, 1500), (3, 2), (299, 2)])
@pytest.mark.parametrize("name", [*ONE_PICTURE, *TILES])
def test_images_of_extreme_shapes_have_the_tokens_of_their_processor(name, size, known):
    processor, tokens, unsaid = known[name]
    rectangle = (0, 0, max(1, size[0] // 3), max(1, size[1] // 2))
    try:
        seen, number = painting.changed(tokens, size, rectangle, painting.BLACK_ON_WHITE)
    except ValueError:
        with pytest.raises(ValueError, match="too long"):
            visual_tokens(rectangle, processor, size, **unsaid)
        return
    told = visual_tokens(rectangle, processor, size, **unsaid)
    assert told.length == number
    assert painting.agreement(set(told.indices), seen) > 0.94


def test_every_image_processor_that_makes_one_picture_is_understood_or_refused(offline_transformers):
    """Of all that transformers has: a wrong answer would be worse than none."""
    import transformers

    understood, size, rectangle = [], (300, 200), (20, 20, 160, 90)
    for name in dir(transformers):
        if not name.endswith("ImageProcessorPil") or name in GIVE_NO_DICTIONARY:
            continue
        processor = getattr(transformers, name)()
        try:
            told = visual_tokens(rectangle, processor, size, **({} if hasattr(processor, "patch_size") else SIXTEEN))
        except ValueError:
            continue
        shape = np.shape(processor(WHITE, return_tensors="np")["pixel_values"])
        if len(shape) == 4 and shape[0] == 1:
            tokens = painting.cells_of_pictures(processor, 16)
            seen, number = painting.changed(tokens, size, rectangle, painting.BLACK_ON_WHITE)
            assert (name, told.length, set(told.indices)) == (name, number, seen)
            understood.append(name)
    assert len(understood) >= 10


def test_an_image_of_which_the_processor_leaves_nothing_is_refused(known):
    processor, _, unsaid = known["Idefics 3"]
    with pytest.raises(ValueError, match="leaves nothing of an image of 5 × 2000"):
        visual_tokens([0.0, 0.0, 5.0, 9.0], processor, (5, 2000), **unsaid)


def test_coverage_is_the_share_of_a_cell_and_can_be_asked_for(known):
    processor, _, unsaid = known["CLIP without crop"]
    options = {**unsaid, "reach": "cell"}
    found = visual_tokens([0.0, 0.0, 21.0, 14.0], processor, (336, 336), **options)
    assert (found.indices, found.coverage) == ((0, 1), (1.0, 0.5))
    assert visual_tokens([0.0, 0.0, 21.0, 14.0], processor, (336, 336), least_coverage=0.6, **options).indices == (0,)
    assert [(place.panel, place.row, place.column) for place in found.places] == [(0, 0, 0), (0, 0, 1)]
    assert (found.grids[0].name, found.grids[0].rows, found.grids[0].columns) == ("image", 24, 24)


def test_coverage_adds_up_to_the_area_of_the_region(known):
    processor, _, unsaid = known["LLaVA, padded"]
    region = {"polygon": [[30, 40], [260, 90], [120, 180]], "box": [30, 40, 260, 180]}
    found = visual_tokens(region, processor, (300, 200), reach="cell", **unsaid)
    cells = sum(found.coverage) * 14 * 14
    assert cells * (300 / 336) ** 2 == pytest.approx(0.5 * abs(230 * 140 - 90 * 50))


def test_what_is_cropped_away_is_reported(known):
    processor, _, unsaid = known["LLaVA, cropped"]
    gone = visual_tokens([0.0, 0.0, 200.0, 500.0], processor, (1000, 500), **unsaid)
    assert (gone.indices, gone.lost) == ((), 1.0)
    half = visual_tokens([200.0, 0.0, 300.0, 500.0], processor, (1000, 500), **unsaid)
    assert half.lost == pytest.approx(0.5)
    assert visual_tokens([300.0, 0.0, 400.0, 500.0], processor, (1000, 500), **unsaid).lost == 0.0


def test_what_is_left_over_at_the_edge_of_the_last_cell_is_reported(known):
    processor, _, unsaid = known["SigLIP of 14, with an edge left over"]
    found = visual_tokens([380.0, 0.0, 384.0, 384.0], processor, (384, 384), reach="cell", **unsaid)
    assert (found.indices, found.lost) == ((), 1.0)


def test_what_lies_outside_of_the_image_is_lost(known):
    processor, _, _ = known["Qwen2.5-VL"]
    assert visual_tokens([-10.0, 0.0, 10.0, 20.0], processor, (300, 200)).lost == pytest.approx(0.5)
    assert visual_tokens([400.0, 0.0, 410.0, 20.0], processor, (300, 200)).lost == 1.0


def test_tokens_that_are_kept_before_the_patches_move_the_others(known):
    processor, _, unsaid = known["CLIP of 14"]
    first = [0.0, 0.0, 5.0, 5.0]
    assert visual_tokens(first, processor, (336, 336), **unsaid).indices == (0,)
    moved = visual_tokens(first, processor, (336, 336), leading_tokens=1, **unsaid)
    assert (moved.indices, moved.length) == ((1,), 577)


def test_the_whole_image_beside_its_tiles_shows_the_region_again(known):
    processor, _, unsaid = known["InternVL"]
    found = visual_tokens([0.0, 0.0, 20.0, 20.0], processor, (600, 300), **unsaid)
    assert [grid.name for grid in found.grids] == ["tile", "tile", "base"]
    assert [grid.tile for grid in found.grids] == [(0, 0), (0, 1), None]
    assert {place.panel for place in found.places} == {0, 2}


def test_a_record_of_evidence_and_its_figure_are_enough(known):
    processor, _, _ = known["Qwen3-VL"]
    label = builders.label("a", "Sun", 10, 10)
    figure = builders.figure("f", Diagram(labels=(label,)))
    width, height = figure.image.width, figure.image.height
    row = {"id": "f", "width": width, "height": height}
    region = {"polygon": [list(point) for point in label.polygon], "box": list(label.box)}
    found = [visual_tokens(region, processor, of) for of in (figure, row, (width, height))]
    assert found[0].indices
    assert found[0] == found[1] == found[2]


def test_what_the_processor_is_called_with_goes_before_its_own_settings(known):
    processor, _, unsaid = known["InternVL"]
    calls = ({}, {"crop_to_patches": False}, {"max_patches": 2})
    found = [visual_tokens([0.0, 0.0, 9.0, 9.0], processor, (600, 300), called_with=c, **unsaid) for c in calls]
    for told, call in zip(found, calls, strict=True):
        assert told.length == 36 * int(processor(Image.new("RGB", (600, 300)), **call)["num_patches"][0])


def test_whole_processors_say_what_their_image_processors_do_not(tiny_llava, tiny_idefics, offline_transformers):
    from transformers import AutoProcessor

    for folder, mark in ((tiny_llava, "<image>"), (tiny_idefics, "<image>")):
        processor = AutoProcessor.from_pretrained(folder, backend="pil")
        made = processor(images=[WHITE], text=mark, return_tensors="np")
        ids = made["input_ids"][0].tolist()
        told = visual_tokens([0.0, 0.0, 300.0, 200.0], processor, WHITE)
        assert told.length == ids.count(processor.image_token_id)
        assert told.indices == tuple(range(told.length))


def test_a_whole_processor_of_llava_next_writes_as_many_tokens_as_are_counted(known):
    from tiny_models import byte_tokenizer
    from transformers import LlavaNextProcessor

    processor = LlavaNextProcessor(
        known["LLaVA-NeXT"][0],
        byte_tokenizer(),
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
    )
    for size in ((300, 200), (90, 400), (500, 90), (64, 64)):
        image = Image.new("RGB", size)
        ids = processor(images=[image], text="<image>", return_tensors="np")["input_ids"][0].tolist()
        told = visual_tokens([0.0, 0.0, *map(float, size)], processor, image)
        rows = sum(grid.rows for grid in told.grids[1:] if grid.tile and grid.tile[1] == 0)
        assert told.length == ids.count(processor.image_token_id)
        assert told.length - rows <= len(told.indices) < told.length  # no token for the end of a line is among them


def test_what_a_whole_processor_calls_its_image_processor_with_is_known(known):
    from transformers import GotOcr2ImageProcessorPil, InternVLProcessor

    # Its tokenizer and video processor are not needed; the latter cannot be made without torchvision.
    processor = object.__new__(InternVLProcessor)
    processor.image_processor = GotOcr2ImageProcessorPil(size={"height": 168, "width": 168})
    processor.image_seq_length = 36
    tiles = processor.image_processor.get_number_of_image_patches(300, 600, {"crop_to_patches": True})
    found = visual_tokens([0.0, 0.0, 9.0, 9.0], processor, (600, 300))
    assert (found.length, len(found.grids)) == (36 * tiles, tiles)
    assert tiles > 1


@pytest.mark.parametrize(("strategy", "more", "first"), [("default", 1, 0), ("full", 1, 1), ("default", 0, 0)])
def test_llava_says_whether_the_first_token_is_dropped(strategy, more, first, tiny_llava, offline_transformers):
    from transformers import AutoProcessor

    processor = AutoProcessor.from_pretrained(tiny_llava, backend="pil")
    processor.vision_feature_select_strategy, processor.num_additional_image_tokens = strategy, more
    told = visual_tokens([60.0, 10.0, 70.0, 20.0], processor, (300, 300), reach="cell")
    assert told.indices[0] == first


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("CLIPImageProcessorPil", {}, "does not say how large a patch is"),
        ("PixtralImageProcessorPil", {"patch_size": 16}, "not known here"),
        ("MllamaImageProcessorPil", {"patch_size": 14}, "max_image_tiles is not known here"),
        ("Glm4vImageProcessorPil", {}, "patches, and 59784 were expected here"),
        ("LlavaOnevisionImageProcessorPil", {"patch_size": 14}, "interpolated after the vision tower"),
        ("SiglipImageProcessorPil", {"patch_size": 400}, "holds no patch"),
        ("ConvNextImageProcessorPil", {"patch_size": 16}, "has a way of its own"),
        ("AriaImageProcessorPil", {"patch_size": 14}, "has a way of its own"),
    ],
)
def test_a_processor_that_is_not_understood_is_refused_in_a_sentence(name, options, sentence, offline_transformers):
    import transformers

    with pytest.raises(ValueError, match=sentence):
        visual_tokens([0.0, 0.0, 20.0, 20.0], getattr(transformers, name)(), (3000, 4000), **options)


def test_an_image_that_the_processor_refuses_is_refused(known):
    processor, _, _ = known["Qwen3-VL"]
    with pytest.raises(ValueError, match="refuses an image"):
        visual_tokens([0.0, 0.0, 2.0, 2.0], processor, (3, 900))


def test_options_that_there_are_not_are_refused(known):
    processor, _, _ = known["Qwen3-VL"]
    with pytest.raises(ValueError, match="reach is"):
        visual_tokens([0.0, 0.0, 2.0, 2.0], processor, (300, 200), reach="far")
