from parse_pages import block, paragraph, text_line

from corpusbuilder.records.document import BlockLabel
from corpusbuilder.stages.parse.headlines import is_plain, set_apart, without_run_in_titles

SIZE = 10.0


def texts(blocks):
    return [blocks[i].text for i in sorted(set_apart(blocks, font="Serif", size=SIZE))]


def sections(*titles, **style):
    """Each title with three lines of text right under it, and space above."""
    return [
        part
        for n, title in enumerate(titles)
        for part in (
            block(text_line(title, 50, 60 + 90 * n, **style)),
            block(*paragraph(50, 75 + 90 * n, rows=3)),
        )
    ]


def test_a_type_that_is_kept_for_what_heads_a_text_marks_headings():
    assert texts(sections("Water on the move", "Life on land", font="SerifX")) == ["Water on the move", "Life on land"]


def test_one_line_in_another_type_is_no_custom():
    assert texts(sections("Water on the move", font="SerifX")) == []


def test_a_type_that_mostly_stands_elsewhere_marks_no_headings():
    labels = [block(text_line(f"Label {n}x", 300, 400 + 40 * n, font="SerifX")) for n in range(5)]
    assert texts([*sections("Water on the move", "Life on land", font="SerifX"), *labels]) == []


def test_text_in_a_single_type_is_plain():
    assert is_plain(sections("Water on the move", font="Serif"))
    assert not is_plain(sections("Water on the move", font="SerifX"))


def test_in_plain_text_numbers_and_space_above_mark_headings():
    blocks = sections("1.1 Water", "1.2 Air", font="Serif")
    assert texts(blocks) == ["1.1 Water", "1.2 Air"]


def test_in_plain_text_a_short_line_close_to_the_text_above_is_no_heading():
    above = block(*paragraph(50, 60, rows=3))
    line = block(text_line("The sea", 50, 60 + 3 * 13))
    below = block(*paragraph(50, 60 + 4 * 13, rows=3))
    assert texts([above, line, below]) == []


def test_a_line_that_leaves_room_for_the_next_word_is_a_title():
    lines = [text_line("Water on the move", 50, 60), *paragraph(50, 73, rows=3)]
    title, text = without_run_in_titles([block(*lines)])
    assert title.text == "Water on the move"
    assert len(text.lines) == 3


def test_a_full_first_line_stays_with_its_paragraph():
    (whole,) = without_run_in_titles([block(*paragraph(50, 73, rows=4))])
    assert len(whole.lines) == 4


def test_a_list_item_is_never_parted_so():
    lines = [text_line("Water on the move", 50, 60), *paragraph(50, 73, rows=3)]
    assert len(without_run_in_titles([block(*lines, label=BlockLabel.LIST_ITEM)])) == 1
