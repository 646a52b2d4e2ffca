import math

import builders
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pass_bench import scope, slot

from corpusbuilder.backends.models.calls import UnusableAnswerError
from corpusbuilder.backends.teachers.passes.inventory import Fact, read_facts
from corpusbuilder.backends.teachers.passes.questions import Written, candidates, read_questions
from corpusbuilder.backends.teachers.passes.reading import Reader, Remarks
from corpusbuilder.backends.teachers.passes.steps import read_chains
from corpusbuilder.records import ElementCitation, QuoteCitation, StepKind

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["facts", "statement", "elements", "questions", "slot", "question", "answer", "distractors",
                             "text", "chains", "steps", "kind", "premises", "quotes", "passage", "quote"]),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)  # fmt: skip


def facts(value, **limits):
    remarks = Remarks()
    known = {"elements": ("L1", "A1"), "passages": ("P1",), "seen": True, **limits}
    return read_facts(value, remarks, **known), remarks


def questions(*items, slots=None, language="en"):
    remarks = Remarks()
    where = scope(builders.unit(language))
    return read_questions({"questions": list(items)}, remarks, slots=slots or (slot(),), scope=where), remarks


def question(**changes):
    given = {"slot": "S1", "possible": True, "question": "Where does the rain fall?", "answer": "Soil"}
    return {**given, "distractors": [], **changes}


def choice(*wrong, **changes):
    return question(distractors=[{"text": text, "type": "same_figure"} for text in wrong], **changes)


ASKED = {"Q1": Written(slot(), "Where does the rain fall?", "Soil")}
SEEN = {"text": "An arrow leads from “Rain” to “Soil”.", "kind": "perceive", "elements": ["A3", "L3", "L4"]}
SEEN |= {"quotes": [], "premises": []}
SO = {"text": "So the rain falls on the Soil.", "kind": "infer", "elements": [], "quotes": [], "premises": [1]}


def chains(*steps, asked=ASKED, where=None):
    remarks = Remarks()
    value = {"chains": [{"question": "Q1", "steps": list(steps)}]}
    return read_chains(value, remarks, asked=asked, scope=where or scope()), remarks


def test_facts_come_with_the_ids_they_were_given():
    found, remarks = facts({"facts": [{"statement": " Rain falls. ", "elements": ["A1", "L1"], "passages": ["P1"]}]})
    assert found == [Fact("Rain falls.", ("A1", "L1"), ("P1",))]
    assert not remarks.faults


@pytest.mark.parametrize(
    "value",
    [
        [{"statement": "Rain falls."}],
        {"statement": "Rain falls."},
        {"facts": {"statement": "Rain falls.", "elements": None, "mood": "wet"}},
        {"facts": [{"statement": "Rain falls.", "elements": "", "passages": []}]},
    ],
)
def test_lists_that_are_missing_and_objects_that_stand_alone_are_forgiven(value):
    found, remarks = facts(value)
    assert found == [Fact("Rain falls.", (), ())]
    assert not remarks.faults


def test_an_unknown_id_is_named_and_never_taken_for_another():
    found, remarks = facts({"facts": [{"statement": "Rain falls.", "elements": ["L1", "L9"]}]})
    assert found == []
    assert 'there is no "L9" to choose from in "elements"' in remarks.faults[0]


def test_without_a_figure_a_fact_needs_a_passage():
    found, remarks = facts({"facts": [{"statement": "Rain falls.", "elements": []}]}, elements=(), seen=False)
    assert (found, len(remarks.faults)) == ([], 1)


@given(JSON)
def test_no_json_breaks_the_readers(value):
    for read in (facts, lambda v: questions(*([v] if isinstance(v, dict) else []))):
        read(value)
    read_chains(value, Remarks(), asked=ASKED, scope=scope())


def test_entities_that_a_model_copies_are_undone():
    (written,), _ = questions(question(answer="salt &amp; water"))
    assert written.answer == "salt & water"


def test_an_order_that_the_material_does_not_support_has_no_question():
    found, remarks = questions(question(possible=False, question="", answer=""))
    assert found == []
    assert not remarks.faults


def test_a_number_as_answer_is_as_good_as_its_digits():
    (written,), _ = questions(question(answer=3), slots=(slot(form="number"),))
    assert written.answer == "3"


@pytest.mark.parametrize(
    ("form", "item", "problem"),
    [
        ("yes_no", question(answer="Maybe"), "Yes or No"),
        ("number", question(answer="many"), "must contain a number"),
        ("list", question(answer="Soil"), "two things or more"),
        ("short", question(answer="word " * 30), "a few words"),
        ("multiple_choice", choice("Sea"), "three distractors"),
        ("multiple_choice", choice("Sea", "sea.", "Rain"), "two choices are the same"),
        ("multiple_choice", choice("Soils", "Sea", "Rain"), "two choices are the same"),
        ("multiple_choice", choice("Sea", "Rain", "All of the above"), "must not speak of the other choices"),
        ("multiple_choice", choice("Sea", "Rain", "None of these"), "must not speak of the other choices"),
        ("short", question(slot="S7"), "left to choose from: S1"),
        ("short", question(answer=" "), '"answer" is missing or empty'),
        ("short", question(question="Where does the arrow from L1 lead?"), "L1 is an id"),
        ("short", question(question="Où la pluie qui tombe des nuages va-t-elle ensuite ?"), "not in English"),
    ],
)
def test_what_is_wrong_with_a_question_is_said(form, item, problem):
    found, remarks = questions(item, slots=(slot(form=form),))
    assert found == []
    assert problem in remarks.faults[0]


