from dataclasses import replace

from parse_pages import PROSE, box, diagram, image, text_line

from corpusbuilder.records.geometry import union
from corpusbuilder.stages.parse.freed import without_captions
from corpusbuilder.stages.parse.model import FoundFigure

DRAWING = diagram(100, 100)
INSIDE = text_line("River", 120, 130, size=8)


def held(*lines, paths=DRAWING, **options):
    return FoundFigure(1, (90, 80, 300, 240), "vector", paths=tuple(paths), lines=(INSIDE, *lines), **options)


def numbered(number, text, x, y):
    """A number in white, as on a coloured square, and words in black."""
    line = text_line(f"{number} {text}", x, y, size=9)
    words = (replace(line.words[0], color="#ffffff"), *line.words[1:])
    return replace(line, words=words, box=union([word.box for word in words]))


def test_a_caption_in_a_pill_under_a_drawing_leaves_the_figure_with_its_pill():
    label = text_line("Fig. 2.2", 104, 200, size=8.5, font="Bold", color="#ffffff")
    words = text_line("Rainfall in ten years.", 146, 200, size=8.5)
    below = text_line("Streams carry mud.", 104, 212, size=8.5)
    freed = without_captions(held(label, words, below, paths=[*DRAWING, box(100, 199, 142, 211, fill="#ee6600")]))
    assert freed.lines == (INSIDE,)
    assert freed.box == (100, 100, 240, 180)
    assert len(freed.paths) == len(DRAWING)


def test_a_caption_over_a_picture_in_a_card_leaves_both():
    card = box(90, 80, 300, 240)
    for label in (text_line("Figure 1 A delta", 100, 84, size=9), numbered(1, "Le port le soir", 100, 84)):
        figure = FoundFigure(1, (90, 80, 300, 240), "mixed", (image(95, 100, 295, 235),), (card,), (label,))
        freed = without_captions(figure)
        assert (freed.box, freed.lines, freed.paths) == ((95, 100, 295, 235), (), ())


def test_a_name_amid_a_drawing_stays():
    amid = text_line("Figure 1", 150, 140, size=8)
    assert without_captions(held(amid)).lines == (INSIDE, amid)


def test_the_numbered_key_of_a_picture_stays():
    key = [numbered(1, "Port de pêche", 100, 200), numbered(2, "Port de plaisance", 100, 212)]
    figure = held(*key)
    assert without_captions(figure) is figure


def test_labels_tables_and_scans_are_left_alone():
    caption = text_line("Figure 1 A delta", 100, 200, size=9)
    for figure in (
        held(text_line(PROSE, 100, 200, size=9)),
        held(caption, is_table=True),
        FoundFigure(1, (90, 80, 300, 240), "scan", lines=(caption,)),
        FoundFigure(1, (90, 80, 300, 240), "vector", lines=(caption,)),
    ):
        assert without_captions(figure) is figure
