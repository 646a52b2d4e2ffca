import pytest
from parse_pages import diagram, path, text_line

from corpusbuilder.stages.parse.kinds import classify_kind, is_photographic
from corpusbuilder.stages.parse.model import FoundFigure

DRAWING = FoundFigure(1, (0, 0, 100, 100), "vector", paths=tuple(diagram(0, 0)))
PICTURE = FoundFigure(1, (0, 0, 100, 100), "raster")


def sample(pixel, size=64):
    return bytes(value for y in range(size) for x in range(size) for value in pixel(x, y))


@pytest.mark.parametrize(
    ("caption", "kind"),
    [
        ("Map 3.1 Trade routes", "map"),
        ("Carte 2 – Le relief", "map"),
        ("Schéma 4. Le cycle de l'eau", "diagram"),
        ("Photo 3. Une rue", "photo"),
        ("Figure 2. This map shows the empire. The chart is below.", "map"),
        ("Figure 2.4 A photomicrograph of spores", "photo"),
        ("Figure 9 Graph of rainfall", "chart"),
        ("Fig. 5. – Courbe des températures", "chart"),
    ],
)
def test_the_caption_tells(caption, kind):
    assert classify_kind(PICTURE, caption) == kind


def test_a_word_far_down_the_caption_does_not_tell():
    assert classify_kind(PICTURE, "Figure 1 The port. Compare it with the map.") == "other"


def test_tables_are_tables_whatever_the_caption_says():
    grid = FoundFigure(1, (0, 0, 100, 100), "vector", is_table=True)
    assert classify_kind(grid, "Map 3.1 Trade routes") == "table"


def test_a_drawing_is_a_diagram_and_one_with_two_scales_a_chart():
    assert classify_kind(DRAWING) == "diagram"
    across = [text_line(str(n), 20 + 30 * n, 100) for n in range(1, 5)]
    upward = [text_line(str(10 * n), 5, 90 - 15 * n) for n in range(1, 5)]
    axes = (path([(20, 95), (180, 95)]), path([(20, 95), (20, 10)]), path([(20, 90), (60, 40)]))
    chart = FoundFigure(1, (0, 0, 200, 110), "vector", paths=axes, lines=(*across, *upward))
    assert classify_kind(chart) == "chart"


def test_blended_colours_are_a_photograph_and_flat_or_grey_ones_are_not():
    photo = sample(lambda x, y: (3 * x, (x * y) % 200, 255 - 2 * y))
    assert classify_kind(PICTURE, None, photo) == "photo"
    assert classify_kind(PICTURE, None, sample(lambda x, y: (200, 30, 30) if x > y else (255, 255, 255))) == "other"
    assert not is_photographic(sample(lambda x, y: ((2 * x + 2 * y) % 256,) * 3))
