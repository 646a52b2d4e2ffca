from corpusbuilder.records.diagram import Connector, DiagramLabel
from corpusbuilder.records.geometry import box_polygon

WORDS = (100.0, 100.0, 160.0, 115.0)


def label(outline=None):
    return DiagramLabel(
        id="lab-1",
        text="Vík",
        box=WORDS,
        polygon=box_polygon(WORDS),
        outline=outline and box_polygon(outline),
        method="text_layer",
        score=1.0,
    )


def test_a_node_is_shown_by_the_box_around_its_words():
    assert label((90, 90, 170, 125)).extent == box_polygon((90, 90, 170, 125))


def test_a_town_is_shown_by_its_name_and_not_by_the_dot_beside_it():
    assert label((80, 105, 90, 115)).extent == box_polygon(WORDS)


def test_a_label_without_outline_is_shown_by_its_words():
    assert label().extent == box_polygon(WORDS)


def test_a_connector_has_the_outline_of_a_thin_band_around_its_path():
    path = ((0.0, 0.0), (10.0, 0.0), (10.0, 20.0))
    shown = Connector(id="c", kind="line", points=path, directed=False, method="vector", score=1.0)
    there, back = shown.polygon[:3], shown.polygon[:2:-1]
    assert [((a + c) / 2, (b + d) / 2) for (a, b), (c, d) in zip(there, back, strict=True)] == list(path)
    assert abs(shown.polygon[0][1] - shown.polygon[-1][1]) == 2.0
    assert shown.model_copy(update={"points": path[:1]}).polygon == ()
