import builders
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.backends.teachers.passes.elements import shown_elements
from corpusbuilder.backends.teachers.passes.material import Material, ShownFigure, figures_to_ask_about
from corpusbuilder.records import Connector, Diagram, ImageAsset

IMAGE = ImageAsset(sha256="0" * 64, media_type="image/png", width=600, height=400)


def shown(diagram, **room):
    return shown_elements(diagram, IMAGE, **room)


def crowd(count):
    """So many labels, an arrow from each third to the next, and one more arrow between the last two."""
    labels = [builders.label(f"lab-{i}", f"Name {i}", 5 * i, 10) for i in range(count)]
    arrows = [builders.arrow(f"arr-{i}", labels[i], labels[i + 1]) for i in range(0, count - 1, 3)]
    return Diagram(labels=tuple(labels), connectors=tuple(arrows))


def test_elements_get_short_ids_by_kind_and_the_way_back():
    elements = shown(builders.cycle().diagram)
    assert [label.id for label in elements.labels] == ["L1", "L2", "L3", "L4", "L5"]
    assert next((c.id, c.tail, c.sign, c.head) for c in elements.connectors) == ("A1", "L1", "→", "L2")
    assert elements.real_ids["A1"] == "arr-0"
    assert elements.real_ids["R2"] == "reg-roots"
    assert elements.texts["L4"] == "Soil"


def test_a_region_is_shown_with_its_name_and_what_is_around_it():
    soil, roots = shown(builders.cycle().diagram).regions
    assert (soil.label, soil.name, soil.inside) == ("L4", "Soil", None)
    assert (roots.label, roots.name, roots.inside) == ("L5", "Roots", "R1")


def test_patches_of_the_key_and_ornaments_are_not_shown_as_parts():
    diagram = builders.cycle().diagram
    soil, roots = diagram.regions
    others = soil.model_copy(update={"role": "key"}), roots.model_copy(update={"role": "ornament"})
    assert shown(diagram.model_copy(update={"regions": others})).regions == ()


def test_places_are_per_cent_of_the_image():
    clouds = shown(builders.cycle().diagram).labels[1]
    assert (clouds.x, clouds.y) == (57, 8)


def test_a_connector_without_both_ends_is_not_shown():
    diagram = builders.cycle().diagram
    loose = diagram.connectors[0].model_copy(update={"head_id": None})
    lost = diagram.connectors[1].model_copy(update={"tail_id": "gone"})
    elements = shown(diagram.model_copy(update={"connectors": (loose, lost, diagram.connectors[2])}))
    assert [elements.real_ids[c.id] for c in elements.connectors] == ["arr-2"]


def test_leader_lines_and_unsure_elements_are_not_shown():
    diagram = builders.cycle().diagram
    leader = diagram.connectors[0].model_copy(update={"kind": "leader"})
    faint = diagram.connectors[1].model_copy(update={"score": 0.5})
    smudge = diagram.labels[0].model_copy(update={"score": 0.3})
    elements = shown(Diagram(labels=(smudge, *diagram.labels[1:]), connectors=(leader, faint)))
    assert elements.connectors == ()
    assert "Sea" not in elements.texts.values()


def test_an_arrow_may_end_at_another_arrow_and_goes_with_it():
    diagram = builders.cycle().diagram
    first, second = diagram.connectors[:2]
    onto = second.model_copy(update={"head_id": first.id})
    assert [c.head for c in shown(diagram.model_copy(update={"connectors": (first, onto)})).connectors] == ["L2", "A1"]
    without = first.model_copy(update={"tail_id": None})
    assert shown(diagram.model_copy(update={"connectors": (without, onto)})).connectors == ()


def test_lines_and_double_arrows_are_told_apart():
    diagram = builders.cycle().diagram
    line = builders.arrow("arr-line", *diagram.labels[:2], directed=False)
    double = diagram.connectors[1].model_copy(update={"double": True})
    assert [c.sign for c in shown(diagram.model_copy(update={"connectors": (line, double)})).connectors] == ["—", "↔"]


def test_in_a_crowd_arrows_with_their_ends_come_first():
    elements = shown(crowd(30), room=15)
    assert len(elements.real_ids) == 15
    assert [c.id for c in elements.connectors] == ["A1", "A2", "A3", "A4", "A5"]
    assert {e for c in elements.connectors for e in (c.tail, c.head)} <= set(elements.real_ids)
    assert elements.left_out == 25


@given(st.integers(0, 40), st.integers(0, 60))
def test_nothing_shown_leans_on_what_is_not_shown(count, room):
    elements = shown(crowd(count), room=room)
    assert len(elements.real_ids) <= room
    for connector in elements.connectors:
        assert {connector.tail, connector.head} <= elements.real_ids.keys()


def test_regions_that_contain_one_another_in_a_circle_do_no_harm():
    diagram = builders.cycle().diagram
    soil, roots = diagram.regions
    turned = soil.model_copy(update={"parent_id": "reg-roots"})
    assert [r.inside for r in shown(diagram.model_copy(update={"regions": (turned, roots)})).regions] == ["R2", "R1"]


def test_arrows_that_end_at_one_another_do_no_harm():
    first = Connector(id="a", kind="arrow", points=(), tail_id="b", head_id="c", directed=True, method="cv", score=1)
    others = [first.model_copy(update={"id": i, "tail_id": t, "head_id": h}) for i, t, h in ("bca", "cab")]
    assert len(shown(Diagram(connectors=(first, *others))).connectors) == 3


def test_a_figure_is_asked_about_when_it_can_be_seen_or_pointed_into():
    unit = builders.unit()
    bare = unit.figures[0].model_copy(update={"diagram": Diagram()})
    tiny = bare.model_copy(update={"id": "tiny", "image": IMAGE.model_copy(update={"width": 20})})
    unit = unit.model_copy(update={"figures": (*unit.figures[:1], bare, tiny)})
    assert [f.figure.diagram == Diagram() for f in figures_to_ask_about(unit, images=True)] == [False, True]
    assert [f.figure.diagram == Diagram() for f in figures_to_ask_about(unit, images=False)] == [False]


def test_an_image_that_is_not_shown_is_no_part_of_the_request():
    assert ShownFigure(builders.cycle(), False).image is None
    assert ShownFigure(builders.cycle(), True).image.width == 600


def test_passages_without_words_are_not_shown_and_keep_no_number():
    unit = builders.unit()
    blank = builders.passage("pas-blank", "\u200b — ")
    material = Material(unit.model_copy(update={"passages": (blank, *unit.passages)}))
    assert material.real_ids == {"P1": "pas-0", "P2": "pas-1"}


def test_of_very_many_passages_the_first_are_shown_and_the_rest_counted():
    unit = builders.unit()
    many = tuple(builders.passage(f"pas-{i}", f"Word {i}") for i in range(300))
    material = Material(unit.model_copy(update={"passages": many}))
    assert (len(material.passages), material.left_out) == (240, 60)
    assert material.real_ids["P240"] == "pas-239"
