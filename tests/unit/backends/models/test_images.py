import asyncio
import base64
import io
import threading

import pytest
from PIL import Image

from corpusbuilder.backends.models.base import ImagePart
from corpusbuilder.backends.models.images import DataUrls, data_url, open_bounded
from corpusbuilder.errors import MissingInputError, RecordError


def picture(width=40, height=20, kind="PNG", mode="RGB", color="red"):
    written = io.BytesIO()
    Image.new(mode, (width, height), color).save(written, kind)
    return written.getvalue()


def part(number, side=40):
    return ImagePart(sha256=f"{number:064x}", media_type="image/png", width=side, height=side)


def decoded(url):
    head, _, data = url.partition(b",")
    return head, Image.open(io.BytesIO(base64.b64decode(data)))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_an_image_within_bounds_is_sent_as_it_is(kind):
    data = picture(kind=kind)

    url = data_url(data, max_side=64)

    assert url == f"data:image/{kind.lower()};base64,".encode() + base64.b64encode(data)


@pytest.mark.parametrize(("kind", "sent"), [("PNG", "PNG"), ("JPEG", "JPEG"), ("TIFF", "PNG"), ("WEBP", "PNG")])
def test_a_larger_image_is_scaled_down(kind, sent):
    head, image = decoded(data_url(picture(400, 100, kind), max_side=100))

    assert head == f"data:image/{sent.lower()};base64".encode()
    assert (image.size, image.format) == ((100, 25), sent)


@pytest.mark.parametrize("kind", ["TIFF", "BMP", "PPM"])
def test_a_format_that_endpoints_do_not_read_is_sent_as_png(kind):
    _, image = decoded(data_url(picture(kind=kind), max_side=64))

    assert (image.size, image.format, image.getpixel((3, 3))) == ((40, 20), "PNG", (255, 0, 0))


def test_what_is_transparent_becomes_paper():
    data = picture(200, 200, mode="RGBA", color=(0, 0, 0, 0))

    assert open_bounded(data, max_side=100).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "I;16"])
def test_any_colour_mode_can_be_opened(mode):
    image = open_bounded(picture(mode=mode, color=0, kind="TIFF"), max_side=10)

    assert (image.mode, image.size) == ("RGB", (10, 5))


@pytest.mark.parametrize(
    "data", [b"", b"no image", picture()[:-20], picture(400, 400)[:90], picture(400, 400, "JPEG")[:300]]
)
def test_an_image_that_cannot_be_read_is_the_records_fault(data):
    with pytest.raises(RecordError) as caught:
        data_url(data, max_side=100)

    assert caught.value.reason_code == "image_unreadable"


@pytest.mark.parametrize("error", [OSError("disk"), MissingInputError("gone")])
def test_an_image_that_is_not_there_is_the_records_fault(error):
    def read(sha256):
        raise error

    with pytest.raises(RecordError, match=r"image 0{11}1") as caught:
        asyncio.run(DataUrls(read, max_side=64).get(part(0x1 << 208)))

    assert caught.value.reason_code == "image_unreadable"


def test_requests_for_the_same_image_share_one_reading():
    reads = []

    def read(sha256):
        reads.append(sha256)
        return picture()

    async def ask():
        urls = DataUrls(read, max_side=64)
        together = await asyncio.gather(*(urls.get(part(1)) for _ in range(20)))
        later = await urls.get(part(1))
        urls.close()
        return {*together, later}

    assert len(asyncio.run(ask())) == 1
    assert len(reads) == 1


def test_a_request_that_is_cancelled_spoils_nothing_for_the_others():
    may_read = threading.Event()

    def read(sha256):
        may_read.wait(5)
        return picture()

    async def ask():
        urls = DataUrls(read, max_side=64)
        first = asyncio.create_task(urls.get(part(1)))
        second = asyncio.create_task(urls.get(part(1)))
        await asyncio.sleep(0.01)
        first.cancel()
        may_read.set()
        return await second

    assert asyncio.run(ask()).startswith(b"data:image/png")


def test_of_many_images_only_so_many_bytes_are_kept():
    size = len(data_url(picture(), max_side=64))
    reads = []

    def read(sha256):
        reads.append(int(sha256, 16))
        return picture()

    async def ask():
        urls = DataUrls(read, max_side=64, cache_bytes=3 * size)
        for number in [1, 2, 3, 1, 4, 1, 2]:
            await urls.get(part(number))
        return sum(map(len, urls._kept.values()))

    assert asyncio.run(ask()) == 3 * size
    assert reads == [1, 2, 3, 4, 2]


def test_an_image_larger_than_the_cache_is_sent_all_the_same():
    async def ask():
        urls = DataUrls(lambda sha256: picture(), max_side=64, cache_bytes=10)
        return await urls.get(part(1)), len(urls._kept)

    url, kept = asyncio.run(ask())

    assert url.startswith(b"data:")
    assert kept == 0
