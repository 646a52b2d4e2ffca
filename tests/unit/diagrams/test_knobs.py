import math

import pytest
from sketch import INK, arrow, box, disc, edges, filled_head, node, read, shape, stroke, text


def three_nodes(*paths, at=(130, 60)):
    """A main arrow from algae to snail with a third node above it."""
    lines, shapes = zip(*[node("algae", 60, 140), node("snail", 200, 140), node("sun", *at)], strict=True)
    return list(lines), [*shapes, *arrow((76, 140), (184, 140)), *paths]


def by_names(diagram):
    names = {label.id: label.text for label in diagram.labels} | {c.id: "~" for c in diagram.connectors}
    return {(names[c.tail_id], names.get(c.head_id, "?")): c for c in diagram.connectors}


def ring(x, y, r=3.5, *, fill="#ffffff"):
    return disc(x, y, r, fill=fill, ink=INK)


@pytest.mark.parametrize("drawn", ["behind the end", "around the end", "before the end"])
def test_a_ring_on_a_line_is_the_head_of_what_ends_in_it(drawn):
    stop, middle = {"behind the end": (140, 136.5), "around the end": (140, 140), "before the end": (133, 136.5)}[drawn]
    connectors = by_names(read(*three_nodes(stroke((130, 68), (130, stop)), ring(130, middle))))
    catalysis = connectors["sun", "~"]
    assert catalysis.head_style == "circle"
    assert catalysis.tail_style is None
    assert catalysis.directed
    assert catalysis.head_polygon
    assert connectors["algae", "snail"].head_style == "arrow"
    assert len(connectors["algae", "snail"].head_polygon) == 3


def test_an_arrow_that_starts_at_a_ring_does_not_wear_it():
    side, side_box = node("seed", 130, 210)
    lines, paths = three_nodes(
        stroke((130, 68), (130, 140)), ring(130, 136.5), *arrow((130, 140), (130, 202)), side_box
    )
    connectors = by_names(read([*lines, side], paths))
    assert connectors["sun", "~"].head_style == "circle"
    branch = connectors["~", "seed"]
    assert branch.tail_style is None
    assert not branch.double


def test_a_town_with_its_name_is_not_the_head_of_a_road():
    one, other = text("Avon", 40, 88), text("Brill", 172, 88)
    diagram = read([one, other], [stroke((45, 105), (176, 105)), ring(45, 105, 2.5), ring(176, 105, 2.5)])
    assert edges(diagram) == [("line", "Avon", "Brill")]
    (road,) = diagram.connectors
    assert not road.directed


@pytest.mark.parametrize("is_filled", [False, True])
def test_a_bar_across_the_end_is_the_head_of_an_inhibition(is_filled):
    bar = shape((171, 94), (172, 94), (172, 106), (171, 106)) if is_filled else stroke((171.5, 94), (171.5, 106))
    one, one_box = node("algae", 60, 100)
    other, other_box = node("snail", 200, 100)
    diagram = read([one, other], [one_box, other_box, stroke((76, 100), (171.5, 100)), bar])
    (connector,) = diagram.connectors
    assert (connector.head_style, connector.directed, connector.double) == ("bar", True, False)
    assert len(connector.head_polygon) >= 3


def test_the_bar_of_a_fork_is_no_head():
    lines, shapes = zip(*[node("algae", 60, 100), node("snail", 200, 60), node("perch", 200, 140)], strict=True)
    fork = [stroke((76, 100), (130, 100)), stroke((130, 60), (130, 140))]
    arrows = [*arrow((130, 60), (184, 60)), *arrow((130, 140), (184, 140))]
    diagram = read(list(lines), [*shapes, *fork, *arrows])
    assert edges(diagram) == [("arrow", "algae", "perch"), ("arrow", "algae", "snail")]
    assert {c.head_style for c in diagram.connectors} == {"arrow"}


def test_a_short_line_between_two_nodes_is_no_bar_of_what_ends_on_it():
    lines, shapes = zip(*[node("egg", 60, 100), node("hen", 96, 100), node("sun", 78, 60)], strict=True)
    short = stroke((71, 100), (85, 100))
    diagram = read(list(lines), [*shapes, short, stroke((78, 68), (78, 100)), ring(78, 96.5)])
    assert ("line", "egg", "hen") in edges(diagram)


def test_a_diamond_is_a_head():
    one, one_box = node("algae", 60, 100)
    other, other_box = node("snail", 200, 100)
    lozenge = shape((184, 100), (179, 103.5), (174, 100), (179, 96.5), ink=INK, fill="#ffffff")
    (connector,) = read([one, other], [one_box, other_box, stroke((76, 100), (174, 100)), lozenge]).connectors
    assert connector.head_style == "diamond"
    assert math.dist(connector.points[-1], (368, 200)) < 0.1


