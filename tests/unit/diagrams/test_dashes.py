import math
from dataclasses import replace

import pytest
from sketch import INK, box, disc, edges, filled_head, node, open_head, read, shape


def two_nodes(*paths):
    one, one_box = node("algae", 60, 100)
    other, other_box = node("snail", 200, 100)
    return [one, other], [one_box, other_box, *paths]


def bar(a, b, thick=0.8):
    """A filled dash."""
    long = math.dist(a, b)
    x, y = -(b[1] - a[1]) / long * thick / 2, (b[0] - a[0]) / long * thick / 2
    return shape((a[0] + x, a[1] + y), (b[0] + x, b[1] + y), (b[0] - x, b[1] - y), (a[0] - x, a[1] - y))


def one_path(parts):
    """What one pen paints at once."""
    segments = tuple(segment for part in parts for segment in part.segments)
    boxes = [part.box for part in parts]
    hull = min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)
    return replace(parts[0], segments=segments, box=hull)


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("head", [filled_head, open_head])
def test_filled_dashes_in_a_row_are_one_shaft(together, head):
    dashes = [bar((x, 100), (x + 4, 100)) for x in range(78, 178, 6)]
    paths = [one_path(dashes)] if together else dashes
    assert edges(read(*two_nodes(*paths, *head((180, 100), (1, 0))))) == [("arrow", "algae", "snail")]


def test_dots_in_a_row_are_one_shaft():
    dots = [disc(x, 100, 0.6) for x in range(78, 176, 3)]
    assert edges(read(*two_nodes(*dots, *filled_head((182, 100), (1, 0))))) == [("arrow", "algae", "snail")]


def test_a_cut_dash_at_the_end_is_no_mark_of_its_own():
    dashes = [bar((x, 100), (x + 4, 100)) for x in range(78, 174, 6)]
    cut = bar((174, 100), (174.6, 100))
    paths = [one_path([*dashes, cut]), *open_head((178, 100), (1, 0))]
    assert edges(read(*two_nodes(*paths))) == [("arrow", "algae", "snail")]


def test_a_dash_may_bend_around_a_corner():
    down = [bar((60, y), (60, y + 4)) for y in range(108, 144, 6)]
    corner = shape((59.6, 144), (60.4, 144), (60.4, 149.6), (62.5, 149.6), (62.5, 150.4), (59.6, 150.4))
    along = [bar((x, 150), (x + 4, 150)) for x in range(66, 192, 6)]
    end = shape((194, 149.6), (199.6, 149.6), (199.6, 148), (200.4, 148), (200.4, 150.4), (194, 150.4))
    up = [bar((200, y), (200, y - 4)) for y in range(146, 116, -6)]
    paths = [one_path([*down, corner, *along, end, *up]), *filled_head((200, 108), (0, -1))]
    assert edges(read(*two_nodes(*paths))) == [("arrow", "algae", "snail")]


def test_dashed_lines_that_cross_stay_apart():
    names = [("oak", 40, 40), ("elm", 200, 40), ("ash", 40, 200), ("fir", 200, 200)]
    lines, boxes = map(list, zip(*(node(*name) for name in names), strict=True))
    steps = [k / 30 for k in range(30)]
    one = [bar((50 + 138 * s, 50 + 138 * s), (53 + 138 * s, 53 + 138 * s)) for s in steps]
    other = [bar((190 - 138 * s, 50 + 138 * s), (187 - 138 * s, 53 + 138 * s)) for s in steps]
    heads = [*filled_head((191, 191), (1, 1)), *filled_head((49, 191), (-1, 1))]
    diagram = read(lines, [*boxes, one_path(one), one_path(other), *heads])
    assert edges(diagram) == [("arrow", "elm", "ash"), ("arrow", "oak", "fir")]


def test_a_dashed_trunk_forks():
    lines, boxes = zip(node("king", 100, 40), node("clerk", 50, 120), node("guard", 150, 120), strict=True)
    trunk = [bar((100, y), (100, min(y + 4, 80))) for y in range(50, 80, 6)]
    prongs = []
    for x, way in ((50, -1), (150, 1)):
        along = [bar((100 + way * k, 80), (100 + way * (k + 4), 80)) for k in range(0, 48, 6)]
        corner = bar((x, 82), (x, 86))
        down = [bar((x, y), (x, y + 4)) for y in range(88, 106, 6)]
        prongs += [one_path([*along, corner, *down]), *filled_head((x, 112), (0, 1))]
    diagram = read(lines, [*boxes, one_path(trunk), *prongs])
    assert edges(diagram) == [("arrow", "king", "clerk"), ("arrow", "king", "guard")]


def test_a_pattern_of_dots_is_no_line():
    dots = [disc(80 + 3 * x, 90 + 3 * y, 0.6) for x in range(35) for y in range(8)]
    assert read(*two_nodes(*dots)).connectors == ()


def test_two_squares_of_one_ink_are_no_line():
    squares = [box(x, 99, x + 2, 101, fill=INK, ink=None) for x in (120, 126)]
    assert read(*two_nodes(*squares)).connectors == ()
