import re
from dataclasses import replace

import builders
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.records.diagram import Diagram
from corpusbuilder.records.document import WordBox
from corpusbuilder.records.page import PageLink, RawPage
from corpusbuilder.stages.parse.mentions import find_mentions


def figure(number, caption, *, page_no=1):
    made = builders.figure(f"fig-{caption[:12]}-{page_no}", Diagram())
    return made.model_copy(update={"number": number, "caption": caption, "page_no": page_no})


def mentioned(text, *figures, page_no=1):
    """What of a text leads to which figure, by caption."""
    passage = builders.passage("psg-1", text)
    passage = passage.model_copy(update={"words": (WordBox(0, 1, page_no, 0, 0, 1, 1),)})
    found = find_mentions([passage], figures).by_figure
    return {
        figure.caption: [text[m.start : m.end] for m in found[figure.id]] for figure in figures if figure.id in found
    }


CYCLE, WEB = figure("3.2", "Figure 3.2 The cycle"), figure("3.3", "Figure 3.3 A food web")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Water rises (Figure 3.2).", "Figure 3.2"),
        ("See fig. 3.2 for more.", "fig. 3.2"),
        ("As Fig. 3-2 shows, it rains.", "Fig. 3-2"),
        ("Voir la figure\u00a03.2.", "figure\u00a03.2"),
    ],
)
def test_a_number_names_its_figure(text, said):
    assert mentioned(text, CYCLE, WEB) == {"Figure 3.2 The cycle": [said]}


def test_two_numbers_name_two_figures():
    assert set(mentioned("Compare Figures 3.2 and 3.3.", CYCLE, WEB)) == {CYCLE.caption, WEB.caption}


def test_a_range_names_all_between():
    figures = [figure(str(n), f"Fig. {n} A leaf") for n in range(1, 7)]
    assert len(mentioned("The leaves (Figs. 2-5) are broad.", *figures)) == 4


def test_a_part_stands_for_the_whole():
    assert set(mentioned("The left side (Figure 3.2a) is dry.", CYCLE, WEB)) == {CYCLE.caption}


def test_a_map_is_not_a_document_of_the_same_number():
    carte, doc = figure("1", "Carte 1 – La baie"), figure("1", "Document 1 – Le volcan")
    assert set(mentioned("Comme le montre la carte 1, tout brûle.", carte, doc)) == {carte.caption}
    assert set(mentioned("Le magma monte (document 1).", carte, doc)) == {doc.caption}


def test_of_two_figures_with_one_number_the_nearer_is_meant():
    near, far = figure("1", "Figure 1 Near", page_no=9), figure("1", "Figure 1 Far", page_no=2)
    assert set(mentioned("See Figure 1.", far, near, page_no=8)) == {near.caption}


@pytest.mark.parametrize("text", ["Figure 9.9 is missing.", "He cut a fine figure in 1832.", "A figure.", ""])
def test_what_names_no_figure_is_no_mention(text):
    assert mentioned(text, CYCLE, WEB) == {}


PLATE = figure("36", "Fig. 36. Half of an acorn. 37. Oak seedling. Fig. 38. A chestnut. 39, 40. Its leaves.")


@pytest.mark.parametrize("number", [36, 37, 38, 39, 40])
def test_a_plate_bears_all_the_numbers_of_its_caption(number):
    assert mentioned(f"See Fig. {number} for this.", PLATE) == {PLATE.caption: [f"Fig. {number}"]}


def test_a_year_or_a_count_in_a_caption_is_no_number_of_a_plate():
    plate = figure("3", "Figure 3. The bridge. 120. It was built in 1890. 4 men. 7. No more.")
    assert mentioned("See Figure 120, Figure 4 and Figure 7.", plate) == {}


def placed(text, *figures, page_no=1, heading=("1",), pages=(), passage_id="psg-1", top=100.0):
    """All mentions of a passage whose words stand in rows of ten, with the ids of their figures."""
    words, x, y = [], 0, top
    for found in re.finditer(r"\S+", text):
        words.append(WordBox(*found.span(), page_no, x, y, x + 18, y + 10))
        x, y = (0, y + 12) if x >= 180 else (x + 20, y)
    passage = builders.passage(passage_id, text).model_copy(update={"words": tuple(words), "heading": heading})
    found = find_mentions([passage], figures, pages)
    return {m.text: (f.caption, m.method) for f in figures for m in found.by_figure.get(f.id, ())}, found.unresolved


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The leaves (Figs. 2, 3 and 4) are broad.", ["Figs. 2", "3", "4"]),
        ("Les feuilles (fig. 2 et 4) tombent.", ["fig. 2", "4"]),
        ("See Figures 2–4 here.", ["Figures 2", "4", "4"]),
        ("THE LEAVES (FIG. 3) FALL.", ["FIG. 3"]),
        ("See Fig.\n3 here.", ["Fig.\n3"]),
        ("See Fig. 3a-c here.", ["Fig. 3a-c"]),
        ("See (Fig. 3a, b) here.", ["Fig. 3a, b"]),
    ],
)
def test_each_number_has_its_own_characters(text, said):
    figures = [figure(str(n), f"Fig. {n} A leaf") for n in range(1, 7)]
    found = find_mentions([builders.passage("p", text)], figures).by_figure.values()
    assert sorted((m.text for ms in found for m in ms), key=said.index) == said