@pytest.mark.parametrize(
    "wrong", ["Toutes ces réponses", "Aucune de ces propositions", "Les deux réponses précédentes"]
)
def test_choices_that_speak_of_choices_are_known_in_french(wrong):
    item = choice("Mer", "Pluie", wrong, question="Où tombe la pluie ?", answer="Sol")
    found, remarks = questions(item, slots=(slot(form="multiple_choice"),), language="fr")
    assert found == []
    assert "other choices" in remarks.faults[0]


@pytest.mark.parametrize(("language", "said", "kept"), [("en", "yes.", "Yes"), ("fr", "NON", "Non")])
def test_yes_and_no_are_kept_in_one_way(language, said, kept):
    text = {"en": "Does the rain fall?", "fr": "La pluie tombe-t-elle ?"}[language]
    (written,), _ = questions(question(question=text, answer=said), slots=(slot(form="yes_no"),), language=language)
    assert written.answer == kept


def test_a_second_question_for_an_order_is_refused():
    found, remarks = questions(question(), question(question="Where does the water rise?"))
    assert [written.question for written in found] == ["Where does the rain fall?"]
    assert "left to choose from: nothing" in remarks.faults[0]


def test_a_distractor_of_unknown_type_stays_a_choice_without_a_type():
    item = choice("Sea", "Rain", "Clouds")
    item["distractors"][1]["type"] = "silly"
    (written,), remarks = questions(item, slots=(slot(form="multiple_choice"),))
    assert written.wrong == ("Sea", "Rain", "Clouds")
    assert [d.text for d in written.distractors] == ["Sea", "Clouds"]
    assert not remarks.faults
    assert len(remarks.wishes) == 1


def test_distractors_of_other_forms_are_ignored():
    (written,), _ = questions(choice("Sea", "Sea"))
    assert written.wrong == ()


def test_an_id_that_the_page_prints_itself_is_no_leak():
    unit = builders.unit()
    figure = unit.figures[0]
    first = figure.diagram.labels[0].model_copy(update={"text": "P1 generation"})
    diagram = figure.diagram.model_copy(update={"labels": (first, *figure.diagram.labels[1:])})
    printed = scope(unit.model_copy(update={"figures": (figure.model_copy(update={"diagram": diagram}),)}))
    assert printed.leaked_id("What follows P1?") is None
    assert scope().leaked_id("What follows P1?") == "P1"
    assert printed.leaked_id("What follows L2?") == "L2"


def test_a_question_is_about_the_fact_it_shares_most_words_with_and_the_labels_it_names():
    known = [Fact("Vapour rises.", ("L1",), ("P1",)), Fact("The rain falls on the soil.", ("A3",), ("P2",))]
    (found,) = candidates([Written(slot(), "Where does the rain fall?", "Soil")], known, scope())
    assert found.passages == {"P2"}
    assert found.elements == {"A3", "L3", "L4"}


def test_steps_cite_the_ids_of_the_records():
    read = {"text": "The text says that rain is not salty.", "kind": "read", "premises": ["1"]}
    read["quotes"] = [{"passage": "P1", "quote": "Rain is not salty"}]
    (chain,), remarks = chains(SEEN, read, {**SO, "premises": [1, 2.0]})
    assert chain.steps[0].citations == (
        ElementCitation(figure_id="fig-cycle", element_ids=("arr-2", "lab-2", "lab-3")),
    )
    assert chain.steps[1].citations == (QuoteCitation(passage_id="pas-0", quote="Rain is not salty"),)
    assert (chain.steps[1].premises, chain.steps[2].premises) == ((1,), (1, 2))
    assert chain.passages == ("P1",)
    assert not remarks.faults
    assert not remarks.wishes


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ([{**SEEN, "kind": "guess"}, SO], "perceive, read, recall, infer"),
        ([{**SEEN, "elements": ["L42"]}, SO], 'there is no "L42"'),
        ([{**SEEN, "kind": "recall"}, SO], "recalled points at nothing"),
        ([SEEN, {**SO, "premises": []}], "needs premises"),
        ([SEEN, {**SO, "premises": [2]}], "premise 2 is not an earlier step"),
        ([SEEN, {**SO, "premises": [0]}], "premise 0 is not an earlier step"),
        ([SEEN, {**SO, "premises": ["one"]}], "whole numbers"),
        ([SEEN, {**SO, "premises": [math.inf]}], "whole numbers"),
        ([SEEN, {**SO, "text": ""}], '"text" is missing'),
        ([SEEN, {**SO, "text": "So A3 ends at the Soil."}], "A3 is an id"),
        ([SEEN, {**SO, "quotes": [{"passage": "P9", "quote": "Rain"}]}], '"passage" is'),
        ([SEEN, {**SO, "quotes": ["Rain"]}], "list of objects"),
        ([SEEN] * 9, "more than 8"),
    ],
)
def test_a_chain_that_breaks_a_rule_is_not_used(steps, problem):
    found, remarks = chains(*steps)
    assert found == []
    assert problem in remarks.faults[0]


