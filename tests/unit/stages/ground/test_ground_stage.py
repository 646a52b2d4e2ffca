"""The cascade of grounders."""

import builders
import pytest

from corpusbuilder.backends.grounders.diagram import BACKEND
from corpusbuilder.config import GroundSection
from corpusbuilder.errors import BackendError, RecordError
from corpusbuilder.records import SpanEvidence, StepKind
from corpusbuilder.records.evidence import RelationFinding
from corpusbuilder.records.example import StepGrounding
from corpusbuilder.stages.contract import InUnit, Rejected
from corpusbuilder.stages.ground import GroundStage

SPAN = SpanEvidence(passage_id="pas-0", start=0, end=5, quote="Water", method="fixed", score=0.9)


class Fixed:
    """Answers every query alike and remembers which were put to it."""

    def __init__(self, **answer):
        self.answer, self.asked = answer, []

    def ground(self, queries):
        self.asked += [query.step for query in queries]
        return [StepGrounding(step=query.step, **self.answer) for query in queries]


def ground(grounders, *examples):
    stage = GroundStage(grounders, GroundSection(), {})
    unit = builders.unit()
    return [result.outputs[0] for result in stage.process([InUnit(example, unit) for example in examples])]


def test_the_first_certain_grounder_wins_and_the_next_is_not_asked():
    first, second = Fixed(evidence=(SPAN,)), Fixed(evidence=(SPAN,))
    (grounded,) = ground({"first": first, "second": second}, builders.about_text())
    assert [g.evidence for g in grounded.groundings] == [(SPAN,), (SPAN,)]
    assert (first.asked, second.asked) == ([1, 2], [])


def test_an_unresolved_citation_goes_to_the_next_grounder():
    doubtful, certain = Fixed(evidence=(SPAN,), unresolved=("half of it",)), Fixed(evidence=(SPAN,))
    (grounded,) = ground({"doubtful": doubtful, "certain": certain}, builders.about_text())
    assert grounded.groundings[0] == StepGrounding(step=1, evidence=(SPAN,))


def test_when_nobody_is_certain_the_problems_and_candidates_of_all_are_kept():
    other = SPAN.model_copy(update={"method": "other"})
    a, b = Fixed(candidates=(SPAN,), unresolved=("a",)), Fixed(candidates=(other,), unresolved=("b",))
    (grounded,) = ground({"a": a, "b": b}, builders.about_text())
    assert grounded.groundings[0] == StepGrounding(
        step=1, candidates=(SPAN, other), unresolved=("a", "b"), flags=("read_without_span",)
    )


def of_kind(kind, **step):
    example = builders.about_text()
    first = example.steps[0].model_copy(update={"kind": kind, **step})
    return example.model_copy(update={"steps": (first, *example.steps[1:])})


def test_a_recall_step_never_has_evidence_whatever_a_grounder_says():
    grounder = Fixed(evidence=(SPAN,), flags=("recalled_from_passage",))
    (grounded,) = ground({"fixed": grounder}, of_kind(StepKind.RECALL, citations=()))
    assert grounded.groundings[0] == StepGrounding(step=1, candidates=(SPAN,), flags=("recalled_from_passage",))


def test_a_fact_given_as_prior_knowledge_that_a_passage_states_is_flagged_with_the_place():
    passage = builders.unit().passages[0]
    text = passage.text.partition(". ")[0]
    (grounded,) = ground({"diagram": exact()}, of_kind(StepKind.RECALL, text=text, citations=()))
    first = grounded.groundings[0]
    assert (first.flags, first.evidence) == (("recalled_from_passage",), ())
    assert [span.passage_id for span in first.candidates] == [passage.id]


@pytest.mark.parametrize(
    ("kind", "evidence", "flags"),
    [
        (StepKind.PERCEIVE, (SPAN,), ("perceived_without_region",)),
        (StepKind.READ, (), ("read_without_span",)),
        (StepKind.READ, (SPAN,), ()),
        (StepKind.INFER, (SPAN,), ("inferred_without_premises",)),
    ],
)
def test_a_kind_that_does_not_fit_its_evidence_is_flagged(kind, evidence, flags):
    (grounded,) = ground({"fixed": Fixed(evidence=evidence)}, of_kind(kind))
    assert grounded.groundings[0] == StepGrounding(step=1, evidence=evidence, flags=flags)


def exact():
    return BACKEND.create(BACKEND.options())


def test_examples_come_back_in_order_with_a_grounding_per_step():
    diagram = BACKEND.create(BACKEND.options())
    examples = [builders.about_both(), builders.about_text(), builders.about_figure()]
    grounded = ground({"diagram": diagram}, *examples)
    assert [g.example for g in grounded] == examples
    assert [[bool(x.evidence) for x in g.groundings] for g in grounded] == [
        [True, True, False],
        [True, False],
        [True, True, False],
    ]


def test_a_grounder_that_loses_a_query_stops_the_run():
    class Forgetful(Fixed):
        def ground(self, queries):
            return super().ground(queries)[1:]

    with pytest.raises(BackendError, match="forgetful"):
        ground({"forgetful": Forgetful()}, builders.about_text())


def test_the_fingerprint_changes_with_the_options_and_the_order():
    options = {"a": {"threshold": 1}, "b": {}}
    one = GroundStage({"a": Fixed(), "b": Fixed()}, GroundSection(), options).fingerprint("en")
    two = GroundStage({"b": Fixed(), "a": Fixed()}, GroundSection(), options).fingerprint("en")
    assert one["config.grounders"] == ["a", "b"] != two["config.grounders"]
    assert one["grounder a"] == {"threshold": 1}


def test_an_example_about_which_a_model_could_not_be_asked_is_rejected_and_the_others_are_done():
    class Fails(Fixed):
        def ground(self, queries):
            error = RecordError("endpoint_failed", "try again")
            answers = super().ground(queries)
            return [error if q.example.id == "ex-2" else a for q, a in zip(queries, answers, strict=True)]

    after = Fixed()
    examples = [builders.about_text(), builders.about_text().model_copy(update={"id": "ex-2"})]
    stage = GroundStage({"fails": Fails(unresolved=("who knows",)), "after": after}, GroundSection(), {})
    done, rejected = stage.process([InUnit(example, builders.unit()) for example in examples])
    assert (done.input_id, rejected) == ("ex-1", Rejected("ex-2", "endpoint_failed", "try again"))
    assert after.asked == [1, 2]


@pytest.mark.parametrize(("outcome", "asked"), [("reversed", [2]), ("no_edge", [2]), ("unparsed", [1, 2])])
def test_no_model_is_asked_about_a_step_that_the_figure_contradicts(outcome, asked):
    class Reads(Fixed):
        def ground(self, queries):
            relation = RelationFinding(source="Rain", target="Clouds", outcome=outcome)
            found = super().ground(queries)
            return [g.model_copy(update={"relations": (relation,)}) if g.step == 1 else g for g in found]

    after = Fixed(evidence=(SPAN,))
    (grounded,) = ground({"reads": Reads(unresolved=("not so",)), "after": after}, builders.about_text())
    assert after.asked == asked
    assert [r.outcome for r in grounded.groundings[0].relations] == [outcome]