@pytest.mark.parametrize(
    "text",
    ["Figure 3 people at a time.", "They sat at table 4 hours.", "Fig. 3 % of all.", "cette figure 3 fois", "fig 3.25"],
)
def test_what_is_counted_is_no_figure(text):
    assert mentioned(text, figure("3", "Figure 3 A"), figure("4", "Table 4 B")) == {}


@pytest.mark.parametrize("said", ["Fig, 3", "fig. l2", "FiG. I2", "flg. 3"])
def test_what_ocr_misreads_is_understood_on_scanned_pages_only(said):
    figures = [figure("3", "Fig. 3 A leaf"), figure("12", "Fig. 12 A root")]
    page = RawPage(1, 595, 842, 0, "scanned")
    assert list(placed(f"As {said} shows.", *figures, pages=[page])[0]) == [said]
    assert placed(f"As {said} shows.", *figures, pages=[replace(page, status="ok")])[0] == {}


@pytest.mark.parametrize(
    ("said", "page"), [("document 2 p. 45", 5), ("document 2, page 47", 7), ("document 2 (p. 47)", 7)]
)
def test_a_printed_page_tells_which_of_two_documents_is_meant(said, page):
    pages = [RawPage(n, 595, 842, 0, "ok", label=str(n + 40)) for n in range(1, 9)]
    figures = [figure("2", f"Document 2 – Page {n}", page_no=n) for n in (5, 7)]
    assert placed(f"Voir le {said} du livre.", *figures, pages=pages)[0] == {
        said: (f"Document 2 – Page {page}", "number")
    }


def test_a_page_without_the_figure_leaves_a_reference_unresolved():
    found, unresolved = placed("Voir le document 2 p. 3.", figure("2", "Document 2 – Là", page_no=1))
    assert found == {}
    assert [(m.text, m.score) for m in unresolved] == [("document 2 p. 3", 0.0)]


def test_a_table_or_document_is_never_a_figure_of_its_number():
    picture = figure("2", "Figure 2 – Le volcan")
    for text in ("Voir le tableau 2.", "Voir le document 2."):
        found, unresolved = placed(text, picture)
        assert (found, len(unresolved)) == ({}, 1)


def test_two_series_of_numbers_are_not_mixed():
    maps = [figure("2", "Map 2 The river"), figure("1", "Fig. 1 A harbour")]
    assert mentioned("See Fig. 2.", *maps) == {}
    assert set(mentioned("See Figure 2.", maps[0])) == {"Map 2 The river"}


@pytest.mark.parametrize("text", ["Voir le document 2.", "Voir la figure 2.", "Voir la carte 2."])
def test_a_number_without_a_word_stands_for_any_kind(text):
    assert set(mentioned(text, figure("2", "Les vents dominants"))) == {"Les vents dominants"}


def test_words_of_place_behind_a_number_are_no_mention_of_their_own():
    found, unresolved = placed("Le document 1 ci-contre le montre.", figure("1", "Document 1 – Là"), ABOVE)
    assert (list(found), unresolved) == (["document 1"], ())


def test_numbers_that_begin_again_are_those_of_the_chapter():
    first = [figure(str(n), f"Figure {n} First", page_no=n) for n in (1, 2)]
    second = [figure(str(n), f"Figure {n} Second", page_no=n + 3) for n in (1, 2)]
    texts = [("psg-1", "See Figure 1 again.", ("One",), 3), ("psg-2", "As Figure 1 shows.", ("Two",), 4)]
    passages = [
        builders.passage(name, text).model_copy(
            update={"heading": heading, "words": (WordBox(0, 1, page_no, 0, 0, 1, 1),)}
        )
        for name, text, heading, page_no in [("psg-0", "Here.", ("One",), 1), *texts]
    ]
    found = find_mentions(passages, [*first, *second]).by_figure
    assert [m.passage_id for m in found[first[0].id]] == ["psg-1"]
    assert [m.passage_id for m in found[second[0].id]] == ["psg-2"]


def linked(target, *, page_no=1, box=(20, 100, 58, 110)):
    return RawPage(1, 595, 842, 0, "ok", links=(PageLink(box, page_no, target),))


def test_a_link_tells_which_figure_is_meant():
    near, far = figure("1", "Figure 1 Near"), figure("1", "Figure 1 Far", page_no=9)
    found, _ = placed("See Figure 1.", near, far, pages=[linked((60, 45), page_no=9)])
    assert found == {"Figure 1": ("Figure 1 Far", "link")}


