import math
from itertools import pairwise

import pytest
from sketch import (
    HEADS,
    INK,
    arrow,
    barbed_head,
    block_arrow,
    box,
    curve,
    disc,
    edges,
    filled_head,
    node,
    open_head,
    read,
    shape,
    stroke,
    text,
)


def two_nodes(*paths):
    one, one_box = node("algae", 60, 100)
    other, other_box = node("snail", 200, 100)
    return [one, other], [one_box, other_box, *paths]


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("turn", [0, 35, 90, 170, 260])
def test_an_arrow_runs_from_its_tail_to_its_head(head, turn):
    way = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    one, one_box = node("algae", 200, 200)
    other, other_box = node("snail", 200 + 120 * way[0], 200 + 120 * way[1])
    start, tip = (200 + 28 * way[0], 200 + 28 * way[1]), (200 + 92 * way[0], 200 + 92 * way[1])
    diagram = read([one, other], [one_box, other_box, *arrow(start, tip, head)])
    assert edges(diagram) == [("arrow", "algae", "snail")]
    (connector,) = diagram.connectors
    assert connector.directed
    assert not connector.double
    assert math.dist(connector.points[-1], (2 * tip[0], 2 * tip[1])) < 0.1


def test_an_arrow_between_bare_words():
    diagram = read([text("egg", 40, 95), text("larva", 160, 95)], arrow((56, 100), (155, 100)))
    assert edges(diagram) == [("arrow", "egg", "larva")]


@pytest.mark.parametrize("reverse", [False, True])
def test_a_block_silhouette_is_an_arrow(reverse):
    ends = ((172, 100), (85, 100)) if reverse else ((85, 100), (172, 100))
    diagram = read(*two_nodes(*block_arrow(*ends)))
    assert edges(diagram) == [("arrow", *(("snail", "algae") if reverse else ("algae", "snail")))]


def test_heads_at_both_ends_make_it_double():
    a, b = (78, 100), (180, 100)
    diagram = read(*two_nodes(stroke(a, b), *filled_head(b, (1, 0)), *filled_head(a, (-1, 0))))
    (connector,) = diagram.connectors
    assert connector.double


def test_a_line_without_a_head_has_no_direction():
    (connector,) = read(*two_nodes(stroke((76, 100), (184, 100)))).connectors
    assert (connector.kind, connector.directed) == ("line", False)


def test_an_arrow_may_be_curved():
    path = curve((60, 92), (80, 40), (180, 40), (200, 88))
    diagram = read(*two_nodes(path, *filled_head((200, 92), (20, 48))))
    assert edges(diagram) == [("arrow", "algae", "snail")]


def test_an_elbow_in_three_strokes_is_one_arrow():
    bends = [(60, 108), (60, 150), (200, 150), (200, 108)]
    strokes = [stroke(a, b) for a, b in pairwise(bends)]
    diagram = read(*two_nodes(*strokes, *open_head((200, 108), (0, -1))))
    assert edges(diagram) == [("arrow", "algae", "snail")]
    assert len(diagram.connectors[0].points) == 4


def test_dashes_drawn_one_by_one_are_one_shaft():
    dashes = [stroke((x, 100), (x + 4, 100)) for x in range(78, 174, 6)]
    diagram = read(*two_nodes(*dashes, *filled_head((182, 100), (1, 0))))
    assert edges(diagram) == [("arrow", "algae", "snail")]


def test_a_shaft_may_be_a_thin_filled_bar():
    diagram = read(*two_nodes(box(78, 99.5, 176, 100.5, fill="#202020", ink=None), *filled_head((182, 100), (1, 0))))
    assert edges(diagram) == [("arrow", "algae", "snail")]


def test_a_fork_is_an_arrow_to_each_prong():
    lines, boxes = zip(node("king", 100, 40), node("clerk", 50, 120), node("guard", 150, 120), strict=True)
    fork = [stroke((100, 48), (100, 80)), stroke((50, 80), (150, 80))]
    prongs = [part for x in (50, 150) for part in (stroke((x, 80), (x, 110)), *filled_head((x, 112), (0, 1)))]
    assert edges(read(lines, [*boxes, *fork, *prongs])) == [("arrow", "king", "clerk"), ("arrow", "king", "guard")]


def test_an_arrow_may_end_on_another_arrow():
    lines, paths = two_nodes(*arrow((76, 100), (182, 100)))
    enzyme, its_box = node("enzyme", 130, 30)
    diagram = read([*lines, enzyme], [*paths, its_box, *arrow((130, 38), (130, 99.5))])
    assert ("arrow", "enzyme", "~") in edges(diagram)
    assert ("arrow", "algae", "snail") in edges(diagram)


def test_a_character_may_be_the_arrow():
    diagram = read([text("seed", 40, 100), text("→", 64, 100), text("plant", 76, 100)])
    assert edges(diagram) == [("arrow", "seed", "plant")]


def test_words_along_an_arrow_belong_to_it():
    lines, paths = two_nodes(*arrow((76, 100), (182, 100)))
    diagram = read([*lines, text("feeds", 120, 88, size=6)], paths)
    (connector,) = diagram.connectors
    label = diagram.element(connector.label_id)
    assert (label.text, label.role) == ("feeds", "connector_label")


def test_routes_join_places_by_their_dots():
    lines = [text("Rouen", 46, 95), text("Lyon", 206, 95)]
    diagram = read(lines, [disc(42, 100, 1.8), disc(202, 100, 1.8), *arrow((46, 130), (197, 102))])
    assert edges(diagram) == []  # the tail is nearer to the word than to the dot, but points at neither
    diagram = read(lines, [disc(42, 100, 1.8), disc(202, 100, 1.8), *arrow((44, 101), (199, 100.2), barbed_head)])
    assert edges(diagram) == [("arrow", "Rouen", "Lyon")]


