"""What counts as a near-duplicate, and what stands in too many places to be one."""

import random

import pytest
import release_corpus as corpus
from hypothesis import given
from hypothesis import strategies as st
from made_books import book, compared, groups, own_pages

from corpusbuilder.stages.release.survey import Survey

READING = "Read the following text with care and answer all of the questions below it in whole sentences of your own."
NOTICE = corpus.prose("notice", 60)


def texts(**named):
    return groups(*(book(name, text) for name, text in sorted(named.items())))


def misread(text, share, seed=0):
    """``text`` as poor OCR gives it: a share of the words is wrong."""
    chance = random.Random(seed)
    return " ".join("#x#" if chance.random() < share else word for word in text.split())


def test_unrelated_texts_are_not_grouped():
    assert texts(**{f"n{n}": corpus.prose(n, 2000) for n in range(20)}) == []


def test_the_same_text_in_other_case_accents_and_punctuation_is_grouped():
    printed = "Été comme hiver, la forêt dort; le LOUP court, l’ours rêve et la neige, blanche, tombe sur les sapins!"
    typed = "Ete comme hiver la foret dort. Le loup court; l'ours reve et la neige blanche tombe sur les sapins"
    assert texts(a=printed, b=typed) == [("a", "b")]


@pytest.mark.parametrize("words", [60, 600, 30_000])
def test_a_text_with_one_word_in_ten_misread_is_grouped_with_its_original(words):
    text = corpus.prose("book", words)
    assert texts(a=text, b=misread(text, 0.1), c=corpus.prose("other", words)) == [("a", "b")]


def test_a_chapter_is_grouped_with_the_book_that_holds_it():
    chapter = corpus.prose("chapter", 800)
    whole = f"{corpus.prose('before', 20_000)} {chapter} {corpus.prose('after', 20_000)}"
    assert texts(book=whole, chapter=chapter, other=corpus.prose("other", 800)) == [("book", "chapter")]


def test_grouping_is_transitive():
    first, second = corpus.prose("first", 500), corpus.prose("second", 500)
    assert texts(a=first, b=second, c=f"{first} {second}") == [("a", "b", "c")]


def hyphenated(text, every=9):
    """As another line break leaves it: a word cut in two here and there."""
    words = text.split()
    return " ".join(f"{w[:3]}- {w[3:]}" if n % every == every - 1 else w for n, w in enumerate(words))


@pytest.mark.parametrize("retyped", [str, str.upper, hyphenated, lambda text: misread(text, 0.1)])
def test_one_page_that_was_typed_anew_in_another_book_binds_the_two(retyped):
    page = [corpus.prose(f"page {n}", 80) for n in range(4)]
    lender = book("a", *own_pages("a"), *page)
    borrower = book("b", *own_pages("b", 10), *map(retyped, page), *own_pages("b more", 10))
    assert groups(lender, borrower, book("c", *own_pages("c"))) == [("a", "b")]


def test_a_page_whose_paragraphs_are_cut_and_joined_otherwise_binds_as_well():
    words = corpus.prose("page", 300).split()
    paragraphs = [" ".join(words[start : start + 60]) for start in range(0, 300, 60)]
    shifted = [" ".join(words[:25]), *(" ".join(words[start : start + 100]) for start in range(25, 300, 100))]
    assert groups(book("a", *own_pages("a"), *paragraphs), book("b", *own_pages("b"), *shifted)) == [("a", "b")]


def test_a_line_that_stands_in_two_books_binds_nobody_however_often_it_is_repeated():
    assert groups(book("a", *own_pages("a"), *[READING] * 9), book("b", *own_pages("b"), *[READING] * 9)) == []


def test_a_notice_in_four_books_binds_none_and_is_known_as_stock():
    found = compared([book(name, NOTICE, *own_pages(name)) for name in "abcd"])
    assert found.grouping.groups == ()
    assert [found.survey.passage_ids[n] for n in found.grouping.stock_passages.nonzero()[0]] == [
        f"p-{name}-0" for name in "abcd"
    ]


def test_books_that_are_alike_as_wholes_are_one_holder_of_what_they_share():
    """Four printings of one book do not make its pages stock: another that borrows one is bound to them."""
    whole = own_pages("a")
    printings = [book(name, *whole) for name in ("a", "a2", "a3", "a4")]
    assert groups(*printings, book("b", *own_pages("b"), whole[3])) == [("a", "a2", "a3", "a4", "b")]


def test_empty_and_short_pieces_are_not_alike():
    assert texts(a="", b="", c="Too short.", d="Too short.") == []
    assert groups() == []


def test_units_are_grouped_when_units_are_split():
    about, page = corpus.document("doc"), corpus.prose("page", 200)
    survey = Survey(by_unit=True)
    units = [
        corpus.unit(about, [corpus.passage(f"p{n}", text, "doc")], id_=f"u{n}")
        for n, text in enumerate([page, corpus.prose("other", 200), page])
    ]
    survey.add_units(units)
    assert survey.compare({}.__getitem__).grouping.groups == ((0, 2),)


@given(st.lists(st.integers(0, 12), min_size=2, max_size=9), st.integers(0, 12))
def test_one_more_piece_never_separates_others_that_are_alike_as_wholes(kinds, newcomer):
    """Texts of one kind in three share their first half with the next kind."""

    def text(kind):
        return f"{corpus.prose(kind // 3, 40)} {corpus.prose(100 + kind, 40)}"

    before = [book(f"piece-{n}", text(kind)) for n, kind in enumerate(kinds)]
    after = groups(*before, book("newcomer", text(newcomer)))
    for group in groups(*before):
        assert any(set(group) <= set(larger) for larger in after)
