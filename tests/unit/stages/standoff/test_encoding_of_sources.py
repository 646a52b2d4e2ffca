"""What was the source's is taken out of a string and comes back exactly."""

import release_corpus as corpus
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.records.text import tokens
from corpusbuilder.stages.standoff import MARK, Copy, LeakScan, SourceIndex, SourceTexts, decode, encode, marked

CELL = "The cell is the smallest unit of life. Every living thing is made of one or more cells, and of nothing else."
WATER = "L'eau de l'océan s'évapore, s'élève et retombe en pluie sur les montagnes d'où elle était venue."
WORDS = [
    "the",
    "cell",
    "IS",
    "Océan",
    "ocean",
    "l'eau",
    "de",
    "of",
    "d'où",
    "œuvre",
    "oeuvre",
    "life",
    "Σίσυφος",
    "3.2",
]
texts = st.lists(st.sampled_from([*WORDS, "x", MARK, "[", "…]", "\n", "\u00ad", "ß"]), max_size=25).map(" ".join)
anything = st.one_of(texts, st.text(max_size=40), st.lists(st.sampled_from("abAB […]\0"), max_size=30).map("".join))
manners = st.sampled_from(["own", "written", "name", "title"])


def index_of(*passages, labels=()):
    names = frozenset(range(len(passages), len(passages) + len(labels)))
    return SourceIndex(SourceTexts((*passages, *labels), names, {}))


def taken(text, index, manner="written"):
    return marked(encode([text], index, manner))


@given(
    st.lists(anything, max_size=4), st.lists(st.one_of(texts, st.sampled_from(WORDS)), max_size=6), anything, manners
)
def test_a_string_comes_back_character_for_character(sources, labels, text, manner):
    sources = list(dict.fromkeys(sources))
    index = index_of(*sources, labels=[label for label in dict.fromkeys(labels) if label not in sources])
    shown, copies = taken(text, index, manner)
    assert decode(shown, copies, index.sources.by_digest()) == text


@given(st.lists(texts, min_size=1, max_size=3, unique=True), texts, manners)
def test_what_is_left_has_no_four_words_of_a_source_in_a_row(sources, text, manner):
    index = index_of(*sources)
    shown, _ = taken(text, index, manner)
    of_source = {run for source in sources for run in runs_of_words(source)}
    left = {run for part in shown.split(MARK) for run in runs_of_words(part)}
    assert not left & of_source


def runs_of_words(text):
    words = [token.text for token in tokens(text)]
    return {tuple(words[n : n + 4]) for n in range(len(words) - 3) if not any(w.isdigit() for w in words[n : n + 4])}


def test_four_words_of_a_source_are_taken_out_and_three_are_left():
    index = index_of(CELL)
    assert taken("Why is the smallest unit so small?", index)[0] == f"Why {MARK} so small?"
    assert taken("Why is the smallest thing so small?", index) == ("Why is the smallest thing so small?", [])


def test_words_are_the_same_in_another_case_with_other_accents_and_signs():
    index = index_of(WATER)
    for text in (
        "l'eau de l'océan s'évapore",
        "L’EAU DE L’OCÉAN S’ÉVAPORE",
        "L'eau de l'ocean s'evapore",
        "l'eau — de l'oc\u00adéan — s'évapore",
        "l'eau de l'oce\u0301an s'e\u0301vapore",
    ):
        shown, copies = taken(text, index)
        assert "oc" not in shown.casefold(), shown
        assert decode(shown, copies, index.sources.by_digest()) == text


def test_a_text_in_capitals_is_one_copy():
    shown, copies = taken("THE SMALLEST UNIT OF LIFE", index_of(CELL))
    assert shown == MARK
    assert [copy.case for copy in copies] == ["upper"]
    assert taken("le Tour de la France par deux enfants", index_of("LE TOUR DE LA FRANCE PAR DEUX ENFANTS"))[0] == (
        f"{MARK}{MARK}{MARK}"
    )


