"""What a step cites is compared with what it says."""

import builders
import pytest

from corpusbuilder.backends.grounders.base import GroundingQuery
from corpusbuilder.backends.grounders.diagram import BACKEND
from corpusbuilder.records import StepKind

SEA_TO_CLOUDS = ("lab-0", "arr-0", "lab-1")
CLOUDS_TO_RAIN = ("lab-1", "arr-1", "lab-2")
QUOTE = "An aquifer is a layer of rock that stores water."


def ground(text, *citations, kind=StepKind.PERCEIVE, language="en"):
    example = builders.example(language, "What?", "Rain", [{"text": text, "kind": kind, "citations": citations}])
    query = GroundingQuery(unit=builders.unit(language), example=example, step=1)
    (grounding,) = BACKEND.create(BACKEND.options()).ground([query])
    return grounding


def ids(grounding):
    return [element_id for evidence in grounding.evidence for element_id in evidence.element_ids]


@pytest.mark.parametrize(
    ("text", "language"),
    [("An arrow runs from “Clouds” to “Rain”.", "en"), ("Une flèche va de « Nuages » à « Pluie ».", "fr")],
)
class TestAnArrowThatIsSaid:
    def test_stays_as_cited_when_all_of_it_is_cited(self, text, language):
        grounding = ground(text, builders.points_at(*CLOUDS_TO_RAIN), language=language)
        assert (ids(grounding), grounding.flags) == (list(CLOUDS_TO_RAIN), ())
        assert {e.method for e in grounding.evidence} == {"diagram.element"}

    @pytest.mark.parametrize("cited", [("arr-1",), ("lab-1", "lab-2"), ("lab-2", "arr-1")])
    def test_is_completed_when_a_part_of_it_is_cited(self, text, language, cited):
        grounding = ground(text, builders.points_at(*cited), language=language)
        assert (set(ids(grounding)), grounding.flags) == (set(CLOUDS_TO_RAIN), ())
        assert {e.method for e in grounding.evidence} == {"diagram.completed"}

    @pytest.mark.parametrize("cited", [SEA_TO_CLOUDS, ("arr-2",), ("lab-3",), ("lab-99",)])
    def test_wins_over_a_citation_of_something_else_which_is_flagged(self, text, language, cited):
        grounding = ground(text, builders.points_at(*cited), language=language)
        assert (set(ids(grounding)), grounding.flags) == (set(CLOUDS_TO_RAIN), ("cited_otherwise",))
        assert grounding.unresolved == ()

    def test_leaves_what_was_cited_otherwise_to_the_annotator(self, text, language):
        grounding = ground(text, builders.points_at(*SEA_TO_CLOUDS), language=language)
        assert [c.element_ids for c in grounding.candidates] == [SEA_TO_CLOUDS]


def test_an_arrow_that_is_said_the_other_way_round_stays_as_cited_and_is_reported():
    grounding = ground("An arrow runs from “Rain” to “Clouds”.", builders.points_at(*CLOUDS_TO_RAIN))
    assert ids(grounding) == list(CLOUDS_TO_RAIN)
    assert [relation.outcome for relation in grounding.relations] == ["reversed"]


def test_words_that_name_nothing_leave_the_citation_as_it_is():
    grounding = ground("It stands in the middle.", builders.points_at("lab-1"))
    assert (ids(grounding), grounding.flags, grounding.unresolved) == (["lab-1"], (), ())


def test_a_part_cited_by_its_shape_and_named_by_its_label_is_the_same_part():
    grounding = ground("One area is named Roots.", builders.points_at("reg-roots"))
    assert (ids(grounding), grounding.flags) == (["reg-roots"], ())


def test_a_step_that_names_another_label_than_it_cites_is_grounded_where_it_says():
    grounding = ground("The word “Rain” is printed there.", builders.points_at("lab-0"))
    assert (ids(grounding), grounding.flags) == (["lab-2"], ("cited_otherwise",))


def test_a_quote_that_is_not_there_gives_way_to_the_sentence_that_the_step_states():
    cited = builders.quotes("pas-0", "Rocks hold no water at all, as is well known.")
    grounding = ground(QUOTE, cited, kind=StepKind.READ)
    assert ([span.quote for span in grounding.evidence], grounding.flags) == ([QUOTE], ("cited_otherwise",))


def test_a_quote_that_is_there_stays_though_another_sentence_says_what_the_step_says():
    other = "A spring is a place where water leaves the ground."
    grounding = ground(QUOTE, builders.quotes("pas-1", other), kind=StepKind.READ)
    assert ([span.quote for span in grounding.evidence], grounding.flags) == ([other], ())
