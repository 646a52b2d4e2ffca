"""The layout model that PyMuPDF carries (ONNX, offline, about 3 pages/s on one core).

It reads the PDF in a helper process of its own, so that a page that hangs or crashes it costs the advice on that page
only, and so that nothing of it is loaded into the process that reads text.
"""

from itertools import count
from typing import Any, Final, Literal

from pydantic import Field

from corpusbuilder.backends.layout.base import LayoutBlock, LayoutFailedError, LayoutModel, LayoutOptions, LayoutSource
from corpusbuilder.backends.pdf.helper import Helper, HelperDiedError, HelperTimeoutError
from corpusbuilder.backends.registry import Backend
from corpusbuilder.errors import MissingExtraError, RecordError
from corpusbuilder.records.document import BlockLabel
from corpusbuilder.records.page import RawPage, Rect

_SCORE: Final = 0.9
"""It keeps its probabilities to itself."""


class PyMuPdfLayoutOptions(LayoutOptions):
    """The layout model that PyMuPDF carries."""

    kind: Literal["pymupdf"] = "pymupdf"
    timeout_s: float = Field(default=60.0, gt=0)
    """Longest time for one page; a page that takes longer is read without the model's advice."""

    def fingerprint(self) -> dict[str, Any]:
        """The options that the result depends on."""
        return {"kind": self.kind}


class PyMuPdfLayout:
    """Labels the pages of one document after another."""

    def __init__(self, options: PyMuPdfLayoutOptions) -> None:
        self._options = options
        self._helper = Helper()
        self._handles = count()
        self._open: tuple[LayoutSource, int, int] | None = None
        """The document that the helper has open, its handle, and the helper's generation."""

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self._options,))  # each process has its own helper

    @property
    def dpi(self) -> float | None:
        """None: it draws pages by itself."""
        return None

    def blocks(self, source: LayoutSource, page: RawPage, image: bytes | None) -> tuple[LayoutBlock, ...]:  # noqa: ARG002
        """The blocks of one page; see `LayoutModel.blocks`."""
        try:
            found = self._helper.ask("layout", self._handle(source), page.page_no, timeout_s=self._options.timeout_s)
        except HelperTimeoutError:
            message = f"the layout model took longer than {self._options.timeout_s:g} s"
            raise LayoutFailedError(message) from None
        except HelperDiedError:
            raise LayoutFailedError("the page crashed the layout model") from None
        except RecordError as error:
            raise LayoutFailedError(f"the layout model {error.message}") from None
        return tuple(LayoutBlock(BlockLabel(name.replace("-", "_")), box, _SCORE) for name, box in found)

    def _handle(self, source: LayoutSource) -> int:
        if self._open:
            known, handle, generation = self._open
            if known == source and self._helper.is_running(generation):
                return handle
            if self._helper.is_running(generation):
                self._helper.ask("close", handle, timeout_s=self._options.timeout_s)
        handle = next(self._handles)
        limit_s = max(self._options.timeout_s, 60.0)
        self._helper.ask("open", handle, str(source.path), source.password, timeout_s=limit_s)
        self._open = source, handle, self._helper.generation
        return handle


def labelled_boxes(page: Any) -> list[tuple[str, Rect]]:  # noqa: ANN401 - PyMuPDF's page
    """What the model finds on a page of PyMuPDF: DocLayNet's names, and points. It straightens a turned page."""
    import pymupdf.layout  # noqa: F401 - gives pages their get_layout

    if page.rotation:
        # The model looks at the turned picture of the page and at words that are not turned.
        page.remove_rotation()
    # Its network looks at words and drawings; images in which it finds no text are pictures by its own rule.
    page.get_layout(return_raw=True, filter_img_bboxes=True)
    width, height = page.rect.width, page.rect.height
    return [(group["class_name"], _inside(group["group_bbox"], width, height)) for group in page.layout_information]


def _inside(box: Any, width: float, height: float) -> Rect:  # noqa: ANN401 - four numbers of numpy
    x0, y0, x1, y1 = (float(value) for value in box[:4])
    return max(x0, 0.0), max(y0, 0.0), min(x1, width), min(y1, height)


def _create(options: PyMuPdfLayoutOptions) -> LayoutModel:
    from importlib.util import find_spec

    if find_spec("pymupdf") is None or find_spec("pymupdf.layout") is None:
        raise MissingExtraError("pymupdf_layout", "layout", purpose='the layout model "pymupdf"')
    return PyMuPdfLayout(options)


BACKEND: Final = Backend(options=PyMuPdfLayoutOptions, create=_create, extra="layout", packages=("pymupdf_layout",))
