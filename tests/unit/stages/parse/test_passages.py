from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from parse_pages import block, text_line

from corpusbuilder.records.document import BlockLabel, Emphasis
from corpusbuilder.stages.parse.passages import make_passages, words_of


def passages(*blocks, vocabulary=frozenset()):
    return make_passages(blocks, document_id="doc-1", vocabulary=vocabulary)


def rows(*texts, y=100, page_no=1, **style):
    made = block(*(text_line(text, 50, y + 13 * i, **style) for i, text in enumerate(texts)))
    return replace(made, page_no=page_no)


def test_a_word_cut_at_a_line_end_is_put_together_and_keeps_both_boxes():
    (passage,) = passages(rows("Plants make their food by photosyn-", "thesis in the light."))
    assert passage.text == "Plants make their food by photosynthesis in the light."
    at = passage.text.index("photosynthesis")
    parts = [word for word in passage.words if at <= word.start < at + len("photosynthesis")]
    assert [passage.text[word.start : word.end] for word in parts] == ["photosyn", "thesis"]
    assert parts[0].y0 < parts[1].y0


def test_a_hyphen_that_the_book_writes_stays():
    cut = rows("A semi-", "arid plain lies to the north.")
    assert passages(cut, vocabulary=frozenset({"semi-arid"}))[0].text.startswith("A semi-arid")
    assert passages(cut)[0].text.startswith("A semiarid")


def test_the_vocabulary_leaves_out_words_at_line_ends():
    assert "photosyn-" not in words_of([rows("food by photosyn-", "thesis")])


def test_a_paragraph_goes_on_over_a_page_break():
    first, second = rows("The river carries mud down from the", y=600), rows("hills to the sea.", page_no=2)
    (passage,) = passages(first, second)
    assert passage.text == "The river carries mud down from the hills to the sea."
    assert {word.page_no for word in passage.words} == {1, 2}


def test_a_sentence_that_ended_is_not_continued():
    assert len(passages(rows("It rains.", y=600), rows("hills are dry.", page_no=2))) == 2


def test_items_of_a_list_are_one_passage():
    items = [
        replace(rows(text, y=100 + 20 * i), label=BlockLabel.LIST_ITEM) for i, text in enumerate(["• one", "• two"])
    ]
    (passage,) = passages(*items)
    assert (passage.kind, passage.text) == ("list", "• one\n• two")


def test_headings_are_the_path_of_what_follows():
    heading = replace(rows("Rivers"), label=BlockLabel.SECTION_HEADER, level=1)
    (passage,) = passages(heading, rows("They flow.", y=130))
    assert passage.heading == ("Rivers",)


def test_captions_and_furniture_are_no_passages():
    assert passages(replace(rows("Figure 1 A river"), label=BlockLabel.CAPTION)) == []


def test_bold_words_are_one_run_without_their_punctuation():
    line = text_line("Rock that melts is called hot magma, here.", 50, 100)
    words = tuple(replace(w, bold=w.text in {"hot", "magma,"}) for w in line.words)
    (passage,) = passages(block(replace(line, words=words)))
    assert passage.emphasis == (Emphasis(26, 35, "bold"),)
    assert passage.text[26:35] == "hot magma"


def test_a_passage_that_is_bold_throughout_emphasises_nothing():
    assert passages(rows("All of it is bold.", bold=True))[0].emphasis == ()


words = st.lists(
    st.text(st.characters(categories=["L", "N"], include_characters="-'\u00ad"), min_size=1, max_size=9),
    min_size=1,
    max_size=8,
)


@given(st.lists(words, min_size=1, max_size=5))
def test_every_word_box_spans_characters_of_its_word(lines):
    for passage in passages(rows(*(" ".join(line) for line in lines))):
        assert all(passage.text[word.start : word.end].strip() for word in passage.words)
        covered = "".join(passage.text[word.start : word.end] for word in passage.words)
        assert covered == "".join(passage.text.split())


def test_a_list_without_full_stops_does_not_swallow_the_paragraph_after_it():
    item = replace(rows("• Name the parts of a leaf", y=600), label=BlockLabel.LIST_ITEM)
    assert [p.kind for p in passages(item, rows("Leaves are green.", page_no=2))] == ["list", "paragraph"]


def test_text_in_a_panel_is_never_joined_to_text_outside():
    inside = replace(rows("The well is deep and", y=600), panel=(40, 590, 300, 640))
    assert len(passages(inside, rows("cold as the river.", page_no=2))) == 2


def test_the_title_of_a_panel_ends_with_the_panel():
    title = replace(rows("Did you know?"), label=BlockLabel.SECTION_HEADER, level=1, panel=(40, 90, 300, 200))
    inside = replace(rows("Water can be heavy.", y=120), panel=(40, 90, 300, 200))
    chapter = replace(rows("Rivers", y=50), label=BlockLabel.SECTION_HEADER, level=1)
    found = passages(chapter, title, inside, rows("The sea is salty.", y=300))
    assert [p.heading for p in found] == [("Rivers", "Did you know?"), ("Rivers",)]


def test_a_paragraph_goes_on_after_a_label_that_interrupts_it():
    first, label = rows("The river carries mud down from the", y=600), rows("Clouds", y=300)
    found = passages(first, label, rows("hills to the sea.", page_no=2))
    assert [p.text for p in found] == ["The river carries mud down from the hills to the sea.", "Clouds"]


def test_a_full_last_line_and_a_flush_first_line_are_one_paragraph_over_a_page_break():
    first = replace(rows("It rains.", y=600), full=True)
    assert len(passages(first, replace(rows("The hills are dry.", page_no=2), inset=False))) == 1
    assert len(passages(first, replace(rows("The hills are dry.", page_no=2), inset=True))) == 2


def test_a_list_goes_on_after_text_that_runs_up_the_page():
    items = [replace(rows(text, y=y), label=BlockLabel.LIST_ITEM) for text, y in (("1. one", 100), ("2. two", 160))]
    upward = rows("Places", y=130)
    upward = replace(upward, lines=tuple(replace(line, direction=(0.0, -1.0)) for line in upward.lines))
    assert [p.kind for p in passages(items[0], upward, items[1])] == ["list", "paragraph"]
