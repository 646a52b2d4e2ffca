import json

import builders
import pytest
from annotated import changed, grounded
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.backends.labelstudio.page import NO_KEY
from corpusbuilder.backends.labelstudio.tasks import MODEL_VERSION, UNLISTED, build_task, reasons
from corpusbuilder.errors import RecordError
from corpusbuilder.records import RegionEvidence, SpanEvidence, StepKind
from corpusbuilder.records.geometry import box_polygon
from corpusbuilder.records.review import Shown, version_of
from corpusbuilder.records.verdict import CheckResult, StepVerdict, Verdict

HOSTILE = "<img src=x onerror=alert(1)> {{7*7}} $question \u202bשלום\u202c 😀\r\nend"


def task_for(example, unit=None, *, verdict=None, purpose="withheld", language="en"):
    unit = unit or builders.unit()
    version = example if hasattr(example, "groundings") else grounded(example, unit)
    shown = Shown(key="key-1", version=version_of(version), purpose=purpose, grounded=version)
    return build_task(shown, verdict, unit, language=language, image_url=lambda image: f"/data/{image.sha256}")


def results(task, from_name):
    return [result for result in task.prediction["result"] if result.get("from_name") == from_name]


def shown_parts(task):
    return results(task, "shape")[0]["value"]["choices"]


def verdict(*checks, label="not_enough_info"):
    return Verdict(label=label, steps=(StepVerdict(step=1, label=label),), checks=checks)


def failing(name="label_agrees", reason='it does not speak of "Rain"', step=1):
    return CheckResult(name=name, version=1, step=step, outcome="fail", reason=reason)


def region(polygons, figure_id="fig-cycle", box=(10, 20, 110, 80)):
    return RegionEvidence(figure_id=figure_id, element_ids=(), polygons=polygons, box=box, method="vlm", score=0.5)


def long_example(steps):
    fields = [{"text": f"Step {number}", "kind": StepKind.RECALL} for number in range(1, steps + 1)]
    return builders.example("en", "Why?", "So.", fields)


def test_a_task_says_which_example_and_version_it_is():
    task = task_for(builders.about_both())
    assert task.data["example_id"] == "key-1"
    assert task.data["version"].startswith("ver-")
    assert task.as_json() == {"data": task.data, "predictions": [task.prediction]}
    assert task.prediction["model_version"] == MODEL_VERSION
    json.dumps(task.as_json(), allow_nan=False)


def test_every_step_has_its_words_and_its_kind():
    example = builders.about_figure()
    task = task_for(example)
    for place, step in enumerate(example.steps):
        assert results(task, f"text_{place}")[0]["value"] == {"text": [step.text]}
        assert results(task, f"kind_{place}")[0]["value"] == {"choices": [step.kind.value]}
    assert [step["name"] for step in task.data["steps"]] == ["Step 1", "Step 2", "Step 3, from 1, 2"]
    assert results(task, "choices")[0]["value"]["text"] == ["\n".join(example.choices)]


def test_the_page_shows_what_there_is():
    assert shown_parts(task_for(builders.about_both())) == ["figure", "passage"]
    text_only = task_for(builders.about_text())
    assert shown_parts(text_only) == ["passage", "choices"]
    assert text_only.data["figure"].startswith("data:image/png;base64,")
    figure_only = task_for(builders.about_figure().model_copy(update={"passage_ids": ()}))
    assert shown_parts(figure_only) == ["figure", "choices"]
    assert figure_only.data["figure"] == "/data/" + "0" * 64


def test_boxes_are_rectangles_and_other_shapes_polygons():
    triangle = ((60.0, 40.0), (120.0, 40.0), (60.0, 80.0))
    version = grounded(builders.about_figure(), builders.unit())
    version = changed(version, 1, evidence=(region((box_polygon((30, 40, 90, 80)), triangle)),))
    task = task_for(version)
    first, second = [r for r in results(task, "region") if r["id"].startswith("r1-")]
    assert first["id"], second["id"] == ("r1-0-0", "r1-0-1")
    assert first["value"] == {"x": 5, "y": 10, "width": 10, "height": 10, "rotation": 0, "labels": ["1"]}
    assert second["value"] == {"points": [[10, 10], [20, 10], [10, 20]], "closed": True, "labels": ["1"]}
    assert [r["id"] for r in results(task, "box") if r["id"].startswith("r1-")] == ["r1-0-0"]
    assert {r["id"] for r in results(task, "polygon")} >= {"r1-0-1"}


