import pytest
from parse_pages import box, diagram, image, paragraph, path, raw_page, text_line

from corpusbuilder.records.page import Line, Word
from corpusbuilder.stages.parse.figures import find_figures


def figures(page):
    return find_figures(page, body_size=10.0)


def texts(figure):
    return {line.text for line in figure.lines}


def layers(x, y):
    """Wavy layers, 120 x 100 points, one above the other."""
    return [
        path(
            [(x, y + 25 * i), (x + 60, y + 25 * i + 3), (x + 120, y + 25 * i), (x + 120, y + 25 * i + 25)], closed=True
        )
        for i in range(4)
    ]


def turned_line(text, x, y, *, size=8.0, font="Sans"):
    height = len(text) * size / 2
    word_box = (x, y, x + 1.2 * size, y + height)
    return Line((Word(text, word_box, size, font),), word_box, (0.0, -1.0))


def test_names_beside_the_layers_of_a_drawing_belong_to_it():
    names = [text_line(name, 230, 108 + 25 * i, size=7, font="Sans") for i, name in enumerate(("Clay", "Lime", "Sand"))]
    (figure,) = figures(raw_page(paths=layers(100, 100), lines=[*names, *paragraph(60, 260, 5)]))
    assert texts(figure) == {"Clay", "Lime", "Sand"}


def test_short_lines_of_body_type_beside_a_drawing_stay_text():
    entries = [text_line(name, 240, 108 + 25 * i) for i, name in enumerate(("Clay", "Lime", "Sand"))]
    (figure,) = figures(raw_page(paths=layers(100, 100), lines=[*entries, *paragraph(60, 260, 5)]))
    assert texts(figure) == set()


def test_one_short_line_in_a_type_of_its_own_stays_text():
    (figure,) = figures(raw_page(paths=layers(100, 100), lines=[text_line("See also", 240, 140, size=8, font="Sans")]))
    assert texts(figure) == set()


def test_ticks_and_titles_of_axes_belong_to_the_chart():
    ticks = [text_line(str(5 * i), 90, 190 - 25 * i, size=7, font="Sans") for i in range(4)]
    title = turned_line("Rainfall", 68, 130)
    year = text_line("Year", 150, 215, size=8, font="Sans")
    caption = text_line("Figure 3. Rain in the valley since 1900", 80, 235, size=8, font="Sans")
    page = raw_page(paths=layers(100, 100), lines=[*ticks, title, year, caption, *paragraph(60, 260, 5)])
    (figure,) = figures(page)
    assert {"Rainfall", "Year", "0", "15"} <= texts(figure)
    assert figure.box[3] < 236


def test_whatever_stands_between_a_drawing_and_its_caption_belongs_to_it():
    key = text_line("Clay", 120, 225)
    caption = text_line("Figure 3. A garden soil", 100, 250, size=8)
    (figure,) = figures(raw_page(paths=layers(100, 100), lines=[key, caption, *paragraph(60, 280, 5)]))
    assert texts(figure) == {"Clay"}


def test_a_node_far_from_every_arrow_is_a_label_like_the_nodes_inside():
    nodes = [text_line("magma", 102, 110, size=8, font="Sans"), text_line("lava", 205, 165, size=8, font="Sans")]
    far = text_line("vapour", 290, 150, size=8, font="Sans")
    (figure,) = figures(raw_page(paths=diagram(100, 100), lines=[*nodes, far, *paragraph(60, 300, 6)]))
    assert "vapour" in texts(figure)


def test_a_numbered_key_beside_a_drawing_belongs_to_it():
    numbers = [text_line(str(n), 90, 100 + 25 * n, size=8, font="Sans") for n in (1, 2, 3)]
    entries = (
        "1. Side vent, old",
        "2. Volcanic cone, outer slope",
        "3. Magma chamber, very deep",
        "4. Ash layer of 1902",
    )
    key = [text_line(entry, 240, 110 + 11 * i, size=9, font="Sans") for i, entry in enumerate(entries)]
    numbers = [text_line(str(n), 92, 100 + 25 * n, size=9, font="Sans") for n in (1, 2, 3)]
    (figure,) = figures(raw_page(paths=layers(100, 100), lines=[*numbers, *key, *paragraph(60, 300, 6)]))
    assert set(entries) <= texts(figure)


def test_the_title_of_a_box_a_running_head_and_a_folio_are_no_labels():
    head = [text_line("Our planet", 100, 20, size=8, font="Sans"), text_line("Unit 1", 180, 20, size=8, font="Sans")]
    title = text_line("Going further", 100, 155, size=9, font="Sans")
    text = paragraph(100, 168, 5, size=9)
    (figure,) = figures(raw_page(paths=layers(100, 46), lines=[*head, title, *text]))
    assert texts(figure) == set()


def test_a_label_on_a_photograph_does_not_draw_a_drawing_over_it():
    names = [text_line(name, 105 + 5 * i, 108 + 25 * i, size=9, font="Sans") for i, name in enumerate(("Clay", "Lime"))]
    on_photo = [
        text_line("Vacuole", 310, 120, size=9, font="Sans"),
        text_line("Nucleus", 330, 150, size=9, font="Sans"),
    ]
    page = raw_page(paths=layers(100, 100), images=[image(300, 95, 450, 210)], lines=[*names, *on_photo])
    drawing, photo = sorted(figures(page), key=lambda figure: figure.box[0])
    assert drawing.box[2] < 300
    assert texts(photo) == {"Vacuole", "Nucleus"}


def test_a_tab_turned_at_the_edge_of_the_page_is_no_label():
    tab = turned_line("Chapter 4", 478, 120)
    (figure,) = figures(raw_page(paths=[box(400, 100, 460, 200), *layers(330, 100)], lines=[tab]))
    assert figure.box[2] == pytest.approx(460, abs=2)


def test_a_logo_beside_the_running_head_is_no_part_of_the_drawing_below():
    (figure,) = figures(raw_page(paths=layers(100, 70), images=[image(200, 20, 218, 38, "logo")]))
    assert figure.box[1] == pytest.approx(70, abs=1)
