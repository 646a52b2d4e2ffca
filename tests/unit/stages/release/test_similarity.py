"""What counts as a near-duplicate."""

import random

import pytest
import release_corpus as corpus
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.stages.release.similarity import near_duplicates, sketch


def groups(texts=None, figures=None):
    ids = {**(texts or {}), **(figures or {})}
    return near_duplicates([sketch(i, [(texts or {}).get(i, "")], (figures or {}).get(i, ())) for i in sorted(ids)])


def misread(text, share, seed=0):
    """``text`` as poor OCR gives it: a share of the words is wrong."""
    chance = random.Random(seed)
    return " ".join("#x#" if chance.random() < share else word for word in text.split())


def test_unrelated_texts_are_not_grouped():
    assert groups({str(n): corpus.prose(n, 2000) for n in range(20)}) == []


def test_the_same_text_in_other_case_accents_and_punctuation_is_grouped():
    printed = "Été comme hiver, la forêt dort; le LOUP court, l’ours rêve et la neige, blanche, tombe sur les sapins!"
    typed = "Ete comme hiver la foret dort. Le loup court; l'ours reve et la neige blanche tombe sur les sapins"
    assert groups({"a": printed, "b": typed}) == [("a", "b")]


@pytest.mark.parametrize("words", [60, 600, 30_000])
def test_a_text_with_one_word_in_ten_misread_is_grouped_with_its_original(words):
    text = corpus.prose("book", words)
    assert groups({"a": text, "b": misread(text, 0.1), "c": corpus.prose("other", words)}) == [("a", "b")]


def test_a_chapter_is_grouped_with_the_book_that_holds_it():
    chapter = corpus.prose("chapter", 800)
    book = f"{corpus.prose('before', 20_000)} {chapter} {corpus.prose('after', 20_000)}"
    assert groups({"book": book, "chapter": chapter, "other": corpus.prose("other", 800)}) == [("book", "chapter")]


def test_a_paragraph_that_two_long_texts_share_does_not_group_them():
    notice = corpus.prose("notice", 100)
    assert groups({n: f"{notice} {corpus.prose(n, 2000)}" for n in ("a", "b", "c")}) == []


def test_grouping_is_transitive():
    first, second = corpus.prose("first", 500), corpus.prose("second", 500)
    assert groups({"a": first, "b": second, "c": f"{first} {second}"}) == [("a", "b", "c")]


def test_pieces_that_share_their_figures_are_grouped():
    shared = [corpus.figure("f-1"), corpus.figure("f-2")]
    own = [corpus.figure(f"own-{n}") for n in range(2)]
    assert groups(figures={"a": shared, "b": [*shared, *own], "c": [corpus.figure("f-3")]}) == [("a", "b")]


def test_an_ornament_without_caption_or_labels_groups_nothing():
    logo = corpus.figure("logo", caption=None, diagram=corpus.Diagram())
    assert groups(figures={n: [logo, corpus.figure(n)] for n in ("a", "b")}) == []


def test_empty_pieces_are_not_alike():
    assert groups({"a": "", "b": "", "c": "Too short.", "d": "Too short."}) == []
    assert near_duplicates([]) == []


@given(st.lists(st.integers(0, 12), min_size=2, max_size=9), st.integers(0, 12))
def test_one_more_piece_never_separates_others(kinds, newcomer):
    """Texts of one kind in three share their first half with the next kind."""

    def text(kind):
        return f"{corpus.prose(kind // 3, 40)} {corpus.prose(100 + kind, 40)}"

    before = [sketch(f"piece-{n}", [text(kind)], ()) for n, kind in enumerate(kinds)]
    after = near_duplicates([*before, sketch("newcomer", [text(newcomer)], ())])
    for group in near_duplicates(before):
        assert any(set(group) <= set(larger) for larger in after)
