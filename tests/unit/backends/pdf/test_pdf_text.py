from random import Random

from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.backends.pdf.lines import make_lines
from corpusbuilder.backends.pdf.text import Piece, Run, Style, is_sound, unreadable_share, words_of_run
from corpusbuilder.records.page import Line, Word


def run(text: str, x: float = 0.0, y: float = 100.0, *, advance: float = 5.0, style: Style | None = None) -> Run:
    style = style or Style(size=10.0, font="Serif")
    boxes = [(x + i * advance, y - 8, x + (i + 1) * advance, y + 2) for i in range(len(text))]
    return Run(style, text, boxes)


def piece(*runs: Run, y: float = 100.0) -> Piece:
    return Piece(runs, (1.0, 0.0), (runs[0].boxes[0][0], y))


def texts(*pieces: Piece) -> list[str]:
    return [line.text for line in make_lines(pieces)]


def words(*pieces: Piece) -> list[Word]:
    return [word for line in make_lines(pieces) for word in line.words]


def test_words_are_cut_at_blanks_and_keep_their_own_boxes():
    found = words_of_run(run("le  chat noir"))
    assert [word.text for word in found] == ["le", "chat", "noir"]
    assert found[1].box == (20.0, 92.0, 40.0, 102.0)


def test_a_word_may_run_over_several_styles_and_takes_the_one_of_most_of_its_characters():
    bold = Style(size=10.0, font="Serif-Bold", bold=True)
    (word,) = words(piece(run("cell", style=bold), run("s", 20.0)))
    assert (word.text, word.bold, word.box) == ("cells", True, (0.0, 92.0, 25.0, 102.0))


def test_a_footnote_mark_does_not_turn_its_word_into_a_superscript():
    raised = run("2", 15.0, style=Style(size=6.0, font="Serif"))._replace(origin=(15.0, 96.5))
    (word,) = words(piece(run("mot")), piece(raised, y=96.5))
    assert (word.text, word.superscript) == ("mot2", False)


def test_a_mark_that_stands_apart_is_a_superscript_in_the_line_it_follows():
    raised = run("2", 16.8, style=Style(size=6.0, font="Serif"))._replace(origin=(16.8, 96.5))
    found = words(piece(run("mot")), piece(raised, y=96.5))
    assert [(word.text, word.superscript) for word in found] == [("mot", False), ("2", True)]


def test_a_lowered_figure_goes_into_the_formula_it_stands_in():
    small = Style(size=6.0, font="Serif")
    lowered = run("2", 5.0, 102.0, advance=3.0, style=small)
    assert texts(piece(run("H")), piece(lowered, y=102.0), piece(run("O", 8.0))) == ["H2O"]


def test_invisible_characters_are_dropped_and_soft_hyphens_kept():
    (word,) = words_of_run(run("a\u200bb\x01c\u00add\ufeff"))
    assert word.text == "abc\u00add"


def test_a_word_of_invisible_characters_only_is_no_word():
    assert words_of_run(run("\u200b \x02")) == ()


def test_pieces_on_one_baseline_that_follow_one_another_are_one_line():
    assert texts(piece(run("one two")), piece(run("three", 42.0))) == ["one two three"]


def test_pieces_of_different_blocks_with_a_gap_like_a_gutter_stay_apart():
    assert texts(piece(run("left column")), piece(run("right", 70.0))) == ["left column", "right"]


def spread(*words: str, gap: float, y: float = 100.0) -> list[Piece]:
    pieces, x = [], 0.0
    for word in words:
        pieces.append(piece(run(word, x, y), y=y))
        x += 5.0 * len(word) + gap
    return pieces


def test_a_line_stretched_to_the_margins_of_the_lines_around_it_stays_whole():
    stretched = spread("aaa", "bbb", "ccc", "ddd", gap=14.0, y=112.0)
    above, below = (piece(run("abc def gh ijk lmn op", y=y, advance=102 / 21), y=y) for y in (100.0, 124.0))
    assert texts(above, *stretched, below)[1] == "aaa bbb ccc ddd"


def test_a_stretched_line_of_a_narrow_column_stays_whole_beside_a_gutter_narrower_than_its_spaces():
    stretched = spread("why", "winter", "stops", "the", gap=15.0)
    below = piece(run("growth then For", y=112.0, advance=130 / 15), y=112.0)
    beside = [piece(run("the next column", 134.0, y), y=y) for y in (97.0, 109.0, 121.0)]
    assert "why winter stops the" in texts(*stretched, below, *beside)


def test_a_heading_beside_a_stretched_line_of_the_other_column_is_a_line_of_its_own():
    left = [piece(run(word, 40.0 * i, 100.0), y=100.0) for i, word in enumerate(["aaaaaa", "bbbbbb", "cccccc"] * 2)]
    heading = run("1.2 Water", 240.0, 100.0, style=Style(size=14.0, font="Bold", bold=True))
    body = [piece(run("five six seven", 240.0, 112.0 + 12 * i), y=112.0 + 12 * i) for i in range(5)]
    assert "1.2 Water" in texts(*left, piece(heading), *body)