@pytest.mark.parametrize(
    ("steps", "wish"),
    [
        ([{**SEEN, "text": "Rain falls on the Soil."}], "one step is no reasoning"),
        ([SEEN, SEEN, SO], "no later step has it as a premise"),
        ([{**SEEN, "elements": []}, SO], "needs the ids"),
        ([{**SEEN, "kind": "read", "elements": []}, SO], "needs a quote"),
        ([SEEN, {**SO, "text": "So it falls on the ground."}], "does not state the answer"),
        (
            [
                {**SEEN, "text": "Une flèche va de « Rain » à « Soil » dans la figure."},
                {**SO, "text": "La pluie tombe donc sur « Soil », comme le montre la flèche."},
            ],
            "wrong language",
        ),
    ],
)
def test_what_could_be_better_is_asked_for_and_the_chain_is_usable_all_the_same(steps, wish):
    (chain,), remarks = chains(*steps)
    assert len(chain.steps) == len(steps)
    assert not remarks.faults
    assert wish in remarks.wishes[0]


def test_a_photo_without_elements_is_seen_without_ids():
    unit = builders.unit()
    bare = unit.figures[0].model_copy(update={"diagram": builders.Diagram()})
    where = scope(unit.model_copy(update={"figures": (bare,)}))
    (chain,), remarks = chains({"text": "There is Soil.", "kind": "perceive"}, SO, where=where)
    assert chain.steps[0].kind is StepKind.PERCEIVE
    assert chain.steps[0].citations == ()
    assert not remarks.wishes


def test_a_chain_without_steps_takes_the_question_back():
    (chain,), remarks = chains()
    assert chain.steps == ()
    assert not remarks.faults


def test_a_missing_chain_is_missed():
    remarks = Remarks()
    assert read_chains({"chains": []}, remarks, asked=ASKED, scope=scope()) == []
    assert remarks.faults == ["there is no chain for Q1"]


def test_a_list_is_stated_when_all_its_items_are():
    asked = {"Q1": Written(slot(form="list"), "Where does water go?", "Soil, Clouds")}
    _, remarks = chains(SEEN, {**SO, "text": "So it goes to the Clouds and to the Soil."}, asked=asked)
    assert not remarks.wishes


def one_of_two(value, remarks):
    remarks.faults.append("the other one is wrong")
    return [value]


def test_the_first_answer_is_sent_back_and_of_the_second_the_good_part_is_used():
    reader = Reader(one_of_two, lambda error: f"Mend: {error}")
    with pytest.raises(UnusableAnswerError, match="the other one is wrong"):
        reader.read(1)
    assert reader.repair("the other one is wrong") == "Mend: the other one is wrong"
    assert reader.read(2).items == (2,)
    assert reader.read(2).left_out == ("the other one is wrong",)


def test_an_answer_that_came_after_a_complaint_about_its_json_is_a_second_one():
    reader = Reader(one_of_two, str)
    reader.repair("it is not JSON")
    assert reader.read(1).items == (1,)


def test_nothing_usable_is_never_used():
    reader = Reader(lambda _value, remarks: remarks.faults.append("bad") or [], str)
    reader.repair("")
    with pytest.raises(UnusableAnswerError):
        reader.read(1)


def test_many_complaints_are_cut_to_a_few():
    remarks = Remarks([f"fault {i}" for i in range(30)])
    assert remarks.sentence().endswith("fault 7 (and 22 more)")


def test_words_that_most_facts_have_tie_a_question_to_none_of_them():
    known = [Fact(f"In Figure 2.1, there is the {thing}.", (), ("P1",)) for thing in ("sea", "wind", "moon", "lake")]
    known.append(Fact("In Figure 2.1, drops of rain fall on dry soil.", (), ("P2",)))
    (found,) = candidates([Written(slot(), "In Figure 2.1, what falls in drops?", "Rain")], known, scope())
    assert found.passages == {"P2"}
    (none,) = candidates([Written(slot(), "In Figure 2.1, what is big?", "Trees")], known, scope())
    assert none.passages == frozenset()


def test_the_kind_of_a_step_may_begin_with_a_capital():
    (chain,), remarks = chains({**SEEN, "kind": "Perceive"}, SO)
    assert chain.steps[0].kind is StepKind.PERCEIVE
    assert not remarks.faults
