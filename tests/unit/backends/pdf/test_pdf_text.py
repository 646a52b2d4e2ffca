from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.backends.pdf.text import Piece, Run, Style, is_sound, make_lines, split_words, unreadable_share
from corpusbuilder.records.page import Line, Word


def run(text: str, x: float = 0.0, y: float = 100.0, *, advance: float = 5.0, style: Style | None = None) -> Run:
    style = style or Style(size=10.0, font="Serif")
    boxes = [(x + i * advance, y - 8, x + (i + 1) * advance, y + 2) for i in range(len(text))]
    return Run(style, text, boxes)


def piece(*runs: Run, block: int = 0, y: float = 100.0) -> Piece:
    return Piece(runs, (1.0, 0.0), (runs[0].boxes[0][0], y), block)


def texts(*pieces: Piece) -> list[str]:
    return [line.text for line in make_lines(pieces)]


def test_words_are_cut_at_blanks_and_keep_their_own_boxes():
    words = list(split_words([run("le  chat noir")]))
    assert [word.text for word in words] == ["le", "chat", "noir"]
    assert words[1].box == (20.0, 92.0, 40.0, 102.0)


def test_a_word_may_run_over_several_styles_and_takes_the_one_of_most_of_its_characters():
    bold = Style(size=10.0, font="Serif-Bold", bold=True)
    (word,) = split_words([run("cell", style=bold), run("s", 20.0)])
    assert (word.text, word.bold, word.box) == ("cells", True, (0.0, 92.0, 25.0, 102.0))


def test_a_footnote_mark_does_not_turn_its_word_into_a_superscript():
    raised = Style(size=6.0, font="Serif", superscript=True)
    (word,) = split_words([run("mot"), run("2", 15.0, style=raised)])
    assert (word.text, word.superscript) == ("mot2", False)


def test_invisible_characters_are_dropped_and_soft_hyphens_kept():
    (word,) = split_words([run("a\u200bb\x01c\u00add\ufeff")])
    assert word.text == "abc\u00add"


def test_a_word_of_invisible_characters_only_is_no_word():
    assert list(split_words([run("\u200b \x02")])) == []


def test_pieces_on_one_baseline_that_follow_one_another_are_one_line():
    assert texts(piece(run("one two")), piece(run("three", 42.0))) == ["one two three"]


def test_pieces_of_different_blocks_with_a_gap_like_a_gutter_stay_apart():
    assert texts(piece(run("left column")), piece(run("right", 70.0), block=1)) == ["left column", "right"]


def test_a_justified_line_with_wide_even_gaps_stays_whole():
    words = [run(word, x) for word, x in (("aaa", 0.0), ("bbb", 27.0), ("ccc", 54.0), ("ddd", 81.0))]
    assert texts(*(piece(word) for word in words)) == ["aaa bbb ccc ddd"]


def test_a_gap_out_of_proportion_cuts_a_line():
    assert texts(piece(run("aa bb cc dd")), piece(run("ee ff gg", 75.0))) == ["aa bb cc dd", "ee ff gg"]


def test_a_list_marker_stays_with_its_text():
    assert texts(piece(run("1.")), piece(run("First item", 28.0))) == ["1. First item"]


def test_letterspaced_capitals_become_words():
    assert texts(piece(run("C H A P I T R E  D E U X"))) == ["CHAPITRE DEUX"]


def test_letters_that_stand_far_apart_are_not_one_word():
    assert texts(piece(run("A   B   C   D"))) == ["A B C D"]


def test_text_printed_twice_to_look_bold_is_read_once():
    assert texts(piece(run("Heading")), piece(run("Heading", 0.4, 100.2), y=100.2, block=1)) == ["Heading"]


def test_the_same_word_elsewhere_is_another_line():
    assert texts(piece(run("Rome")), piece(run("Rome", 0.0, 130.0), y=130.0, block=1)) == ["Rome", "Rome"]


def test_text_that_runs_up_the_page_keeps_its_direction():
    boxes = [(90.0, 200.0 - 5 * i - 5, 100.0, 200.0 - 5 * i) for i in range(9)]
    (line,) = make_lines([Piece((Run(Style(size=10.0), "axis name", boxes),), (0.0, -1.0), (98.0, 200.0), 0)])
    assert (line.text, line.direction) == ("axis name", (0.0, -1.0))


@given(st.lists(st.text(alphabet="abcdé ", min_size=1, max_size=12), min_size=1, max_size=6), st.randoms())
def test_no_character_is_lost_or_made_up_whatever_the_order(rows, random):
    pieces = [piece(run(text, y=100.0 + 20 * i), y=100.0 + 20 * i, block=i) for i, text in enumerate(rows)]
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
