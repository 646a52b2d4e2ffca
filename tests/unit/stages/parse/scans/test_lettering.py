import pymupdf
import pytest
from figure_pages import Figure

from corpusbuilder.diagrams.labels import make_texts
from corpusbuilder.stages.parse.scans.lettering import clear_labels


@pytest.fixture
def figure():
    drawn = Figure()
    drawn.write(20, 100, "ordinary label")
    return drawn


def texts(figure):
    return [line.text for line in clear_labels(figure.lines, figure.picture)][1:]


def arrow(figure, tip=(120, 50), tail=(60, 50)):
    figure.sheet.draw_line(tail, tip, width=1)
    for y in (-4, 4):
        figure.sheet.draw_line(tip, (tip[0] - 7, tip[1] + y), width=1)


def test_a_head_on_its_shaft_is_no_letter(figure):
    arrow(figure)
    figure.add([("V", (112, 45, 121, 55))])
    assert texts(figure) == []


def test_a_filled_triangle_is_no_letter(figure):
    figure.sheet.draw_polyline([(100, 40), (106, 50), (94, 50)], fill=(0, 0, 0), closePath=True)
    figure.add([("A", (93, 39, 107, 51))])
    assert texts(figure) == []


def test_a_letter_that_stands_alone_is_one(figure):
    figure.write(100, 50, "A")
    figure.write(120, 50, "7")
    assert texts(figure) == ["A", "7"]


def test_a_number_in_a_circle_is_no_part_of_it(figure):
    figure.sheet.draw_circle((102.5, 46.8), 7, width=0.8)
    figure.write(100, 50, "4")
    assert texts(figure) == ["4"]


def test_a_number_read_with_its_circle_is_the_number(figure):
    figure.sheet.draw_circle((102.5, 46.8), 7, width=0.8)
    figure.sheet.insert_text((100, 50), "4", fontsize=9)
    figure.add([("④", (95, 39, 110, 54))])
    (line,) = clear_labels(figure.lines, figure.picture)[1:]
    assert line.text == "4"
    assert line.box[0] > 96
    assert line.box[2] < 109


@pytest.mark.parametrize("read", ["• Ilmen", "Ilmen •", "→ Ilmen", "- Ilmen"])
def test_marks_at_the_ends_of_a_label_are_no_part_of_it(figure, read):
    words, at = [], 100
    for word in read.split():
        words.append((word, (at, 40, at + 6 * len(word), 52)))
        at += 6 * len(word) + 4
    figure.add(words)
    assert texts(figure) == ["Ilmen"]


def test_the_dot_before_a_name_is_cut_off_at_the_gap(figure):
    figure.sheet.draw_circle((94, 47), 2, fill=(0, 0, 0))
    figure.write(100, 50, "Ilmen", read_as="•Ilmen")
    (line,) = clear_labels(figure.lines, figure.picture)[1:]
    assert line.text == "Ilmen"
    assert 96 < line.words[0].box[0] < 101


def test_a_dot_between_two_names_parts_them(figure):
    figure.write(60, 50, "CASSEL")
    width = pymupdf.get_text_length("CASSEL", fontname="helv", fontsize=9)
    figure.sheet.insert_text((80 + width, 50), "Dovre", fontsize=9)
    before = figure.lines.pop().words[0].box
    figure.add([("CASSEL", before), ("•", (before[2] + 6, 44, before[2] + 11, 50)), ("Dovre", (122, 41, 148, 53))])
    assert texts(figure) == ["CASSEL", "Dovre"]


def test_dashes_of_a_line_are_no_text(figure):
    for x in (60, 70):
        figure.sheet.draw_line((x, 47), (x + 6, 47))
    figure.add([("-", (60, 43, 66, 51)), ("-", (70, 43, 76, 51))])
    assert texts(figure) == []


@pytest.mark.parametrize("text", ["-5 °C", "1914 – 1918", "anti-", "1.", "+", "(a)", "H2O", "3:"])
def test_text_with_signs_stays_as_it_was_read(figure, text):
    figure.write(100, 50, text)
    assert texts(figure) == [text]


def test_numbers_one_above_the_other_are_no_word_on_its_side(figure):
    for k in range(3):
        figure.sheet.insert_text((100, 40 + 14 * k), str(k + 1), fontsize=9)
    figure.add([(str(k + 1), (99, 32 + 14 * k, 106, 42 + 14 * k)) for k in (2, 1, 0)], direction=(0.0, -1.0))
    assert sorted(texts(figure)) == ["1", "2", "3"]


