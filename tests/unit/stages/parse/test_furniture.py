from dataclasses import replace

from parse_pages import paragraph, raw_page, text_line

from corpusbuilder.stages.parse.furniture import furniture_lines

EM = 10.0


def pages(*contents):
    return [replace(raw_page(lines=lines), page_no=number) for number, lines in enumerate(contents, start=1)]


def kept(page, furniture):
    return [line.text for i, line in enumerate(page.lines) if i not in furniture]


def with_head(head, number):
    return [text_line(head, 50, 30), *paragraph(50, 80, rows=4), text_line(str(number), 240, 660)]


def test_running_heads_and_page_numbers_are_found_on_every_page():
    book = pages(*(with_head("The Living Earth", n) for n in range(8, 13)))
    for page, furniture in zip(book, furniture_lines(book, em=EM), strict=True):
        assert len(kept(page, furniture)) == 4


def test_heads_that_name_the_section_are_told_by_their_place():
    heads = ["1.1 Water", "1.1 Water", "1.2 Air", "1.2 Air", "1.3 Fire", "The Living Earth"]
    book = pages(*(with_head(head, n) for n, head in enumerate(heads)))
    assert all(len(kept(page, f)) == 4 for page, f in zip(book, furniture_lines(book, em=EM), strict=True))


def test_the_first_line_of_the_text_is_not_furniture():
    book = pages(*(paragraph(50, 60, rows=5) for _ in range(6)))
    assert all(not found for found in furniture_lines(book, em=EM))


def test_chapter_titles_are_not_furniture_though_they_look_alike():
    book = pages(*([text_line(f"Chapter {n}", 50, 40, size=18), *paragraph(50, 120, rows=4)] for n in range(1, 6)))
    assert all(not found for found in furniture_lines(book, em=EM))


def test_one_page_alone_keeps_its_words():
    (page,) = pages([text_line("A single sheet", 50, 30), *paragraph(50, 80)])
    assert len(kept(page, furniture_lines([page], em=EM)[0])) == 5
