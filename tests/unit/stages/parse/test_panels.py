from parse_pages import block, box, paragraph, raw_page, text_line

from corpusbuilder.stages.parse.model import FoundFigure
from corpusbuilder.stages.parse.panels import find_panels, in_panels

FRAME = (40.0, 90.0, 300.0, 180.0)


def page(*paths, lines=()):
    return raw_page(lines=lines or paragraph(50, 100), paths=paths)


def test_a_frame_round_text_is_a_panel():
    assert find_panels(page(box(*FRAME)), [], em=10) == (FRAME,)


def test_a_frame_of_one_line_or_none_is_no_panel():
    assert find_panels(page(box(*FRAME), lines=[text_line("Title", 50, 100)]), [], em=10) == ()


def test_the_edge_of_the_page_is_no_panel():
    assert find_panels(page(box(5, 5, 495, 695)), [], em=10) == ()


def test_what_belongs_to_a_figure_or_table_is_no_panel():
    table = FoundFigure(1, FRAME, "vector", is_table=True)
    assert find_panels(page(box(*FRAME)), [table], em=10) == ()


def test_of_nested_panels_the_outer_one_counts():
    outer = (30.0, 80.0, 320.0, 400.0)
    panels = find_panels(page(box(*FRAME), box(*outer)), [], em=10)
    inside, outside = in_panels([block(*paragraph(50, 100)), block(*paragraph(50, 500))], panels)
    assert (inside.panel, outside.panel) == (outer, None)
