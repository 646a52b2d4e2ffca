from dataclasses import replace

from parse_pages import paragraph, raw_page, text_line

from corpusbuilder.stages.parse.furniture import furniture_lines
from corpusbuilder.stages.parse.sides import side_lines


def turned(text, x, y):
    line = text_line(text, x, y)
    return replace(line, box=(x, y, x + 12, y + 5 * len(text)), direction=(0.0, -1.0))


def pages(*contents):
    return [replace(raw_page(lines=lines), page_no=number) for number, lines in enumerate(contents, start=1)]


def test_turned_words_beside_the_text_are_furniture():
    book = pages([*paragraph(50, 80), turned("Places", 480, 300)])
    assert side_lines(book) == [{4}]


def test_a_sheet_laid_sideways_is_text():
    book = pages([turned("The river carries mud down", 100 + 14 * n, 50) for n in range(5)])
    assert side_lines(book) == [set()]


def test_numbers_in_the_margin_that_rise_with_the_pages_are_page_numbers():
    book = pages(*([*paragraph(50, 80), text_line(str(11 + n), 470 if n % 2 else 15, 350)] for n in range(4)))
    assert side_lines(book) == [{4}] * 4


def test_other_numbers_in_the_margin_are_not():
    book = pages(*([*paragraph(50, 80), text_line(number, 470, 350)] for number in ("7", "3", "9", "1")))
    assert side_lines(book) == [set()] * 4


def test_a_foot_line_is_furniture_also_where_the_text_comes_close():
    near = [*paragraph(50, 620, rows=2), text_line("The Living Earth", 50, 647)]
    book = pages(*([*paragraph(50, 80), text_line("The Living Earth", 50, 647)] for _ in range(4)), near)
    assert furniture_lines(book, em=10.0)[-1] == {2}
