"""What a model sees of an image: cropped, scaled, padded. And where a point it names lies in the image itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from corpusbuilder.records.geometry import CoordinateSpace, area, from_pixels, intersection_area, to_pixels


@dataclass(frozen=True, slots=True)
class ImageView:
    """An image of ``size`` of which the part ``crop``, scaled to ``scaled``, lies at ``offset`` on a ``canvas``.

    All sizes are (width, height) in pixels. What the model calls the whole image is the canvas.
    """

    size: tuple[int, int]
    """Of the stored image."""
    crop: tuple[float, float, float, float]
    """``[x0, y0, x1, y1]`` in pixels of the stored image."""
    scaled: tuple[int, int]
    """Of the crop as it lies on the canvas."""
    offset: tuple[float, float]
    """Left and top of the crop on the canvas: the padding before it."""
    canvas: tuple[int, int]

    @classmethod
    def whole(cls, size: tuple[int, int], *, scaled: tuple[int, int] | None = None) -> "ImageView":
        """A view of all of an image, scaled."""
        seen = scaled or size
        return cls(size, (0.0, 0.0, float(size[0]), float(size[1])), seen, (0.0, 0.0), seen)

    def lost(self, box: Sequence[float]) -> float:
        """The share of a box, in pixels of the stored image, that the crop leaves out, 0 to 1."""
        whole = area(box)
        return 1.0 - intersection_area(box, self.crop) / whole if whole > 0 else 0.0

    def onto_canvas(self, box: Sequence[float]) -> tuple[float, float, float, float]:
        """A box of the stored image in pixels of the canvas. What the crop leaves out lies outside of the canvas."""
        (a, b), (left, top) = self._scale, self.offset
        x0, y0 = self.crop[:2]
        return (
            (box[0] - x0) * a + left,
            (box[1] - y0) * b + top,
            (box[2] - x0) * a + left,
            (box[3] - y0) * b + top,
        )

    def from_canvas(self, box: Sequence[float]) -> tuple[float, float, float, float]:
        """A box of the canvas in pixels of the stored image: the inverse of `onto_canvas`."""
        (a, b), (left, top) = self._scale, self.offset
        x0, y0 = self.crop[:2]
        return (
            (box[0] - left) / a + x0,
            (box[1] - top) / b + y0,
            (box[2] - left) / a + x0,
            (box[3] - top) / b + y0,
        )

    def written(self, box: Sequence[float], space: CoordinateSpace) -> tuple[float, float, float, float]:
        """How a model that sees this view writes a box of the stored image; what lies off the canvas is cut off.

        Raises:
            ValueError: not four finite numbers.
        """
        if space is CoordinateSpace.ORIGINAL_PIXELS:
            return from_pixels(box, space, size=self.size)
        return from_pixels(self.onto_canvas(box), space, size=self.canvas, resized=self.canvas)

    def read(self, box: Sequence[float], space: CoordinateSpace) -> tuple[float, float, float, float]:
        """A box that a model wrote, in pixels of the stored image, cut off at its edges: the inverse of `written`.

        Raises:
            ValueError: not four finite numbers.
        """
        if space is CoordinateSpace.ORIGINAL_PIXELS:
            return to_pixels(box, space, size=self.size)
        seen = self.from_canvas(to_pixels(box, space, size=self.canvas, resized=self.canvas))
        return to_pixels(seen, CoordinateSpace.ORIGINAL_PIXELS, size=self.size)

    def full_scale(self, space: CoordinateSpace) -> tuple[float, float]:
        """The largest number of each axis, x and y, in which a box on this view can be written."""
        if space is CoordinateSpace.ORIGINAL_PIXELS:
            return float(self.size[0]), float(self.size[1])
        width, height = self.canvas
        _, _, c, d = from_pixels((0.0, 0.0, width, height), space, size=self.canvas, resized=self.canvas)
        return (d, c) if space is CoordinateSpace.PALIGEMMA else (c, d)

    @property
    def _scale(self) -> tuple[float, float]:
        x0, y0, x1, y1 = self.crop
        return self.scaled[0] / (x1 - x0), self.scaled[1] / (y1 - y0)
