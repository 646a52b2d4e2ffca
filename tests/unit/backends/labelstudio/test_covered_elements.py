import builders
import pytest

from corpusbuilder.backends.labelstudio.reading.covering import Covering
from corpusbuilder.backends.labelstudio.shapes import Shape
from corpusbuilder.records import Diagram, Region
from corpusbuilder.records.geometry import box_polygon

CYCLE = Covering(builders.cycle())


def covered(*box, covering=CYCLE):
    return covering.covered(Shape(box_polygon(box), is_box=True))


@pytest.mark.parametrize(
    ("box", "meant"),
    [
        ((292, 12, 388, 52), ("lab-1",)),  # just its frame
        ((300, 20, 380, 44), ("lab-1",)),  # its words
        ((280, 2, 396, 62), ("lab-1",)),  # generously
        ((12, 12, 388, 52), ("lab-0", "lab-1", "arr-0")),  # an arrow with both its ends
        ((180, 300, 580, 396), ("reg-soil",)),  # a part, and not each detail in it
        ((200, 310, 280, 390), ("reg-roots",)),
    ],
)
def test_a_box_means_what_it_was_drawn_round(box, meant):
    assert covered(*box) == meant


@pytest.mark.parametrize(
    "box",
    [
        (0, 0, 600, 200),  # all over the place
        (100, 150, 200, 250),  # nothing
        (300, 20, 330, 44),  # a third of a word
        (250, 2, 450, 90),  # much larger than the one label in it
    ],
)
def test_a_box_that_fits_nothing_means_nothing(box):
    assert covered(*box) == ()


def test_a_label_in_an_unnamed_frame_is_meant_beside_it_and_small_details_are_not():
    label = builders.label("lab-0", "Sea", 20, 20, outlined=False)
    small = builders.label("lab-1", "a", 30, 120, outlined=False)
    frames = {"reg-0": (18.0, 18.0, 102.0, 46.0), "reg-1": (10.0, 100.0, 300.0, 300.0)}
    regions = [
        Region(id=name, polygon=box_polygon(box), box=box, method="vector", score=1) for name, box in frames.items()
    ]
    covering = Covering(builders.figure("fig-1", Diagram(labels=(label, small), regions=tuple(regions))))
    assert covered(18, 18, 102, 46, covering=covering) == ("lab-0", "reg-0")
    assert covered(10, 100, 300, 300, covering=covering) == ("reg-1",)


def test_a_shape_that_crosses_itself_means_what_it_covers():
    polygon = ((292.0, 12.0), (388.0, 52.0), (388.0, 12.0), (292.0, 52.0))
    assert CYCLE.covered(Shape(polygon, is_box=False)) == ()
    flat = ((10.0, 10.0), (20.0, 20.0), (30.0, 30.0))
    assert CYCLE.covered(Shape(flat, is_box=False)) == ()


def test_a_turned_shape_round_a_label_means_it():
    polygon = ((340.0, -0.0), (400.0, 30.0), (340.0, 64.0), (280.0, 30.0))
    assert CYCLE.covered(Shape(polygon, is_box=False)) == ("lab-1",)


def test_a_scribble_means_nothing_and_costs_nothing():
    scribble = tuple((300.0 + 80 * (n * 37 % 100) / 100, 20.0 + 24 * (n * n % 89) / 89) for n in range(2000))
    assert CYCLE.covered(Shape(scribble, is_box=False)) == ()
