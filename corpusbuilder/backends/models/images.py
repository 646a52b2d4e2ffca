"""Images for a model: read late, within bounds, and encoded once for all requests that show the same one."""

import asyncio
import base64
import io
import math
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from corpusbuilder.backends.models.base import ImagePart
from corpusbuilder.errors import MissingError, RecordError, StorageError

if TYPE_CHECKING:
    from PIL.Image import Image

_SENT_AS_THEY_ARE: Final = frozenset({"PNG", "JPEG", "WEBP", "GIF"})
"""Formats that every endpoint reads."""
_JPEG_QUALITY: Final = 90
_THREADS: Final = 2
"""Each may hold one image in full size: the largest that Pillow opens takes half a gigabyte."""
CACHE_BYTES: Final = 64 * 2**20


def open_bounded(data: bytes, *, max_side: int) -> "Image":
    """The picture in ``data``, in RGB, its longer side at most ``max_side`` pixels. Too slow for an event loop.

    Raises:
        RecordError: ``image_unreadable``.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as image:
            size = bounded_size(image.size, max_side)
            # JPEG decodes at a fraction of its size, which takes a fraction of the time and memory.
            image.draft("RGB", (max_side, max_side))
            picture = _flattened(image)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise RecordError("image_unreadable", f"not an image that can be read: {error}") from None
    return picture if picture.size == size else picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def bounded_size(size: tuple[int, int], max_side: int) -> tuple[int, int]:
    """Width and height of an image of ``size`` after its longer side was scaled down to ``max_side`` pixels.

    It is the size that `open_bounded` and `data_url` give an image: coordinates that a model counts in pixels of what
    it was sent depend on it. The shorter side is the whole number that distorts the image least.
    """
    width, height = size
    if max(size) <= max_side:
        return size
    if width < height:
        turned = bounded_size((height, width), max_side)
        return turned[1], turned[0]
    exact = max_side * height / width
    choices = (number for number in (math.floor(exact), math.ceil(exact)) if number >= 1)
    return max_side, min(choices, key=lambda number: abs(width / height - max_side / number))


def picture_of(part: ImagePart, read_image: Callable[[str], bytes], *, max_side: int) -> "Image":
    """An image as the processor of a model takes it: in RGB, its longer side at most ``max_side`` pixels.

    Raises:
        RecordError: ``image_unreadable``.
    """
    return open_bounded(_bytes_of(part.sha256, read_image), max_side=max_side)


def _bytes_of(sha256: str, read_image: Callable[[str], bytes]) -> bytes:
    try:
        return read_image(sha256)
    except (OSError, MissingError, StorageError) as error:
        raise RecordError("image_unreadable", f"the image {sha256[:12]} cannot be read: {error}") from None


def _flattened(image: "Image") -> "Image":
    """In RGB; what is transparent is white, as paper is, not black."""
    from PIL import Image

    if not image.has_transparency_data:
        return image.convert("RGB")
    with image.convert("RGBA") as layer:
        paper = Image.new("RGBA", layer.size, "white")
        paper.alpha_composite(layer)
    return paper.convert("RGB")


def data_url(data: bytes, *, max_side: int) -> bytes:
    """An image as a ``data:`` URL: the bytes as they are where they are small enough, scaled down where not.

    Raises:
        RecordError: ``image_unreadable``.
    """
    kind, small = _bounded(data, max_side)
    return b"data:image/" + kind.lower().encode() + b";base64," + base64.b64encode(small)


def _bounded(data: bytes, max_side: int) -> tuple[str, bytes]:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as image:
            kind, largest = image.format or "", max(image.size)
            if kind in _SENT_AS_THEY_ARE and largest <= max_side:
                image.verify()
                return kind, data
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise RecordError("image_unreadable", f"not an image that can be read: {error}") from None
    # Lines and letters suffer from JPEG: only what already is one becomes one again.
    target = "JPEG" if kind == "JPEG" else "PNG"
    with open_bounded(data, max_side=max_side) as picture, io.BytesIO() as written:
        picture.save(written, target, **({"quality": _JPEG_QUALITY} if target == "JPEG" else {}))
        return target, written.getvalue()


class DataUrls:
    """The most recently sent images as ``data:`` URLs, up to a number of bytes.

    Args:
        read_image: from an image's SHA-256 to its bytes.
        max_side: pixels.
        cache_bytes: how many bytes of URLs are kept.
    """

    def __init__(self, read_image: Callable[[str], bytes], *, max_side: int, cache_bytes: int = CACHE_BYTES) -> None:
        self._read = read_image
        self._max_side = max_side
        self._room = cache_bytes
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._kept_bytes = 0
        self._under_way: dict[str, asyncio.Future[bytes]] = {}
        self._pool: ThreadPoolExecutor | None = None

    async def get(self, image: ImagePart) -> bytes:
        """The URL of one image. Requests that want the same one at the same time share the work.

        Raises:
            RecordError: ``image_unreadable``.
        """
        kept = self._kept.get(image.sha256)
        if kept is not None:
            self._kept.move_to_end(image.sha256)
            return kept
        future = self._under_way.get(image.sha256)
        if future is None:
            future = self._begin(image.sha256)
        # Shielded: when one request is cancelled, the others still want it.
        return await asyncio.shield(future)

    def close(self) -> None:
        """Forget everything and end the threads."""
        self._kept.clear()
        self._kept_bytes = 0
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def _begin(self, sha256: str) -> asyncio.Future[bytes]:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="images")
        future = asyncio.get_running_loop().run_in_executor(self._pool, self._make, sha256)
        self._under_way[sha256] = future
        future.add_done_callback(lambda done: self._keep(sha256, done))
        return future

    def _make(self, sha256: str) -> bytes:
        return data_url(_bytes_of(sha256, self._read), max_side=self._max_side)

    def _keep(self, sha256: str, done: asyncio.Future[bytes]) -> None:
        del self._under_way[sha256]
        if done.cancelled() or done.exception() is not None:
            return
        url = done.result()
        if len(url) > self._room:
            return
        self._kept[sha256] = url
        self._kept_bytes += len(url)
        while self._kept_bytes > self._room:
            self._kept_bytes -= len(self._kept.popitem(last=False)[1])
