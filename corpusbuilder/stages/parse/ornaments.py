"""Small marks between thin rules that part sections of a text: no figure, and no part of one."""

from collections.abc import Sequence
from itertools import combinations
from typing import Final

from corpusbuilder.records.geometry import centre, contains_point
from corpusbuilder.records.page import Rect
from corpusbuilder.stages.parse.marks import THIN
from corpusbuilder.stages.parse.merging import Cluster
from corpusbuilder.stages.parse.textgroups import TextGroup

_MOST_RULES: Final = 40
"""Pages with more thin rules than this are ruled: what stands between their rules is no ornament."""


def without_ornaments(clusters: Sequence[Cluster], groups: Sequence[TextGroup], *, em: float) -> list[Cluster]:
    """``clusters`` without flourishes: a small mark in the middle of a rule, or of two that are level and alike."""
    rules = [cluster for cluster in clusters if _is_rule(cluster.box, em=em)]
    two = combinations(rules, 2) if len(rules) <= _MOST_RULES else ()
    pairs = [_ordered(a, b) for a, b in two if _are_twins(a.box, b.box)]
    dropped: set[int] = set()
    for cluster in clusters:
        is_small = cluster.kind != "table" and not cluster.images and cluster.box[3] - cluster.box[1] <= 1.5 * em
        if not is_small or any(contains_point(cluster.box, centre(group.box)) for group in groups):
            continue
        about = next(((a, b) for a, b in pairs if _is_between(cluster.box, a.box, b.box, em=em)), ())
        if about or _is_centred(cluster, em=em):
            dropped |= {id(cluster), *map(id, about)}
    return [cluster for cluster in clusters if id(cluster) not in dropped]


def _is_rule(box: Rect, *, em: float) -> bool:
    return box[3] - box[1] <= THIN and box[2] - box[0] >= 2 * em


def _are_twins(a: Rect, b: Rect) -> bool:
    long, short = sorted((a[2] - a[0], b[2] - b[0]), reverse=True)
    return abs(centre(a)[1] - centre(b)[1]) <= THIN and short >= 0.9 * long and (a[2] <= b[0] or b[2] <= a[0])


def _ordered(a: Cluster, b: Cluster) -> tuple[Cluster, Cluster]:
    return (a, b) if a.box[0] <= b.box[0] else (b, a)


def _is_between(box: Rect, left: Rect, right: Rect, *, em: float) -> bool:
    """Whether a compact mark stands midway between two rules, close to both."""
    before, after = box[0] - left[2], right[0] - box[2]
    is_compact = box[2] - box[0] <= 4 * em
    is_level = abs(centre(box)[1] - centre(left)[1]) <= 0.4 * em
    return is_compact and is_level and 0 <= before <= 2 * em and abs(before - after) <= 0.3 * em


def _is_centred(cluster: Cluster, *, em: float) -> bool:
    """Whether a cluster is rules at half its height and compact marks about its middle; an arrow ends in its head."""
    x, y = centre(cluster.box)
    rules = [mark.box for mark in cluster.marks if _is_rule(mark.box, em=em)]
    shapes = [mark.box for mark in cluster.marks if not _is_rule(mark.box, em=em)]
    return (
        bool(rules and shapes)
        and all(abs(centre(rule)[1] - y) <= 0.3 * em for rule in rules)
        and all(shape[2] - shape[0] <= 1.5 * em and abs(centre(shape)[0] - x) <= 0.5 * em for shape in shapes)
    )
