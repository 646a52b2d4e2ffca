import asyncio
import json
from dataclasses import replace

import pytest
from fakes.calls import ListedModel, MemoryLedger, body
from pass_bench import THEN, Bench, good, request, task_text, unit_of_two, whole_text

import corpusbuilder
from corpusbuilder.backends.models.base import ImagePart, Sampling
from corpusbuilder.backends.teachers.passes import REVISION, PassSettings
from corpusbuilder.backends.teachers.passes.plan import ContextShares, FormShares, Shares
from corpusbuilder.errors import BackendError, BudgetReachedError, ConfigError, RecordError
from corpusbuilder.records import Diagram, ElementCitation, QuestionType, QuoteCitation
from corpusbuilder.stages.generate.stage import _example

ONLY_CHOICES = {
    "shares": Shares(answer_form=FormShares(short=0, multiple_choice=1, yes_no=0, number=0, list=0, free=0))
}


def failing(**errors):
    """A good model, apart from the passes and groups named, such as ``inventory0``."""

    def answer(sent):
        return errors.get(f"{sent.purpose.task}{sent.order[1]}", errors.get(sent.purpose.task)) or good(sent)

    return answer


@pytest.mark.parametrize("language", ["en", "fr"])
def test_three_passes_make_drafts_about_each_figure_and_the_text(language):
    bench = Bench(good)
    answer = bench.draft(request(unit_of_two(language)))
    assert answer.failure is None
    assert len(bench.model.requests) == 9
    assert answer.notes == ()
    assert [draft.figure_ids for draft in answer.drafts] == [("fig-cycle",)] * 2 + [("fig-other",)] * 2 + [()] * 2


def test_drafts_become_valid_examples():
    unit = unit_of_two()
    examples = [_example(unit, "en", draft) for draft in Bench(good).draft(request(unit, per_figure=8)).drafts]
    assert len({example.id for example in examples}) == len(examples) > 10


def test_a_draft_says_what_was_ordered_and_where_it_comes_from():
    bench = Bench(good, sampling=Sampling(temperature=0.3, max_tokens=500))
    asked = request()
    draft = bench.draft(asked).drafts[0]
    questions = asked.prompts["questions"]
    assert draft.facets.context in ("figure", "both")
    assert draft.question_type == QuestionType(draft.facets.reasoning)
    came = draft.provenance
    assert (came.producer, came.model, came.revision) == ("listed", "listed-1", "listed-1-2026-11")
    assert (came.prompt_id, came.prompt_sha256) == (questions.id, questions.sha256)
    assert came.sampling == (("temperature", 0.3), ("max_tokens", 500))
    assert bench.ledger.calls[came.request_key].task == "steps"
    assert came.time == THEN
    assert came.tool_version == corpusbuilder.__version__


def test_a_question_on_text_has_the_type_of_what_is_asked_for():
    draft = Bench(good).draft(request(per_figure=0)).drafts[0]
    assert draft.facets.context == "text"
    assert draft.question_type == QuestionType(draft.facets.what)
    assert draft.passage_ids == ("pas-0",)
    assert isinstance(draft.steps[0].citations[0], QuoteCitation)


def test_elements_are_cited_by_the_ids_of_the_records():
    draft = Bench(good).draft(request(per_unit=0)).drafts[0]
    assert draft.steps[0].citations == (ElementCitation(figure_id="fig-cycle", element_ids=("lab-0",)),)


def test_a_question_that_needs_the_figure_alone_has_no_passages_but_those_it_quotes():
    figures = Bench(good, shares=Shares(context=ContextShares(figure=1, text=1, both=0)))
    assert {draft.passage_ids for draft in figures.draft(request(per_unit=0)).drafts} == {()}
    both = Bench(good, shares=Shares(context=ContextShares(figure=0, text=1, both=1)))
    assert {draft.passage_ids for draft in both.draft(request(per_unit=0)).drafts} == {("pas-0",)}


def test_choices_hold_the_answer_and_their_order_depends_on_the_seed_alone():
    def drafts(seed):
        return Bench(good, **ONLY_CHOICES).draft(request(per_figure=12, per_unit=0, seed=seed)).drafts

    first = drafts(0)
    assert first == drafts(0)
    assert all(sorted(d.choices) == sorted([d.answer, *(x.text for x in d.distractors)]) for d in first)
    assert len({d.choices.index(d.answer) for d in first}) >= 3


def test_more_is_ordered_than_is_kept_and_only_what_is_kept_gets_its_steps():
    bench = Bench(good, oversample=2.5, questions_per_call=2)
    answer = bench.draft(request(per_figure=3, per_unit=0))
    assert len(answer.drafts) == 6
    assert task_text(bench.sent("questions")[0]).count("\n- S") == 8
    assert [task_text(sent).count("<question id=") for sent in bench.sent("steps")] == [2, 1, 2, 1]


