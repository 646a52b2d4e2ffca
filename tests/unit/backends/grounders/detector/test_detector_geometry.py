"""Boxes come back where the thing was painted, whatever the shape of the image and of its neighbours in the batch."""

import io

import pytest
import tiny_detectors
from looking import IMAGES, figure, options, picture, read_image
from PIL import Image
from tiny_detectors import CELLS, owl_box

from corpusbuilder.backends.grounders.detector.answers import LEAST_KEPT, read_detections
from corpusbuilder.backends.grounders.detector.detecting import Detecting
from corpusbuilder.backends.grounders.detector.families import family_of
from corpusbuilder.backends.grounders.detector.model import _DETECTOR
from corpusbuilder.backends.grounders.detector.requests import phrase_in
from corpusbuilder.backends.models.local.pretrained import open_pretrained
from corpusbuilder.errors import BackendError

pytestmark = pytest.mark.usefixtures("offline_transformers")
SIZES = [(600, 400), (400, 600), (640, 640), (900, 120), (97, 333), (64, 48), (1700, 1100)]
FAMILIES = {
    "owlv2": (tiny_detectors.save_owl, "Owlv2"),
    "owlvit": (tiny_detectors.save_owl, "OwlViT"),
    "grounding-dino": (tiny_detectors.save_grounding_dino, "GroundingDino"),
    "mm-grounding-dino": (tiny_detectors.save_grounding_dino, "MMGroundingDino"),
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    base = tmp_path_factory.mktemp("detectors")
    return {name: save(base / name, kind=kind) for name, (save, kind) in FAMILIES.items()}


def opened(folder, **others):
    return open_pretrained(options(folder, **others), _DETECTOR)


def detecting(folder, **others):
    chosen, model = options(folder, **others), opened(folder, **others)
    return Detecting(model, family_of(model, chosen.model), read_image=read_image, max_image_side=chosen.max_image_side)


def request(data, size, phrase="red cell"):
    return phrase_in(figure(data, size=size), phrase, unit_id="unit-1", order=())


def found(detector, *asked):
    """The detections for pairs of an image's size and its bytes."""
    answers = detector.answers([request(data, size) for data, size in asked])
    return [read_detections(answer.body, "red cell") for answer in answers]


def in_pixels(box, size):
    return tuple(value * side for value, side in zip(box, (*size, *size), strict=True))


def distance(box, other):
    return max(abs(a - b) for a, b in zip(box, other, strict=True))


def painted(size, frame, column, row):
    """An image with one patch of the frame in red."""
    width, height = frame[0] / CELLS, frame[1] / CELLS
    return picture((column * width, row * height, (column + 1) * width, (row + 1) * height), size=size)


def patch_inside(size, frame):
    """A patch near the far corner of the image whose box is on the image as a whole."""
    column = int((size[0] - 1.6 * frame[0] / CELLS) / (frame[0] / CELLS))
    row = int((size[1] - 1.6 * frame[1] / CELLS) / (frame[1] / CELLS))
    return max(column, 0), max(row, 0)


def clipped(box, size):
    return tuple(min(value, side) for value, side in zip(box, (*size, *size), strict=True))


@pytest.mark.parametrize("family", ["owlv2", "owlvit"])
def test_an_owl_boxes_what_was_painted_in_images_of_all_shapes_at_once(folders, family):
    asked, expected = [], []
    for size in SIZES:
        frame = (max(size), max(size)) if family == "owlv2" else size
        place = patch_inside(size, frame)
        asked.append((painted(size, frame, *place), size))
        expected.append(clipped(owl_box(*place, frame), size))
    answers = found(detecting(folders[family]), *asked)
    off = [
        distance(in_pixels(answer.boxes[0], size), box)
        for answer, size, box in zip(answers, SIZES, expected, strict=True)
    ]
    assert max(off) <= 1, off


def test_what_an_owl_sees_in_the_padding_is_nowhere(folders):
    """The boxes of a low score lie all over the square; those right of or below the image are no boxes of it."""
    size = (600, 300)
    (answer,) = found(every_box(detecting(folders["owlv2"])), (picture(size=size), size))
    assert all(x0 < x1 and y0 < y1 and max(x1, y1) <= 1 for x0, y0, x1, y1 in answer.boxes)
    assert len(answer.boxes) < CELLS * CELLS * 0.75


def every_box(detector):
    """The same with scores that all are high."""
    family, passed = detector._family, detector._family.found

    def scored(pixels, phrases):
        boxes, scores, text_scores = passed(pixels, phrases)
        return boxes, scores.clamp(min=0.5), text_scores.clamp(min=0.5)

    family.found = scored
    return detector


@pytest.mark.parametrize("family", ["grounding-dino", "mm-grounding-dino"])
def test_a_dino_boxes_the_cells_of_the_image_and_not_of_a_padded_batch(folders, family):
    asked = [(picture((10, 10, 30, 40), size=size), size) for size in SIZES]
    detector = every_box(detecting(folders[family]))
    answers = found(detector, *asked)
    for answer, size in zip(answers, SIZES, strict=True):
        assert answer.boxes
        seen = detector._seen(request(picture(size=size), size).images[0]).pixels["pixel_values"].shape[-2:]
        for box in answer.boxes:
            assert min(distance(box, other) for other in grid(seen)) * max(size) <= 1, (size, box)


def grid(seen):
    """The boxes that a GroundingDINO begins with: around the cells of four grids of 8, 16, 32 and 64 pixels."""
    height, width = seen
    for level in range(4):
        step = 8 * 2**level
        rows, columns, side = -(-height // step), -(-width // step), 0.05 * 2**level
        for row in range(rows):
            for column in range(columns):
                x, y = (column + 0.5) / columns, (row + 0.5) / rows
                box = (x - side / 2, y - side / 2, x + side / 2, y + side / 2)
                yield tuple(min(max(value, 0.0), 1.0) for value in box)


@pytest.mark.parametrize("family", FAMILIES)
def test_boxes_do_not_depend_on_the_neighbours_in_the_batch(folders, family):
    images = [(picture((20, 10, 60, 40), size=size), size) for size in SIZES[:4]]
    requests = [request(*image, phrase) for image in images for phrase in ("bird", "the red nucleus of a cell")]
    detector = every_box(detecting(folders[family]))
    together = detector.answers(requests)
    alone = [detector.answers([each])[0] for each in requests]
    for many, one, each in zip(together, alone, requests, strict=True):
        phrase = each.messages[0].parts[1].text
        mine, theirs = read_detections(many.body, phrase), read_detections(one.body, phrase)
        assert len(mine.boxes) == len(theirs.boxes)
        assert mine.scores == pytest.approx(theirs.scores, abs=1e-4)
        for box in mine.boxes:
            assert min(distance(box, other) for other in theirs.boxes) < 1e-4


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("size", [(600, 400), (120, 500)])
def test_boxes_and_scores_are_those_that_the_library_gives(folders, family, size):
    import torch

    shown = picture((0, 0, 0.6 * size[0], 0.7 * size[1]), size=size)
    model, image = opened(folders[family]), Image.open(io.BytesIO(shown))
    text = ["a photo of a red cell"] if family.startswith("owl") else ["red cell."]
    inputs = model.processor(images=[image], text=text, return_tensors="pt")
    with torch.inference_mode():
        outputs = model.model(**inputs)
    (theirs,) = model.processor.post_process_grounded_object_detection(
        outputs, threshold=LEAST_KEPT, target_sizes=[size[::-1]]
    )
    rows = zip(theirs["scores"].tolist(), theirs["boxes"].tolist(), strict=True)
    edges = (*size, *size)
    visible = [
        (score, tuple(min(max(value, 0), edge) for value, edge in zip(box, edges, strict=True))) for score, box in rows
    ]
    expected = [(score, box) for score, box in visible if box[0] < box[2] and box[1] < box[3]]
    (mine,) = found(detecting(folders[family]), (shown, size))
    assert expected
    assert len(mine.boxes) == len(expected)
    assert sorted(mine.scores) == pytest.approx(sorted(score for score, _ in expected), abs=1e-4)
    for box in mine.boxes:
        assert min(distance(in_pixels(box, size), other) for _, other in expected) < 0.1


def test_the_longer_side_of_an_image_can_be_limited(folders):
    size, frame = (1600, 800), (1600, 1600)
    asked = (painted(size, frame, 4, 2), size)
    small = detecting(folders["owlv2"], max_image_side=200)
    (answer,) = found(small, asked)
    assert distance(in_pixels(answer.boxes[0], size), owl_box(4, 2, frame)) <= 1
    assert small._last.width == 200


def test_the_text_score_is_that_of_the_words_alone(folders):
    (answer,) = found(every_box(detecting(folders["owlv2"])), (picture(), (600, 400)))
    assert answer.text_scores == answer.scores
    (answer,) = found(detecting(folders["grounding-dino"]), (picture(), (600, 400)))
    assert all(text <= score for text, score in zip(answer.text_scores, answer.scores, strict=True))
    assert any(text < score for text, score in zip(answer.text_scores, answer.scores, strict=True))


def test_a_word_that_the_model_does_not_know_is_a_word(folders):
    answers = every_box(detecting(folders["grounding-dino"])).answers([request(picture(), (600, 400), "细 胞")])
    found = read_detections(answers[0].body, "细 胞")
    assert found.text_scores
    assert len(set(found.text_scores)) > 1, "none would be no word's, and all alike"


def test_a_batch_that_needs_too_much_memory_is_halved(folders):
    import torch

    detector = detecting(folders["grounding-dino"])
    data = picture((10, 10, 90, 90))
    requests = [request(data, (600, 400), f"bird {number}") for number in range(5)]
    expected = [detector.answers([each])[0].body for each in requests]
    sizes, enough = [], detector._family.found

    def limited(pixels, phrases):
        sizes.append(len(phrases))
        if len(phrases) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return enough(pixels, phrases)

    detector._family.found = limited
    answers = detector.answers(requests)
    assert sizes == [5, 2, 3, 1, 2]
    assert [len(answer.body) > 2 for answer in answers] == [True] * 5
    scores = [read_detections(answer.body, f"bird {number}").scores for number, answer in enumerate(answers)]
    alone = [read_detections(body, f"bird {number}").scores for number, body in enumerate(expected)]
    assert all(a == pytest.approx(b, abs=1e-4) for a, b in zip(scores, alone, strict=True))

    def never(pixels, phrases):
        raise torch.OutOfMemoryError("CUDA out of memory")

    detector._family.found = never
    with pytest.raises(BackendError, match="not enough memory") as caught:
        detector.answers(requests)
    assert "max_image_side" in caught.value.hint


def test_an_image_is_made_ready_once_for_all_of_its_phrases(folders):
    reads = []
    detector = detecting(folders["owlv2"])
    detector._read_image = lambda sha256: reads.append(sha256) or IMAGES[sha256]
    data = picture((10, 10, 90, 90))
    detector.answers([request(data, (600, 400), phrase) for phrase in ("bird", "cell", "nucleus")])
    detector.answers([request(data, (600, 400), "heart")])
    assert len(reads) == 1


def test_hostile_phrases_do_no_harm(folders):
    phrases = ["x", "a " * 400, "[SEP] [CLS]", "细胞", ". . .", "<|endoftext|>", "\u200b", "e\u0301" * 50]
    for family in FAMILIES:
        answers = detecting(folders[family]).answers([request(picture(), (600, 400), each) for each in phrases])
        for answer, phrase in zip(answers, phrases, strict=True):
            assert read_detections(answer.body, phrase).family == family
