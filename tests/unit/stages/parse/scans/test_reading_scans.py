from dataclasses import replace

from parse_pages import paragraph, raw_page, text_line

from corpusbuilder.stages.parse.language import language_of
from corpusbuilder.stages.parse.scans import levelled, renewed


def recognised(line, sizes):
    return replace(line, words=tuple(replace(w, size=s) for w, s in zip(line.words, sizes * 20, strict=False)))


def test_recognised_words_are_given_one_size():
    page = raw_page(lines=[recognised(line, [9.0, 10.5, 11.2, 8.7]) for line in paragraph(50, 100, rows=6)])
    assert {word.size for line in levelled(page).lines for word in line.words} == {11.2}


def test_a_recognised_heading_stays_larger():
    body = [recognised(line, [9.0, 10.5, 11.2, 8.7]) for line in paragraph(50, 100, rows=6)]
    heading = text_line("Chapter", 50, 40, size=20)
    page = levelled(raw_page(lines=[heading, *body]))
    assert page.lines[0].size > 1.5 * page.lines[1].size


def test_typeset_pages_are_left_as_they_are():
    page = raw_page(lines=[*paragraph(50, 100, rows=6), text_line("Small print of three words", 50, 300, size=7)])
    assert levelled(page) is page


def test_a_page_without_lines_is_left_as_it_is():
    assert levelled(raw_page()) == raw_page()


def test_language_is_told_by_common_words():
    assert language_of(["Le magma est une roche en fusion dans les profondeurs."]) == "fr"
    assert language_of(["The magma is molten rock that lies in the depths."]) == "en"
    assert language_of([]) == "en"


def test_lines_of_a_scan_are_levelled_though_each_is_even_in_itself():
    lines = [recognised(line, [9 + 0.4 * i]) for i, line in enumerate(paragraph(50, 100, rows=5))]
    sizes = {word.size for line in levelled(raw_page(lines=lines, status="scanned")).lines for word in line.words}
    assert len(sizes) == 1


def boxed_alike(line):
    """The line with boxes as high as those of ten-point type, as a recogniser may cut them."""
    words = tuple(replace(w, size=10.0, box=(*w.box[:3], w.box[1] + 12)) for w in line.words)
    return replace(line, words=words, box=(*line.box[:3], line.box[1] + 12))


def levelled_with_body(*others):
    page = levelled(raw_page(lines=[*paragraph(50, 100, rows=8), *map(boxed_alike, others)], status="scanned"))
    return page.lines[0].size, [line.size for line in page.lines[8:]]


def test_wide_words_are_large_type_and_narrow_ones_small_however_high_their_boxes():
    heading = text_line("How rivers carry the mud", 50, 40, size=14)
    caption = text_line("The mouth of a river seen from the hills", 50, 300, size=8)
    body, (large, small) = levelled_with_body(heading, caption)
    assert large > 1.3 * body
    assert small < 0.9 * body


def test_headings_that_measure_nearly_alike_get_one_size():
    _, sizes = levelled_with_body(
        *(text_line("The mud of the river", 50, 300 + 60 * i, size=13.8 + i / 5) for i in (0, 1))
    )
    assert len(set(sizes)) == 1


def test_a_label_of_few_letters_is_of_the_usual_size():
    body, sizes = levelled_with_body(text_line("mud", 50, 300, size=13))
    assert sizes == [body]


def test_the_short_last_line_of_a_paragraph_has_its_size():
    first = text_line("a caption that is set in smaller type than the text", 50, 300, size=8)
    body, sizes = levelled_with_body(first, text_line("and ends", 50, 311, size=8.6))
    assert sizes[0] == sizes[1] < body


def test_a_figure_keeps_the_second_reading_of_a_line_where_there_are_two():
    known = [text_line("lurnen sac", 20, 30), text_line("pith", 20, 60)]
    seen = [text_line("lumen sac", 20.5, 30.5), text_line("orrel", 20, 90)]
    assert [line.text for line in renewed(known, seen, (0, 0, 200, 200))] == ["lumen sac", "orrel", "pith"]


def test_lines_that_the_edge_of_a_figure_cuts_are_no_labels():
    known = [text_line("pith", 20, 60)]
    cut = [text_line("hat they", 0.5, 30), text_line("pith", 20, 60)]
    assert [line.text for line in renewed(known, cut, (0, 0, 200, 200))] == ["pith"]
