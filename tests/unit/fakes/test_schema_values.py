"""Generated values fit the schemas they were made from."""

import json

import pytest
from fakes.schema_values import schema_in_text, strictness_error, value_for
from pydantic import BaseModel, Field

TREE = {
    "$defs": {
        "node": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
                "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
            },
            "required": ["name", "children", "next"],
        }
    },
    "$ref": "#/$defs/node",
}


class Step(BaseModel):
    text: str = Field(min_length=40, max_length=60)
    weight: float = Field(ge=0, le=1)
    page: int = Field(gt=3, lt=6)
    label: str | None
    sure: bool


class Answer(BaseModel):
    steps: list[Step] = Field(min_length=2, max_length=3)
    pair: tuple[int, str]
    either: int | Step


@pytest.mark.parametrize("key", "abcdefghijklmnopqrst")
def test_a_value_fits_its_schema(key):
    value = value_for(Answer.model_json_schema(), key)
    Answer.model_validate_json(json.dumps(value), strict=True)
    assert value == value_for(Answer.model_json_schema(), key)


def test_values_differ_with_their_key():
    assert len({json.dumps(value_for(Answer.model_json_schema(), str(i))) for i in range(40)}) == 40


@pytest.mark.parametrize("key", "abcdefghij")
def test_a_recursive_schema_comes_to_an_end(key):
    assert value_for(TREE, key)["name"]


@pytest.mark.parametrize(
    ("schema", "is_so"),
    [
        ({"const": 7}, lambda v: v == 7),
        ({"enum": ["a", None]}, lambda v: v in {"a", None}),
        ({"type": ["string", "null"]}, lambda v: v is None or isinstance(v, str)),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 5}, lambda v: len(v) >= 5),
        (
            {"type": "array", "items": {"enum": [1, 2, 3]}, "minItems": 3, "uniqueItems": True},
            lambda v: len(set(v)) == 3,
        ),
        ({"type": "array", "items": {"type": "string"}, "maxItems": 1}, lambda v: len(v) == 1),
        ({"type": "array", "maxItems": 0}, lambda v: v == []),
        ({"type": "integer", "maximum": -5}, lambda v: v <= -5),
        ({"allOf": [{"properties": {"a": {"const": 1}}}, {"properties": {"b": {"const": 2}}}]}, lambda v: len(v) == 2),
        ({}, lambda v: isinstance(v, str)),
    ],
)
def test_each_word_of_a_schema_is_obeyed(schema, is_so):
    for key in map(str, range(20)):
        assert is_so(value_for(schema, key))


def test_strict_mode_wants_closed_objects_with_all_properties_required():
    inner = {"type": "object", "properties": {"b": {}}, "required": ["b"], "additionalProperties": False}
    outer = {"type": "object", "properties": {"a": inner}, "required": ["a"], "additionalProperties": False}
    assert strictness_error(outer) is None
    assert "'b'" in strictness_error({**outer, "properties": {"a": {**inner, "required": []}}})
    assert "additionalProperties" in strictness_error({**outer, "additionalProperties": True})


def test_the_last_schema_in_a_text_counts():
    first, last = {"properties": {"a": {}}}, {"properties": {"b": {}}}
    assert schema_in_text(f"{{not json}} {json.dumps(first)} and {{}} {json.dumps(last)} {{") == last
    assert schema_in_text("no schema {here}") is None
