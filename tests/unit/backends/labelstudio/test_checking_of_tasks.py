import copy
import json
import time
from pathlib import Path

import builders
import pytest
from annotated import changed, grounded
from test_tasks_of_annotators import HOSTILE, long_example, region, results, task_for

from corpusbuilder.backends.labelstudio.checking import _controls, check_task
from corpusbuilder.backends.labelstudio.tasks import Task
from corpusbuilder.errors import RecordError

RECORDED = sorted(Path(__file__).with_name("results").glob("*.json"))
"""What Chromium made of the page of Label Studio 1.23.2; of an untouched page everything, else what was touched."""


@pytest.fixture
def task():
    unit = builders.unit()
    version = grounded(builders.about_both(), unit)
    return task_for(changed(version, 1, candidates=(region(()),)))


def broken(task, change):
    copied = Task(copy.deepcopy(task.data), copy.deepcopy(task.prediction))
    change(copied)
    return copied


def refusal(task):
    with pytest.raises(RecordError) as error:
        check_task(task, "en")
    assert error.value.reason_code == "invalid_task"
    return error.value.message


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("about", [builders.about_both, builders.about_figure, builders.about_text])
def test_tasks_as_they_are_built_pass(about, language):
    check_task(task_for(about(language), builders.unit(language), language=language), language)


def test_many_steps_and_hostile_words_pass():
    example = long_example(30)
    steps = tuple(step.model_copy(update={"text": HOSTILE}) for step in example.steps)
    check_task(task_for(example.model_copy(update={"question": HOSTILE, "steps": steps})), "en")


@pytest.mark.parametrize(
    ("from_name", "change", "said"),
    [
        ("question", {"from_name": "querstion"}, "querstion"),
        ("text_1", {"from_name": "text_9"}, "text_9"),
        ("question", {"to_name": "figure"}, "for figure"),
        ("question", {"type": "choices", "value": {"choices": ["a"]}}, "no choices called question"),
        ("question", {"value": {"text": ["a", "b"]}}, "not one text"),
        ("kind_0", {"value": {"choices": ["see"]}}, "see"),
        ("shape", {"value": {"choices": []}}, "choices []"),
        ("span", {"value": {"start": 0, "end": 3, "text": "no!", "labels": ["2"]}}, "0 to 3"),
        ("span", {"value": {"start": 5, "end": 9_999, "text": "x", "labels": ["2"]}}, "9999"),
        ("span", {"value": {"start": 0, "end": 3, "text": "The", "labels": ["7"]}}, "labels ['7']"),
        ("span", {"value": {"start": 0, "end": 3, "text": "The", "labels": ["1", "2"]}}, "labels ['1', '2']"),
        ("box", {"value": {"x": 95, "y": 0, "width": 6, "height": 1, "rotation": 0}}, "not lie on the image"),
        ("box", {"value": {"x": float("nan"), "y": 0, "width": 6, "height": 1, "rotation": 0}}, "not lie on"),
        ("box", {"original_width": 0}, "no size"),
        ("question", {"id": "answer"}, "answer occurs 2 times"),
    ],
)
def test_a_wrong_result_is_refused_and_named(task, from_name, change, said):
    wrong = broken(task, lambda t: results(t, from_name)[0].update(change))
    assert said in refusal(wrong)
    check_task(task, "en")


def test_a_polygon_with_too_few_or_too_many_points_is_refused(task):
    for number in (2, 5_000):
        points = [[50 + place % 7, 50 + place % 5] for place in range(number)]
        wrong = broken(task, lambda t, p=points: results(t, "polygon")[0]["value"].update(points=p))
        assert f"polygon of {number} points" in refusal(wrong)


def test_a_relation_must_join_what_exists(task):
    relation = {"type": "relation", "from_id": "r1-0-0", "to_id": "t9-9", "direction": "bi", "labels": []}
    assert "t9-9" in refusal(broken(task, lambda t: t.prediction["result"].append(relation)))


def test_labels_must_be_among_those_of_the_task(task):
    assert "labels ['1?']" in refusal(broken(task, lambda t: t.data.update(labels=[{"value": "1"}, {"value": "2"}])))
    assert "twice" in refusal(broken(task, lambda t: t.data.update(labels=[*t.data["labels"], t.data["labels"][0]])))


@pytest.mark.parametrize("name", ["example_id", "version", "passage", "figure", "steps", "why"])
def test_data_that_the_page_needs_must_be_there(task, name):
    assert name in refusal(broken(task, lambda t: t.data.pop(name)))


@pytest.mark.parametrize("key", ["id", "type", "from_name", "to_name", "value"])
def test_a_result_that_lacks_something_is_refused(task, key):
    assert f"no {key}" in refusal(broken(task, lambda t: results(t, "question")[0].pop(key)))


@pytest.mark.parametrize("score", [-0.1, 1.1, None, "high"])
def test_a_score_that_is_no_probability_is_refused(task, score):
    assert "score" in refusal(broken(task, lambda t: t.prediction.update(score=score)))


def test_ten_thousand_tasks_take_seconds(task):
    check_task(task, "en")
    begun = time.process_time()
    for _ in range(200):
        check_task(task, "en")
    assert (time.process_time() - begun) / 200 < 0.003


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_what_a_browser_sent_back_is_on_the_page_as_it_is_now(path):
    controls = _controls("en", 4)
    for result in json.loads(path.read_text())["result"]:
        if result["type"] != "relation":
            control = controls[result["from_name"]]
            assert (result["type"], result["to_name"]) == (control.kind, control.target)


def test_a_browser_sends_back_word_for_word_what_nobody_touched():
    record = json.loads(next(path for path in RECORDED if path.stem == "accept").read_text())
    came = {(r.get("id"), r.get("from_name")): r for r in record["result"]}
    for sent in record["sent"]:
        back = came.pop((sent.get("id"), sent.get("from_name")))
        assert {key: back[key] for key in sent} == sent
    assert [name for _, name in came] == ["decision"]


def test_a_browser_counts_code_points():
    passage = json.loads(next(path for path in RECORDED if path.stem == "accept").read_text())["passage"]
    spans = [
        result["value"]
        for path in RECORDED
        for result in json.loads(path.read_text())["result"]
        if result.get("from_name") == "span" and path.stem not in ("accept", "span_over_two")
    ]
    assert len(spans) == 5
    for span in spans:
        assert passage[span["start"] : span["end"]] == span["text"]
