from parse_pages import block, paragraph, raw_page, text_line

from corpusbuilder.stages.parse.headings import BodyStyle
from corpusbuilder.stages.parse.layout import column_headings, lay_out
from corpusbuilder.stages.parse.levels import style_of

BODY = BodyStyle(10.0, "Serif", bold=False)


def test_headings_with_text_beside_them_stand_in_columns():
    title = block(text_line("The Living Earth", 50, 40, size=20))
    section = block(text_line("Rivers", 50, 150, size=14))
    pages = [[title, section, block(*paragraph(300, 100, rows=10, width=20)), block(*paragraph(50, 180))]]
    assert column_headings(pages, BODY) == {style_of(section)}


def test_the_ground_of_a_page_is_no_box():
    page = raw_page(lines=[text_line("Rivers", 50, 60, size=14), *paragraph(50, 90, rows=12)])
    ground, panel = (20, 20, 480, 680), (40, 80, 400, 260)
    (whole,) = lay_out([page], [[]], [(ground,)], BODY)
    (boxed,) = lay_out([page], [[]], [(panel,)], BODY)
    assert [item.panel for item in whole.items] == [None, None]
    assert [item.panel for item in boxed.items] == [None, panel]
