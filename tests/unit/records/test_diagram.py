from corpusbuilder.records.diagram import DiagramLabel
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
