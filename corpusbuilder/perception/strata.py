"""How hard a region is to make out: size, distractors, place, contrast.

The strata are those that Zhang et al. (2402.07384) found to limit multimodal models: object size, quality, distractors
and location. The bounds of relative area are theirs.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from corpusbuilder.perception.shapes import (
    AnyFigure,
    AnyRegion,
    Geometry,
    area,
    box,
    image_size,
    outline,
    painted,
    polygons,
)
from corpusbuilder.records.diagram import Connector, Diagram, DiagramLabel
from corpusbuilder.records.document import Figure
from corpusbuilder.records.evidence import RegionEvidence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Picture: TypeAlias = Any
"""An image of PIL, or an array of height × width × 1 to 4 channels of 8 bits."""

SIZES: Final = ("below 0.5 % of the image", "0.5 % to 5 %", "5 % and more")
"""The strata of relative area: below .005, from .005 to below .05, from .05."""
PLACES: Final = (
    *("top left", "top centre", "top right"),
    *("middle left", "middle centre", "middle right"),
    *("bottom left", "bottom centre", "bottom right"),
)
_AREA_BOUNDS: Final = (0.005, 0.05)
_RING: Final = 0.25
"""Width of the surround, as a share of the region's least side."""
_NARROWEST_RING: Final = 2.0
"""Pixels."""
_LUMINANCE: Final = (0.2126, 0.7152, 0.0722)
"""Of linear red, green and blue in CIE Y (IEC 61966-2-1)."""


@dataclass(frozen=True, slots=True)
class Perception:
    """What a model has to make out to see a region."""

    relative_area: float
    """Share of the image that the region covers, 0 to 1; what lies outside of the image does not count."""
    stratum: str
    """One of `SIZES`."""
    least_side: float
    """Pixels: the shorter side of the smallest rectangle, however turned, around the smallest of its polygons."""
    place: str
    """One of `PLACES`: the third of the image, across and down, in which the middle of its box lies."""
    distractors: int | None
    """Other elements of the figure of the same kind: labels for a label, arrows for an arrow, lines for a line, regions
    for a region; ornaments are none. Of several kinds for evidence of several. None where the elements are not known,
    or the region is of none of them."""
    same_name: int | None
    """Of these, those that are called the same: a label with the same text, a region with such a label, an arrow
    between ends that are called the same."""
    contrast: float | None
    """Root mean square of the difference in luminance between the region's pixels and the mean of a ring around it, 0
    to 1; None without an image, or where nothing lies around. See `contrast`."""
    width: int
    """Pixels of the image."""
    height: int


def describe(region: AnyRegion, figure: AnyFigure, *, image: Picture | None = None) -> Perception:
    """What a model has to make out to see a region of a figure.

    Args:
        region: a `RegionEvidence`, a released row or a box.
        figure: its `Figure`, or the row of released ``figures``; with less, there is nothing to say of distractors.
            Released rows do not tell ornaments from other regions: they count there.
        image: the pixels of the figure, for contrast.

    Raises:
        ValueError: the region or figure is none, or the image has another size.
    """
    width, height = image_size(figure)
    share = area(region, figure) / (width * height)
    others = _distractors(region, figure)
    return Perception(
        relative_area=share,
        stratum=size_stratum(share),
        least_side=least_side(region),
        place=place(box(region), (width, height)),
        distractors=None if others is None else others[0],
        same_name=None if others is None else others[1],
        contrast=None if image is None else contrast(region, figure, image),
        width=width,
        height=height,
    )


def size_stratum(relative_area: float) -> str:
    """The one of `SIZES` that a share of the image, 0 to 1, belongs to."""
    return SIZES[bisect_right(_AREA_BOUNDS, relative_area)]


def place(around: Sequence[float], size: tuple[int, int]) -> str:
    """The one of `PLACES` in which the middle of a box lies, in an image of ``size`` (width, height)."""
    x0, y0, x1, y1 = around
    return PLACES[_third(y0 + y1, size[1]) * 3 + _third(x0 + x1, size[0])]


def _third(twice_the_middle: float, length: int) -> int:
    """0, 1 or 2: the third of ``length`` in which a middle lies."""
    return min(2, max(0, int(1.5 * twice_the_middle / length)))


def least_side(region: AnyRegion) -> float:
    """Pixels: the shorter side of the smallest rectangle, however turned, around the smallest polygon of a region.

    Raises:
        ValueError: as `corpusbuilder.perception.shapes.polygons` does.
    """
    return min(_shorter_side(outline({"polygon": points})) for points in polygons(region))


def _shorter_side(shape: Geometry) -> float:
    from shapely import LineString, oriented_envelope

    corners = list(oriented_envelope(shape).exterior.coords)
    return float(min(LineString(corners[:2]).length, LineString(corners[1:3]).length))


