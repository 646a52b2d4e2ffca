"""What each closed shape of a figure is for."""

import pytest
from sketch import arrow, blob, box, disc, edges, node, read, shape, stroke, text


def roles(diagram):
    names = {label.id: label.text for label in diagram.labels}
    return sorted((region.role, names.get(region.label_id, "-")) for region in diagram.regions)


def pair():
    (one, one_box), (other, other_box) = node("algae", 60, 100), node("snail", 200, 100)
    return [one, other], [one_box, other_box, *arrow((76, 100), (182, 100))]


def test_a_ground_that_holds_the_nodes_is_an_area():
    lines, paths = pair()
    diagram = read(lines, [box(0, 0, 260, 200, fill="#dbedfa", ink=None), *paths])
    assert roles(diagram) == [("area", "-")]
    assert edges(diagram) == [("arrow", "algae", "snail")]


def test_a_border_around_everything_is_an_ornament_beside_its_ground():
    lines, paths = pair()
    ground, border = box(0, 0, 260, 200, fill="#dbedfa", ink=None), box(0.5, 0.5, 259.5, 199.5, fill=None)
    assert roles(read(lines, [ground, border, *paths])) == [("area", "-"), ("ornament", "-")]


def test_a_shape_that_nothing_names_or_joins_is_an_ornament():
    lines, paths = pair()
    diagram = read(lines, [*paths, shape((90, 170), (98, 170), (94, 162)), disc(200, 160, 9, fill="#aa0000")])
    assert roles(diagram) == [("ornament", "-"), ("ornament", "-")]


def test_a_shape_painted_twice_is_one_region():
    lines, paths = pair()
    star = [disc(200, 160, 9, fill="#aa0000"), disc(200, 160, 9, fill=None, ink="#000000")]
    assert roles(read(lines, [*paths, *star])) == [("ornament", "-")]


def test_heads_and_dots_and_knots_of_lines_are_no_regions():
    lines, paths = pair()
    axis = stroke((20, 160), (240, 160))
    knots = [disc(80, 160, 2), disc(140, 160, 2, fill="#ffffff", ink="#000000"), disc(240, 160, 3)]
    assert read(lines, [*paths, axis, *knots]).regions == ()


def test_a_row_of_dots_or_slanted_dashes_is_a_line_and_no_regions():
    lines, paths = pair()
    dots = [disc(40 + 8 * k, 160, 1.5) for k in range(12)]
    dashes = [
        shape((40 + 8 * k, 180), (44 + 8 * k, 183), (43.4 + 8 * k, 183.8), (39.4 + 8 * k, 180.8)) for k in range(12)
    ]
    assert read(lines, [*paths, *dots, *dashes]).regions == ()


