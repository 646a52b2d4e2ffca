"""What is said of how lines end: inhibition, two heads, lines to arrows, rounds of arrows."""

import builders
import pytest

from corpusbuilder.backends.grounders.diagram import BACKEND
from corpusbuilder.config import GroundSection, VerifySection
from corpusbuilder.records import Connector, StepKind
from corpusbuilder.stages.contract import InUnit
from corpusbuilder.stages.ground import GroundStage
from corpusbuilder.stages.verify import VerifyStage


def unit(*more, **changes):
    """Sea -> Clouds -> Rain -> Soil, with arrows changed by id: ``arr_0={"double": True}``, and with ``more``."""
    figure = builders.cycle()
    by_id = {name.replace("_", "-"): values for name, values in changes.items()}
    connectors = (*(c.model_copy(update=by_id.get(c.id, {})) for c in figure.diagram.connectors), *more)
    diagram = figure.diagram.model_copy(update={"connectors": connectors})
    return builders.unit().model_copy(update={"figures": (figure.model_copy(update={"diagram": diagram}),)})


def objections(whole, question, answer, *steps, **fields):
    example = builders.example("en", question, answer, list(steps), **fields)
    stage = GroundStage({"diagram": BACKEND.create(BACKEND.options())}, GroundSection(), {})
    record = next(iter(stage.process([InUnit(example, whole)]))).outputs[0]
    verdict = next(iter(VerifyStage(VerifySection()).process([InUnit(record, whole)]))).outputs[0].verdict
    return {check.name for check in verdict.checks if check.outcome != "pass"}


def seen(text, *element_ids):
    return {"text": text, "kind": StepKind.PERCEIVE, "citations": (builders.points_at(*element_ids),)}


def infer(text, *premises):
    return {"text": text, "kind": StepKind.INFER, "premises": premises}


def back():
    """The arrow from Soil to Sea that closes the round."""
    labels = builders.cycle().diagram.labels
    return builders.arrow("arr-3", labels[3], labels[0])


INHIBITED = (
    "In Figure 2.1, what inhibits “Clouds”?",
    "Sea",
    seen(
        "A line runs from “Sea” to “Clouds” and ends in a bar, which stands for inhibition.", "lab-0", "arr-0", "lab-1"
    ),
    infer("So “Clouds” is inhibited by “Sea”.", 1),
)


def test_a_line_that_ends_in_a_bar_inhibits():
    assert objections(unit(arr_0={"head_style": "bar"}), *INHIBITED) == set()


@pytest.mark.parametrize("style", ["arrow", None, "circle"])
def test_a_line_that_ends_otherwise_does_not(style):
    assert "heads_agree" in objections(unit(arr_0={"head_style": style}), *INHIBITED)


def test_who_inhibits_whom_is_not_turned_round():
    turned = (
        "In Figure 2.1, what inhibits “Sea”?",
        "Clouds",
        seen("A line from “Clouds” to “Sea” ends in a bar, which stands for inhibition.", "lab-0", "arr-0", "lab-1"),
        infer("So “Sea” is inhibited by “Clouds”.", 1),
    )
    assert "arrow_agrees" in objections(unit(arr_0={"head_style": "bar"}), *turned)


def test_a_line_with_a_bar_is_not_believed_to_be_an_arrow():
    called = (
        "In Figure 2.1, what does the arrow from “Sea” lead to?",
        "Clouds",
        seen("An arrow starts at “Sea” and ends at “Clouds”.", "lab-0", "arr-0", "lab-1"),
        infer("So the arrow leads to “Clouds”.", 1),
    )
    assert objections(unit(), *called) == set()
    assert objections(unit(arr_0={"head_style": "bar"}), *called) == {"heads_agree"}


@pytest.mark.parametrize(("double", "expected"), [(True, set()), (False, {"heads_agree"})])
def test_an_arrow_has_two_heads_only_where_both_are_drawn(double, expected):
    found = objections(
        unit(arr_0={"double": double}),
        "In Figure 2.1, which element is joined to “Sea” by an arrow with a head at each end?",
        "Clouds",
        seen("An arrow with a head at each end joins “Sea” and “Clouds”.", "lab-0", "arr-0", "lab-1"),
        infer("So this arrow joins “Sea” and “Clouds”.", 1),
    )
    assert expected <= found
    assert double == (not found)


def acting(actor):
    to_arrow = Connector(
        id="act",
        kind="arrow",
        points=((250.0, 200.0), (200.0, 40.0)),
        tail_id="lab-4",
        head_id="arr-0",
        directed=True,
        head_style="circle",
        method="vector",
        score=0.95,
    )
    return objections(
        unit(to_arrow),
        "In Figure 2.1, what acts on the step from “Sea” to “Clouds”?",
        actor,
        seen("An arrow starts at “Sea” and ends at “Clouds”.", "lab-0", "arr-0", "lab-1"),
        seen("A line from “Roots” ends at the arrow from “Sea” to “Clouds”.", "act", "lab-4", "arr-0"),
        infer(f"So the element that acts on the step from “Sea” to “Clouds” is “{actor}”.", 1, 2),
    )


def test_what_acts_on_a_change_is_at_the_other_end_of_the_line_to_its_arrow():
    assert acting("Roots") == set()
    assert "heads_agree" in acting("Rain")


def counting(whole, answer, *arrows):
    names = ("Sea", "Clouds", "Rain", "Soil", "Sea")
    steps = [
        seen(
            f"An arrow starts at “{names[n]}” and ends at “{names[n + 1]}”.",
            f"lab-{n}",
            f"arr-{n}",
            f"lab-{(n + 1) % 4}",
        )
        for n in arrows
    ]
    last = infer(
        f"The arrows lead back to “Sea”, so the cycle has {answer} elements in all.", *range(1, len(steps) + 1)
    )
    question = "In Figure 2.1, “Sea” is one of the elements of a cycle. How many elements does this cycle have in all?"
    return objections(whole, question, answer, *steps, last, answer_type="number")


def test_the_elements_of_a_cycle_are_counted_along_all_of_its_arrows():
    assert counting(unit(back()), "4", 0, 1, 2, 3) == set()
    assert "answer_derivable" in counting(unit(back()), "5", 0, 1, 2, 3)
    assert "answer_derivable" in counting(unit(back()), "3", 0, 1, 2)


def test_what_does_not_close_is_no_cycle():
    assert "answer_derivable" in counting(unit(), "3", 0, 1, 2)
    side = builders.arrow("side", builders.cycle().diagram.labels[4], builders.cycle().diagram.labels[1])
    assert "answer_derivable" in counting(unit(back(), side), "4", 0, 1, 2, 3)
