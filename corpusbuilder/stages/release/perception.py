"""What a model has to make out to see the evidence: size, place, distractors, size and resolution of the image.

The strata are those that Zhang et al. (2402.07384) found to limit multimodal models: object size, quality, distractors
and location.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from corpusbuilder.perception.strata import place, size_stratum
from corpusbuilder.records.document import Figure
from corpusbuilder.stages.release.write import Row

DISTRACTORS: Final = ("none", "1 to 4", "5 to 9", "10 to 19", "20 and more")
SIDES: Final = ("below 224 px", "224 to 447 px", "448 to 895 px", "896 px and more")
RESOLUTIONS: Final = ("below 100 dpi", "100 to 199 dpi", "200 dpi and more")
_DISTRACTOR_BOUNDS: Final = (1, 5, 10, 20)
_SIDE_BOUNDS: Final = (224, 448, 896)
_RESOLUTION_BOUNDS: Final = (100, 200)
_POINTS_PER_INCH: Final = 72


@dataclass(frozen=True, slots=True)
class _Shape:
    width: int
    height: int
    elements: int
    side: str
    resolution: str


class Perception:
    """Counts over released examples; the figures of a document are known before its examples come."""

    def __init__(self) -> None:
        self.sizes: Counter[str] = Counter()
        """Regions of evidence by their share of the image."""
        self.places: Counter[str] = Counter()
        """Regions of evidence by the third of the image, across and down, in which the middle of their box lies."""
        self.distractors: Counter[str] = Counter()
        """Examples with regions, by how many elements of the cited figures are no evidence."""
        self.sides: Counter[str] = Counter()
        """Examples with a main figure, by the shorter side of its image."""
        self.resolutions: Counter[str] = Counter()
        """Examples with a main figure, by pixels of its image per inch of the page."""
        self._shapes: dict[str, _Shape] = {}

    def start_document(self) -> None:
        """Forget the figures of the document before."""
        self._shapes = {}

    def add_figure(self, figure: Figure) -> None:
        """Know a figure that examples may show."""
        image, diagram = figure.image, figure.diagram
        regions = [region for region in diagram.regions if region.role != "ornament"]
        x0, _, x1, _ = figure.bbox
        dpi = _POINTS_PER_INCH * image.width / (x1 - x0) if x1 > x0 else 0.0
        self._shapes[figure.id] = _Shape(
            image.width,
            image.height,
            len(diagram.labels) + len(diagram.connectors) + len(regions),
            SIDES[bisect_right(_SIDE_BOUNDS, min(image.width, image.height))],
            RESOLUTIONS[bisect_right(_RESOLUTION_BOUNDS, dpi)],
        )

    def add_example(self, row: Row) -> None:
        """Count a row of ``examples``."""
        main = self._shapes.get(row["figure_id"]) if row["figure_id"] else None
        if main:
            self.sides[main.side] += 1
            self.resolutions[main.resolution] += 1
        regions = [region for step in row["steps"] for region in step["regions"]]
        if regions:
            self._add_regions(regions)

    def _add_regions(self, regions: Iterable[dict[str, Any]]) -> None:
        cited: set[tuple[str, str]] = set()
        figures: set[str] = set()
        for region in regions:
            figure_id = region["figure_id"]
            shape = self._shapes[figure_id]
            figures.add(figure_id)
            cited.update((figure_id, element) for element in region["element_ids"])
            self.sizes[size_stratum(region["area_ratio"])] += 1
            self.places[place(region["box"], (shape.width, shape.height))] += 1
        others = sum(self._shapes[figure].elements for figure in figures) - len(cited)
        self.distractors[DISTRACTORS[bisect_right(_DISTRACTOR_BOUNDS, others)]] += 1
