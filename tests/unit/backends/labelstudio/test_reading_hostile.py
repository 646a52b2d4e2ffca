import math

import builders
import pytest
from annotated import Page, grounded
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpusbuilder.errors import RecordError
from corpusbuilder.records import Review

UNIT = builders.unit()
VERSION = grounded(builders.about_both(), UNIT)
BOX = {"x": 10, "y": 10, "width": 20, "height": 20, "rotation": 0}


@pytest.fixture
def page():
    return Page(VERSION, UNIT)


def refused(page, decision="accept"):
    with pytest.raises(RecordError) as caught:
        page.read(decision)
    assert caught.value.reason_code == "malformed_annotation"
    assert caught.value.message.startswith("task 7, annotation 9: ")
    assert len(caught.value.message) < 200
    return caught.value.message


def test_no_decision_is_no_acceptance(page):
    assert "no decision" in refused(page, None)
    assert "no decision" in refused(page, "skip")
    assert "no decision" in refused(page, "Accepter")


def test_two_decisions_are_none(page):
    page.tick("decision", "accept", "reject")
    assert "several decisions" in refused(page, None)
    page.tick("decision", "accept")
    assert "decision is there twice" in refused(page, "accept")


@pytest.mark.parametrize(
    ("name", "words"), [("question", "question"), ("answer", "answer"), ("text_1", "'drop' is what removes a step")]
)
def test_an_emptied_text_is_refused(page, name, words):
    page.write(name, " \r\n")
    assert words in refused(page)
    page.remove(name)
    assert words in refused(page)


def test_an_unknown_kind_or_none_is_refused(page):
    page.tick("kind_0", "guess")
    assert "step 1 has no kind" in refused(page)
    page.tick("kind_0", "read", "infer")
    assert "step 1 has no kind" in refused(page)
    page.remove("kind_0")
    assert "step 1 has no kind" in refused(page)


def test_dropping_every_step_is_refused(page):
    for number in range(3):
        page.tick(f"kind_{number}", "drop")
    assert "every step was dropped" in refused(page)


@pytest.mark.parametrize("result", [None, 7, "text", [], [{}]])
def test_a_result_that_is_no_object_is_refused(page, result):
    page.results.append(result)
    with pytest.raises(RecordError, match="a result is no object"):
        page.read()


@pytest.mark.parametrize("name", ["text_3", "kind_900"])
def test_words_for_a_step_that_does_not_exist_are_refused(page, name):
    page.write(name, "more") if name.startswith("text") else page.tick(name, "infer")
    assert "of 3" in refused(page)


@pytest.mark.parametrize("name", ["text_01", "text_٣", "text_", "step_0", "toString", "x" * 9999, "\ud800", None, 7])
def test_a_control_that_is_not_on_the_page_is_refused(page, name):
    page.results.append({"from_name": name, "type": "textarea", "value": {"text": ["x"]}})
    with pytest.raises(RecordError, match="which is not on the page"):
        page.read()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "has no value"),
        ({}, "no text"),
        ({"text": 7}, "no text"),
        ({"text": [None]}, "no text"),
        ({"text": ["a", "b"]}, "written 2 times"),
        ({"text": ["x" * 10_000_000]}, "characters"),
        ({"text": ["half \ud83d of it"]}, "half a character"),
    ],
)
def test_a_field_that_is_not_one_text_is_refused(page, value, words):
    page.remove("question")
    page.results.append({"from_name": "question", "type": "textarea", "value": value})
    with pytest.raises(RecordError, match=words):
        page.read()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"x": math.nan}, "x is not a number"),
        ({"width": math.inf}, "width is not a number"),
        ({"y": 1e308}, "y is not a number"),
        ({"x": -2}, "beyond"),
        ({"x": 81.5}, "beyond"),
        ({"width": 0}, "empty"),
        ({"height": -5}, "negative"),
        ({"x": "10"}, "x is not a number"),
        ({"rotation": "a"}, "rotation is not a number"),
    ],
)
def test_a_box_that_cannot_be_drawn_is_refused(page, fields, words):
    page.draw("new", "1", **{**BOX, **fields})
    assert words in refused(page)


@pytest.mark.parametrize("points", [[], [[1, 1], [2, 2]], [[1, 1]] * 3, [[0, 0], [50, 0], [0, 150]], "abc"])
def test_a_polygon_that_cannot_be_drawn_is_refused(page, points):
    page.draw("new", "1", points=points)
    assert "mark new: " in refused(page)


@pytest.mark.parametrize("label", ["4", "0", "01", "1??", "?", "", "figure", "99999", 1, None])
def test_a_mark_of_a_step_that_does_not_exist_is_refused(page, label):
    page.draw("new", label, **BOX)
    assert "mark new is " in refused(page)


@pytest.mark.parametrize("labels", [[], ["1", "2"], "1", None])
def test_a_mark_of_no_step_or_of_two_is_refused(page, labels):
    page.mark("new", "1", 0, 5)
    page.results[-1]["value"]["labels"] = labels
    assert "mark new is not of one step" in refused(page)


def test_half_a_shape_and_two_with_one_id_are_refused(page):
    page.draw("new", "1", **BOX)
    whole = page.results
    page.results = whole[:-1]
    assert "mark new is not one shape" in refused(page)
    page.results = [*whole[:-2], whole[-1]]
    assert "mark new is not one shape" in refused(page)
    page.results = [*whole, whole[-1]]
    assert "two results of region have the id new" in refused(page)
    page.results = whole
    page.mark("new", "1", 0, 5)
    assert "mark new is not one shape" in refused(page)


