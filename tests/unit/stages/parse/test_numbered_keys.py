import pytest
from parse_pages import diagram, paragraph, raw_page, text_line

from corpusbuilder.stages.parse.figures import find_figures
from corpusbuilder.stages.parse.keys import with_key

NAMES = ("root", "stem", "young leaf", "bud")
ENTRIES = [f"{k + 1}. {name}" for k, name in enumerate(NAMES)]
DRAWING = (100, 100, 240, 180)


def page_lines(entries, *, at=(265, 105)):
    """Four numbers in a drawing, and lines beside it."""
    numbers = [text_line(str(k + 1), 110 + 25 * k, 112, size=8) for k in range(4)]
    return numbers + [text_line(entry, at[0], at[1] + 12 * k, size=8) for k, entry in enumerate(entries)]


@pytest.mark.parametrize("form", ["{} {}", "{}. {}", "({}) {}", "{} : {}"])
@pytest.mark.parametrize("at", [(265, 105), (30, 105), (110, 190)], ids=["right", "left", "below"])
def test_the_key_of_the_numbers_in_a_drawing_is_part_of_it(form, at):
    lines = page_lines([form.format(k + 1, name) for k, name in enumerate(NAMES)], at=at)
    x0, y0, x1, y1 = with_key(DRAWING, lines)
    assert all(x0 <= line.box[0] and line.box[2] <= x1 and y0 <= line.box[1] and line.box[3] <= y1 for line in lines)


@pytest.mark.parametrize(
    "entries",
    [
        ["1 What does it drink?", "2 Where does it go?", "3 Why?", "4 When?"],
        [f"{k} The plant takes water up in every part of it" for k in range(1, 5)],
        [f"{k + 5} {name}" for k, name in enumerate(NAMES)],
        ["1 root", "2 stem"],
        ["1 root", "1 stem", "2 leaf", "3 bud"],
    ],
    ids=["questions", "sentences", "other numbers", "too few", "twice"],
)
def test_other_numbered_lines_beside_a_drawing_are_no_key(entries):
    assert with_key(DRAWING, page_lines(entries)) == DRAWING


def test_a_list_beyond_other_words_is_no_key():
    lines = page_lines(ENTRIES, at=(270, 105))
    assert with_key(DRAWING, lines) != DRAWING
    assert with_key(DRAWING, [*lines, text_line("wind", 248, 112, size=8)]) == DRAWING


def test_a_list_far_away_is_no_key():
    assert with_key(DRAWING, page_lines(ENTRIES, at=(330, 105))) == DRAWING


def test_lines_that_stand_in_no_column_are_no_key():
    scattered = [text_line(entry, 250 + 9 * k, 105 + 12 * k, size=8) for k, entry in enumerate(ENTRIES)]
    assert with_key(DRAWING, page_lines([]) + scattered) == DRAWING


def test_a_figure_holds_its_key_even_when_it_looks_like_a_list_of_the_text():
    lines = page_lines(ENTRIES, at=(285, 105))
    page = raw_page(paths=diagram(100, 100), lines=[*paragraph(60, 300, 6), *lines])
    (figure,) = find_figures(page, body_size=10.0)
    assert set(ENTRIES) <= {line.text for line in figure.lines}
