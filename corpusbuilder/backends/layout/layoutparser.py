"""layoutparser: any of its models, any object with its ``detect``, or layouts in its JSON format.

Its detectors need Detectron2, PaddlePaddle or EffDet, which are not among our extras. Files need no package: each
``<name of the PDF>.json`` holds ``Layout.to_dict()`` of every page, in a list, as ``layoutparser.load_json`` reads it.
"""

import io
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import Field, model_validator

from corpusbuilder.backends.layout.base import LayoutBlock, LayoutModel, LayoutOptions, LayoutSource, has_text, stamp
from corpusbuilder.backends.layout.labels import label_named
from corpusbuilder.backends.registry import Backend
from corpusbuilder.errors import BackendError, MissingExtraError, RecordError
from corpusbuilder.records.document import BlockLabel
from corpusbuilder.records.page import RawPage, Rect

_POINTS_PER_INCH: Final = 72.0


class LayoutParserOptions(LayoutOptions):
    """A model or layouts of layoutparser."""

    kind: Literal["layoutparser"] = "layoutparser"
    model: str | None = Field(default=None, examples=["lp://PubLayNet/…"])
    """What ``AutoLayoutModel`` takes, or ``module:function``, which makes an object with ``detect``."""
    layouts: Path | None = Field(default=None, examples=["layouts"])
    """Folder with ``<name of the PDF>.json``: the dicts of the Layouts of all pages, relative to the workspace."""
    dpi: float = Field(default=150.0, ge=36, le=600)
    """Resolution of the pictures that the model sees, or of those that the layouts were made of."""
    threshold: float = Field(default=0.5, ge=0, le=1)
    """Blocks that the model is less sure of are left out."""
    labels: dict[str, BlockLabel] = Field(default_factory=dict)
    """What types of block that we do not know are, such as ``{ 0 = "text", 4 = "picture" }``."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.model is None) == (self.layouts is None):
            raise ValueError("layoutparser needs a model or layouts, and not both")
        return self

    def located(self, root: Path) -> Self:
        """See `LayoutOptions.located`."""
        return self.model_copy(update={"layouts": root / self.layouts}) if self.layouts else self

    def files(self) -> tuple[Path, ...]:
        """See `LayoutOptions.files`."""
        return tuple(sorted(self.layouts.glob("*.json"))) if self.layouts else ()


class LayoutParserModel:
    """Labels pages with a model, which is loaded with the first page, once per process."""

    def __init__(self, options: LayoutParserOptions) -> None:
        self._options = options

    @property
    def dpi(self) -> float | None:
        """Resolution of the pictures that the model sees."""
        return self._options.dpi

    def blocks(self, source: LayoutSource, page: RawPage, image: bytes | None) -> tuple[LayoutBlock, ...]:
        """The blocks of one page; see `LayoutModel.blocks`."""
        from PIL import Image

        if image is None:
            raise ValueError("a model of layoutparser needs the picture of the page")
        with Image.open(io.BytesIO(image)) as png:
            picture = png.convert("RGB")
        layout = _model(str(self._options.model)).detect(picture)
        where = f"{self._options.model} on {source.file_name}, page {page.page_no}"
        return _blocks(layout.to_dict()["blocks"], _POINTS_PER_INCH / self._options.dpi, self._options, where)


class LayoutParserFiles:
    """Labels pages by layouts that were made elsewhere."""

    def __init__(self, options: LayoutParserOptions) -> None:
        self._options = options

    @property
    def dpi(self) -> float | None:
        """None: the layouts are made already."""
        return None

    def blocks(self, source: LayoutSource, page: RawPage, image: bytes | None) -> tuple[LayoutBlock, ...]:  # noqa: ARG002
        """The blocks of one page; see `LayoutModel.blocks`."""
        folder = self._options.layouts or Path()
        path = folder / f"{Path(source.file_name).stem}.json"
        layout = _loaded(path, stamp(path)).get(page.page_no, {})
        where = f"{path.name}, page {page.page_no}"
        width = layout.get("page_data", {}).get("width")
        scale = page.width / float(width) if width else _POINTS_PER_INCH / self._options.dpi
        found = _blocks(layout.get("blocks", ()), scale, self._options, where)
        if not found and has_text(page):
            raise RecordError(
                "empty_layout",
                f"{where}: there is no block of a score of {self._options.threshold:g} on a page that has text",
                hint='make the layouts again, lower the threshold, or set layout = "none"',
            )
        return found


def _blocks(
    found: Sequence[Mapping[str, Any]], scale: float, options: LayoutParserOptions, where: str
) -> tuple[LayoutBlock, ...]:
    """Blocks of layoutparser's dicts, in pixels, that are certain enough, in points."""
    blocks = []
    for block in found:
        score = block.get("score")
        score = 1.0 if score is None else float(score)
        label = label_named(block.get("type"), options.labels, where=where)
        if label is not None and score >= options.threshold:
            x0, y0, x1, y1 = _pixels(block, where)
            blocks.append(LayoutBlock(label, (scale * x0, scale * y0, scale * x1, scale * y1), score))
    return tuple(blocks)


