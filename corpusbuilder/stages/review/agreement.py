"""Agreement between annotators: on decisions, on regions and on spans. Undefined is None, never NaN.

Sources: K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011); J. Cohen, "A coefficient of agreement for
nominal scales", Educational and Psychological Measurement 20 (1960).
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from corpusbuilder.records.agreement import Coefficient
from corpusbuilder.records.evidence import RegionEvidence, SpanEvidence
from corpusbuilder.records.example import GroundedExample, StepGrounding
from corpusbuilder.records.geometry import Polygon, box_polygon
from corpusbuilder.records.ids import content_id

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

RESAMPLES: Final = 2000
"""Of the bootstrap: the ends of the interval then move by about .01 from seed to seed."""

_DECIMALS: Final = 6


def alpha(units: Iterable[Sequence[str | None]]) -> Coefficient:
    """Krippendorff's alpha for nominal data, with a 95 % bootstrap interval over units.

    The interval is deterministic: its seed follows from the values. There is none where nobody ever disagreed, because
    resampling cannot show a disagreement that was not seen, nor where most resamples leave alpha undefined.

    Args:
        units: what was judged, each with the value that every annotator gave it; None is a missing value, and units may
            have different numbers of annotators. Units with fewer than two values play no part.
    """
    counted = Counter(tuple(sorted(Counter(v for v in unit if v is not None).items())) for unit in units)
    patterns = sorted(pattern for pattern in counted if sum(n for _, n in pattern) >= 2)
    weights = np.array([counted[pattern] for pattern in patterns], dtype=np.float64)
    number = int(weights.sum())
    if not number:
        return Coefficient(value=None, n=0)
    categories = sorted({category for pattern in patterns for category, _ in pattern})
    table = np.array([[dict(p).get(category, 0) for category in categories] for p in patterns], dtype=np.float64)
    value = float(_alphas(weights[None, :], table)[0])
    if math.isnan(value):
        return Coefficient(value=None, n=number)
    seed = content_id("alpha", [[[c, n] for c, n in p] for p in patterns], [counted[p] for p in patterns])
    low, high = _interval(weights, table, int(seed[-8:], 16))
    return Coefficient(value=_rounded(value), n=number, low=low, high=high)


def _alphas(weights: NDArray[np.float64], table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Alpha of each row of ``weights``: how often each pattern of values (row of ``table``) occurs. NaN: undefined."""
    raters = table.sum(axis=1)
    unequal_pairs = (raters**2 - (table**2).sum(axis=1)) / (raters - 1)
    values = weights @ raters
    observed = weights @ unequal_pairs / values
    expected = (values**2 - ((weights @ table) ** 2).sum(axis=1)) / (values * (values - 1))
    defined = expected > 0
    return np.where(defined, 1 - observed / np.where(defined, expected, 1), np.nan)


def _interval(
    weights: NDArray[np.float64], table: NDArray[np.float64], seed: int
) -> tuple[float, float] | tuple[None, None]:
    number = int(weights.sum())
    # The stream of `RandomState`, unlike that of `Generator`, is the same in every version of numpy.
    drawn = np.random.RandomState(seed).multinomial(number, weights / number, size=RESAMPLES).astype(np.float64)
    values = _alphas(drawn, table)
    values = values[~np.isnan(values)]
    if len(values) * 2 < RESAMPLES or values.min() == values.max():
        return None, None
    low, high = np.percentile(values, [2.5, 97.5])
    return _rounded(float(low)), _rounded(float(high))


def kappa(pairs: Iterable[tuple[str | None, str | None]]) -> Coefficient:
    """Cohen's kappa of two annotators.

    Args:
        pairs: the two values of each thing judged; where one is None, it plays no part.
    """
    judged = Counter((a, b) for a, b in pairs if a is not None and b is not None)
    number = judged.total()
    agreed = sum(n for (a, b), n in judged.items() if a == b)
    firsts, seconds = Counter[str](), Counter[str]()
    for (a, b), n in judged.items():
        firsts[a] += n
        seconds[b] += n
    by_chance = sum(n * seconds[category] for category, n in firsts.items())
    # Both have to be multiplied by the number squared to stay whole: equal means that chance explains everything.
    if number**2 == by_chance:
        return Coefficient(value=None, n=number)
    return Coefficient(value=_rounded((number * agreed - by_chance) / (number**2 - by_chance)), n=number)


def region_agreement(a: GroundedExample, b: GroundedExample) -> float | None:
    """Mean over steps of the intersection over union of their regions on the main figure, 0 to 1.

    Steps are matched by their texts, and by their order where the texts differ. A step counts when either version has
    regions for it; None when no step counts.
    """
    main = next(iter(a.example.figure_ids or b.example.figure_ids), None)
    shapes = ((_shape(first, main), _shape(second, main)) for first, second in _matched(a, b))
    return _mean(_shape_iou(*pair) for pair in shapes if any(shape is not None for shape in pair))


def span_agreement(a: GroundedExample, b: GroundedExample) -> float | None:
    """Mean over steps of the F1 of the characters that they quote, 0 to 1; steps as in `region_agreement`."""
    characters = ((_characters(first), _characters(second)) for first, second in _matched(a, b))
    return _mean(2 * len(x & y) / (len(x) + len(y)) for x, y in characters if x or y)


def _matched(a: GroundedExample, b: GroundedExample) -> Iterator[tuple[StepGrounding | None, StepGrounding | None]]:
    """The groundings of the same step in both; None where one version has no such step."""
    texts = [step.text for step in a.example.steps], [step.text for step in b.example.steps]
    for _, a0, a1, b0, b1 in SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        yield from zip_longest(a.groundings[a0:a1], b.groundings[b0:b1])


def _mean(values: Iterable[float]) -> float | None:
    every = list(values)
    return _rounded(math.fsum(every) / len(every)) if every else None


def outlines_iou(a: Iterable[Polygon], b: Iterable[Polygon]) -> float:
    """Intersection over union of what two sets of polygons cover, 0 to 1."""
    return _shape_iou(_union(a), _union(b))


def _shape(grounding: StepGrounding | None, figure_id: str | None) -> "BaseGeometry | None":
    """The union of a step's polygons on a figure; None when it has none there."""
    found = grounding.evidence if grounding else ()
    regions = [e for e in found if isinstance(e, RegionEvidence) and e.figure_id == figure_id]
    return _union(p for region in regions for p in region.polygons or (box_polygon(region.box),)) if regions else None


def _union(outlines: Iterable[Polygon]) -> "BaseGeometry":
    from shapely import Polygon as Shape
    from shapely import make_valid, union_all

    return union_all([make_valid(Shape(outline)) for outline in outlines if _is_outline(outline)])


def _is_outline(polygon: Polygon) -> bool:
    return len(polygon) >= 3 and all(math.isfinite(value) for point in polygon for value in point)


def _shape_iou(a: "BaseGeometry | None", b: "BaseGeometry | None") -> float:
    if a is None or b is None:
        return 0.0
    whole = a.union(b).area
    if whole > 0:
        return float(a.intersection(b).area / whole)
    return float(a.equals(b))


def _characters(grounding: StepGrounding | None) -> set[tuple[str, int]]:
    found = grounding.evidence if grounding else ()
    spans = (e for e in found if isinstance(e, SpanEvidence))
    return {(span.passage_id, place) for span in spans for place in range(span.start, span.end)}


def _rounded(value: float) -> float:
    return round(value, _DECIMALS) + 0.0