def contrast(region: AnyRegion, figure: AnyFigure, image: Picture) -> float | None:
    """How much a region stands out from what is around it, 0 to 1.

    Root mean square over the region's pixels of their difference from the mean of its surround (RMS contrast: Peli
    1990, "Contrast in complex images"), in luminance: CIE Y of sRGB, 0 for black and 1 for white. The surround is a
    ring of a quarter of the region's least side, two pixels at least. So a filled shape has the difference of its
    luminance from the paper's, and a word that of its strokes, weighted by how much of its box they cover.

    Args:
        region: a `RegionEvidence`, a released row or a box.
        figure: the figure that it lies in.
        image: its pixels; what is transparent is white.

    Returns:
        None where no pixel lies in the region or around it.

    Raises:
        ValueError: the region or figure is none, or the image has another size.
    """
    import numpy as np

    size = image_size(figure)
    light = luminance(image)
    if light.shape != (size[1], size[0]):
        raise ValueError(
            f"the image has {light.shape[1]} × {light.shape[0]} pixels, and the figure {size[0]} × {size[1]}"
        )
    shape = outline(region)
    inside = painted(shape, size)
    ring = painted(shape.buffer(max(_NARROWEST_RING, _RING * least_side(region))), size) & ~inside
    if not inside.any() or not ring.any():
        return None
    return float(np.sqrt(np.mean((light[inside] - light[ring].mean()) ** 2)))


def luminance(image: Picture) -> "NDArray[np.float64]":
    """CIE Y of an image of sRGB, height × width, 0 to 1; what is transparent is seen on white.

    Raises:
        ValueError: it is neither an image of PIL nor an array of 8 bits.
    """
    import numpy as np
    from PIL import Image

    if not isinstance(image, Image.Image):
        pixels = np.asarray(image)
        if pixels.dtype != np.uint8 or pixels.ndim not in {2, 3}:
            raise ValueError(f"pixels are an array of 8 bits, height × width × channels, got {pixels.dtype}")
        image = Image.fromarray(pixels.squeeze(axis=2) if pixels.shape[2:] == (1,) else pixels)
    paper = Image.new("RGBA", image.size, "white")
    coded = np.asarray(Image.alpha_composite(paper, image.convert("RGBA")).convert("RGB")) / 255
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array(_LUMINANCE))


@dataclass(frozen=True, slots=True)
class _Element:
    kind: str
    name: tuple[str, ...]
    """Empty where it is called nothing."""


def _distractors(region: AnyRegion, figure: AnyFigure) -> tuple[int, int] | None:
    """Other elements of the kinds of a region's, and those of them that are called like one of these."""
    ids: Sequence[str]
    if isinstance(region, RegionEvidence):
        ids = region.element_ids
    else:
        ids = region.get("element_ids") or () if isinstance(region, Mapping) else ()
    elements = _elements(figure)
    if elements is None or not any(element_id in elements for element_id in ids):
        return None
    meant = {elements[element_id] for element_id in ids if element_id in elements}
    kinds = {element.kind for element in meant}
    others = [e for element_id, e in elements.items() if element_id not in ids and e.kind in kinds]
    return len(others), sum(bool(other.name) and other in meant for other in others)


def _elements(figure: AnyFigure) -> dict[str, _Element] | None:
    """The elements of a figure by id; None where they are not known."""
    if isinstance(figure, Figure):
        return _of_record(figure.diagram)
    if isinstance(figure, Mapping) and "labels" in figure:
        return _of_row(figure)
    return None


def _of_record(diagram: Diagram) -> dict[str, _Element]:
    names = {label.id: _plain(label.name) for label in diagram.labels}
    names |= {region.id: names.get(region.label_id or "", "") for region in diagram.regions}
    found = {}
    for element in diagram.elements():
        if isinstance(element, DiagramLabel):
            found[element.id] = _named("label", names[element.id])
        elif isinstance(element, Connector):
            found[element.id] = _between(element.directed, element.tail_id, element.head_id, names)
        elif element.role != "ornament":
            found[element.id] = _named("region", names[element.id])
    return found


def _of_row(row: Mapping[str, Any]) -> dict[str, _Element]:
    names = {label["id"]: _plain(label["text"]) for label in row["labels"]}
    found = {label_id: _named("label", name) for label_id, name in names.items()}
    for region in row.get("regions") or ():
        names[region["id"]] = names.get(region["label_id"] or "", "")
        found[region["id"]] = _named("region", names[region["id"]])
    for line in row.get("connectors") or ():
        found[line["id"]] = _between(line["directed"], line["tail_id"], line["head_id"], names)
    return found


def _named(kind: str, name: str) -> _Element:
    return _Element(kind, (name,) if name else ())


def _between(directed: bool, tail: str | None, head: str | None, names: Mapping[str, str]) -> _Element:  # noqa: FBT001 - as records have it
    ends = (names.get(tail or "", ""), names.get(head or "", ""))
    return _Element("arrow" if directed else "line", ends if all(ends) else ())


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
