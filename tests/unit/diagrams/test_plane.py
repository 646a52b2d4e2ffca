import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.diagrams.nearby import BoxIndex
from corpusbuilder.diagrams.plane import box_gap, inside, moved, off_ring, off_segment, ray_miss, segments_apart

COORDINATES = st.integers(-20, 60) | st.floats(-20, 60)
POINTS = st.tuples(COORDINATES, COORDINATES)
RINGS = st.lists(POINTS, min_size=1, max_size=8)


@given(POINTS, RINGS)
def test_the_distance_from_a_ring_is_that_from_its_nearest_side(p, ring):
    sides = pairwise([*ring, ring[0]])
    assert off_ring(p, ring) == pytest.approx(min(off_segment(p, a, b) for a, b in sides), abs=1e-7)


@given(POINTS, st.floats(0, 7), RINGS)
def test_a_ray_misses_a_ring_by_its_distance_from_the_nearest_side(start, angle, ring):
    way = math.cos(angle), math.sin(angle)
    sides = pairwise([*ring, ring[0]])
    end = moved(start, way, 30)
    expected = 0.0 if inside(start, ring) else min(segments_apart(start, end, c, d) for c, d in sides)
    assert ray_miss(start, way, 30, ring) == pytest.approx(expected, abs=1e-7)


@given(st.lists(st.tuples(POINTS, POINTS), max_size=12), POINTS, st.integers(0, 20))
def test_the_index_finds_all_boxes_within_reach(corners, p, reach):
    boxes = [(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])) for a, b in corners]
    found = BoxIndex(boxes).at(p, reach)
    gaps = [box_gap(box, (*p, *p)) for box in boxes]
    assert set(found) <= {k for k, gap in enumerate(gaps) if gap <= reach}
    assert set(found) >= {k for k, gap in enumerate(gaps) if gap <= reach - 1e-9 or gap == 0}
