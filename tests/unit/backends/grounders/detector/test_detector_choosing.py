"""Which boxes of a detector are evidence."""

import builders
import pytest
from looking import options

from corpusbuilder.backends.grounders.detector.answers import Detections
from corpusbuilder.backends.grounders.detector.choosing import all_of, choose
from corpusbuilder.backends.grounders.found import Found
from corpusbuilder.records import Diagram

FIGURE = builders.figure("fig", Diagram())
OTHER = builders.figure("other", Diagram())
LEFT, RIGHT, WHOLE = (0.1, 0.1, 0.3, 0.4), (0.6, 0.1, 0.8, 0.4), (0.01, 0.01, 0.99, 0.99)


def seen(*rows, family="grounding-dino", text_score=None):
    """Detections of pairs of a box and its score."""
    scores = tuple(score for _, score in rows)
    texts = scores if text_score is None else (text_score,) * len(rows)
    return Detections(
        phrase="cell", family=family, boxes=tuple(box for box, _ in rows), scores=scores, text_scores=texts
    )


def chosen(*rows, others=None, **fields):
    return choose("cell", [(FIGURE, seen(*rows, **fields))], options(**(others or {})))


def counts(found):
    return len(found.evidence), len(found.candidates)


def test_the_box_that_stands_out_is_evidence():
    found = chosen((LEFT, 0.8), (RIGHT, 0.3))
    assert [(e.box, e.score) for e in found.evidence] == [((60, 40, 180, 160), 0.8)]
    assert found.problems == ()


@pytest.mark.parametrize(("second", "evidence"), [(0.59, 1), (0.61, 0)])
def test_a_second_that_is_nearly_as_good_makes_both_candidates(second, evidence):
    found = chosen((LEFT, 0.8), (RIGHT, second))
    assert counts(found) == (1, 0) if evidence else (0, 2)
    assert bool(found.problems) != bool(evidence)


def test_the_order_of_the_boxes_decides_nothing():
    assert chosen((LEFT, 0.5), (RIGHT, 0.5)) == chosen((RIGHT, 0.5), (LEFT, 0.5))
    assert counts(chosen((LEFT, 0.5), (RIGHT, 0.5))) == (0, 2)


def test_boxes_of_one_thing_count_once():
    near = (0.11, 0.11, 0.31, 0.41)
    assert counts(chosen((LEFT, 0.8), (near, 0.79), (near, 0.7))) == (1, 0)


def test_a_box_over_the_whole_picture_is_a_candidate_at_most():
    assert counts(chosen((WHOLE, 0.9))) == (0, 1)
    assert counts(chosen((WHOLE, 0.9), (LEFT, 0.5))) == (0, 2)
    assert "all of the picture" in chosen((WHOLE, 0.9)).problems[0]


def test_below_the_threshold_there_are_candidates_and_far_below_nothing():
    assert counts(chosen((LEFT, 0.34))) == (0, 1)
    assert counts(chosen((LEFT, 0.17))) == (0, 0)
    assert counts(chosen((LEFT, 0.34), others={"box_threshold": 0.3})) == (1, 0)


def test_each_family_has_a_threshold_of_its_own():
    assert counts(chosen((LEFT, 0.32))) == (0, 1)
    assert counts(chosen((LEFT, 0.32), family="owlv2")) == (1, 0)


def test_a_box_that_no_word_speaks_for_is_a_candidate():
    assert counts(chosen((LEFT, 0.8), text_score=0.2)) == (0, 1)
    assert counts(chosen((LEFT, 0.8), text_score=0.2, others={"text_threshold": 0.1})) == (1, 0)


def test_the_figures_of_a_question_are_looked_at_together():
    one, other = seen((LEFT, 0.8)), seen((RIGHT, 0.7))
    assert counts(choose("cell", [(FIGURE, one), (OTHER, other)], options())) == (0, 2)
    found = choose("cell", [(FIGURE, one), (OTHER, seen())], options())
    assert [e.figure_id for e in found.evidence] == ["fig"]


def test_only_so_many_candidates_are_shown():
    rows = [((n / 10, 0.1, n / 10 + 0.05, 0.2), 0.5) for n in range(9)]
    assert counts(chosen(*rows)) == (0, 5)
    assert counts(chosen(*rows, others={"max_boxes": 2})) == (0, 2)


def test_nothing_found_is_said_with_the_phrase():
    assert chosen().problems == ("nothing in the picture looks like “cell”",)


def test_what_two_phrases_point_at_is_there_once_with_the_better_score():
    low, high = chosen((LEFT, 0.6)), chosen((LEFT, 0.8))
    assert [e.score for e in all_of([low, high]).evidence] == [0.8]
    assert [e.score for e in all_of([high, low]).evidence] == [0.8]
    assert all_of([]) == Found()
