import math
import random
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sketch import HEADS, INK, arrow, bar_head, blob, block_arrow, box, disc, edges, node, read, shape, stroke, text

from corpusbuilder.diagrams import read_diagram
from corpusbuilder.records.page import Segment


@st.composite
def drawings(draw):
    """Boxes on a ring, joined by arrows of one style; beside them a blob with a leader, and what acts on an arrow."""
    count = draw(st.integers(2, 6))
    head = draw(st.sampled_from([*HEADS, bar_head, None]))
    places = [
        (150 + 110 * math.cos(k), 150 + 110 * math.sin(k)) for k in (2 * math.pi * n / count for n in range(count))
    ]
    names = draw(st.lists(st.text("abcdefgh", min_size=3, max_size=8), min_size=count, max_size=count, unique=True))
    lines, paths = map(list, zip(*(node(name, *at) for name, at in zip(names, places, strict=True)), strict=True))
    for k in range(count - 1):
        (ax, ay), (bx, by) = places[k], places[k + 1]
        far = math.dist(places[k], places[k + 1])
        ux, uy = (bx - ax) / far, (by - ay) / far
        skip = min(30.0, far / 3)
        start, tip = (ax + skip * ux, ay + skip * uy), (bx - skip * ux, by - skip * uy)
        paths += arrow(start, tip, head) if head else block_arrow(start, tip)
    if draw(st.booleans()):
        lines.append(text("pith", 460, 145))
        paths += [blob(360, 150, 40), stroke((457, 150), (370, 150))]
    if draw(st.booleans()):
        lines += [text("ore", 20, 395), text("tin", 180, 395)]
        paths += [*arrow((40, 400), (170, 400)), box(80, 440, 120, 480, fill="#f4f4e8")]
        lines.append(text("coke", 92, 455))
        paths += [stroke((100, 435), (100, 400)), disc(100, 403.5, 3.5, fill="#ffffff", ink=INK)]
        paths += [box(82, 450, 118, 470)]
    return lines, paths


def shifted(lines, paths, by):
    def box_of(b):
        return b[0] + by[0], b[1] + by[1], b[2] + by[0], b[3] + by[1]

    def point(p):
        return p[0] + by[0], p[1] + by[1]

    moved = [
        replace(p, box=box_of(p.box), segments=tuple(Segment(s.kind, tuple(map(point, s.points))) for s in p.segments))
        for p in paths
    ]
    texts = [
        replace(li, box=box_of(li.box), words=tuple(replace(w, box=box_of(w.box)) for w in li.words)) for li in lines
    ]
    return texts, moved


def scaled(lines, paths, by):
    def times(values):
        return tuple(by * value for value in values)

    def path(p):
        segments = tuple(Segment(s.kind, tuple(map(times, s.points))) for s in p.segments)
        return replace(p, box=times(p.box), width=by * p.width, segments=segments)

    def words(line):
        return tuple(replace(w, box=times(w.box), size=by * w.size) for w in line.words)

    return [replace(line, box=times(line.box), words=words(line)) for line in lines], [path(p) for p in paths]


