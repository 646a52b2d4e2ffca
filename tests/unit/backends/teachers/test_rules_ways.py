"""Questions on several arrows and on how lines end: what is asked, what is not, and that every one of them verifies."""

from dataclasses import fields

import pytest
from rules_units import about, arrows, coloured_map, drafts, form, named, of_form

from corpusbuilder.backends.grounders.diagram import BACKEND
from corpusbuilder.config import GroundSection, VerifySection
from corpusbuilder.records import Example
from corpusbuilder.stages.contract import InUnit
from corpusbuilder.stages.ground import GroundStage
from corpusbuilder.stages.verify import VerifyStage

LANGUAGES = ("en", "fr")
NEW = {
    "acts_on", "arrow_double", "arrow_into", "arrow_into_count", "arrow_marked", "arrow_path", "arrow_path_three",
    "bar_from", "bar_to", "class_list", "cycle_before", "cycle_count", "timeline_event", "timeline_next",
    "timeline_year",
}  # fmt: skip


def with_connectors(figure, **changes):
    """The figure with connectors changed by id: ``arr_0={"double": True}``."""
    by_id = {name.replace("_", "-"): values for name, values in changes.items()}
    connectors = tuple(c.model_copy(update=by_id.get(c.id, {})) for c in figure.diagram.connectors)
    return figure.model_copy(update={"diagram": figure.diagram.model_copy(update={"connectors": connectors})})


def with_more(figure, *, labels=(), connectors=()):
    diagram = figure.diagram
    more = {"labels": (*diagram.labels, *labels), "connectors": (*diagram.connectors, *connectors)}
    return figure.model_copy(update={"diagram": diagram.model_copy(update=more)})


def asked(figure, language="en", seed=0):
    return drafts(about(language, figures=(figure,)), seed=seed)


def verdicts(figure, language, seed):
    """Every draft about a figure with the objections of the checks to it."""
    image = figure.image.model_copy(update={"width": 2000, "height": 1000})  # all that is drawn lies on it
    unit = about(language, figures=(figure.model_copy(update={"image": image}),))
    examples = [
        Example(
            id=f"ex-{n}",
            document_id=unit.document.id,
            unit_id=unit.id,
            language=language,
            **{name: getattr(d, name) for name in {f.name for f in fields(d)} & set(Example.model_fields)},
        )
        for n, d in enumerate(drafts(unit, seed=seed))
    ]
    ground = GroundStage({"diagram": BACKEND.create(BACKEND.options())}, GroundSection(), {})
    records = [result.outputs[0] for result in ground.process([InUnit(example, unit) for example in examples])]
    for record in records:
        done = next(iter(VerifyStage(VerifySection()).process([InUnit(record, unit)]))).outputs[0]
        bad = [f"{c.name} {c.step}: {c.reason}" for c in done.verdict.checks if c.outcome != "pass"]
        yield form(done.example), done.example, bad


def chain():
    return arrows("Algae>Flea", "Flea>Perch", "Perch>Heron", "Heron>Fungi", "Snail>Perch")


def cycle():
    return arrows("Ocean>Vapour", "Vapour>Clouds", "Clouds>Rain", "Rain>Ocean", number="2")


def inhibition():
    return with_connectors(
        arrows("Toxin>Enzyme", "Starch>Sugar", "Lamp>Leaf", "Salt>Root"), arr_0={"head_style": "bar"}
    )


def catalysis():
    figure = arrows("Starch>Sugar", "Amylase>Starch", "Lamp>Leaf")
    return with_connectors(
        figure, arr_1={"head_id": "arr-0", "head_style": "circle", "points": ((400.0, 200.0), (100.0, 112.0))}
    )


def both_ways():
    return with_connectors(arrows("Hare>Lynx", "Grass>Vole", "Owl>Fox"), arr_0={"double": True})


def marked():
    figure = arrows("Igneous>Sand", "Igneous>Magma", "Clay>Slate")
    words = [named("w-0", "weathering", 100, 20), named("w-1", "melting", 200, 20)]
    words = [label.model_copy(update={"role": "connector_label"}) for label in words]
    return with_connectors(with_more(figure, labels=words), arr_0={"label_id": "w-0"}, arr_1={"label_id": "w-1"})


def areas():
    caption = "Map 4. Use of the land"
    return coloured_map(caption, ("Forest", "Fields", "Lakes"), {"North": 0, "Middle": 1, "South": 0}, "Tarvel")


def timeline():
    labels = []
    for n, (year, event) in enumerate({"1488": "Dias sails", "1492": "Columbus lands", "1519": "Magellan"}.items()):
        labels += [named(f"y-{n}", year, 40 + 300 * n, 100), named(f"e-{n}", event, 40 + 300 * n, 130)]
    return with_more(arrows(), labels=labels)


FIGURES = {
    timeline: {"timeline_event", "timeline_next", "timeline_year"},
    chain: {"arrow_path", "arrow_path_three", "arrow_into", "arrow_into_count"},
    cycle: {"cycle_before", "cycle_count"},
    inhibition: {"bar_from", "bar_to"},
    catalysis: {"acts_on"},
    both_ways: {"arrow_double"},
    marked: {"arrow_marked"},
    areas: {"class_list"},
}


