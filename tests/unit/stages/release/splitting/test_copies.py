"""Which figures are copies of which."""

import io
import random
from itertools import pairwise

import pytest
import release_corpus as corpus
from made_books import book, compared, groups, own_pages
from PIL import Image, ImageDraw, ImageOps

from corpusbuilder.records import Diagram, DiagramLabel
from corpusbuilder.stages.release.splitting.pictures import look_at, resemblance

WORDS = ("root", "stem", "leaf", "flower", "seed", "sun", "water", "soil", "air", "rain")


def photo(seed, size=(480, 360)):
    """Soft patches of light and dark."""
    small = Image.frombytes("L", (12, 9), random.Random(f"photo {seed}").randbytes(108))
    return small.resize(size, Image.Resampling.BICUBIC).convert("RGB")


def drawing(seed, words=WORDS[:4], size=(520, 360)):
    """White boxes with words, and arrows from each to the next."""
    chance = random.Random(f"drawing {seed}")
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    rows = chance.sample(range(20, size[1] - 40, 36), len(words))
    places = [(chance.randint(20, size[0] - 130), row) for row in rows]
    for (x, y), (u, v) in pairwise(places):
        draw.line((x + 50, y + 30, u + 50, v), fill="black", width=2)
    for (x, y), word in zip(places, words, strict=True):
        draw.rectangle((x, y, x + 100, y + 30), fill="white", outline="black", width=2)
        draw.text((x + 10, y + 8), word, fill="black", font_size=16)
    return image


def saved(image, kind="png", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def scaled(image, by):
    return image.resize((round(image.width * by), round(image.height * by)), Image.Resampling.BILINEAR)


def cropped(image, part):
    width, height = image.size
    return image.crop((int(part * width), 0, width, int((1 - part) * height)))


CHANGES = {
    "half the size, as JPEG": lambda image: saved(scaled(image, 0.5), "jpeg", quality=70),
    "twice the size, as poor JPEG": lambda image: saved(scaled(image, 2), "jpeg", quality=40),
    "grey": lambda image: saved(image.convert("L")),
    "with a white margin": lambda image: saved(ImageOps.expand(image, 30, "white")),
    "in a black frame, as JPEG": lambda image: saved(ImageOps.expand(image, 4, "black"), "jpeg", quality=60),
    "cropped a little": lambda image: saved(cropped(image, 0.03), "jpeg", quality=80),
    "with transparency": lambda image: saved(image.convert("RGBA")),
    "paler": lambda image: saved(Image.eval(image, lambda level: 100 + level * 155 // 255)),
}


def likest(a, b):
    return max((resemblance(one, other) for one in look_at(a) for other in look_at(b)), default=0.0)


def figure(name, document, data, words=(), **fields):
    labels = tuple(
        DiagramLabel(
            id=f"{name}-{n}", text=word, box=(0, 0, 9, 9), polygon=corpus.square(0, 0), method="ocr", score=0.9
        )
        for n, word in enumerate(words)
    )
    size = Image.open(io.BytesIO(data)).size
    return corpus.figure(name, document, data=data, size=size, diagram=Diagram(labels=labels), **fields)


def holding(**pictures):
    """Books that differ but for one figure, given as bytes or as bytes and words of its labels."""
    books, images = [], {}
    for name, given in sorted(pictures.items()):
        data, words, *fields = given if isinstance(given, tuple) else (given, ())
        shown = figure(f"f-{name}", name, data, words, **(fields[0] if fields else {}))
        images[shown.image.sha256] = data
        books.append(book(name, *own_pages(name, 2), figures=[shown]))
    return books, images


def bound(**pictures):
    books, images = holding(**pictures)
    return groups(*books, images=images)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("picture", [photo(1), drawing(1)], ids=["photo", "drawing"])
def test_a_copy_binds_two_books_though_it_is(picture, change):
    other = {"photo": photo, "drawing": drawing}["photo" if picture.size == (480, 360) else "drawing"](2)
    assert bound(a=saved(picture), b=CHANGES[change](picture), c=saved(other)) == [("a", "b")]


def test_photos_and_drawings_of_one_kind_are_not_taken_for_copies():
    pictures = [saved(photo(seed)) for seed in range(12)]
    pictures += [saved(drawing(seed, random.Random(seed).sample(WORDS, 3 + seed % 4))) for seed in range(40)]
    assert bound(**{f"n{n:02d}": data for n, data in enumerate(pictures)}) == []


def test_a_diagram_of_the_same_template_with_other_words_is_no_copy():
    one, other = drawing(3, WORDS[:4]), drawing(3, WORDS[4:8])
    assert bound(a=(saved(one), WORDS[:4]), b=(saved(other), WORDS[4:8])) == []


def test_a_copy_whose_labels_ocr_misreads_is_still_a_copy():
    image = drawing(4)
    read = ("rool", "stern", "leaf", "flower ~")
    assert bound(a=(saved(image), WORDS[:4]), b=(saved(scaled(image, 0.6), "jpeg", quality=50), read)) == [("a", "b")]


def test_a_copy_without_caption_is_bound_to_the_figure_that_has_one():
    plain = {"caption": None, "number": None}
    image = photo(5)
    assert bound(a=saved(image), b=(saved(scaled(image, 0.5), "jpeg"), (), plain)) == [("a", "b")]


def test_an_ornament_without_caption_or_labels_binds_nothing():
    plain = {"caption": None, "number": None}
    logo = saved(photo("logo", (90, 60)))
    assert bound(a=(logo, (), plain), b=(logo, (), plain)) == []


def test_a_picture_in_four_books_binds_none_and_is_known_as_stock():
    data = saved(photo(6))
    books, images = holding(**dict.fromkeys("abcd", data))
    found = compared(books, images)
    assert found.grouping.groups == ()
    assert found.grouping.stock_figures == {0, 1, 2, 3}
    books, images = holding(**dict.fromkeys("abc", data))
    assert groups(*books, images=images) == [("a", "b", "c")]


def test_five_printings_of_one_atlas_are_kept_together():
    plates = [saved(photo(f"plate {n}")) for n in range(4)]
    images, books = {}, []
    for name in "abcde":
        shown = [figure(f"f-{name}-{n}", name, data) for n, data in enumerate(plates)]
        images |= {one.image.sha256: data for one, data in zip(shown, plates, strict=True)}
        books.append(book(name, figures=shown))
    assert groups(*books, images=images) == [tuple("abcde")]


@pytest.mark.parametrize(
    "data",
    [b"", b"\x89PNG\r\n\x1a\n but no more", saved(Image.new("RGB", (200, 100), "white")), saved(photo(7))[:200]],
    ids=["empty", "torn head", "blank", "torn"],
)
def test_what_cannot_be_read_or_shows_nothing_is_like_nothing(data):
    assert look_at(data) == ()


def test_a_damaged_image_does_not_stop_a_release():
    books, images = holding(a=saved(photo(8)), b=saved(photo(9)))
    damaged = dict.fromkeys(images, b"no image")
    assert groups(*books, images=damaged) == []


def test_resemblance_is_the_same_both_ways_to_within_what_is_decided_by_it():
    a, b = saved(drawing(5)), CHANGES["cropped a little"](drawing(5))
    assert likest(a, b) == pytest.approx(likest(b, a), abs=0.1)
    assert likest(a, a) == pytest.approx(1)
