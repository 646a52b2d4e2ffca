import builders
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.backends.labelstudio.passage import (
    SEPARATOR,
    figure_on_page,
    join_passages,
    passages_on_page,
)

TEXTS = st.lists(st.text(max_size=12), max_size=5)


def joined(texts):
    return join_passages([builders.passage(f"pas-{i}", text) for i, text in enumerate(texts)])


@given(TEXTS, st.data())
def test_a_place_in_a_passage_comes_back_as_it_went(texts, data):
    page = joined(texts)
    for number, text in enumerate(texts):
        if text:
            start = data.draw(st.integers(0, len(text) - 1))
            end = data.draw(st.integers(start + 1, len(text)))
            placed = page.place(f"pas-{number}", start, end)
            assert page.text[slice(*placed)] == text[start:end]
            assert page.parts(*placed) == [(f"pas-{number}", start, end)]


@given(TEXTS, st.data())
def test_the_parts_of_a_span_are_its_characters_without_what_lies_between_passages(texts, data):
    page = joined(texts)
    if not page.text:
        return
    start = data.draw(st.integers(0, len(page.text) - 1))
    end = data.draw(st.integers(start + 1, len(page.text)))
    parts = page.parts(start, end)
    in_passages = {p for _, begins, ends in page.starts for p in range(begins, ends)}
    wanted = "".join(page.text[p] for p in range(start, end) if p in in_passages)
    assert "".join(texts[int(known[4:])][first:last] for known, first, last in parts) == wanted


def test_a_span_over_a_boundary_is_cut_and_the_separator_is_nothing():
    page = joined(["Émile 😀.", "Fin."])
    assert page.parts(6, 12) == [("pas-0", 6, 8), ("pas-1", 0, 2)]
    assert page.parts(8, 8 + len(SEPARATOR)) == []


@pytest.mark.parametrize("span", [(-1, 2), (2, 2), (3, 2), (0, 99)])
def test_offsets_that_are_not_in_the_text_are_refused(span):
    page = joined(["Two.", "One."])
    with pytest.raises(ValueError, match="are not in"):
        page.parts(*span)
    with pytest.raises(ValueError, match="are not in"):
        page.place("pas-0", *span)


def test_a_passage_that_is_not_there_has_no_place():
    with pytest.raises(ValueError, match="pas-9 is not on the page"):
        joined(["Two."]).place("pas-9", 0, 1)


def test_the_page_shows_the_main_figure_and_each_known_passage_once():
    unit = builders.unit()
    example = builders.about_both().model_copy(
        update={"passage_ids": ("pas-1", "pas-9", "pas-1", "pas-0"), "figure_ids": ("fig-other", "fig-cycle")}
    )
    assert [p.id for p in passages_on_page(example, unit)] == ["pas-1", "pas-0"]
    assert figure_on_page(example, unit).id == "fig-other"
    assert figure_on_page(builders.about_text(), unit) is None
