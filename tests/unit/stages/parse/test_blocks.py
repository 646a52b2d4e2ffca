from parse_pages import paragraph, text_line

from corpusbuilder.records.document import BlockLabel
from corpusbuilder.stages.parse.blocks import make_blocks
from corpusbuilder.stages.parse.typography import Typography

EM = 10.0


def blocks(*lines):
    found = make_blocks(lines, page_no=1, em=EM)
    return sorted(found, key=lambda block: (block.box[1], block.box[0]))


def texts(*lines):
    return [block.text for block in blocks(*lines)]


def test_lines_of_one_paragraph_stay_together():
    assert len(blocks(*paragraph(50, 100, rows=5))) == 1


def test_a_wider_gap_parts_paragraphs():
    assert len(blocks(*paragraph(50, 100, rows=3), *paragraph(50, 150, rows=3))) == 2


def test_an_indented_first_line_begins_a_paragraph():
    rows = [
        text_line("The first paragraph runs over here and", 50, 100),
        text_line("ends on a line that is nearly full, yes.", 50, 113),
        text_line("Then the second begins further in", 65, 126),
        text_line("and goes on at the margin as before.", 50, 139),
    ]
    assert len(texts(*rows)) == 2
    assert texts(*rows)[1].startswith("Then the second")


def test_a_short_last_line_ends_a_paragraph():
    rows = [
        text_line("A full line of text that reaches the edge", 50, 100),
        text_line("and stops.", 50, 113),
        text_line("Another full line of text up to the edge", 50, 126),
        text_line("with a second one that is as long as it.", 50, 139),
    ]
    assert texts(*rows)[0].endswith("stops.")
    assert len(texts(*rows)) == 2


def test_columns_are_not_mixed():
    left, right = paragraph(50, 100, rows=4), paragraph(300, 100, rows=4)
    assert sorted(block.box[0] for block in blocks(*left, *right)) == [50, 300]


def test_a_bold_line_is_a_block_of_its_own():
    heading = text_line("The water cycle", 50, 100, bold=True)
    assert texts(heading, *paragraph(50, 113, rows=3))[0] == "The water cycle"


def test_bullets_are_items_with_their_hanging_lines():
    rows = [
        text_line("• The first thing to know of rivers", 50, 100),
        text_line("is that they flow.", 60, 113),
        text_line("• The second thing is short.", 50, 126),
    ]
    found = blocks(*rows)
    assert [block.label for block in found] == [BlockLabel.LIST_ITEM] * 2
    assert found[0].text.endswith("they flow.")


def test_a_numbered_paragraph_without_hanging_lines_is_no_item():
    rows = [
        text_line("12. Growth soon proceeds to the forming", 50, 100),
        text_line("of new parts above the old.", 50, 113),
    ]
    assert [block.label for block in blocks(*rows)] == [BlockLabel.TEXT]


def test_no_lines_make_no_blocks():
    assert blocks() == []


def test_a_paragraph_left_of_the_text_of_an_item_is_not_part_of_it():
    item = text_line("• Name the parts of a leaf", 50, 100)
    below = [
        text_line("Leaves are green for a reason and", 54, 113),
        text_line("this is what it is about today.", 45, 126),
    ]
    assert [len(b.lines) for b in make_blocks([item, *below], page_no=1, em=10)] == [1, 2]


def test_speech_that_a_dash_opens_is_a_paragraph_of_its_own():
    spoken = [
        text_line(text, 50, 100 + 13 * i)
        for i, text in enumerate(["—Et moi ? dit Léa.", "—Toi aussi, dit le vieil homme."])
    ]
    long = text_line("Ils marchèrent longtemps et virent enfin la mer.", 50, 126)
    assert len(make_blocks([*spoken, long], page_no=1, em=10)) == 3


def test_a_paragraph_after_a_list_may_stand_left_of_where_its_items_hang():
    rows = [
        text_line("– The queen never saw the city finished; it", 54, 100),
        text_line("was completed some years later.", 67, 113),
        text_line("A contract signed there lasted longer than", 61, 126),
        text_line("expected. The harvests had failed, and rents", 50, 139),
    ]
    assert [text[:10] for text in texts(*rows)] == ["– The quee", "A contract"]


def test_a_flush_paragraph_after_one_line_items_is_none_of_them_in_a_book_whose_items_hang():
    customs = Typography(em=EM, hanging=True)
    rows = [
        text_line("• The port employs a tenth of the adults now.", 50, 100),
        text_line("The motorway draws factories that make traffic", 50, 113),
        text_line("and noise along the whole of the valley floor.", 50, 126),
    ]
    found = make_blocks(rows, page_no=1, em=EM, typography=customs)
    assert [len(block.lines) for block in found] == [1, 2]


def test_a_number_at_the_indent_of_a_paragraph_makes_no_item_of_its_first_line():
    rows = [
        text_line("16. How the meridian is found from stars.", 65, 100),
        text_line("One looks through the telescope of the tower", 50, 113),
        text_line("at a star that stands high above the horizon", 50, 126),
    ]
    customs = Typography(em=EM, indent=15.0, indents=True, hanging=True)
    assert len(make_blocks(rows, page_no=1, em=EM, typography=customs)) == 1


def test_a_label_on_a_line_of_its_own_begins_its_caption_whatever_its_weight():
    rows = [
        text_line("FIGURE 4", 50, 100, bold=True),
        text_line("The old bridge before the fire, seen from", 50, 113),
        text_line("the tower of the church.", 50, 126),
    ]
    assert len(texts(*rows)) == 1


def test_a_caption_does_not_begin_with_the_title_of_an_axis_above_it():
    rows = [text_line("Year", 150, 100), text_line("Fig. 6. The old bridge before the fire", 50, 113)]
    assert texts(*rows) == ["Year", "Fig. 6. The old bridge before the fire"]


def test_a_full_line_before_the_name_of_a_figure_goes_on():
    rows = [
        text_line("The bridge stood for a hundred years, as", 50, 100),
        text_line("Figure 6. B of that chapter shows, and then", 50, 113),
    ]
    assert len(texts(*rows)) == 1
