from parse_pages import block, text_line

from corpusbuilder.stages.parse.levels import family, heading_levels


def levels(*titles, recognised=False, listed=None):
    blocks = [
        block(text_line(text, 50, 60 + 30 * n, size=size, **style)) for n, (text, size, style) in enumerate(titles)
    ]
    found = heading_levels(blocks, range(len(blocks)), listed or {}, body_font="Serif", recognised=recognised)
    return [found[i] for i in range(len(blocks))]


def test_headings_of_one_style_are_siblings():
    assert levels(("Earth", 20, {}), ("Rivers", 14, {}), ("Deserts", 14, {})) == [1, 2, 2]


def test_sizes_that_hardly_differ_are_one():
    assert levels(("Earth", 20, {}), ("Rivers", 14.2, {}), ("Deserts", 14.5, {})) == [1, 2, 2]


def test_an_abbreviation_in_capitals_is_no_style_of_its_own():
    assert levels(("Earth", 20, {}), ("Genes", 14, {}), ("DNA", 14, {})) == [1, 2, 2]


def test_capitals_stand_above_small_letters_where_they_are_a_custom():
    assert levels(("THE OPEN SEA", 14, {}), ("Rivers", 14, {}), ("THE HIGH MOUNTAINS", 14, {})) == [1, 2, 1]


def test_decimals_of_one_style_stand_by_their_length():
    assert levels(("1. Earth", 14, {}), ("1.1 Rivers", 14, {}), ("1.2 Deserts", 14, {})) == [1, 2, 2]


def test_a_numbering_that_is_met_later_stands_lower():
    titles = ("I. Earth", "A. Rivers", "B. Deserts", "II. Life", "A. Plants")
    assert levels(*((title, 14, {}) for title in titles)) == [1, 2, 2, 1, 2]


def test_another_family_of_fonts_at_the_same_size_is_an_aside():
    style = {"bold": True}
    titles = ("Earth", 20, {"font": "Serif-Bold"}), ("Rivers", 12, {"font": "Serif-Bold", **style})
    assert levels(*titles, ("Do you know?", 12, {"font": "Grotesque-Bold", **style})) == [1, 2, 3]


def test_sizes_measured_on_a_picture_may_vary_more():
    titles = ("1.1 Rivers", 10.0, {}), ("1.2 Deserts", 10.8, {}), ("Chapter 1", 15.4, {})
    assert levels(*titles, recognised=True) == [2, 2, 1]


def test_the_table_of_contents_tells_for_all_of_a_style():
    assert levels(("Earth", 20, {}), ("Rivers", 14, {}), ("Deserts", 14, {}), listed={1: 3}) == [4, 3, 3]


def test_a_family_is_the_name_without_weight_and_posture():
    assert family("ABCDEF+Serif-BoldItalic") == family("Serif") == "Serif"
    assert family("Type3 (7 0 R)") == ""