def test_dots_between_nodes_are_heads_but_not_on_leaders():
    one, one_box = node("algae", 60, 100)
    other, other_box = node("snail", 200, 100)
    (connector,) = read([one, other], [one_box, other_box, stroke((76, 100), (181, 100)), disc(181, 100, 2)]).connectors
    assert (connector.head_style, connector.directed) == ("dot", True)
    part = disc(200, 100, 40, fill="#ffd9b0", ink=INK)
    (leader,) = read([text("yolk", 40, 95)], [part, stroke((60, 100), (200, 100)), disc(200, 100, 2)]).connectors
    assert (leader.kind, leader.head_style, leader.directed) == ("leader", "dot", False)


def test_both_heads_of_a_double_arrow_have_their_styles():
    one, one_box = node("algae", 60, 100)
    other, other_box = node("snail", 200, 100)
    line = [stroke((76, 100), (184, 100)), *filled_head((184, 100), (1, 0)), stroke((76, 94), (76, 106))]
    (connector,) = read([one, other], [one_box, other_box, *line]).connectors
    assert connector.double
    assert {connector.head_style, connector.tail_style} == {"arrow", "bar"}


def group(x, y):
    """Two boxed names in a dashed frame around (x, y)."""
    lines, shapes = zip(*[node("ant", x, y - 8), node("bee", x, y + 8)], strict=True)
    return list(lines), [box(x - 22, y - 24, x + 22, y + 24, fill="#f4f4e8"), *shapes]


def test_an_arrow_that_stops_before_a_frame_is_at_the_frame_and_not_at_what_it_holds():
    lines, shapes = group(60, 100)
    other, other_box = node("snail", 220, 96)
    diagram = read([*lines, other], [*shapes, other_box, *arrow((86, 96), (204, 96))])
    (connector,) = diagram.connectors
    frame = diagram.element(connector.tail_id)
    assert frame.box == (76, 152, 164, 248)
    assert diagram.element(connector.head_id).text == "snail"


def test_an_arrow_from_a_frame_to_bare_words_is_an_arrow():
    lines, shapes = group(60, 100)
    diagram = read([*lines, text("honey", 200, 91)], [*shapes, *arrow((86, 96), (196, 96))])
    (connector,) = diagram.connectors
    assert connector.kind == "arrow"
    assert diagram.element(connector.head_id).text == "honey"


def test_two_arrows_from_one_point_of_a_frame_are_two_arrows():
    lines, shapes = group(60, 100)
    more, more_shapes = zip(*[node("snail", 200, 60), node("perch", 200, 140)], strict=True)
    diagram = read(
        [*lines, *more], [*shapes, *more_shapes, *arrow((84, 100), (184, 60)), *arrow((84, 100), (184, 140))]
    )
    heads = {diagram.element(c.head_id).text for c in diagram.connectors}
    assert heads == {"snail", "perch"}
    assert not any(c.double for c in diagram.connectors)


def test_an_arrow_into_a_region_does_not_come_from_a_node_inside_it():
    whole = box(20, 20, 400, 300)
    lines, shapes = zip(*[node("algae", 60, 100), node("snail", 60, 250)], strict=True)
    diagram = read(list(lines), [whole, *shapes, *arrow((76, 100), (240, 160))])
    assert diagram.connectors == ()


def test_an_arrow_ends_at_the_line_in_front_of_bare_words():
    lines, paths = three_nodes(*arrow((130, 68), (130, 139)))
    diagram = read([*lines, text("slowly", 118, 141.5)], paths)
    assert ("sun", "~") in by_names(diagram)


def test_words_in_abutting_boxes_are_two_labels():
    boxes = [box(40, 90, 80, 108), box(80, 90, 120, 108)]
    diagram = read([text("red-one red-two", 46, 94)], [*boxes[:1], box(75.2, 90, 110, 108)])
    assert sorted(label.text for label in diagram.labels) == ["red-one", "red-two"]


def test_words_wider_than_their_box_are_its_label():
    line = text("phosphoenolpyruvate", 40, 94)
    diagram = read([line], [box(44, 90, 112, 108)])
    (label,) = diagram.labels
    assert label.outline is not None


def test_two_lines_on_the_border_of_a_compartment_are_one_label():
    border = box(50, 20, 300, 200, fill="#f8f8f8")
    diagram = read([text("synthetase", 45, 90), text("deficiency of it", 36, 100)], [border])
    assert [label.text for label in diagram.labels] == ["synthetase deficiency of it"]