def test_requests_of_a_unit_stand_side_by_side_and_begin_alike():
    bench = Bench(good)
    bench.draft(request(), order=7)
    assert [sent.order[:3] for sent in bench.sent()] == [(7, group, place) for group in range(3) for place in range(3)]
    first, *others = bench.sent()
    for other in others:
        assert other.messages[0] == first.messages[0]
        assert other.messages[1].parts[0] == first.messages[1].parts[0]
    of_one_figure = bench.sent()[:3]
    assert len({sent.messages[1].parts[:-1] for sent in of_one_figure}) == 1
    assert [type(part) for part in of_one_figure[0].messages[1].parts][1] is ImagePart


def test_the_system_message_is_the_same_for_every_unit():
    one, other = Bench(good), Bench(good)
    one.draft(request())
    unit = unit_of_two()
    other.draft(request(unit.model_copy(update={"id": "unit-2", "passages": unit.passages[:1]})))
    assert one.sent()[0].messages[0] == other.sent()[-1].messages[0]


def test_the_request_says_why_it_is_made():
    bench = Bench(good)
    bench.draft(asked := request())
    purpose = bench.sent("steps")[0].purpose
    assert (purpose.task, purpose.unit_id, purpose.document_id) == ("steps", "unit-1", "doc-1")
    assert purpose.prompt_id == asked.prompts["steps"].id


def keys(asked, ledger):
    bench = Bench(good, ledger=ledger)
    bench.draft(asked)
    return {task: {sent.key("m") for sent in bench.sent(task)} for task in ("inventory", "questions", "steps")}


@pytest.mark.parametrize("edited", ["inventory", "questions", "steps"])
def test_an_edited_prompt_changes_the_calls_of_its_own_pass_alone(edited):
    asked = request()
    prompt = asked.prompts[edited]
    changed = {**asked.prompts, edited: prompt.model_copy(update={"text": f"{prompt.text}\nOne more remark."})}
    before, after = keys(asked, MemoryLedger()), keys(replace(asked, prompts=changed), MemoryLedger())
    assert [task for task in before if before[task] != after[task]] == [edited]
    assert not before[edited] & after[edited]


def test_a_run_goes_on_from_the_ledger_without_a_call():
    bench = Bench(good)
    first = bench.draft(request())
    again = Bench([], ledger=bench.ledger, replay=True)
    assert again.draft(request()) == first
    assert again.model.requests == []


def test_without_images_a_figure_is_described_in_words_alone():
    bench = Bench(good, images=False)
    bench.draft(request(per_unit=0))
    assert not any(sent.images for sent in bench.sent())
    assert "is not shown to you" in whole_text(bench.sent()[0])


def test_a_photo_without_a_caption_is_asked_about():
    unit = unit_of_two()
    photo = unit.figures[0].model_copy(update={"diagram": Diagram(), "number": None, "kind": "photo"})
    answer = Bench(good).draft(request(unit.model_copy(update={"figures": (photo,)}), per_unit=0))
    assert len(answer.drafts) == 2
    assert "cannot be pointed at" not in "".join(answer.notes)


def test_without_passages_nothing_is_ordered_that_needs_them():
    unit = unit_of_two().model_copy(update={"passages": ()})
    bench = Bench(good)
    answer = bench.draft(request(unit, per_figure=12))
    assert {draft.facets.context for draft in answer.drafts} == {"figure"}
    only_both = Bench(good, shares=Shares(context=ContextShares(figure=0, text=1, both=1)))
    assert only_both.draft(request(unit)).drafts == ()
    assert only_both.model.requests == []


@pytest.mark.parametrize(
    "changes",
    [{"per_unit": 0, "per_figure": 0}, {"question_types": frozenset()}, {"prompts": {}}],
)
def test_where_nothing_is_wanted_nothing_is_paid_for(changes):
    bench = Bench(good)
    answer = bench.draft(request(**changes))
    assert (answer.drafts, answer.failure) == ((), None)
    assert bench.model.requests == []


def test_a_group_that_fails_leaves_the_others_and_a_note():
    model = failing(inventory1=body(None, refusal="I cannot look at this."))
    answer = Bench(model).draft(request())
    assert answer.failure is None
    assert len(answer.drafts) == 4
    (note,) = answer.notes
    assert "book.pdf, figure 2.2 on page 1: the model refused: I cannot look" in note


def test_what_a_page_prints_cannot_steer_the_terminal_through_a_note():
    unit = unit_of_two()
    figure = unit.figures[0].model_copy(update={"number": "2\x1b[2J\n.1"})
    answer = Bench(lambda sent: {"facts": []}).draft(request(unit.model_copy(update={"figures": (figure,)})))
    assert "figure 2[2J .1 on page 1" in answer.notes[0]


def test_where_every_group_fails_the_unit_does():
    cut = body('{"facts": [', finish="length")
    answer = Bench(failing(inventory=cut)).draft(request())
    assert (answer.failure, answer.drafts) == ("truncated", ())
    assert "still cut off" in answer.message


@pytest.mark.parametrize("code", ["endpoint_failed", "awaiting_batch", "not_in_ledger"])
def test_what_lies_in_the_moment_puts_the_whole_unit_off(code):
    answer = Bench(failing(questions1=RecordError(code, "not now"))).draft(request())
    assert (answer.failure, answer.message, answer.drafts) == (code, "not now", ())


