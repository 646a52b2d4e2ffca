import sys

import builders
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusbuilder.errors import MissingExtraError
from corpusbuilder.records.document import WordBox
from corpusbuilder.stages.parse.titles import runs_by_title
from corpusbuilder.stages.parse.units import make_units


def passage(number, section="1", *, length=100, kind="paragraph"):
    made = builders.passage(f"psg-{number}", "word " * (length // 5))
    heading = ("Book", section) if section else ()
    return made.model_copy(update={"heading": heading, "kind": kind, "words": (WordBox(0, 1, 1, 0, 0, 1, 1),)})


@pytest.fixture(scope="module", autouse=True)
def _unstructured():
    pytest.importorskip("unstructured.chunking.title", reason="the extra layout brings unstructured")


def sizes(passages, characters):
    return [len(run) for run in runs_by_title(passages, characters=characters)]


def test_a_chunk_begins_at_a_title_once_the_one_before_is_half_full():
    passages = [passage(1, "1", length=300), passage(2, "2", length=300), passage(3, "2", length=100)]
    assert sizes(passages, 500) == [1, 2]


def test_short_sections_are_put_together():
    assert sizes([passage(n, str(n), length=50) for n in range(4)], 2000) == [4]


def test_a_passage_longer_than_a_chunk_stays_whole():
    passages = [passage(1), passage(2, length=3000), passage(3)]
    runs = runs_by_title(passages, characters=500)
    assert [p.id for run in runs for p in run] == ["psg-1", "psg-2", "psg-3"]
    assert max(len(p.text) for run in runs for p in run) == 3000


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["", "1", "2", "3"]), st.integers(5, 1500), st.sampled_from(["paragraph", "list"])),
        max_size=12,
    ),
    st.integers(200, 3000),
)
def test_every_passage_is_in_exactly_one_run_in_order(facts, characters):
    passages = [passage(n, s, length=length, kind=kind) for n, (s, length, kind) in enumerate(facts)]
    runs = runs_by_title(passages, characters=characters)
    assert [p for run in runs for p in run] == passages
    assert all(runs)


def test_units_are_made_of_them():
    passages = [passage(1, "1", length=300), passage(2, "2", length=300)]
    units = make_units(builders.unit().document, passages, (), (), tokens=100, by="by_title")
    assert [unit.heading for unit in units] == [("Book", "1"), ("Book", "2")]


def test_without_unstructured_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "unstructured.chunking.title", None)
    with pytest.raises(MissingExtraError, match="by_title"):
        runs_by_title([passage(1)], characters=500)
