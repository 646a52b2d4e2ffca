from dataclasses import replace

from parse_pages import paragraph, raw_page, text_line

from corpusbuilder.stages.parse.language import language_of
from corpusbuilder.stages.parse.scans import levelled


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
    lines = [text_line("a line of recognised words", 50, 100 + 20 * i, size=9 + 0.4 * i) for i in range(5)]
    sizes = {word.size for line in levelled(raw_page(lines=lines, status="scanned")).lines for word in line.words}
    assert len(sizes) == 1