@pytest.mark.parametrize("make", FIGURES, ids=lambda make: make.__name__)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_on_ways_and_ends_is_asked_and_supported(make, language):
    found = set()
    for seed in range(6):
        for name, example, objections in verdicts(make(), language, seed):
            assert objections == [], (example.question, [step.text for step in example.steps])
            found.add(name)
    assert FIGURES[make] <= found


def test_the_wordings_of_all_new_forms_are_tried_here():
    assert set().union(*FIGURES.values()) == NEW


def test_a_way_of_three_arrows_sees_each_arrow_with_both_ends_and_then_infers():
    (way,) = [d for d in of_form(asked(chain()), "arrow_path_three") if "“Algae”" in d.question]
    assert way.answer == "Heron"
    assert [step.kind for step in way.steps] == ["perceive"] * 3 + ["infer"]
    assert [step.citations[0].element_ids for step in way.steps[:3]] == [
        ("arr-0", "lab-0", "lab-1"), ("arr-1", "lab-1", "lab-2"), ("arr-2", "lab-2", "lab-3"),
    ]  # fmt: skip
    assert way.steps[3].premises == (1, 2, 3)
    assert "Algae" not in way.choices


def test_a_way_with_a_fork_or_a_way_back_is_not_asked():
    assert not of_form(asked(arrows("A1lga>Flea", "Flea>Perch", "Flea>Newt")), "arrow_path")
    assert not of_form(asked(arrows("Hare>Lynx", "Lynx>Hare", "Grass>Hare")), "arrow_path_three")


def test_the_stages_of_a_cycle_are_counted_and_each_is_asked_for_the_one_before():
    found = asked(cycle())
    (count,) = of_form(found, "cycle_count")
    assert count.answer == "4"
    before = {d.answer for d in of_form(found, "cycle_before")}
    assert before == {"Ocean", "Vapour", "Clouds", "Rain"}


@pytest.mark.parametrize("more", [("Lake>Vapour",), ("Clouds>River",), ()])
def test_a_round_at_which_something_else_arrives_or_leaves_is_no_cycle(more):
    pairs = ("Ocean>Vapour", "Vapour>Clouds", "Clouds>Ocean" if more else "Clouds>Rain", *more)
    assert not [draft for draft in asked(arrows(*pairs)) if form(draft).startswith("cycle")]


def test_a_line_that_ends_in_a_bar_is_no_arrow():
    found = asked(inhibition())
    assert not [d for d in found if form(d).startswith("arrow") and ("Toxin" in d.question or "Enzyme" in d.question)]
    (source,) = of_form(found, "bar_from")
    assert source.answer == "Toxin"


def test_without_a_bar_nothing_is_said_to_be_inhibited():
    assert not [draft for draft in asked(chain()) if "inhib" in draft.question]


def test_what_two_bars_inhibit_is_not_asked_for_one_of_them():
    figure = with_connectors(
        arrows("Toxin>Enzyme", "Drug>Enzyme", "Salt>Root"), arr_0={"head_style": "bar"}, arr_1={"head_style": "bar"}
    )
    assert not of_form(asked(figure), "bar_from")


def test_what_acts_on_a_change_is_asked_only_where_one_line_ends_at_its_arrow():
    (one,) = of_form(asked(catalysis()), "acts_on")
    assert one.answer == "Amylase"
    figure = catalysis()
    second = figure.diagram.connectors[1].model_copy(update={"id": "arr-9", "tail_id": "lab-3"})
    assert not of_form(asked(with_more(figure, connectors=(second,))), "acts_on")


def test_a_list_of_areas_is_not_asked_when_an_area_of_that_colour_has_no_name():
    figure = areas()
    (found,) = of_form(asked(figure), "class_list")
    assert found.answer == "North, South"
    regions = tuple(
        r.model_copy(update={"id": f"{r.id}-copy", "label_id": None}) for r in figure.diagram.regions if r.id == "reg-0"
    )
    diagram = figure.diagram.model_copy(update={"regions": figure.diagram.regions + regions})
    assert not of_form(asked(figure.model_copy(update={"diagram": diagram})), "class_list")


def test_a_timeline_with_a_year_of_no_event_is_not_asked_about():
    figure = with_more(timeline(), labels=(named("y-9", "1600", 1500, 100),))
    assert not [draft for draft in asked(figure) if form(draft).startswith("timeline")]
    (event,) = [d for d in of_form(asked(timeline()), "timeline_event") if "1492" in d.question]
    assert event.answer == "Columbus lands"


@pytest.mark.parametrize("make", FIGURES, ids=lambda make: make.__name__)
def test_nothing_doubtful_is_asked_about(make):
    figure = make()
    connectors = tuple(c.model_copy(update={"score": 0.79}) for c in figure.diagram.connectors)
    regions = tuple(r.model_copy(update={"score": 0.79}) for r in figure.diagram.regions)
    labels = tuple(label.model_copy(update={"score": 0.79}) for label in figure.diagram.labels)
    changes = {"connectors": connectors, "regions": regions} | ({} if connectors or regions else {"labels": labels})
    diagram = figure.diagram.model_copy(update=changes)
    assert not {form(d) for d in asked(figure.model_copy(update={"diagram": diagram}))} & NEW
