import builders
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.records.diagram import Diagram
from corpusbuilder.stages.parse.engraved import with_engraved_numbers


def figure(*texts, score=1.0, number=None):
    labels = (builders.label(f"l{i}", text, 10, 40 * i) for i, text in enumerate(texts))
    diagram = Diagram(labels=tuple(label.model_copy(update={"score": score}) for label in labels))
    return builders.figure("fig-1", diagram).model_copy(update={"number": number, "caption": None})


def numbers(*figures):
    return [made.number for made in with_engraved_numbers(figures)]


@pytest.mark.parametrize(("texts", "number"), [(["Fig. 12.", "E"], "12"), (["Fig.2."], "2"), (["Fig. 2 shows"], None)])
def test_a_number_engraved_in_the_picture_is_the_figures(texts, number):
    assert numbers(figure(*texts)) == [number]


def test_two_engraved_numbers_or_an_unsure_one_are_none():
    assert numbers(figure("Fig. 1", "Fig. 2")) == [None]
    assert numbers(figure("Fig. 1", score=0.5)) == [None]


def test_a_reading_that_breaks_the_order_of_the_book_is_dropped():
    assert numbers(*(figure(f"Fig. {n}") for n in (14, 15, 46, 17, 18))) == ["14", "15", None, "17", "18"]


def test_of_two_readings_that_contradict_each_other_neither_is_taken():
    assert numbers(*(figure(f"Fig. {n}") for n in (13, 15, 14, 16))) == ["13", None, None, "16"]


def test_a_printed_number_stays():
    assert numbers(figure("Fig. 9", number="3")) == ["3"]


@given(st.lists(st.integers(1, 60), max_size=12))
def test_what_is_taken_ascends(read):
    taken = [int(n) for n in numbers(*(figure(f"Fig. {n}") for n in read)) if n]
    assert taken == sorted(set(taken))
