import builders
import pytest

from corpusbuilder.records.diagram import Diagram
from corpusbuilder.records.document import WordBox
from corpusbuilder.stages.parse.mentions import find_mentions


def figure(number, caption, *, page_no=1):
    made = builders.figure(f"fig-{caption[:12]}-{page_no}", Diagram())
    return made.model_copy(update={"number": number, "caption": caption, "page_no": page_no})


def mentioned(text, *figures, page_no=1):
    passage = builders.passage("psg-1", text)
    passage = passage.model_copy(update={"words": (WordBox(0, 1, page_no, 0, 0, 1, 1),)})
    found = find_mentions([passage], figures)
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
