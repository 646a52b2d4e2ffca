"""What is said to come after what on a timeline."""

import builders
import pytest
from test_verify_heads import infer, objections, seen

from corpusbuilder.records import Diagram

EVENTS = {"1488": "Dias sails", "1492": "Columbus lands", "1519": "Magellan"}


def timeline(events=EVENTS):
    labels = []
    for n, (year, event) in enumerate(events.items()):
        labels.append(builders.label(f"y-{n}", year, 60 + 150 * n, 100, outlined=False))
        labels.append(builders.label(f"e-{n}", event, 60 + 150 * n, 140, outlined=False))
    figure = builders.figure("fig-cycle", Diagram(labels=tuple(labels)))
    return builders.unit().model_copy(update={"figures": (figure,)})


def after(one, other, said="So “{1}” comes next after “{0}”.", events=EVENTS):
    names, years = list(events.values()), list(events)
    steps = [seen(f"“{names[n]}” stands next to “{years[n]}”.", f"e-{n}", f"y-{n}") for n in (one, other)]
    question = f"In Figure 2.1, which event comes next after “{names[one]}”?"
    return objections(
        timeline(events), question, names[other], *steps, infer(said.format(names[one], names[other]), 1, 2)
    )


def test_the_event_of_the_next_year_comes_next():
    assert after(0, 1) == set()
    assert after(1, 2) == set()


def test_the_event_of_an_earlier_year_does_not_come_after():
    assert "dates_agree" in after(1, 0)


def test_an_event_after_which_another_one_comes_first_is_not_next():
    assert "dates_agree" in after(0, 2)


@pytest.mark.parametrize("turned", ["So “{0}” comes next after “{1}”.", "So “{1}” comes before “{0}”."])
def test_who_comes_after_whom_is_not_turned_round(turned):
    assert "dates_agree" in after(0, 1, turned)


def test_years_are_compared_as_numbers():
    events = {"888": "Odo reigns", "1066": "Hastings", "1215": "Charter"}
    assert after(0, 1, events=events) == set()
    assert "dates_agree" in after(1, 0, events=events)
