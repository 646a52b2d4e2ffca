"""unstructured: its elements from JSON files, or from its own reading of the PDF.

The files are those of `unstructured.staging.base.elements_to_json`, one for each PDF; reading them needs no package.
Reading the PDF needs ``unstructured[pdf]``, which people install by themselves: it brings torchvision and a second
OpenCV. Its strategy ``fast`` returns nothing, without a word, where a model is missing or a page is crowded; that is an
error here, never an empty result.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, Self, TypeAlias

from pydantic import Field

from corpusbuilder.backends.layout.base import (
    LayoutBlock,
    LayoutFailedError,
    LayoutModel,
    LayoutOptions,
    LayoutSource,
    has_text,
    stamp,
)
from corpusbuilder.backends.layout.labels import label_named
from corpusbuilder.backends.registry import Backend
from corpusbuilder.errors import BackendError, RecordError
from corpusbuilder.records.document import BlockLabel
from corpusbuilder.records.page import RawPage, Rect

_ElementDict: TypeAlias = Mapping[str, Any]
_ByPage: TypeAlias = Mapping[int, Sequence[_ElementDict]]
_SAME_SHAPE: Final = 0.03
"""Pages of one shape differ by less than this share in their ratio of width to height."""


class UnstructuredOptions(LayoutOptions):
    """Elements of unstructured."""

    kind: Literal["unstructured"] = "unstructured"
    elements: Path | None = Field(default=None, examples=["elements"])
    """Folder with ``<name of the PDF>.json`` from ``elements_to_json``, relative to the workspace; when not set, the
    PDF is read by an ``unstructured[pdf]`` that you installed."""
    strategy: Literal["fast", "hi_res", "auto"] = "hi_res"
    """How ``partition_pdf`` reads the PDF; ``fast`` finds no pictures."""
    labels: dict[str, BlockLabel] = Field(default_factory=dict)
    """What types of element that we do not know are, such as ``{ Sidebar = "text" }``."""

    def located(self, root: Path) -> Self:
        """See `LayoutOptions.located`."""
        return self.model_copy(update={"elements": root / self.elements}) if self.elements else self

    def files(self) -> tuple[Path, ...]:
        """See `LayoutOptions.files`."""
        return tuple(sorted(self.elements.glob("*.json"))) if self.elements else ()


class Unstructured:
    """Labels pages by the elements of unstructured."""

    def __init__(self, options: UnstructuredOptions) -> None:
        self._options = options

    @property
    def dpi(self) -> float | None:
        """None: it draws pages by itself."""
        return None

    def blocks(self, source: LayoutSource, page: RawPage, image: bytes | None) -> tuple[LayoutBlock, ...]:  # noqa: ARG002
        """The blocks of one page; see `LayoutModel.blocks`."""
        elements, origin = self._elements(source)
        mine = elements.get(page.page_no, ())
        if not mine and has_text(page):
            raise RecordError(
                "empty_layout",
                f"{origin}: unstructured has no element on page {page.page_no} of {source.file_name}, which has text",
                hint='read it again with strategy hi_res or the models that fast wants, or set layout = "none"',
            )
        where = f"{origin}, page {page.page_no}"
        found = [self._block(element, page, where) for element in mine]
        blocks = tuple(block for block in found if block)
        if mine and not any(element.get("metadata", {}).get("coordinates") for element in mine):
            raise LayoutFailedError(f"{where}: no element has coordinates")
        return blocks

    def _elements(self, source: LayoutSource) -> tuple[_ByPage, str]:
        if self._options.elements is None:
            return _partitioned(source, self._options.strategy), "unstructured"
        path = self._options.elements / f"{Path(source.file_name).stem}.json"
        return _loaded(path, stamp(path)), path.name

    def _block(self, element: _ElementDict, page: RawPage, where: str) -> LayoutBlock | None:
        label = label_named(element.get("type", ""), self._options.labels, where=where)
        metadata = element.get("metadata", {})
        coordinates = metadata.get("coordinates")
        if label is None or not coordinates:
            return None
        score = metadata.get("detection_class_prob")
        return LayoutBlock(label, _box(coordinates, page, where), 1.0 if score is None else float(score))


def _box(coordinates: Mapping[str, Any], page: RawPage, where: str) -> Rect:
    """In points of the page: pixels from the top left, or points or shares from the bottom left."""
    try:
        width, height = float(coordinates["layout_width"]), float(coordinates["layout_height"])
        xs = sorted(float(point[0]) / width for point in coordinates["points"])
        ys = sorted(float(point[1]) / height for point in coordinates["points"])
        first, last = (xs[0], ys[0]), (xs[-1], ys[-1])
    except (KeyError, IndexError, TypeError, ValueError, ZeroDivisionError):
        raise RecordError("bad_layout_file", f"{where}: coordinates that are none: {str(coordinates)[:120]}") from None
    system = coordinates.get("system")
    is_relative = system == "RelativeCoordinateSystem"
    if not is_relative and page.width and abs(width / height * page.height / page.width - 1) > _SAME_SHAPE:
        raise LayoutFailedError(f"{where}: the coordinates are of a page of another shape ({width:g} x {height:g})")
    top, bottom = (1 - last[1], 1 - first[1]) if is_relative or system == "PointSpace" else (first[1], last[1])
    return first[0] * page.width, top * page.height, last[0] * page.width, bottom * page.height


@lru_cache(maxsize=2)
def _loaded(path: Path, written: int) -> _ByPage:  # noqa: ARG001 - a part of the key
    try:
        elements = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecordError(
            "no_layout_file",
            f"{path}: there are no elements for this PDF",
            hint="write them with unstructured: elements_to_json(partition_pdf(…), filename=…)",
        ) from None
    except (OSError, ValueError) as error:
        raise RecordError("bad_layout_file", f"{path}: not a JSON file that can be read: {error}") from None
    if not isinstance(elements, list) or not all(isinstance(element, dict) for element in elements):
        raise RecordError("bad_layout_file", f"{path}: expected a list of elements, as elements_to_json writes it")
    return _by_page(elements)


@lru_cache(maxsize=2)
def _partitioned(source: LayoutSource, strategy: str) -> _ByPage:
    try:
        from unstructured.partition.pdf import partition_pdf
    except ImportError as error:
        raise BackendError(
            f'layout = "unstructured" reads PDFs with unstructured[pdf], which is not whole here: {error}',
            hint="pip install 'unstructured[pdf]' in an environment of its own and hand over its JSON with "
            'layout = { kind = "unstructured", elements = "folder" }',
        ) from None
    elements = partition_pdf(filename=str(source.path), strategy=strategy, password=source.password)
    return _by_page(element.to_dict() for element in elements)


def _by_page(elements: Iterable[_ElementDict]) -> _ByPage:
    pages: dict[int, list[_ElementDict]] = defaultdict(list)
    for element in elements:
        pages[int(element.get("metadata", {}).get("page_number") or 1)].append(element)
    return dict(pages)


def _create(options: UnstructuredOptions) -> LayoutModel:
    return Unstructured(options)


BACKEND: Final = Backend(options=UnstructuredOptions, create=_create, extra="layout", packages=("unstructured",))
