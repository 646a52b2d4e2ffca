"""Cited elements become polygons and boxes."""

import math

import builders
import pytest

from corpusbuilder.backends.grounders.base import GroundingQuery
from corpusbuilder.backends.grounders.diagram import BACKEND, element_polygon
from corpusbuilder.backends.registry import find
from corpusbuilder.records import Connector, Diagram, StepKind


def ground(*citations, unit=None):
    step = {"text": "It is seen.", "kind": StepKind.PERCEIVE, "citations": citations}
    example = builders.example("en", "What?", "Rain", [step])
    query = GroundingQuery(unit=unit or builders.unit(), example=example, step=1)
    (grounding,) = BACKEND.create(BACKEND.options()).ground([query])
    return grounding


def unit_with(*connectors):
    figure = builders.figure("fig-cycle", Diagram(connectors=connectors))
    return builders.unit().model_copy(update={"figures": (figure,)})


def line(*points):
    return Connector(id="c", kind="arrow", points=points, directed=True, method="vector", score=0.9)


def test_it_is_registered():
    assert find("grounders", "diagram") is BACKEND


def test_a_label_is_covered_by_its_frame():
    (evidence,) = ground(builders.points_at("lab-0")).evidence
    assert evidence.box == (12.0, 12.0, 108.0, 52.0)
    assert evidence.method == "diagram.element"


def test_the_box_is_the_hull_of_all_elements_with_one_polygon_each():
    (evidence,) = ground(builders.points_at("lab-1", "arr-1", "lab-2")).evidence
    assert evidence.box == (292.0, 12.0, 568.0, 212.0)
    assert len(evidence.polygons) == 3
    assert evidence.score == 0.95


def test_a_connector_is_a_thin_band_around_its_path():
    (evidence,) = ground(builders.points_at("arr-0")).evidence
    half = 0.006 * math.hypot(600, 400)
    assert evidence.box == pytest.approx((60 - half, 32 - half, 340 + half, 32 + half), abs=0.02)


def test_the_head_of_a_connector_is_part_of_what_shows_it():
    broad = line((100, 200), (300, 200)).model_copy(
        update={
            "head_polygon": ((280.0, 160.0), (320.0, 200.0), (280.0, 240.0)),
            "tail_polygon": ((math.nan, 1.0),) * 3,
        }
    )
    (evidence,) = ground(builders.points_at("c"), unit=unit_with(broad)).evidence
    assert (evidence.box[1], evidence.box[2], evidence.box[3]) == (160.0, 320.0, 240.0)
    assert len(evidence.polygons) == 1


def test_evidence_is_clipped_to_the_image():
    (evidence,) = ground(builders.points_at("c"), unit=unit_with(line((-50, 200), (700, 200)))).evidence
    assert (evidence.box[0], evidence.box[2]) == (0.0, 600.0)


@pytest.mark.parametrize("points", [(), ((900, 900), (950, 950)), ((math.nan, 1), (5, 5)), ((math.inf, 1), (5, 5))])
def test_an_element_without_a_place_on_the_image_is_unresolved(points):
    grounding = ground(builders.points_at("c"), unit=unit_with(line(*points)))
    assert grounding.evidence == ()
    assert "outside its image" in grounding.unresolved[0]


def test_a_connector_of_one_point_is_a_spot():
    (evidence,) = ground(builders.points_at("c"), unit=unit_with(line((100, 100), (100, 100)))).evidence
    assert evidence.box[2] - evidence.box[0] < 10


def test_an_unknown_id_makes_the_rest_of_its_citation_a_candidate():
    grounding = ground(builders.points_at("lab-0", "lab-99"))
    assert grounding.evidence == ()
    assert [c.element_ids for c in grounding.candidates] == [("lab-0",)]
    assert "lab-99" in grounding.unresolved[0]


def test_other_citations_of_the_step_are_not_touched_by_an_unknown_id():
    grounding = ground(
        builders.points_at("lab-99"), builders.points_at("lab-0"), builders.quotes("pas-1", "stores water")
    )
    assert [e.type for e in grounding.evidence] == ["region", "span"]
    assert len(grounding.unresolved) == 1


@pytest.mark.parametrize(
    ("citation", "words"),
    [
        (builders.points_at("lab-0", figure_id="fig-99"), "fig-99 is not in the unit"),
        (builders.points_at(), "no element"),
        (builders.quotes("pas-99", "Water"), "pas-99 is not in the unit"),
        (builders.quotes("pas-0", "glaciers calve"), "not in the passage"),
    ],
)
def test_what_cannot_be_resolved_is_said_in_a_sentence(citation, words):
    grounding = ground(citation)
    assert grounding.evidence == ()
    assert words in grounding.unresolved[0]


def test_a_twisted_outline_still_gives_a_simple_polygon():
    label = builders.label("lab-0", "Sea", 100, 100).model_copy(
        update={"outline": ((100.0, 100.0), (180.0, 140.0), (180.0, 100.0), (100.0, 140.0))}
    )
    polygon = element_polygon(label, builders.cycle())
    assert polygon is not None
    assert len(polygon) >= 3
