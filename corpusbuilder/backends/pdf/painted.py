"""How much a page paints, from MuPDF's recording of it."""

from functools import lru_cache
from types import ModuleType
from typing import Any, NamedTuple


class Painted(NamedTuple):
    """What is painted besides text."""

    paths: int
    images: int
    """With shadings, which MuPDF's text device reports as images."""


def painted_by(mupdf: ModuleType, recording: Any) -> Painted:  # noqa: ANN401 - PyMuPDF publishes no types
    """Count the operations of a display list."""
    device = _counter(mupdf)()
    mupdf.fz_run_display_list(
        recording, device, mupdf.FzMatrix(), mupdf.FzRect(mupdf.FzRect.Fixed_INFINITE), mupdf.FzCookie()
    )
    mupdf.fz_close_device(device)
    return Painted(device.paths, device.images)


@lru_cache(maxsize=1)
def _counter(mupdf: ModuleType) -> Any:  # noqa: ANN401 - PyMuPDF publishes no types
    """A device that counts. It hears of nothing else: each call from C takes a microsecond."""

    class Counter(mupdf.FzDevice2):  # type: ignore[misc, name-defined] # the library is imported late
        def __init__(self) -> None:
            super().__init__()
            self.paths = self.images = 0
            self.use_virtual_fill_path()
            self.use_virtual_stroke_path()
            self.use_virtual_fill_shade()
            self.use_virtual_fill_image()
            self.use_virtual_fill_image_mask()

        def fill_path(self, *_: object) -> None:
            self.paths += 1

        def fill_image(self, *_: object) -> None:
            self.images += 1

        stroke_path = fill_path
        fill_shade = fill_image_mask = fill_image

    return Counter