def test_a_line_that_has_crossed_the_border_of_a_compartment_is_at_the_node_beyond():
    lines, shapes = zip(*[node("algae", 60, 100), node("snail", 200, 100), node("perch", 240, 150)], strict=True)
    compartment = box(170, 60, 300, 180, fill="#f8f8f8")
    diagram = read(list(lines), [compartment, *shapes, *arrow((76, 100), (172, 100))])
    assert edges(diagram) == [("arrow", "algae", "snail")]


def test_an_arrow_from_bare_words_to_a_frame_is_at_the_frame_and_not_at_the_ground_beneath():
    lines, shapes = group(220, 100)
    ground = box(10, 10, 400, 300, fill="#f8f8f8")
    diagram = read([*lines, text("honey", 40, 91)], [ground, *shapes, *arrow((68, 96), (193, 96))])
    (connector,) = diagram.connectors
    assert connector.kind == "arrow"
    assert diagram.element(connector.head_id).box == (396, 152, 484, 248)


def test_a_head_points_at_a_shape_without_a_name_that_it_stops_before():
    one, one_box = node("algae", 60, 100)
    cell = box(200, 80, 240, 120)
    (connector,) = read([one], [one_box, cell, *arrow((76, 100), (195, 100))]).connectors
    assert connector.head_id.startswith("reg")


@pytest.mark.parametrize("radius", [2.0, 5.0])
def test_the_prongs_of_a_fork_may_end_in_dots(radius):
    lines, boxes = zip(node("king", 100, 40), node("clerk", 50, 120), node("guard", 150, 120), strict=True)
    fork = [stroke((100, 48), (100, 80)), stroke((50, 80), (150, 80))]
    tips = [
        part
        for x in (50, 150)
        for part in (stroke((x, 80), (x, 110 - 2 * radius)), disc(x, 110 - radius, radius, fill=INK, ink=INK))
    ]
    diagram = read(lines, [*boxes, *fork, *tips])
    assert edges(diagram) == [("arrow", "king", "clerk"), ("arrow", "king", "guard")]
    assert {c.head_style for c in diagram.connectors} == {"dot"}
    assert all(region.role != "ornament" for region in diagram.regions)


def test_a_dot_on_a_line_acts_on_it_where_dots_are_heads():
    lines, boxes = zip(node("king", 60, 40), node("clerk", 180, 40), node("tax", 120, 100), strict=True)
    paths = [stroke((75, 40), (152, 40)), disc(155, 40, 3), stroke((120, 92), (120, 47)), disc(120, 44, 3)]
    assert edges(read(lines, [*boxes, *paths])) == [("arrow", "king", "clerk"), ("arrow", "tax", "~")]


def test_dots_at_both_ends_of_a_line_are_places():
    words = [text("Rouen", 30, 95), text("Lyon", 206, 95)]
    (link,) = read(words, [disc(56, 100, 2.5), disc(200, 100, 2.5), stroke((59, 100), (197, 100))]).connectors
    assert not link.directed


def test_lines_of_filled_dashes_may_end_in_dots():
    lines, boxes = zip(node("king", 100, 40), node("clerk", 100, 120), strict=True)
    dashes = [box(99.7, y, 100.3, y + 2, fill=INK, ink=None) for y in range(49, 104, 4)]
    (connector,) = read(lines, [*boxes, *dashes, disc(100, 107.5, 4)]).connectors
    assert (connector.head_style, connector.directed) == ("dot", True)


def test_a_diamond_may_be_longer_than_its_line():
    lines, _ = zip(node("algae", 60, 100), node("snail", 92, 100), strict=True)
    lozenge = shape((77, 100), (73, 103), (69, 100), (73, 97), ink=INK)
    far = [box(45, 92, 66, 108), box(77, 92, 107, 108)]
    (connector,) = read(lines, [*far, stroke((66, 100), (69, 100)), lozenge]).connectors
    assert connector.head_style == "diamond"


def test_a_dot_that_touches_the_end_of_another_line_is_at_the_node_behind_both():
    lines, boxes = zip(node("owl", 200, 100), node("crow", 60, 60), node("mouse", 60, 140), strict=True)
    one = [stroke((75, 60), (178, 96)), disc(180.4, 96.8, 2.5)]
    other = [stroke((78, 140), (176.5, 101)), disc(178.8, 100.1, 2.5)]
    assert edges(read(lines, [*boxes, *one, *other])) == [("arrow", "crow", "owl"), ("arrow", "mouse", "owl")]
