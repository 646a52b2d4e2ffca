from dataclasses import replace

from parse_pages import text_line

from corpusbuilder.records.document import BlockLabel
from corpusbuilder.stages.parse.blocks import make_blocks, observe_pages
from corpusbuilder.stages.parse.typography import make_row, observe

EM = 10.0
FULL = "Text that fills the measure from edge to edge"


def page(*starts, leading=13.0, skip=0.0):
    """Paragraphs of three lines; ``starts`` are the left edges of their first lines."""
    lines, y = [], 100.0
    for start in starts:
        for row, left in enumerate((start, 50, 50)):
            text = FULL[int((left - 50) / 5) :] if row < 2 else "and ends here."
            lines.append(text_line(text.capitalize() if row == 0 else text.lower(), left, y))
            y += leading
        y += skip
    return lines


def test_the_usual_indent_is_found_and_that_nearly_all_paragraphs_have_it():
    customs = observe_pages([page(65, 65, 65, 65, 65)] * 2, em=EM)
    assert (customs.indent, customs.indents, customs.justified) == (15.0, True, False)


def test_a_book_without_indents_has_none():
    assert observe_pages([page(50, 50, 50, 50, skip=6.0)], em=EM).indent is None


def test_a_little_space_parts_paragraphs_where_the_book_always_sets_it():
    spaced = page(50, 50, 50, 50, 50, skip=3.0)
    customs = observe_pages([spaced], em=EM)
    assert customs.skip is not None
    assert len(make_blocks(spaced, page_no=1, em=EM, typography=customs)) == 5


def test_paragraphs_of_one_line_are_told_by_the_indent_of_the_rest_of_the_book():
    customs = observe_pages([page(65, 65, 65, 65, 65)], em=EM)
    short = [text_line(text, 65, 100 + 13 * i) for i, text in enumerate(["It rained.", "Nobody came.", "They left."])]
    below = text_line("and that was the end of it, as they say today", 50, 139)
    assert len(make_blocks([*short, below], page_no=1, em=EM, typography=customs)) == 3


def test_a_line_pushed_down_by_a_superscript_goes_on():
    rows = [text_line(FULL, 50, 100 + 13 * i) for i in range(3)]
    line = text_line("the 2 " + FULL[6:], 50, 129.5)
    left, _, right, _ = line.words[1].box
    mark = replace(line.words[1], box=(left, 125.5, right, 134.0), size=8.0)
    pushed = replace(line, words=(line.words[0], mark, *line.words[2:]), box=(50, 125.5, *line.box[2:]))
    customs = observe_pages([[text_line(FULL, 50, 100 + 13 * i) for i in range(20)]], em=EM)
    assert len(make_blocks([*rows[:2], pushed], page_no=1, em=EM, typography=customs)) == 1


def test_the_next_number_begins_an_item_though_the_line_above_is_full():
    rows = [
        text_line("1. Which of the two places has changed more?", 50, 100),
        text_line("2. What does the author mean by that?", 50, 113),
        text_line("3. List three reasons given in the text.", 50, 126),
    ]
    found = make_blocks(rows, page_no=1, em=EM)
    assert [block.label for block in found] == [BlockLabel.LIST_ITEM] * 3


def test_terms_of_a_glossary_are_entries_of_their_own():
    rows = [
        text_line("Osmosis: water goes through a membrane to salt.", 50, 100),
        text_line("Silt: fine matter that a river leaves behind it.", 50, 113),
    ]
    assert len(make_blocks(rows, page_no=1, em=EM)) == 2


def test_a_term_in_bold_that_fills_a_line_does_not_cut_its_paragraph():
    rows = [text_line(FULL.lower(), 50, 100 + 13 * i) for i in range(4)]
    last, first = rows[0].words[-1], rows[2].words[0]
    rows[0] = replace(rows[0], words=(*rows[0].words[:-1], replace(last, bold=True)))
    rows[1] = text_line(FULL.lower(), 50, 113, bold=True)
    rows[2] = replace(rows[2], words=(replace(first, bold=True), *rows[2].words[1:]))
    assert len(make_blocks(rows, page_no=1, em=EM)) == 1


def test_a_book_whose_items_hang_is_known_by_their_second_lines():
    def item(turn_over):
        lines = text_line("• The harbour was built by the", 50, 100), text_line("guild of the town", turn_over, 113)
        return [make_row(line) for line in lines]

    hung, flush = item(62), item(50)
    assert observe([hung, hung, hung], em=EM).hanging
    assert not observe([hung, hung], em=EM).hanging
    assert not observe([hung, hung, hung, flush], em=EM).hanging