def test_a_link_gives_a_figure_without_a_number_its_own():
    bare = figure(None, "A river.", page_no=4)
    text = "See figure 7. And as said before, that same figure 7 again."
    found, _ = placed(text, bare, pages=[linked((60, 45), page_no=4)])
    assert found == {"figure 7": ("A river.", "number")}  # the second; the first is the linked one


def test_a_link_to_a_page_without_figures_leaves_the_number_to_decide():
    found, _ = placed("See Figure 1.", figure("1", "Figure 1 Near"), pages=[linked((60, 45), page_no=9)])
    assert found == {"Figure 1": ("Figure 1 Near", "number")}


ABOVE, BELOW = figure(None, "A river."), figure(None, "A delta.")
ABOVE = ABOVE.model_copy(update={"id": "above", "bbox": (0, 10, 200, 80), "kind": "map"})
BELOW = BELOW.model_copy(update={"id": "below", "bbox": (0, 300, 200, 400), "kind": "diagram"})


@pytest.mark.parametrize(
    ("text", "caption"),
    [
        ("Look at the map above.", "A river."),
        ("Look at the diagram below.", "A delta."),
        ("Regarde la carte ci-contre.", "A river."),
        ("Le schéma ci-dessous montre tout.", "A delta."),
        ("La figure ci-dessus montre tout.", "A river."),
    ],
)
def test_words_of_place_lead_to_the_one_figure_there(text, caption):
    found, _ = placed(text, ABOVE, BELOW)
    assert [*found.values()] == [(caption, "position")]


@pytest.mark.parametrize("text", ["Voyez la figure ci-contre.", "Look at the table below.", "See the map on the left."])
def test_words_of_place_that_fit_none_or_two_are_unresolved(text):
    found, unresolved = placed(text, ABOVE, BELOW)
    assert found == {}
    assert [m.method for m in unresolved] == ["position"]


def test_a_mention_of_what_the_book_does_not_hold_is_kept():
    _, unresolved = placed("See Figure 9.9 there.", CYCLE)
    assert [(m.text, m.start, m.score) for m in unresolved] == [("Figure 9.9", 4, 0.0)]


def plate(*texts, page_no):
    labels = tuple(builders.label(f"l{i}", text, 10, 40 * i) for i, text in enumerate(texts))
    made = builders.figure(f"fig-{page_no}", Diagram(labels=labels))
    return made.model_copy(update={"number": None, "caption": None, "page_no": page_no})


def test_engraved_numbers_are_told_by_what_was_read_and_the_order_of_the_book():
    plates = [plate(text, page_no=n) for n, text in enumerate(("Fig. 11.", "Fig.42.", "", "Fig. 14"), start=1)]
    passages = [
        builders.passage(f"p-{n}", f"On le voit (fig. {n + 10}).").model_copy(
            update={"words": (WordBox(0, 2, n, 0, 0, 1, 1),)}
        )
        for n in (1, 2, 3, 4)
    ]
    found = find_mentions(passages, plates).by_figure
    told = [(m.passage_id, m.method) for p in plates for m in found[p.id]]
    assert told == [("p-1", "number"), ("p-2", "number"), ("p-3", "position"), ("p-4", "number")]
    assert found["fig-1"][0].score > found["fig-2"][0].score > found["fig-3"][0].score


def test_of_two_pictures_that_may_bear_a_number_neither_does():
    assert (
        find_mentions([builders.passage("p", "Voir fig. 3.")], [plate("", page_no=1), plate("x", page_no=1)])[0] == {}
    )


def test_a_picture_without_caption_in_a_book_of_captions_is_not_the_figure_that_is_missing():
    captioned = [figure(str(n), f"Figure {n} A", page_no=n) for n in (1, 2, 4)]
    bare = plate("", page_no=3)
    found = placed("See Figure 3.", *captioned[:2], bare, captioned[2], page_no=3)
    assert found[0] == {}


WORDS = st.sampled_from(
    [
        "Figure",
        "fig.",
        "Figs.",
        "3",
        "3.2",
        "12,",
        "13",
        "et",
        "and",
        "–",
        "4a-c",
        "(",
        ")",
        "p.",
        "45",
        "carte",
        "ci-contre",
        "the map",
        "below",
        "document",
        "bis",
        "II",
        "\n",
        "œ",
        "e\u0301",
    ]
)


@given(st.lists(WORDS, max_size=25).map(" ".join))
def test_offsets_are_those_of_the_words(text):
    figures = [figure(n, f"Figure {n} A") for n in ("3", "3.2", "12", "13")]
    found = find_mentions([builders.passage("p", text)], figures)
    mentions = [m for ms in found.by_figure.values() for m in ms] + list(found.unresolved)
    assert all(text[m.start : m.end] == m.text and m.text.strip() == m.text for m in mentions)
    assert all((m.score == 0) == (m in found.unresolved) for m in mentions)
