"""Which visual tokens show a region: the patches or joined tokens that a Hugging Face processor makes of it.

A processor resizes an image, pads, crops or tiles it, and cuts it into cells; each cell is one patch of the vision
tower, or one token of the language model where neighbouring patches are joined. Which of them show a region has three
answers:

- ``reach="kernel"``: those that change when the region is painted black on white, or white on black. Resampling mixes
  each pixel with its neighbours: an edge is seen some pixels further than it lies, perhaps in the next cell, and a
  sliver in the corner of a cell may not be seen at all. The region is painted into an empty picture that goes through
  the processor's own resampling; a token counts when one of its pixels changes by a level of 8 bits.
- ``reach="ringing"``: those that change whatever it is painted with. Bicubic and Lanczos filters also overshoot on the
  other side of an edge, which is cut off in black and white and seen between greys and in photographs.
- ``reach="cell"``: those whose cells the region lies in, whatever comes of it in the pixels.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from corpusbuilder.perception.processors import sight_of
from corpusbuilder.perception.processors.panels import NO_TOKEN, Framed, Move, Panel, Resized, Size
from corpusbuilder.perception.processors.settings import AnyProcessor, Setting, Settings
from corpusbuilder.perception.shapes import AnyFigure, AnyRegion, Geometry, clipped, image_size, mask, outline

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Resampling

Reach: TypeAlias = Literal["kernel", "ringing", "cell"]
Unit: TypeAlias = Literal["token", "patch"]
Picture: TypeAlias = Any
"""An image of PIL, which is imported late."""

_COLOURS: Final[Mapping[str, tuple[int, int]]] = MappingProxyType({"kernel": (0, 255), "ringing": (64, 192)})
"""Grey levels of the empty picture and of the paint. The second are so far from both ends that nothing is cut off."""
_NOTHING: Final = 1e-9
"""What rounding leaves of a region in the next cell, as a share."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the cell of a token lies."""

    panel: int
    """Index into `VisualTokens.grids`."""
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of one picture that the vision tower sees."""

    name: str
    """``image`` where there is one; else ``tile``, or ``base`` for the whole image beside its tiles."""
    rows: int
    columns: int
    tile: tuple[int, int] | None = None
    """Row and column of a tile among the tiles."""


@dataclass(frozen=True, slots=True)
class VisualTokens:
    """The tokens of a region."""

    indices: tuple[int, ...]
    """Ascending; 0 is the first token of this image that the language model gets, or the first patch."""
    length: int
    """Tokens of the image in all, with those that show no cell, such as CLS and the ends of lines."""
    places: tuple[Place, ...]
    """One per index."""
    coverage: tuple[float, ...]
    """One per index: share of its cell that the region covers, 0 to 1."""
    grids: tuple[Grid, ...]
    """In the order in which the processor makes the pictures."""
    lost: float
    """Share of the region, 0 to 1, that lies in no cell: outside the image, cropped away, or left over at an edge.
    Where all of it is, a cell beside it may still be reached by the resampling of its edge."""


def visual_tokens(
    region: AnyRegion,
    processor: AnyProcessor,
    figure: AnyFigure,
    *,
    reach: Reach = "kernel",
    least_coverage: float = 0.0,
    unit: Unit = "token",
    patch_size: int | None = None,
    merge_size: int | None = None,
    leading_tokens: int | None = None,
    called_with: Mapping[str, Any] | None = None,
) -> VisualTokens:
    """The tokens that a processor of transformers makes of a region of a figure.

    Known are the rules of CLIP, SigLIP, SigLIP 2, LLaVA (cropped or padded), Qwen2-VL to Qwen3-VL, LLaVA-NeXT,
    Idefics 3, SmolVLM and InternVL. Which one applies is read from the settings of the processor, as are all sizes.

    ``indices`` count the tokens of this image from 0 in the order in which the language model gets them; text between
    tiles is not counted. Find them in a prompt with `positions`.

    Args:
        region: a `RegionEvidence`, a released row or a box; see `corpusbuilder.perception.shapes`.
        processor: a whole processor, such as ``LlavaProcessor``, or its image processor alone.
        figure: the figure that the region lies in, its released row, its image, or ``(width, height)`` in pixels.
        reach: ``kernel``, ``ringing`` or ``cell``: how far a region is seen; see the module.
        least_coverage: leave out tokens whose cell the region covers less than this, 0 to 1.
        unit: ``token`` of the language model, or ``patch`` of the vision tower: then 0 is the first row of
            ``pixel_values`` where that has a row per patch, else the first patch, picture by picture, row by row.
        patch_size: side of a patch in pixels, where the processor does not say (an image processor of CLIP or SigLIP).
        merge_size: patches that are joined across, and down, where the processor does not say.
        leading_tokens: tokens before the first patch that are kept, such as 1 for CLS; by default what a
            ``LlavaProcessor`` says, else 0.
        called_with: what else the processor is called with for its images, such as ``{"crop_to_patches": False}``.

    Raises:
        ValueError: the region or figure is none; the processor lacks a setting or follows another rule.
    """
    if reach not in {"cell", *_COLOURS} or unit not in {"token", "patch"}:
        raise ValueError(f"reach is kernel, ringing or cell and unit is token or patch, got {reach!r} and {unit!r}")
    settings = Settings(processor, dict(called_with or {}), patch_size, merge_size, leading_tokens)
    size = image_size(figure)
    sight = sight_of(settings, size, joined=unit == "token")
    shape = clipped(region, figure)
    painting = None if reach == "cell" else _painting(region, size, settings.get("resample"), _COLOURS[reach])
    found: list[tuple[int, Place, float]] = []
    for number, panel in enumerate(sight.panels):
        shares = _coverage(shape, panel, size)
        inside = shares > 0 if painting is None else painting.cells(panel)
        inside &= (panel.tokens != NO_TOKEN) & (shares >= least_coverage)
        found.extend(
            (int(panel.tokens[row, column]), Place(number, int(row), int(column)), float(shares[row, column]))
            for row, column in zip(*inside.nonzero(), strict=True)
        )
    found.sort(key=lambda item: item[0])
    return VisualTokens(
        indices=tuple(index for index, _, _ in found),
        length=sight.length,
        places=tuple(place for _, place, _ in found),
        coverage=tuple(share for _, _, share in found),
        grids=tuple(_grid(panel) for panel in sight.panels),
        lost=_lost(outline(region), shape, sight.panels, size),
    )


def _grid(panel: Panel) -> Grid:
    rows, columns = panel.tokens.shape
    return Grid(panel.name, rows, columns, panel.tile)


def _coverage(shape: Geometry, panel: Panel, size: Size) -> "NDArray[np.float64]":
    """Share of each cell of a panel, rows × columns, that a shape in pixels of the image covers."""
    import numpy as np
    from shapely import area, box, intersection, prepare
    from shapely.affinity import affine_transform

    (sx, sy), (tx, ty), shown = panel.transform(size)
    shares = np.zeros(panel.tokens.shape)
    # Cut first: what lies in the part of the image that is cropped away must not come back at the edge of the panel.
    seen = shape.intersection(box(*shown)) if shown[0] < shown[2] and shown[1] < shown[3] else None
    if seen is None or not seen.area:
        return shares
    seen = affine_transform(seen, [sx, 0, 0, sy, tx, ty])
    x0, y0, x1, y1 = seen.bounds
    width, height = panel.cell
    rows = slice(max(0, int(y0 // height)), int(y1 // height) + 1)
    columns = slice(max(0, int(x0 // width)), int(x1 // width) + 1)
    down, across = np.indices(shares.shape)[:, rows, columns]
    prepare(seen)
    cells = box(across * width, down * height, (across + 1) * width, (down + 1) * height)
    covered = area(intersection(seen, cells)) / (width * height)
    shares[rows, columns] = np.where(covered > _NOTHING, np.minimum(covered, 1.0), 0.0)
    return shares


def _lost(whole: Geometry, shape: Geometry, panels: tuple[Panel, ...], size: Size) -> float:
    """Share of the region, which lies in the image as ``shape``, that is in no cell with a token."""
    from shapely import box, union_all

    shown = []
    for panel in panels:
        (sx, sy), (tx, ty), bounds = panel.transform(size)
        rows, columns = (panel.tokens != NO_TOKEN).nonzero()
        if not len(rows) or bounds[0] >= bounds[2] or bounds[1] >= bounds[3]:
            continue
        width, height = panel.cell
        left, right = columns.min() * width, (columns.max() + 1) * width
        top, bottom = rows.min() * height, (rows.max() + 1) * height
        window = box((left - tx) / sx, (top - ty) / sy, (right - tx) / sx, (bottom - ty) / sy)
        shown.append(window.intersection(box(*bounds)))
    seen = shape.intersection(union_all(shown)).area / whole.area
    return 0.0 if seen > 1 - _NOTHING else 1.0 - float(seen)


class _Painting:
    """A region painted into an empty picture, as a processor resamples it."""

    def __init__(self, painted: Picture, ground: int, resample: Setting) -> None:
        self._ground = ground
        self._resample = resample
        self._painted: dict[tuple[Move, ...], Picture] = {(): painted}
        self._empty: dict[tuple[Move, ...], Picture] = {(): _even(painted.size, ground)}

    def cells(self, panel: Panel) -> "NDArray[np.bool_]":
        """The cells of a panel, rows × columns, in which a pixel changes."""
        import numpy as np

        rows, columns = panel.tokens.shape
        width, height = panel.cell
        seen = np.asarray(self._made(self._painted, panel.moves))
        padded = any(isinstance(move, Framed) and move.fill is not None for move in panel.moves)
        # An empty picture stays as it is, unless something else is put around it.
        empty = np.asarray(self._made(self._empty, panel.moves)) if padded else self._ground
        found = np.zeros((rows, columns), dtype=bool)
        down, across = (seen != empty).nonzero()
        cell_rows, cell_columns = (down // height).astype(int), (across // width).astype(int)
        inside = (cell_rows < rows) & (cell_columns < columns)
        found[cell_rows[inside], cell_columns[inside]] = True
        return found

    def _made(self, known: dict[tuple[Move, ...], Picture], moves: tuple[Move, ...]) -> Picture:
        """Tiles share what is done before they are cut out: it is done once."""
        if moves not in known:
            known[moves] = self._moved(self._made(known, moves[:-1]), moves[-1])
        return known[moves]

    def _moved(self, picture: Picture, move: Move) -> Picture:
        if isinstance(move, Resized):
            return picture.resize((move.width, move.height), self._resample)
        framed = _even((move.width, move.height), self._ground if move.fill is None else move.fill)
        framed.paste(picture, (-move.left, -move.top))
        return framed


def _even(size: Size, level: int) -> Picture:
    from PIL import Image

    return Image.new("L", size, level)


def _painting(region: AnyRegion, size: Size, resample: Setting, colours: tuple[int, int]) -> _Painting:
    import numpy as np
    from PIL import Image

    ground, paint = colours
    painted = np.full((size[1], size[0]), ground, dtype=np.uint8)
    painted[mask(region, size)] = paint
    return _Painting(Image.fromarray(painted), ground, _filter(resample))


def _filter(resample: Setting) -> "Resampling":
    """The filter of Pillow that a processor names by number, by Pillow's name or by torchvision's."""
    from PIL import Image

    if resample is None:
        return Image.Resampling.BILINEAR
    if isinstance(resample, int):
        return Image.Resampling(resample)
    name = str(getattr(resample, "value", resample)).upper()
    if name not in Image.Resampling.__members__:
        raise ValueError(f"a processor resamples by a filter that Pillow does not have: {resample!r}")
    return Image.Resampling[name]
