from sketch import _path, arrow, edges, filled_head, node, read, shape, stroke

from corpusbuilder.records.page import Segment


def two_nodes(*paths):
    one, one_box = node("algae", 60, 100)
    other, other_box = node("snail", 200, 100)
    return [one, other], [one_box, other_box, *paths]


def test_a_white_line_beneath_an_arrow_is_no_line():
    casing = stroke((76, 100), (182, 100), ink="#ffffff", width=4)
    diagram = read(*two_nodes(casing, *arrow((76, 100), (182, 100))))
    assert edges(diagram) == [("arrow", "algae", "snail")]


def test_the_core_of_a_double_line_is_no_line():
    core = stroke((76, 100), (184, 100), ink="#ffffff", width=1)
    (connector,) = read(*two_nodes(core, stroke((76, 100), (184, 100), width=3))).connectors
    assert connector.kind == "line"


def test_an_arrow_and_its_shadow_are_one():
    grey = [stroke((78, 101), (182, 101), ink="#cccccc"), shape((182, 101), (176, 98.5), (176, 103.5), fill="#cccccc")]
    assert edges(read(*two_nodes(*grey, *arrow((76, 100), (180, 100))))) == [("arrow", "algae", "snail")]


def test_arrows_to_and_fro_are_two():
    to, fro = arrow((76, 99), (182, 99)), arrow((184, 101.5), (78, 101.5))
    assert edges(read(*two_nodes(*to, *fro))) == [("arrow", "algae", "snail"), ("arrow", "snail", "algae")]


def test_a_kite_points_with_its_sharp_corner():
    kite = shape((182, 100), (176, 102.5), (174, 100), (176, 97.5))
    assert edges(read(*two_nodes(stroke((76, 100), (176, 100)), kite))) == [("arrow", "algae", "snail")]


def test_a_head_may_have_rounded_corners():
    tip = [((181.5, 99.8), (182, 100), (182, 100), (181.5, 100.2))]
    back = [((176, 102.4), (175.4, 102.6), (175, 102.4), (175, 102))]
    front = [((175, 98), (175, 97.6), (175.4, 97.4), (176, 97.6))]
    sides = [((181.5, 100.2), (176, 102.4)), ((175, 102), (175, 98)), ((176, 97.6), (181.5, 99.8))]
    curves = [Segment("c", points) for points in (*tip, *back, *front)]
    lines = [Segment("l", points) for points in sides]
    ring = [curves[0], lines[0], curves[1], lines[1], curves[2], lines[2]]
    head = _path(ring, closed=True, fill="#202020")
    assert edges(read(*two_nodes(stroke((76, 100), (176, 100)), head))) == [("arrow", "algae", "snail")]


def test_half_a_head_of_one_stroke_is_a_head():
    barb = stroke((182, 100), (177, 97))
    assert edges(read(*two_nodes(stroke((76, 100), (182, 100)), barb))) == [("arrow", "algae", "snail")]


def test_a_line_that_turns_back_ends_in_half_a_head():
    assert edges(read(*two_nodes(stroke((76, 100), (182, 100), (177, 97))))) == [("arrow", "algae", "snail")]


def test_a_bend_at_the_end_of_a_line_is_no_head():
    path = stroke((60, 108), (60, 150), (200, 150), (200, 108))
    (connector,) = read(*two_nodes(path)).connectors
    assert not connector.directed


def test_a_small_head_on_a_wide_line_keeps_its_direction():
    head = filled_head((184, 100), (1, 0))
    assert edges(read(*two_nodes(stroke((76, 100), (178, 100), width=3), *head))) == [("arrow", "algae", "snail")]
