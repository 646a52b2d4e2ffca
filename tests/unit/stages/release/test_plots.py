"""The plots are small, safe and readable SVG, and show the numbers of the release."""

import re
from xml.etree import ElementTree as ET

import pytest
import release_corpus as corpus
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.stages.release.card import plots_of
from corpusbuilder.stages.release.card.escaping import escape_xml
from corpusbuilder.stages.release.refusals import facts_in
from corpusbuilder.store.release import ReleaseFolder

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "<script>alert(1)</script>",
    "]]></svg>",
    "&amp;\x00\u202e\ufffe",
    '"><image href="http://example.org"/>',
    "é" * 500,
]


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("release")
    documents = [corpus.simple_document(f"doc-{n}", language=name, subject=name) for n, name in enumerate(HOSTILE)]
    corpus.release(documents, folder)
    return facts_in(ReleaseFolder.open(folder))


def parsed(facts):
    return {name: ET.fromstring(text) for name, text in plots_of(facts).items()}


def test_every_plot_is_well_formed_and_says_what_it_shows(facts):
    plots = parsed(facts)
    assert set(plots) == {"card/composition.svg", "card/steps.svg", "card/perception.svg"}
    for root in plots.values():
        assert root.get("role") == "img"
        assert root.get("aria-labelledby") == "title desc"
        assert root.find(f"{SVG}title").text
        assert re.match(r"\d+ (examples|steps|regions) ", root.find(f"{SVG}desc").text)


def test_nothing_in_a_plot_runs_or_loads_anything(facts):
    for text in plots_of(facts).values():
        root = ET.fromstring(text)
        assert {node.tag.removeprefix(SVG) for node in root.iter()} <= {"svg", "title", "desc", "style", "rect", "text"}
        assert not any(name.startswith("on") or "href" in name for node in root.iter() for name in node.attrib)
        assert "url(" not in text
        assert "@import" not in text


def test_a_plot_is_readable_on_white_and_on_black(facts):
    for root in parsed(facts).values():
        assert "prefers-color-scheme:dark" in root.find(f"{SVG}style").text
        background = root.find(f"{SVG}rect")
        assert background.get("class") == "back"
        assert float(background.get("width")) == float(root.get("width")) - 1


def test_nothing_is_drawn_outside_the_plot(facts):
    for root in parsed(facts).values():
        width, height = float(root.get("width")), float(root.get("height"))
        for node in root.iter(f"{SVG}rect"):
            assert 0 <= float(node.get("x")) <= float(node.get("x")) + float(node.get("width")) <= width
            assert 0 <= float(node.get("y")) <= float(node.get("y")) + float(node.get("height")) <= height
        for node in root.iter(f"{SVG}text"):
            assert 0 <= float(node.get("x")) <= width
            assert 0 <= float(node.get("y")) <= height


def test_bars_and_cells_show_the_counts(facts):
    texts = {name: [node.text for node in root.iter(f"{SVG}text")] for name, root in parsed(facts).items()}
    assert {"10 (50.0%)", "definition", "lookup"} <= set(texts["card/composition.svg"])
    assert {"perceive", "10 (33.3%)"} <= set(texts["card/steps.svg"])
    assert texts["card/perception.svg"].count("50.0%") == 2  # top left and bottom right
    bars = [
        float(n.get("width")) for n in parsed(facts)["card/steps.svg"].iter(f"{SVG}rect") if n.get("class") == "bar"
    ]
    assert bars[0] == max(bars) > 0


def test_many_kinds_are_summed_up_in_one_bar(facts):
    many = {f"type-{n:02d}": 100 - n for n in range(30)}
    text = plots_of(facts.model_copy(update={"counts": {"question_type": many}}))["card/composition.svg"]
    root = ET.fromstring(text)
    names = [node.text for node in root.iter(f"{SVG}text") if node.get("text-anchor") == "end"]
    assert names == [f"type-{n:02d}" for n in range(11)] + ["all others"]
    assert f"{sum(100 - n for n in range(11, 30))} (" in text


def test_nothing_is_drawn_of_nothing(facts):
    assert plots_of(facts.model_copy(update={"counts": {}})) == {}


@given(st.text())
def test_any_text_can_stand_in_xml(text):
    root = ET.fromstring(f"<t>{escape_xml(text)}</t>")
    assert len(root) == 0