@pytest.mark.parametrize("identity", [None, 7, "", "a b", "../x", "\ud800", "x" * 65, "é"])
def test_an_id_that_no_page_makes_is_refused(page, identity):
    page.mark(identity, "1", 0, 5)
    assert "which is none" in refused(page)


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [(0, 10**9, None), (-5, 3, None), (5, 5, ""), (0, 5, "Stone"), ("0", "5", None), (True, 5, None), (0.0, 5.0, None)],
)
def test_a_span_that_is_not_in_the_text_is_refused(page, start, end, text):
    page.mark("new", "1", 0, 5)
    page.results[-1]["value"].update(start=start, end=end, text=text)
    assert "mark new" in refused(page)


def test_a_span_of_the_space_between_two_passages_is_refused(page):
    begins = len(UNIT.passages[0].text)
    page.mark("new", "1", begins, begins + 2)
    assert "space between two passages" in refused(page)


def test_a_shape_where_there_is_no_figure_is_refused():
    page = Page(grounded(builders.about_text(), UNIT), UNIT)
    page.draw("new", "1", **BOX)
    assert "the page has none" in refused(page)


def test_a_shape_in_a_turned_figure_is_refused(page):
    page.draw("new", "1", **BOX)
    page.results[-2]["image_rotation"] = 90
    assert "was turned" in refused(page)


def test_thousands_of_regions_are_refused_before_they_are_looked_at(page):
    page.results += [{"from_name": "box", "id": str(number)} for number in range(5000)]
    assert "more than 2000" in refused(page)


def test_an_annotation_of_another_version_is_refused(page):
    with pytest.raises(RecordError, match="another version"):
        page.read(version="ver-0")
    with pytest.raises(RecordError, match="another version"):
        page.read(example_id="ex-2")


def assert_read_or_refused_by_name(page, decision):
    """Nothing but a `RecordError` escapes, and what is read can be stored."""
    try:
        outcome = page.read(decision)
    except RecordError as error:
        outcome = error
    if isinstance(outcome, RecordError):
        assert outcome.reason_code == "malformed_annotation"
        assert outcome.message.encode()
    else:
        assert Review.model_validate_json(outcome.model_dump_json()) == outcome


ODD_TEXT = st.text(alphabet=st.characters(codec=None, categories=None), max_size=8)
ODD_NUMBER = st.one_of(st.integers(), st.floats(), st.floats(0, 100), st.integers(-5, 105))
ODD = st.recursive(
    st.none() | st.booleans() | ODD_NUMBER | ODD_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ODD_TEXT, inner, max_size=4),
    max_leaves=6,
)
NAMES = ["question", "answer", "choices", "text_0", "kind_1", "decision", "comment", "region", "box", "polygon", "span"]
IDS = ["r1-0-0", "r1-0-1", "t2-0", "cr1-0-0", "new", "new-2", "question"]
LABELS = st.lists(st.sampled_from(["1", "2", "3", "1?", "4"]) | ODD_TEXT, max_size=2)
VALUE = st.fixed_dictionaries(
    {},
    optional={
        "x": ODD_NUMBER,
        "y": ODD_NUMBER,
        "width": ODD_NUMBER,
        "height": ODD_NUMBER,
        "rotation": ODD_NUMBER,
        "points": st.lists(st.lists(ODD_NUMBER, min_size=2, max_size=2), max_size=6),
        "labels": LABELS | ODD,
        "start": st.integers(-5, 400),
        "end": st.integers(-5, 400),
        "text": ODD,
        "choices": st.lists(st.sampled_from(["accept", "reject", "drop", "read"]), max_size=2) | ODD,
    },
)
RESULT = st.fixed_dictionaries(
    {"from_name": st.sampled_from(NAMES) | ODD, "value": VALUE | ODD},
    optional={"id": st.sampled_from(IDS) | ODD, "type": ODD, "origin": ODD, "image_rotation": ODD},
)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(RESULT, ODD), max_size=5), st.data(), st.sampled_from(["accept", "correct", None]))
def test_whatever_a_server_sends_is_read_or_refused_by_name(garbage, data, decision):
    page = Page(VERSION, UNIT)
    gone = data.draw(st.sets(st.integers(0, len(page.results) - 1)))
    if data.draw(st.booleans()):
        page.results = [result for number, result in enumerate(page.results) if number not in gone]
    raw = page.annotation(decision).model_copy(update={"result": (*page.annotation(decision).result, *garbage)})
    page.annotation = lambda *_: raw
    assert_read_or_refused_by_name(page, decision)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_real_result_with_one_wrong_value_is_read_or_refused_by_name(data):
    page = Page(VERSION, UNIT)
    result = data.draw(st.sampled_from([r for r in page.results if "value" in r]))
    key = data.draw(st.sampled_from([*result["value"], "from_name", "id"]))
    target = result["value"] if key in result["value"] else result
    target[key] = data.draw(ODD)
    raw = page.annotation().model_copy(update={"result": (*page.results, *page.annotation().result[-1:])})
    page.annotation = lambda *_: raw
    assert_read_or_refused_by_name(page, "accept")
