"""Raster pictures placed in a drawing."""

import pytest
from sketch import arrow, edges, read, stroke, text

LEAF, EGG = (20, 20, 100, 100), (220, 20, 300, 100)
WORDS = [text("leaf", 50, 110), text("egg", 252, 110), text("water", 400, 200)]


def boxes(diagram):
    return sorted((region.role, region.box) for region in diagram.regions)


def test_a_picture_is_a_part_at_which_arrows_end():
    diagram = read(WORDS, arrow((100, 60), (220, 60)), pictures=[LEAF, EGG])
    assert boxes(diagram) == [("part", (40, 40, 200, 200)), ("part", (440, 40, 600, 200))]
    left, right = sorted(diagram.regions, key=lambda region: region.box)
    assert [(c.kind, c.tail_id, c.head_id) for c in diagram.connectors] == [("arrow", left.id, right.id)]


def test_a_leader_into_a_picture_names_something_in_it_and_one_to_its_edge_the_whole():
    lines = [text("vein", 130, 55), text("shell", 330, 55)]
    diagram = read(lines, [stroke((128, 60), (60, 60)), stroke((328, 60), (299, 60))], pictures=[LEAF, EGG])
    assert edges(diagram) == [("leader", "shell", "[shell]"), ("leader", "vein", "[None]")]


def test_slices_of_a_picture_are_one():
    slices = [(20, 20 + 16 * k, 100, 36 + 16 * k) for k in range(5)]
    assert boxes(read(WORDS, pictures=[*slices[::2], *slices[1::2]])) == [("part", (40, 40, 200, 200))]


@pytest.mark.parametrize(
    "pictures", [[(20, 20, 430, 220)], [(5 * k, 0, 5 * k + 4, 9) for k in range(90)], [(0, 0, 0, 9)]]
)
def test_the_ground_of_a_figure_and_mosaics_are_no_parts(pictures):
    assert read(WORDS, pictures=pictures).regions == ()


def test_pictures_without_labels_or_lines_are_no_drawing():
    assert read(pictures=[LEAF]).regions == read(pictures=[LEAF, EGG]).regions == ()