def test_names_in_a_row_are_not_one_line():
    assert texts(*spread("Nile", "Niger", "Congo", gap=14.0)) == ["Nile", "Niger", "Congo"]


def test_columns_stay_apart_where_a_stretched_line_meets_a_gutter_as_wide_as_its_spaces():
    left = [piece(run("one two three four", 0.0, 100.0 + 12 * i), y=100.0 + 12 * i) for i in range(5)]
    right = [piece(run("five six seven", 102.0, 100.0 + 12 * i), y=100.0 + 12 * i) for i in range(5)]
    assert len(texts(*left, *right)) == 10


def test_text_recognised_with_a_size_and_baseline_for_every_word_is_one_line():
    read = [
        run(word, 40.0 * i, 100.0 + 1.5 * (i % 2), style=Style(size=9.0 + 0.11 * i))
        for i, word in enumerate(["les", "enfants", "virent", "la", "mer"] * 3)
    ]
    (line,) = texts(*(piece(one, y=one.boxes[0][3] - 2) for one in read))
    assert line.endswith("la mer")


def test_a_gap_out_of_proportion_cuts_a_line():
    assert texts(piece(run("aa bb cc dd")), piece(run("ee ff gg", 75.0))) == ["aa bb cc dd", "ee ff gg"]


def test_a_list_marker_stays_with_its_text():
    assert texts(piece(run("1.")), piece(run("First item", 28.0))) == ["1. First item"]


def test_letterspaced_capitals_become_words():
    assert texts(piece(run("C H A P I T R E  D E U X"))) == ["CHAPITRE DEUX"]


def test_letters_that_stand_far_apart_are_not_one_word():
    assert [word.text for word in words(piece(run("A   B   C   D")))] == ["A", "B", "C", "D"]


def test_text_printed_twice_to_look_bold_is_read_once():
    assert texts(piece(run("Heading")), piece(run("Heading", 0.4, 100.2), y=100.2)) == ["Heading"]


def test_the_same_word_elsewhere_is_another_line():
    assert texts(piece(run("Rome")), piece(run("Rome", 0.0, 130.0), y=130.0)) == ["Rome", "Rome"]


def test_text_that_runs_up_the_page_keeps_its_direction():
    boxes = [(90.0, 200.0 - 5 * i - 5, 100.0, 200.0 - 5 * i) for i in range(9)]
    (line,) = make_lines([Piece((Run(Style(size=10.0), "axis name", boxes),), (0.0, -1.0), (98.0, 200.0))])
    assert (line.text, line.direction) == ("axis name", (0.0, -1.0))


@given(st.lists(st.text(alphabet="abcdé ", min_size=1, max_size=12), min_size=1, max_size=6), st.randoms())
def test_no_character_is_lost_or_made_up_whatever_the_order(rows, random):
    pieces = [piece(run(text, y=100.0 + 20 * i), y=100.0 + 20 * i) for i, text in enumerate(rows)]
    random.shuffle(pieces)
    expected = sorted("".join("".join(rows).split()))
    assert sorted("".join(word.text for line in make_lines(pieces) for word in line.words)) == expected


def test_unreadable_characters_are_counted():
    line = Line((Word("a\ufffd\ue001b", (0, 0, 1, 1), 10.0),), (0, 0, 1, 1))
    assert unreadable_share([line]) == (2, 4)


def test_a_layer_of_stray_marks_is_not_sound_and_sentences_are():
    def line(text):
        return Line(tuple(Word(w, (0, 0, 1, 1), 10.0) for w in text.split()), (0, 0, 1, 1))

    assert is_sound([line("Les enfants couraient dans la rue .")])
    assert not is_sound([line("| . ; l ~ i ' , -- _ .")])
    assert not is_sound([line("12")])


def heap_of_text(seed: int) -> list[Piece]:
    """A page of two justified columns with marks, set piece by piece."""
    random = Random(seed)
    pieces: list[Piece] = []
    for column, left in enumerate((50.0, 320.0)):
        for row in range(12):
            x, y = left, 100.0 + 12.0 * row + column
            for _ in range(random.randint(2, 7)):
                text = "".join(random.choices("abcdeé", k=random.randint(1, 8)))
                pieces.append(piece(run(text, x, y), y=y))
                x += 5.0 * len(text)
                if random.random() < 0.2:
                    small = Style(size=6.0, font="Serif")
                    pieces.append(piece(run("2", x, y - 3.5, advance=3.0, style=small), y=y - 3.5))
                    x += 3.0
                x += random.uniform(2.5, 6.0)
    return pieces


@given(st.integers(0, 10_000), st.randoms())
def test_lines_do_not_depend_on_the_order_in_which_the_page_is_drawn(seed, random):
    pieces = heap_of_text(seed)
    expected = make_lines(pieces)
    random.shuffle(pieces)
    assert make_lines(pieces) == expected