def test_a_region_without_polygons_is_drawn_by_its_box():
    version = changed(grounded(builders.about_figure(), builders.unit()), 1, evidence=(region(()),))
    box = next(r for r in results(task_for(version), "box") if r["id"] == "r1-0-0")
    assert (box["value"]["x"], box["value"]["y"]) == pytest.approx((10 / 6, 5))


def test_spans_are_where_their_words_stand_in_the_joined_text():
    task = task_for(builders.about_both())
    span = results(task, "span")[0]
    assert task.data["passage"][span["value"]["start"] : span["value"]["end"]] == span["value"]["text"]
    assert span["value"]["text"].startswith("The clouds are masses")
    assert span["value"]["labels"] == ["2"]


def test_candidates_are_pale_and_have_no_key_to_draw_them():
    unit = builders.unit()
    version = grounded(builders.about_both(), unit)
    version = changed(version, 2, candidates=version.groundings[1].evidence, evidence=())
    version = changed(version, 1, candidates=(region(()),))
    task = task_for(version)
    assert [r["id"] for r in task.prediction["result"] if str(r.get("id")).startswith("c")][:2] == [
        "cr1-0-0",
        "cr1-0-0",
    ]
    assert results(task, "span")[0]["id"] == "ct2-0"
    assert results(task, "span")[0]["value"]["labels"] == ["2?"]
    guess = next(label for label in task.data["labels"] if label["value"] == "1?")
    plain = next(label for label in task.data["labels"] if label["value"] == "1")
    assert (guess["hotkey"], guess["visible"]) == (NO_KEY, False)
    assert guess["background"] != plain["background"]


def test_ids_are_names_of_style_classes():
    # The page makes classes of them: with a dot in it, a span has no colour.
    version = grounded(builders.about_both(), builders.unit())
    version = changed(version, 1, candidates=(region((box_polygon((1, 2, 3, 4)),)),))
    for result in task_for(version).prediction["result"]:
        assert "." not in result.get("id", "")


@pytest.mark.parametrize("has_figure", [True, False])
@pytest.mark.parametrize("steps", [1, 2, 9, 12, 14, 40])
def test_no_two_hotkeys_are_the_same(steps, has_figure):
    example = long_example(steps)
    task = task_for(example if has_figure else example.model_copy(update={"figure_ids": ()}))
    keys = [label["hotkey"] for name in ("labels", "span_labels") for label in task.data[name]]
    real = [key for key in keys if key != NO_KEY]
    assert len(set(real)) == len(real)
    assert not set(real) & set("acxrpvhu")
    if steps <= 14:
        assert len(real) == steps * (2 if has_figure else 1)
    first = task.data["labels" if has_figure else "span_labels"]
    assert [label["hotkey"] for label in first][:9] == list("123456789")[:steps]


def test_a_step_that_was_seen_and_read_has_its_region_and_its_span_joined():
    unit = builders.unit()
    version = grounded(builders.about_both(), unit)
    both = (*version.groundings[0].evidence, *version.groundings[1].evidence)
    task = task_for(changed(version, 1, evidence=both))
    relations = [r for r in task.prediction["result"] if r["type"] == "relation"]
    assert [(r["from_id"], r["to_id"]) for r in relations] == [("r1-0-0", f"t1-{len(both) - 1}")]


def test_evidence_in_another_figure_is_named_and_not_drawn():
    unit = builders.unit()
    version = grounded(builders.about_figure().model_copy(update={"figure_ids": ("fig-cycle", "fig-other")}), unit)
    version = changed(version, 1, evidence=(region((), figure_id="fig-other"),))
    task = task_for(version)
    assert "Step 1 also has evidence in another figure" in task.data["note"]
    assert "not shown here: 2.1" in task.data["note"]
    assert "note" in shown_parts(task)
    assert not [r for r in results(task, "region") if r["id"].startswith("r1-")]


def test_a_lost_figure_is_said_and_the_rest_is_shown():
    unit = builders.unit().model_copy(update={"figures": ()})
    version = grounded(builders.about_both(), builders.unit())
    task = task_for(version, unit)
    assert "The figure of this question is missing." in task.data["note"]
    assert shown_parts(task) == ["passage", "note"]
    assert results(task, "region") == []


