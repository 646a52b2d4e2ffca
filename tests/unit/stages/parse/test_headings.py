from parse_pages import block, paragraph, text_line

from corpusbuilder.records.document import BlockLabel
from corpusbuilder.records.page import OutlineEntry
from corpusbuilder.stages.parse.headings import HeadingPath, body_style, mark_headings

BODY = paragraph(50, 100, rows=20)


def marked(*blocks, outline=()):
    everything = [*blocks, block(*BODY)]
    body = body_style(line for b in everything for line in b.lines)
    return [b.level for b in mark_headings(everything, body, outline)][:-1]


def test_most_of_the_text_tells_the_style_of_the_body():
    assert body_style([text_line("Large", 0, 0, size=30), *BODY]).size == 10


def test_a_document_without_text_has_a_body_style_too():
    assert body_style([]).size == 10


def test_larger_type_stands_higher():
    chapter = block(text_line("Chapter 1", 50, 20, size=20))
    section = block(text_line("1.1 Water on the Move", 50, 50, size=14))
    minor = block(text_line("Key words", 50, 70, bold=True))
    assert marked(chapter, section, minor) == [1, 2, 3]


def test_the_table_of_contents_decides_where_it_speaks():
    chapter = block(text_line("Chapter 1", 50, 20, size=20))
    section = block(text_line("Water on the move", 50, 50, size=10))
    outline = [OutlineEntry(1, "Chapter 1", 1), OutlineEntry(2, "Water on the Move", 1)]
    assert marked(chapter, section, outline=outline) == [1, 2]


def test_a_bold_sentence_is_no_heading():
    sentence = block(text_line("Never touch the flask while it is hot.", 50, 50, bold=True))
    assert marked(sentence) == [None]


def test_a_numbered_heading_is_no_list_item():
    heading = block(text_line("5. The Kingdoms of Life", 50, 50, size=20), label=BlockLabel.LIST_ITEM)
    assert marked(heading) == [1]


def test_a_path_holds_the_headings_above():
    path = HeadingPath()
    path.enter(1, "Earth")
    path.enter(2, "Water")
    path.enter(3, "Rivers")
    path.enter(2, "Air")
    assert path.titles == ("Earth", "Air")


def test_a_little_larger_in_another_font_is_a_heading_though_no_font_says_bold():
    """Type 3 fonts, as browsers print them, carry no weight."""
    assert marked(block(text_line("The Bantu Migrations", 50, 50, size=11, font="Type3 (7 0 R)"))) == [1]
    assert marked(block(text_line("The Bantu Migrations", 50, 50, size=11))) == [None]


def test_a_heading_in_a_panel_heads_only_the_panel():
    path = HeadingPath()
    path.enter(1, "Earth")
    path.enter(3, "Rivers")
    path.enter(2, "Did you know?", in_panel=True)
    assert path.titles == ("Earth", "Rivers", "Did you know?")
    path.leave_panel()
    assert path.titles == ("Earth", "Rivers")


def test_the_table_of_contents_names_headings_without_their_numbers():
    section = block(text_line("1.2 Water on the move", 50, 50, size=10))
    assert marked(section, outline=[OutlineEntry(2, "Water on the Move", 1)]) == [2]


def in_a_box(*, with_text):
    panel = (40, 40, 300, 300)
    title = block(text_line("The Living Earth", 50, 10, size=20))
    heading = block(text_line("Rivers", 50, 50, size=14), panel=panel)
    text = block(*paragraph(50, 80), panel=panel if with_text else None)
    everything = [title, heading, text, block(*BODY)]
    return mark_headings(everything, body_style(line for b in everything for line in b.lines))[1].panel


def test_a_heading_above_text_in_a_box_heads_the_box():
    assert in_a_box(with_text=True) is not None


def test_a_heading_alone_on_a_coloured_ground_heads_what_follows():
    assert in_a_box(with_text=False) is None
