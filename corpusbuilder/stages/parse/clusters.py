"""Connected components of boxes that nearly touch, in near-linear time.

`Page.cluster_drawings` of PyMuPDF is quadratic (18 s on 4,000 isolated marks); here boxes are sorted on x, compared
only with those that they can still touch, and relabelled with whole-array operations.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from corpusbuilder.records.page import Rect

MAX_BOXES: Final = 6000
"""Above this many distinct boxes, boxes are snapped to a coarser grid until they are fewer."""


def touching(boxes: Sequence[Rect], reach: Sequence[float]) -> list[list[int]]:
    """Components of boxes that touch after each has grown by its ``reach`` on every side (points).

    Returns:
        Indices of ``boxes``, ascending within a component; components in order of their first index.
    """
    if not boxes:
        return []
    grown = np.asarray(boxes, dtype=np.float64)
    pad = np.asarray(reach, dtype=np.float64)[:, None]
    distinct, place = _distinct(np.concatenate([grown[:, :2] - pad, grown[:, 2:] + pad], axis=1))
    labels = _components(distinct)[place]
    members: dict[int, list[int]] = {}
    for index, label in enumerate(labels.tolist()):
        members.setdefault(label, []).append(index)
    return list(members.values())


def _distinct(boxes: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Distinct boxes in order of x0, and for each box which of them it is."""
    step = 0.125
    while True:
        snapped = np.concatenate([np.floor(boxes[:, :2] / step), np.ceil(boxes[:, 2:] / step)], axis=1)
        distinct, place = np.unique(snapped, axis=0, return_inverse=True)
        if len(distinct) <= MAX_BOXES:
            return distinct * step, place.reshape(-1)
        step *= 2


def _components(boxes: NDArray[np.float64]) -> NDArray[np.int64]:
    """A label for each of ``boxes``, which are sorted by x0; touching boxes have the same."""
    x0, y0, x1, y1 = np.ascontiguousarray(boxes.T)
    ends = np.searchsorted(x0, x1, side="right")
    labels = np.arange(len(boxes))
    for i in range(len(boxes)):
        later = slice(i + 1, int(ends[i]))
        touched = labels[later][(y0[later] <= y1[i]) & (y1[later] >= y0[i])]
        for label in np.unique(touched[touched != labels[i]]):
            labels[labels == label] = labels[i]
    return labels