def test_a_bold_date_is_not_the_first_line_of_what_happened_then():
    figure = Figure()
    for x, date, event in ((20, "1488", "Dias sails"), (100, "1498", "Da Gama"), (160, "1519", "Magellan")):
        figure.write(x, 30, date, font="hebo")
        figure.write(x, 41, event)
    lines = clear_labels(figure.lines, figure.picture)
    assert [line.words[0].bold for line in lines] == [True, False] * 3
    assert len(make_texts(lines, keep_apart=lambda *_: None)) == 6


def test_two_rows_of_one_label_are_of_one_size_and_weight_however_high_their_boxes():
    figure = Figure()
    figure.write(20, 30, "cours")
    figure.write(20, 41, "supérieure")
    figure.write(100, 30, "moyenne")
    tall = figure.lines[1].words[0]
    figure.lines[1] = figure.lines[1].__class__((tall.__class__("supérieure", tall.box, size=12.0),), tall.box)
    lines = clear_labels(figure.lines, figure.picture)
    assert len({line.size for line in lines}) == 1
    assert not any(line.words[0].bold for line in lines)
    assert 8 <= lines[0].size <= 10


def test_larger_type_stays_larger():
    figure = Figure()
    figure.write(20, 30, "OCEANUS", size=15)
    for k in range(4):
        figure.write(20, 50 + 14 * k, "small town")
    large, *small = [line.size for line in clear_labels(figure.lines, figure.picture)]
    assert large > 1.4 * max(small)


def test_inks_of_two_colours_are_told_apart():
    figure = Figure()
    figure.write(20, 30, "river", color=(0.1, 0.2, 0.9))
    figure.write(20, 50, "lake", color=(0.1, 0.2, 0.9))
    figure.write(20, 70, "town")
    river, lake, town = (line.words[0].color for line in clear_labels(figure.lines, figure.picture))
    assert river == lake != town


def test_lines_off_the_picture_and_on_blank_paper_do_no_harm():
    figure = Figure()
    figure.add([("word", (300, 300, 340, 310))])
    figure.add([("K", (10, 10, 20, 20))])
    figure.add([("x1", (50, 50, 50, 50))])
    assert [line.text for line in clear_labels(figure.lines, figure.picture)] == ["word", "x1"]


def test_nothing_is_made_of_nothing():
    assert clear_labels([], Figure().picture) == []


def test_a_letter_that_the_box_of_its_word_cuts_is_taken_in():
    figure = Figure()
    figure.write(50, 50, "MARROW river")
    (first, second) = figure.lines.pop().words
    figure.sheet.draw_circle((44, 47), 2, fill=(0, 0, 0))
    figure.add([("MARROW", (54, 41, first.box[2] - 4, 53)), ("river", second.box)])
    marrow, river = clear_labels(figure.lines, figure.picture)[0].words
    assert 49 < marrow.box[0] < 51.5
    assert first.box[2] - 1.5 < marrow.box[2] < second.box[0]
    assert river.box[0] > first.box[2]


def test_points_of_a_geometers_drawing_stay_though_lines_touch_them():
    figure = Figure()
    for x, letter in ((40, "A"), (90, "N"), (140, "H"), (190, "V")):
        figure.write(x, 50, letter)
        figure.sheet.draw_line((x - 20, 47), (x + 3, 47), width=0.8)
    assert [line.text for line in clear_labels(figure.lines, figure.picture)] == ["A", "N", "H", "V"]


def test_an_article_at_the_end_of_a_line_stays_though_a_line_touches_it(figure):
    figure.write(60, 50, "cells under a")
    figure.sheet.draw_line((112, 47), (150, 47))
    assert texts(figure) == ["cells under a"]


def test_a_prime_is_part_of_a_name(figure):
    figure.write(100, 50, "H'")
    figure.sheet.draw_line((107, 44), (140, 30))
    assert texts(figure) == ["H'"]


def test_ideographs_are_no_letters_of_these_books(figure):
    figure.write(100, 50, "Mz", read_as="个")
    assert texts(figure) == []


def test_a_sign_before_a_word_is_part_of_its_label(figure):
    figure.write(100, 50, "+ water")
    figure.sheet.draw_line((80, 47), (103, 47))
    assert texts(figure) == ["+ water"]


def test_a_tall_arrow_is_no_digit(figure):
    figure.sheet.draw_line((100, 80), (100, 40), width=4)
    figure.sheet.draw_polyline([(93, 48), (100, 36), (107, 48)], fill=(0, 0, 0), closePath=True)
    figure.write(150, 50, "rain")
    figure.add([("1", (92, 34, 108, 82))])
    assert texts(figure) == ["rain"]