@given(drawings(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_painting_changes_nothing(drawing, shuffle):
    lines, paths = drawing
    before = read(lines, paths)
    mixed, other = list(paths), list(lines)
    shuffle.shuffle(mixed)
    shuffle.shuffle(other)
    assert read(other, mixed) == before


@given(drawings(), st.tuples(st.integers(0, 300), st.integers(0, 300)))
@settings(max_examples=40, deadline=None)
def test_a_drawing_that_is_moved_means_the_same(drawing, by):
    assert edges(read(*shifted(*drawing, by), size=(2000, 2000))) == edges(read(*drawing))


@given(drawings(), st.sampled_from([0.25, 0.5, 1.7, 3.0]))
@settings(max_examples=40, deadline=None)
def test_a_drawing_that_is_larger_means_the_same(drawing, by):
    assert edges(read(*scaled(*drawing, by), scale=2.0 / by)) == edges(read(*drawing))


def turned(lines, paths, quarters):
    """Rotated clockwise around (400, 400)."""

    def point(p):
        for _ in range(quarters):
            p = 800 - p[1], p[0]
        return p

    def box_of(b):
        (ax, ay), (bx, by) = point(b[:2]), point(b[2:])
        return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)

    def way(direction):
        x, y = direction
        for _ in range(quarters):
            x, y = -y, x
        return x, y

    texts = [
        replace(
            li,
            box=box_of(li.box),
            direction=way(li.direction),
            words=tuple(replace(w, box=box_of(w.box)) for w in li.words),
        )
        for li in lines
    ]
    drawn = [
        replace(p, box=box_of(p.box), segments=tuple(Segment(s.kind, tuple(map(point, s.points))) for s in p.segments))
        for p in paths
    ]
    return texts, drawn


def keyed_map():
    """Two areas, and a key with their colours."""
    lines = [text("forest", 330, 100), text("desert", 330, 120), text("Oran", 90, 60), text("Fez", 190, 60)]
    paths = [
        blob(100, 100, 45, fill="#88bb88"),
        blob(200, 100, 45, fill="#eedd99"),
        box(310, 101, 322, 109, fill="#88bb88"),
        box(310, 121, 322, 129, fill="#eedd99"),
    ]
    return lines, paths


@given(st.one_of(drawings(), st.builds(keyed_map)), st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_a_drawing_that_is_turned_means_the_same(drawing, quarters):
    before, after = read(*drawing, size=(2000, 2000)), read(*turned(*drawing, quarters), size=(2000, 2000))
    assert edges(after) == edges(before)
    assert sorted((label.text, label.role) for label in after.labels) == sorted(
        (label.text, label.role) for label in before.labels
    )
    assert sorted((region.linked_by or "", region.role) for region in after.regions) == sorted(
        (region.linked_by or "", region.role) for region in before.regions
    )


@given(drawings())
@settings(max_examples=25, deadline=None)
def test_elements_refer_to_elements_and_lie_in_the_image(drawing):
    diagram = read(*drawing, size=(600, 500))
    ids = [element.id for element in diagram.elements()]
    assert len(ids) == len(set(ids))
    for connector in diagram.connectors:
        assert {connector.tail_id, connector.head_id} <= set(ids)
    for region in diagram.regions:
        assert {region.label_id, region.parent_id} <= {*ids, None}
    for shown in (*diagram.labels, *diagram.regions):
        assert shown.box[0] >= 0 <= shown.box[1]
        assert shown.box[2] <= 600
        assert shown.box[3] <= 500


def test_ids_depend_on_the_figure():
    line, frame = node("liver", 100, 100)
    one, other = (
        read_diagram([line], [frame], to_pixels=(1, 0, 0, 1, 0, 0), size=(300, 300), figure_id=f, method="text_layer")
        for f in ("fig-a", "fig-b")
    )
    assert one.labels[0].id != other.labels[0].id


def hostile(kind, count):
    rng = random.Random(5)
    for _ in range(count):
        x, y = 500 * rng.random(), 500 * rng.random()
        if kind == "strokes":
            yield stroke((x, y), (x + rng.gauss(0, 30), y + rng.gauss(0, 30)))
        elif kind == "star":
            yield stroke((250, 250), (x, y))
        elif kind == "dashes":
            yield stroke((x, y), (x + 3, y))
        elif kind == "boxes":
            yield box(x, y, x + 9, y + 9)
        else:
            yield disc(x, y, 2)


@pytest.mark.parametrize("kind", ["strokes", "star", "dashes", "boxes", "discs"])
@pytest.mark.parametrize("count", [1500, 20_000])
def test_a_crowded_drawing_is_read_in_time(kind, count):
    lines = [text(f"word{k}", 30 * (k % 15), 40 * (k // 15)) for k in range(150)]
    paths = list(hostile(kind, count))
    start = time.perf_counter()
    diagram = read(lines, paths)
    assert time.perf_counter() - start < 4  # 2 s on an idle machine
    assert diagram.labels


def test_broken_geometry_is_ignored():
    bad = stroke((0, 0), (10, 0))
    nan = replace(bad, box=(0.0, 0.0, math.nan, 0.0))
    point = shape((5, 5), (5, 5), (5, 5))
    empty = replace(bad, segments=())
    line, frame = node("liver", 100, 100)
    assert [label.text for label in read([line], [nan, point, empty, frame]).labels] == ["liver"]