def test_an_answer_that_is_a_label_is_taken_out_however_short_it_is():
    index = index_of(CELL, labels=["Nucleus", "Cell wall"])
    assert taken("nucleus", index)[0] == MARK
    assert taken("The nucleus?", index)[0] == "The nucleus?"
    assert taken("From “Cell wall” to “Nucleus”.", index)[0] == f"From “{MARK}” to “Nucleus”."


def test_the_beginning_of_a_label_at_the_end_of_a_text_is_not_that_label():
    index = index_of(CELL, labels=["Golgi", "Golgi body of the plant"])
    assert taken("Is it Golgi", index)[0] == "Is it Golgi"
    assert taken("Is it Golgi body", index)[0] == "Is it Golgi body"


def test_labels_one_after_another_are_taken_out():
    index = index_of(CELL, labels=["Nucleus", "Wall", "Sap"])
    assert taken("Sap, wall, nucleus", index)[0] == f"{MARK}, {MARK}, {MARK}"


def test_of_a_name_the_first_words_are_kept():
    index = index_of("A Natural History of the Western Isles and their Birds")
    shown, copies = taken("A natural history of the western isles", index, "name")
    assert shown.startswith("A natural history ")
    assert "isles" not in shown
    assert decode(shown, copies, index.sources.by_digest()) == "A natural history of the western isles"


def test_of_a_long_title_nothing_after_the_third_word_is_kept_that_the_source_has():
    index = index_of("HISTORY", "Birds of the Isles", "a natural", "western")
    title = "A natural history of the Western Isles and Birds, by Jane"
    shown, copies = taken(title, index, "title")
    assert shown.startswith("A natural history ")
    assert [word for word in ("Isles", "Birds", "Western") if word in shown] == []
    assert shown.endswith(" by Jane")
    assert decode(shown, copies, index.sources.by_digest()) == title


def test_a_run_over_the_end_of_a_text_is_taken_out():
    index = index_of("The wall of the", "nucleus is thin.")
    assert "nucleus" not in taken("where wall of the nucleus is", index)[0]


def test_a_figure_of_a_book_may_be_named():
    index = index_of("In Figure 3.2, which is on the next page, the wall is blue.")
    assert taken("In Figure 3.2, what is blue?", index)[0] == "In Figure 3.2, what is blue?"


def test_the_mark_itself_may_stand_in_a_text():
    shown, copies = taken(f"He wrote {MARK}.", index_of(CELL))
    assert copies == [Copy(None)]
    assert decode(shown, copies, {}) == f"He wrote {MARK}."


def test_texts_of_a_unit_are_known_with_their_labels_captions_and_headings():
    unit = next(iter(corpus.simple_document("doc-1").units()))
    sources = SourceTexts.of([unit])
    assert {"Sun", "Leaf", "Figure 1. A cell.", "Cells", "Parts", unit.passages[0].text} == set(sources.texts)
    assert {sources.texts[n] for n in sources.names} == {"Sun", "Leaf", "Figure 1. A cell.", "Cells", "Parts"}


@given(st.lists(st.sampled_from(WORDS), min_size=8, max_size=20), st.integers(0, 12))
def test_the_scan_finds_eight_words_in_a_row_wherever_they_stand(words, place):
    scan = LeakScan()
    scan.add("README.md", "something before " + " , ".join(words[place : place + 8]).upper() + " and after")
    found = scan.leaks([" ".join(words)])
    count = len(tokens(" ".join(words[place : place + 8])))
    assert bool(found) == (count >= 8)


def test_the_scan_reads_over_hyphens_and_from_one_text_into_the_next():
    scan = LeakScan()
    scan.add("a", "one two three four photosynthesis six seven eight")
    assert scan.leaks(["one two three four photo-\nsynthesis six seven eight"])
    assert scan.leaks(["one two three four", "photosynthesis six seven eight"])
    assert not scan.leaks(["one two three four photosynthesis six seven", "nine"])


def test_the_scan_reads_over_many_short_texts():
    scan = LeakScan()
    scan.add("a", "one two three four five six seven eight")
    assert set(scan.leaks(["one two", "three", "four", "five", "six", "seven", "eight"])) >= {"one two", "eight"}