def test_what_was_not_found_is_said_once_and_without_ids():
    version = grounded(builders.about_text(), builders.unit())
    problem = 'the quote "x" is not in the passage (passage psg-c9dbe196d8849364a15a)'
    version = changed(version, 1, unresolved=(problem,))
    assert task_for(version).data["note"] == 'Step 1, not found: the quote "x" is not in the passage'
    told = verdict(failing("evidence_present", problem))
    again = task_for(version, verdict=told)
    assert again.data["why"] == 'Step 1: the quote "x" is not in the passage'
    assert again.data["note"] == ""


def test_audit_and_gold_look_alike():
    told = verdict(failing())
    pages = [task_for(builders.about_both(), verdict=v, purpose=p) for p, v in (("audit", None), ("gold", told))]
    assert pages[0].as_json() == pages[1].as_json()
    assert pages[0].data["why"] == "Drawn for a second look."


def test_reasons_in_english_are_those_of_the_checks():
    told = verdict(failing(), failing("shape", "the answer has no words", None), failing("box_selective", ""))
    assert reasons(told, "en") == (
        'Step 1: it does not speak of "Rain"',
        "The answer has no words",
        "Step 1: A region covers too much of the figure.",
    )


def test_reasons_in_french_keep_what_only_the_check_knows():
    told = verdict(failing(), failing("steps_used", "no later step uses it", 2))
    assert reasons(told, "fr") == (
        'Étape 1 : On n’y parle pas de ce qui est désigné (it does not speak of "Rain")',
        "Étape 2 : Les étapes ne s’enchaînent pas.",
    )


def test_a_check_that_is_not_known_is_still_named():
    assert reasons(verdict(failing("plugin_check", "")), "fr") == ("Étape 1 : plugin_check",)


def test_what_passed_is_drawn_for_a_second_look():
    passed = CheckResult(name="shape", version=1, outcome="pass")
    neutral = reasons(None, "fr")
    assert reasons(verdict(passed, failing(), label="supported"), "fr") == neutral
    assert len(neutral) == 1


@given(text=st.text(min_size=1) | st.just(HOSTILE))
def test_texts_go_out_as_they_are(text):
    example = builders.about_text()
    steps = tuple(step.model_copy(update={"text": text}) for step in example.steps)
    version = grounded(builders.about_text(), builders.unit())
    version = version.model_copy(update={"example": example.model_copy(update={"question": text, "steps": steps})})
    task = task_for(version)
    assert results(task, "question")[0]["value"]["text"] == [text]
    assert results(task, "text_1")[0]["value"]["text"] == [text]


@given(before=st.text(), quote=st.text(min_size=1))
def test_offsets_count_code_points_whatever_stands_before(before, quote):
    unit = builders.unit()
    text = before + quote
    unit = unit.model_copy(update={"passages": (builders.passage("pas-0", "😀 é"), builders.passage("pas-1", text))})
    span = SpanEvidence(
        passage_id="pas-1", start=len(before), end=len(text), quote=quote, method="quote.exact", score=1.0
    )
    version = changed(grounded(builders.about_text(), builders.unit()), 1, evidence=(span,))
    task = task_for(version, unit)
    value = results(task, "span")[0]["value"]
    assert task.data["passage"][value["start"] : value["end"]] == quote == value["text"]


@pytest.mark.parametrize("polygon", [(), ((1.0, 1.0), (2.0, 2.0))])
def test_what_cannot_be_drawn_is_refused(polygon):
    version = changed(grounded(builders.about_figure(), builders.unit()), 1, evidence=(region((polygon,)),))
    with pytest.raises(RecordError) as error:
        task_for(version)
    assert error.value.reason_code == "invalid_task"


def test_a_choice_stands_on_one_line_even_if_it_has_a_line_break():
    example = builders.about_figure().model_copy(update={"choices": ("two\r\nlines", "Rain", " as \u2003it is")})
    assert results(task_for(example), "choices")[0]["value"]["text"] == ["two lines\nRain\n as \u2003it is"]


def test_a_list_of_tasks_shows_question_book_and_reason():
    assert set(task_for(builders.about_both()).data) - set(UNLISTED) == {"question", "book", "why"}