def test_many_small_shapes_are_a_texture():
    lines, paths = pair()
    grains = [disc(20 + 9 * (k % 20), 130 + 9 * (k // 20), 2 + 0.02 * k) for k in range(60)]
    assert read(lines, [*paths, *grains]).regions == ()


def test_patches_of_the_key_are_regions_with_their_meaning():
    land = [blob(120, 100, 50, fill="#aaccaa"), blob(300, 100, 50, fill="#ccaaaa")]
    keys = [box(60, 221, 72, 228, fill="#aaccaa"), box(160, 221, 172, 228, fill="#ccaaaa")]
    diagram = read([text("forest", 76, 219), text("heath", 176, 219), text("ORN", 112, 95)], [*land, *keys])
    assert roles(diagram) == [("key", "forest"), ("key", "heath"), ("part", "ORN"), ("part", "heath")]
    assert {region.linked_by for region in diagram.regions if region.role == "key"} == {"legend"}


def test_a_compartment_with_a_title_is_an_area_that_is_the_parent_of_its_parts():
    lines, paths = pair()
    cell, kernel = box(20, 60, 260, 220, fill="#f0f0ff"), blob(140, 170, 20)
    diagram = read(
        [*lines, text("CELL", 120, 66, size=11), text("kernel", 300, 166), text("water", 300, 60)],
        [
            cell,
            *paths,
            kernel,
            stroke((297, 171), (140, 171)),
        ],
    )
    assert roles(diagram) == [("area", "CELL"), ("part", "kernel")]
    area, part = sorted(diagram.regions, key=lambda region: region.role)
    assert (area.parent_id, part.parent_id) == (None, area.id)


def test_bands_that_stand_on_an_axis_are_regions_named_by_their_titles():
    bands = [box(40, 86, 120, 100, fill="#f5e4c0"), box(120, 86, 200, 100, fill="#cfe6f7")]
    lines = [text("Monarchy", 62, 88), text("Republic", 142, 88), text("1793", 132, 60)]
    axis, knot = [*arrow((40, 100), (250, 100))], disc(140, 100, 1.5)
    diagram = read(lines, [*bands, *axis, knot, stroke((140, 71), (140, 86))])
    assert roles(diagram) == [("part", "Monarchy"), ("part", "Republic")]
    assert edges(diagram) == []


def test_patches_of_unknown_filling_are_keys_that_give_no_colour():
    land = [blob(120, 100, 50, fill="#aaccaa"), blob(300, 100, 50, fill=None)]
    keys = [box(60, 221, 72, 228, fill="#aaccaa"), box(160, 221, 172, 228, fill=None)]
    diagram = read([text("forest", 76, 219), text("heath", 176, 219)], [*land, *keys])
    assert roles(diagram) == [("key", "forest"), ("key", "heath"), ("ornament", "-"), ("part", "forest")]


def test_a_short_stroke_that_stands_alone_is_an_ornament():
    lines, paths = pair()
    diagram = read(lines, [*paths, stroke((120, 150), (130, 160))])
    assert [(region.role, region.box) for region in diagram.regions] == [("ornament", (240, 300, 260, 320))]


def test_strokes_that_touch_something_or_are_many_are_no_ornaments():
    lines, paths = pair()
    ticks = [stroke((30 + 12 * k, 150), (30 + 12 * k, 156)) for k in range(9)]
    cross = [stroke((200, 150), (210, 160)), stroke((200, 160), (210, 150))]
    long = stroke((100, 200), (180, 200))
    assert read(lines, [*paths, *ticks, *cross, long, stroke((60, 110), (60, 118))]).regions == ()


@pytest.mark.parametrize(("y", "name"), [(34, "cortex"), (120, "-"), (214, "cortex")])
def test_among_nodes_only_a_title_at_the_edge_names_what_is_around(y, name):
    lines, paths = pair()
    third, its_box = node("worms", 130, 170)
    away, far_box = node("otter", 400, 100)
    held = box(20, 30, 260, 230, fill="#f0f0ff")
    others = [text("north", 300, 40), text("south", 300, 220)]
    diagram = read([*lines, third, away, *others, text("cortex", 120, y)], [held, *paths, its_box, far_box])
    assert roles(diagram) == [("area", name)]


def test_stacked_entries_with_patches_or_strokes_of_their_own_stay_apart():
    frame = box(54, 214, 130, 250, fill="#ffffff")
    patches = [box(60, 221, 70, 228, fill="#444444"), box(60, 232, 70, 239, fill="#eeeeee")]
    strokes = [stroke((260, 224), (272, 224), ink="#aa0000"), stroke((260, 235), (272, 235), ink="#0000aa")]
    lines = [text("Old", 76, 219), text("Modern", 76, 230), text("flow", 278, 219), text("loss", 278, 230)]
    diagram = read([*lines, text("North", 200, 60)], [frame, *patches, *strokes])
    assert {label.text for label in diagram.labels} == {"Old", "Modern", "flow", "loss", "North"}
    assert [role for role in roles(diagram) if role[0] == "key"] == [("key", "Modern"), ("key", "Old")]


def test_a_number_beside_a_bar_of_a_chart_is_no_meaning_of_its_colour():
    bars = [box(60, 100, 72, 180, fill="#888888"), box(100, 172, 112, 180, fill="#888888")]
    assert roles(read([text("0.70", 116, 171), text("rate", 20, 40)], bars)) == [("ornament", "-"), ("ornament", "-")]


def test_the_meaning_of_a_sort_of_line_belongs_to_the_key():
    routes = [stroke((260, 224), (276, 224), ink="#aa0000"), stroke((260, 240), (276, 240), ink="#0000aa")]
    apart = stroke((60, 300), (76, 300), ink="#aa0000")
    lines = [text("salt", 282, 219), text("grain", 282, 235), text("North", 82, 295)]
    diagram = read(lines, [*routes, apart])
    assert {label.text: label.role for label in diagram.labels} == {
        "salt": "legend",
        "grain": "legend",
        "North": "text",
    }


@pytest.mark.parametrize(("start", "end"), [(38, 78), (46, 70)])
def test_lines_between_words_are_no_key(start, end):
    lines = [text(word, 20 + 60 * k, 100 + 20 * row) for row in (0, 1) for k, word in enumerate(("seed", "plant"))]
    inks = ("#aa0000", "#0000aa")
    strokes = [stroke((start, 105 + 20 * row), (end, 105 + 20 * row), ink=inks[row]) for row in (0, 1)]
    assert {label.role for label in read(lines, strokes).labels} <= {"text", "connector_label"}