def _pixels(block: Mapping[str, Any], where: str) -> Rect:
    """The bounds of a rectangle or a quadrilateral."""
    try:
        if "points" in block:
            xs, ys = sorted(map(float, block["points"][0::2])), sorted(map(float, block["points"][1::2]))
            return xs[0], ys[0], xs[-1], ys[-1]
        return float(block["x_1"]), float(block["y_1"]), float(block["x_2"]), float(block["y_2"])
    except (KeyError, IndexError, TypeError, ValueError):
        message = f"{where}: expected a rectangle or a quadrilateral, got {str(block)[:120]}"
        raise RecordError("bad_layout_file", message) from None


@lru_cache(maxsize=2)
def _loaded(path: Path, written: int) -> Mapping[int, Mapping[str, Any]]:  # noqa: ARG001 - a part of the key
    """The layouts of a file by page number. ``page_data["index"]``, from 0, says which; else their order does."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecordError(
            "no_layout_file",
            f"{path}: there are no layouts for this PDF",
            hint="write them with layoutparser: json.dump([layout.to_dict() for layout in layouts], file)",
        ) from None
    except (OSError, ValueError) as error:
        raise RecordError("bad_layout_file", f"{path}: not a JSON file that can be read: {error}") from None
    layouts = data if isinstance(data, list) else [data]
    if not all(isinstance(layout, dict) and isinstance(layout.get("blocks"), list) for layout in layouts):
        raise RecordError("bad_layout_file", f"{path}: expected the dicts of Layouts, one for each page")
    return {(layout.get("page_data") or {}).get("index", place) + 1: layout for place, layout in enumerate(layouts)}


@lru_cache(maxsize=2)
def _model(name: str) -> Any:  # noqa: ANN401 - any object with ``detect``
    if name.startswith("lp://") or ":" not in name:
        return _auto_model(name)
    module, _, attribute = name.partition(":")
    try:
        model = getattr(import_module(module), attribute)()
    except (ImportError, AttributeError, ValueError) as error:
        raise BackendError(f"parse.layout.model = {name!r}: {error}", hint="name module:function, importable") from None
    if not hasattr(model, "detect"):
        raise BackendError(f"parse.layout.model = {name!r}: it makes a {type(model).__name__} without detect()")
    return model


def _auto_model(name: str) -> Any:  # noqa: ANN401 - any of layoutparser's models
    try:
        import layoutparser
    except ImportError:
        raise MissingExtraError("layoutparser", "layout", purpose='layout = "layoutparser" with a model') from None
    try:
        model = layoutparser.AutoLayoutModel(name)
    except (ImportError, ValueError, AssertionError) as error:
        raise BackendError(
            f"layoutparser cannot make the model {name!r}: {' '.join(str(error).split())[:200]}",
            hint="its detectors need Detectron2, PaddlePaddle or EffDet: see layoutparser's instructions",
        ) from None
    if model is None:
        raise BackendError(f"layoutparser knows no model {name!r}", hint="lp://<dataset>/<backend>/config, for example")
    return model


def _create(options: LayoutParserOptions) -> LayoutModel:
    return LayoutParserFiles(options) if options.layouts else LayoutParserModel(options)


BACKEND: Final = Backend(options=LayoutParserOptions, create=_create, extra="layout", packages=("layoutparser",))