@pytest.mark.parametrize(
    "paths",
    [
        arrow((90, 160), (150, 200)),  # far from both
        arrow((100, 40), (100, 80)),  # points between them
        [shape((120, 100), (128, 104), (120, 108))],  # a triangle without a shaft
        [stroke((90, 150), (150, 170))],  # an ornament
    ],
)
def test_what_joins_nothing_is_left_out(paths):
    assert read(*two_nodes(*paths)).connectors == ()


def test_an_end_between_two_labels_is_left_open():
    lines = [text("fern", 100, 86), text("moss", 100, 104), text("spore", 200, 95.2)]
    assert read(lines, arrow((198, 100), (122, 100))).connectors == ()


def test_the_sample_arrow_of_a_key_joins_nothing():
    lines = [text("forest", 60, 200), text("trade route", 130, 200), text("marsh", 60, 214)]
    keys = [box(44, 201, 56, 208, fill="#88aa66"), box(44, 215, 56, 222, fill="#6688aa")]
    assert read(lines, [*keys, *arrow((108, 205), (126, 205))]).connectors == ()


def test_arrows_drawn_from_the_middle_of_a_node_beneath_it_are_one_each():
    (algae, algae_box), (snail, snail_box), (heron, heron_box) = (
        node("algae", 150, 60),
        node("snail", 60, 200),
        node("heron", 240, 200),
    )
    arrows = [*arrow((150, 60), (66, 191)), *arrow((150, 60), (234, 191))]
    diagram = read([algae, snail, heron], [*arrows, algae_box, snail_box, heron_box])
    assert edges(diagram) == [("arrow", "algae", "heron"), ("arrow", "algae", "snail")]
    assert not any(connector.double for connector in diagram.connectors)


@pytest.mark.parametrize("stem", [0.3, 1.5])
def test_a_head_with_a_short_stem_of_its_own_is_no_arrow_beside_its_line(stem):
    ring = [(182, 100), (172, 104.5), (177, 100 + stem), (170, 100 + stem), (170, 100 - stem), (177, 100 - stem)]
    label = text("melts", 160, 106, size=7)
    lines, paths = two_nodes(stroke((76, 100), (170, 100)), shape(*ring, (172, 95.5), ink=INK))
    assert edges(read([*lines, label], paths)) == [("arrow", "algae", "snail")]


def test_an_arrow_may_end_on_a_block_arrow():
    lines, paths = two_nodes(*block_arrow((85, 100), (172, 100)))
    enzyme, its_box = node("enzyme", 130, 30)
    diagram = read([*lines, enzyme], [*paths, its_box, *block_arrow((130, 40), (130, 97))])
    assert edges(diagram) == [("arrow", "algae", "snail"), ("arrow", "enzyme", "~")]


def test_an_arrow_that_stops_shortly_before_another_ends_on_it():
    lines, paths = two_nodes(*arrow((76, 100), (182, 100)))
    enzyme, its_box = node("enzyme", 130, 30)
    diagram = read([*lines, enzyme], [*paths, its_box, *arrow((130, 38), (130, 96.4))])
    assert edges(diagram) == [("arrow", "algae", "snail"), ("arrow", "enzyme", "~")]


def test_a_large_area_with_a_barbed_corner_is_no_block_arrow():
    lines = [text("Sarn", 94, 0), text("Dovre", 94, 196)]
    land = [(100, 10), (150, 80), (120, 75), (170, 190), (30, 190), (80, 75), (50, 80)]
    diagram = read(lines, [shape(*land, fill="#eeeecc", ink=INK), disc(90, 5, 2), disc(90, 201, 2)])
    assert diagram.connectors == ()


def test_two_arrows_out_of_a_place_are_not_one_line():
    lines = [text("Ann", 54, 105), text("Selby", 204, 65), text("Crail", 204, 135)]
    dots = [disc(60, 100, 2), disc(200, 70, 2), disc(200, 140, 2)]
    routes = [curve((62, 95), (90, 60), (150, 60), (191, 68)), *filled_head((196, 69), (5, 1))]
    routes += [curve((62, 95), (80, 75), (150, 120), (192, 136)), *filled_head((196, 138), (2, 1))]
    assert edges(read(lines, [*dots, *routes])) == [("arrow", "Ann", "Crail"), ("arrow", "Ann", "Selby")]


@pytest.mark.parametrize(
    "mark",
    [
        shape((180, 97), (184, 97), (184, 103), (180, 103), ink=INK, fill=None),
        stroke((180, 96), (183, 98), (180, 100), (183, 102), (180, 104)),
    ],
)
def test_a_line_with_an_unknown_mark_at_its_end_is_not_relied_upon(mark):
    (bare,) = read(*two_nodes(stroke((76, 100), (180, 100)))).connectors
    marked = read(*two_nodes(stroke((76, 100), (180, 100)), mark)).connectors
    assert bare.score >= 0.8
    assert all(connector.score < 0.8 for connector in marked)


def test_an_arrow_may_lead_back_to_where_it_starts():
    lines, paths = two_nodes(curve((50, 91), (30, 50), (90, 50), (71.5, 86)), *filled_head((70, 91), (-1.5, 5)))
    assert edges(read(lines, paths)) == [("arrow", "algae", "algae")]
    assert read(*two_nodes(curve((50, 91), (30, 50), (90, 50), (71.5, 86)))).connectors == ()