def test_the_other_groups_go_as_far_as_they_can_before_a_unit_is_put_off():
    bench = Bench(failing(inventory0=RecordError("awaiting_batch", "gathered")))
    bench.draft(request())
    assert len(bench.sent("inventory")) == 3
    assert len(bench.sent("steps")) == 2


@pytest.mark.parametrize("error", [BackendError("401"), BudgetReachedError("spent")])
def test_when_no_call_can_succeed_no_more_are_begun(error):
    bench = Bench(failing(inventory0=error))
    with pytest.raises(type(error)):
        bench.draft(request())
    assert bench.sent("questions") == []


def test_calls_in_flight_have_ended_and_are_kept_when_the_model_is_given_up():
    class Slow(ListedModel):
        async def answer(self, sent, admit=None):
            if sent.order[1] == 0:
                raise BackendError("401")
            await asyncio.sleep(0.05)
            return await super().answer(sent, admit)

    bench = Bench(good)
    bench.model = Slow(good)
    with pytest.raises(BackendError):
        bench.draft(request())
    assert len(bench.ledger.answers) == 2


def test_an_unusable_answer_is_asked_for_once_more_with_what_is_wrong():
    def model(sent):
        answer = good(sent)
        if sent.purpose.task == "inventory" and len(sent.messages) == 2:
            answer["facts"][0]["passages"] = ["P77"]
        return answer

    bench = Bench(model)
    answer = bench.draft(request(per_figure=0))
    assert len(answer.drafts) == 2
    repaired = bench.sent("inventory")[1]
    assert 'there is no "P77" to choose from' in repaired.messages[-1].parts[0].text
    assert answer.notes == ()


def test_of_a_second_answer_the_good_part_is_used_and_the_rest_is_told():
    def model(sent):
        answer = good(sent)
        if sent.purpose.task == "steps":
            answer["chains"][0]["steps"][1]["premises"] = [5]
        return answer

    answer = Bench(model).draft(request(per_figure=0))
    assert len(answer.drafts) == 1
    assert "1 items of an answer could not be used: Q1, step 2: premise 5" in answer.notes[0]


def test_a_question_that_the_model_takes_back_is_told_and_not_drafted():
    def model(sent):
        answer = good(sent)
        if sent.purpose.task == "steps":
            answer["chains"][0]["steps"] = []
        return answer

    answer = Bench(model).draft(request(per_figure=0))
    assert len(answer.drafts) == 1
    assert "took a question back" in answer.notes[0]


def test_orders_that_the_material_does_not_support_are_no_failure():
    def model(sent):
        answer = good(sent)
        for question in answer.get("questions", ()):
            question.update(possible=False, question="", answer="", distractors=[])
        return answer

    answer = Bench(model).draft(request())
    assert (answer.failure, answer.drafts, len(answer.notes)) == (None, (), 3)


def test_an_empty_inventory_ends_a_group_before_more_is_paid_for():
    bench = Bench(lambda sent: {"facts": []})
    answer = bench.draft(request())
    assert answer.failure is None
    assert len(bench.model.requests) == 3
    assert "nothing worth asking about" in answer.notes[0]


def test_a_fenced_answer_with_reasoning_is_read():
    def model(sent):
        return body(f"<think>Hm.</think>\n```json\n{json.dumps(good(sent))}\n```")

    assert len(Bench(model).draft(request()).drafts) == 6


def test_a_prompt_that_is_missing_or_broken_is_named():
    asked = request()
    without = {name: prompt for name, prompt in asked.prompts.items() if name != "steps"}
    with pytest.raises(ConfigError, match="teacher/steps"):
        Bench(good).draft(replace(asked, prompts=without))
    broken = asked.prompts["figure"].model_copy(update={"text": "{{ nobody }}"})
    with pytest.raises(ConfigError, match=r"teacher/figure\.v1\.en"):
        Bench(good).draft(replace(asked, prompts={**asked.prompts, "figure": broken}))


class Uneven(ListedModel):
    """Takes its time, now for these calls and now for those."""

    async def answer(self, sent, admit=None):
        place = sum(sent.order[1:]) % 3
        await asyncio.sleep(0.01 * place if self.late_first else 0.01 * (2 - place))
        return await super().answer(sent, admit)


def test_drafts_do_not_depend_on_which_answer_comes_first():
    answers = []
    for late_first in (True, False):
        bench = Bench(good)
        bench.model = Uneven(good)
        bench.model.late_first = late_first
        answers.append(bench.draft(request(per_figure=6)))
    assert len(answers[0].drafts) > 10
    assert answers[0] == answers[1]


def test_what_the_drafts_depend_on_is_in_the_fingerprint():
    plain = PassSettings().fingerprint()
    assert plain["revision"] == REVISION
    for changes in ({"oversample": 2}, {"questions_per_call": 2}, {"images": False}, ONLY_CHOICES):
        assert PassSettings(**changes).fingerprint() != plain
    assert json.dumps(plain)
