"""Boxes that a model drew, put onto the elements of a diagram."""

import math

import builders
import pytest

from corpusbuilder.backends.grounders.snapping import box_evidence, clipped, covers_everything, snap
from corpusbuilder.records import Diagram, Region
from corpusbuilder.records.geometry import box_polygon

ROOTS = (200.0, 310.0, 280.0, 390.0)
SOIL = (180.0, 300.0, 580.0, 396.0)


def part(element_id, box, label_id=None, role="part"):
    return Region(
        id=element_id, polygon=box_polygon(box), box=box, role=role, label_id=label_id, method="vector", score=0.9
    )


def figure(*regions, labels=()):
    return builders.figure("fig", Diagram(labels=labels, regions=regions))


def test_a_box_around_a_part_is_the_part():
    assert snap((196, 305, 284, 396), builders.cycle()) == ("reg-roots",)
    assert snap(SOIL, builders.cycle()) == ("reg-soil",)


def test_a_box_around_a_framed_label_is_the_label():
    assert snap((10, 10, 110, 55), builders.cycle()) == ("lab-0",)


def test_a_box_that_fits_nothing_is_no_element():
    assert snap((100, 100, 180, 180), builders.cycle()) == ()
    assert snap((200, 310, 235, 390), builders.cycle()) == (), "less than half of the roots"


def test_how_well_it_has_to_fit_can_be_set():
    box = (200, 310, 260, 390)
    assert snap(box, builders.cycle()) == ("reg-roots",)
    assert snap(box, builders.cycle(), least_iou=0.8) == ()


def test_a_box_around_a_part_and_its_label_is_the_part():
    name = builders.label("name", "Cone", 100, 160, outlined=False)
    drawn = figure(part("cone", (100, 100, 180, 150), "name"), labels=(name,))
    both = (98, 98, 182, 186)
    assert snap(both, drawn) == ("cone",)
    unnamed = figure(part("cone", (100, 100, 180, 150)), labels=(name,))
    assert snap(both, unnamed, least_iou=0.6) == ()


def test_of_two_parts_that_fit_alike_none_is_taken():
    outer, inner = (100, 100, 200, 200), (103, 103, 197, 197)
    assert snap((101, 101, 199, 199), figure(part("a", outer), part("b", inner))) == ()
    assert snap((101, 101, 199, 199), figure(part("b", inner), part("a", outer))) == ()
    assert snap((101, 101, 199, 199), figure(part("a", outer))) == ("a",)


def test_a_part_and_its_own_label_that_fit_alike_are_the_part():
    name = builders.label("name", "Cell", 100, 100)
    frame = (92, 92, 188, 132)
    assert snap(frame, figure(part("cell", frame, "name"), labels=(name,))) == ("cell",)
    assert snap(frame, figure(part("cell", frame), labels=(name,))) == ()


def test_an_ornament_is_never_taken():
    box = (100, 100, 200, 200)
    assert snap(box, figure(part("frame", box, role="ornament"))) == ()


@pytest.mark.parametrize(
    "box",
    [
        (math.nan, 0, 10, 10),
        (0, 0, math.inf, 10),
        (5, 5, 5, 50),
        (-90, -90, -10, -10),
        (700, 10, 800, 60),
        (1, 2, 3),
        (),
    ],
)
def test_what_is_no_box_on_the_image_gives_nothing(box):
    assert snap(box, builders.cycle()) == ()
    assert clipped(box, builders.cycle()) is None
    assert box_evidence(box, builders.cycle(), method="m", score=0.5) is None


def test_evidence_of_a_box_on_an_element_is_that_of_the_element():
    found = box_evidence((196, 305, 284, 396), builders.cycle(), method="detector", score=0.6)
    assert (found.method, found.element_ids, found.box) == ("detector.snapped", ("reg-roots",), ROOTS)
    assert found.score == 0.6
    assert box_evidence(ROOTS, builders.cycle(), method="detector", score=0.95).score == 0.9, "the element's own"


def test_evidence_of_a_free_box_is_the_box_within_the_image():
    found = box_evidence((650, 150, 400, 100), builders.cycle(), method="vlm", score=math.nan)
    assert (found.method, found.element_ids, found.box) == ("vlm.box", (), (400, 100, 600, 150))
    assert found.polygons == (box_polygon((400.0, 100.0, 600.0, 150.0)),)
    assert found.score == 0


def test_a_box_over_the_whole_image_points_at_nothing():
    assert covers_everything((-5, -5, 605, 405), builders.cycle())
    assert not covers_everything((0, 0, 600, 300), builders.cycle())
