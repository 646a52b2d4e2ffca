import builders
import pytest
from fakes.schema_values import schema_in_text, strictness_error
from pass_bench import Bench, good, ids, request

from corpusbuilder.records import Diagram


def outputs(unit, **changes):
    bench = Bench(good, oversample=1)
    bench.draft(request(unit, **changes))
    return [sent.output for sent in bench.sent()], bench


def enum_values(schema):
    if isinstance(schema, dict):
        return len(schema.get("enum", ())) + sum(map(enum_values, schema.values()))
    return sum(map(enum_values, schema)) if isinstance(schema, list) else 0


def test_every_schema_keeps_to_the_strict_subset():
    every, _ = outputs(builders.unit())
    assert {output.name for output in every} == {"inventory", "questions", "steps"}
    for output in every:
        assert strictness_error(dict(output.schema)) is None


def test_the_ids_are_those_that_are_shown():
    _, bench = outputs(builders.unit())
    about_figure, *_, about_text = bench.sent("inventory")
    assert ids(about_figure, "facts", "elements") == ["L1", "L2", "L3", "L4", "L5", "A1", "A2", "A3", "R1", "R2"]
    assert ids(about_figure, "facts", "passages") == ["P1", "P2"]
    assert ids(about_text, "facts", "elements") == []
    steps = bench.sent("steps")[0]
    assert ids(steps, "chains", "steps", "elements") == ids(about_figure, "facts", "elements")


def test_a_list_without_any_id_to_choose_from_is_left_out():
    unit = builders.unit()
    bare = unit.figures[0].model_copy(update={"diagram": Diagram()})
    every, _ = outputs(unit.model_copy(update={"passages": (), "figures": (bare,)}))
    for output in every:
        text = str(output.schema)
        assert "'enum': []" not in text
        assert not any(name in text for name in ("'elements'", "'passages'", "'quotes'"))


def test_a_crowded_unit_stays_below_the_limit_of_enum_values():
    unit = builders.unit()
    labels = tuple(builders.label(f"lab-{i}", f"Name {i}", 2 * i % 500, i % 300) for i in range(900))
    figure = builders.figure("fig-crowd", Diagram(labels=labels))
    passages = tuple(builders.passage(f"pas-{i}", f"Sentence number {i}.") for i in range(700))
    unit = unit.model_copy(update={"figures": (figure,), "passages": passages})
    every, _ = outputs(unit, per_figure=80)
    assert every
    assert max(enum_values(dict(output.schema)) for output in every) < 500


@pytest.mark.parametrize("language", ["en", "fr"])
def test_endpoints_that_cannot_be_held_are_told_the_form_in_words_and_as_a_schema(language):
    every, _ = outputs(builders.unit(language))
    for output in every:
        assert schema_in_text(output.instruction) == dict(output.schema)
