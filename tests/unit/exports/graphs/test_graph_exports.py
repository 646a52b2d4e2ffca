"""A figure's graph as AI2D, networkx and DOT."""

import json
import re
import sys

import networkx as nx
import pytest
from builders import figure, label
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusbuilder.errors import MissingExtraError
from corpusbuilder.exports.graphs import to_ai2d, to_dot, to_networkx, to_node_link
from corpusbuilder.exports.graphs.relations import IMAGE, relations
from corpusbuilder.records.diagram import Connector, Diagram, Region

SUN, LEAF, SUGAR = label("sun", "Sun", 50, 50), label("leaf", "Leaf", 250, 50), label("sugar", "Sugar", 450, 50)
ENZYME, WORDS = label("enzyme", "Enzyme", 250, 200), label("words", "makes", 350, 30, outlined=False)
HEAD = ((390.0, 45.0), (400.0, 50.0), (390.0, 55.0))
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


def connector(name, tail, head, points=((100.0, 50.0), (200.0, 50.0)), **more):
    values = {"kind": "arrow", "directed": True, "method": "vector", "score": 0.95} | more
    return Connector(id=name, tail_id=tail, head_id=head, points=points, **values)


def region(name, box=(0.0, 100.0, 90.0, 190.0), **more):
    x0, y0, x1, y1 = box
    polygon = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    return Region(id=name, polygon=polygon, box=box, method="vector", score=0.9, **more)


def drawn(*connectors, labels=(SUN, LEAF, SUGAR, ENZYME, WORDS), regions=()):
    return figure("fig-1", Diagram(labels=labels, connectors=connectors, regions=regions))


def categories(of):
    return {(r.category, r.origin, r.connector, r.destination) for r in relations(of.diagram, of.caption)}


def test_words_along_an_arrow_describe_it():
    of = drawn(connector("a", "sun", "leaf", label_id="words"))
    assert ("arrowDescriptor", "words", None, "a") in categories(of)
    assert to_ai2d(of)["relationships"]["T4+A0"]["category"] == "arrowDescriptor"


def test_a_leader_names_a_part_even_when_a_head_is_drawn_at_its_end():
    part = region("part", label_id="leaf", linked_by="leader")
    of = drawn(connector("line", "leaf", "part", kind="leader"), regions=(part,))
    assert ("intraObjectLinkage", "leaf", "line", "part") in categories(of)
    assert not any(found[0] == "intraObjectLabel" for found in categories(of))


def test_names_of_things_of_parts_of_things_and_of_sections_are_told_apart():
    cell = region("cell", (0, 100, 300, 300), label_id="sun", linked_by="inside")
    part = region("nucleus", (10, 110, 50, 150), label_id="leaf", linked_by="inside", parent_id="cell")
    area = region("area", (0, 100, 500, 390), label_id="sugar", linked_by="inside", role="area")
    house = region("house", (320, 110, 400, 150), label_id="enzyme", linked_by="inside", parent_id="area")
    found = categories(drawn(regions=(cell, part, area, house, region("star", role="ornament"))))
    assert found == {
        ("intraObjectLabel", "sun", None, "cell"),
        ("intraObjectRegionLabel", "leaf", None, "nucleus"),
        ("sectionTitle", "sugar", None, "area"),
        ("intraObjectLabel", "enzyme", None, "house"),
        ("misc", "star", None, IMAGE),
    }


def test_a_text_that_says_what_the_caption_says_is_its_caption_and_its_end_a_title():
    whole, end = label("w", "Figure 1.  How leaves make sugar", 9, 9), label("e", "How leaves make sugar", 9, 99)
    of = drawn(labels=(whole, end, SUGAR)).model_copy(update={"caption": "Figure 1. How leaves make sugar"})
    assert categories(of) == {("imageCaption", "w", None, IMAGE), ("imageTitle", "e", None, IMAGE)}


def test_heads_have_the_outline_that_was_drawn_else_the_tip_of_the_arrow():
    shown = connector("a", "sun", "leaf", head_polygon=HEAD, double=True)
    entry = to_ai2d(drawn(shown, connector("b", "leaf", "sugar")), "x.png")
    heads = entry["arrowHeads"]
    assert heads["H0"]["polygon"] == [list(point) for point in HEAD]
    assert heads["H0"]["rectangle"] == [[390.0, 45.0], [400.0, 55.0]]
    assert heads["H1"]["rectangle"] == [[200.0, 50.0], [200.0, 50.0]]
    assert heads["H2"]["rectangle"] == [[100.0, 50.0], [100.0, 50.0]]  # the other end of the double one
    assert entry["relationships"]["A0+H2"]["category"] == "arrowHeadTail"


def test_every_element_has_its_id_a_polygon_a_method_and_a_score():
    entry = to_ai2d(drawn(connector("a", "sun", "leaf"), regions=(region("r"),)))
    for section in ("text", "arrows", "blobs"):
        for element in entry[section].values():
            assert len(element["polygon"]) >= 3
            assert {"sourceId", "method", "score"} <= set(element)
    assert entry["imageName"].endswith(".png")


def test_ways_along_arrows_are_ways_in_networkx():
    graph = to_networkx(drawn(connector("a", "sun", "leaf"), connector("b", "leaf", "sugar", label_id="words")))
    assert nx.shortest_path(graph, "sun", "sugar") == ["sun", "leaf", "sugar"]
    assert not nx.has_path(graph, "sugar", "sun")
    edge = graph.edges["leaf", "sugar", "b"]
    assert (edge["text"], edge["kind"], edge["method"], edge["score"]) == ("makes", "arrow", "vector", 0.95)
    assert graph.nodes["sun"]["text"] == "Sun"
    assert all(
        {"kind", "text", "box", "polygon", "method", "score"} <= set(about) for _, about in graph.nodes(data=True)
    )


def test_a_connector_on_which_another_ends_is_a_node_between_its_ends():
    graph = to_networkx(drawn(connector("a", "leaf", "sugar"), connector("c", "enzyme", "a", head_style="circle")))
    assert graph.nodes["a"]["kind"] == "arrow"
    assert nx.shortest_path(graph, "leaf", "sugar") == ["leaf", "a", "sugar"]
    assert set(graph.predecessors("a")) == {"leaf", "enzyme"}
    assert {about["id"] for *_, about in graph.edges(data=True)} == {"a", "c"}


def test_a_double_headed_arrow_can_be_gone_both_ways_and_a_loose_end_is_kept():
    both = connector("a", "sun", "leaf", double=True, head_style="arrow", tail_style="bar")
    graph = to_networkx(drawn(both, connector("b", "leaf", None)))
    assert nx.has_path(graph, "leaf", "sun")
    assert graph.edges["leaf", "sun", "a:back"]["head_style"] == "bar"
    assert graph.nodes["b:head end"]["box"] == (200.0, 50.0, 200.0, 50.0)


def test_the_json_of_node_link_is_the_graph_of_networkx():
    of = drawn(connector("a", "leaf", "sugar"), connector("c", "enzyme", "a"), regions=(region("r", label_id="sun"),))
    read = nx.node_link_graph(json.loads(json.dumps(to_node_link(of))), edges="edges")
    made = to_networkx(of)
    assert set(read.nodes) == set(made.nodes)
    assert set(read.edges) == set(made.edges)
    assert ("sun", "r", "sun>r") in made.edges


def test_without_networkx_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "networkx", None)
    with pytest.raises(MissingExtraError) as caught:
        to_networkx(drawn())
    assert caught.value.hint == "pip install 'corpusbuilder[graphs]'"


def test_heads_of_dot_are_those_that_were_drawn():
    bar = connector("bar", "enzyme", "leaf", head_style="bar")
    line = connector("line", "leaf", "sugar", kind="line", directed=False, score=0.5)
    written = to_dot(drawn(bar, line, connector("arrow", "sun", "sugar")))
    assert '"enzyme" -> "leaf" [arrowhead=tee];' in written
    assert '"leaf" -> "sugar" [arrowhead=none, style=dashed];' in written
    assert '"sun" -> "sugar" [arrowhead=normal];' in written


@given(text=st.text(max_size=40) | st.sampled_from(['a"b', "a\\", "<b>x</b>", "AT&amp;T", 'x"]; evil [', "a\nb\\N"]))
@settings(max_examples=150)
def test_any_text_is_one_string_of_dot_and_nothing_else(text):
    of = drawn(connector("a", "t", "leaf", label_id="t"), labels=(label("t", text, 50, 50), LEAF))
    rest = QUOTED.sub("S", to_dot(of.model_copy(update={"caption": text})))
    assert re.fullmatch(
        r"digraph S \{\n  graph \[label=S, splines=true\];\n"
        r"(?:  S \[label=S, shape=box, pos=S\];\n){2}  S -> S \[arrowhead=normal(?:, label=S)?\];\n\}\n",
        rest,
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [('a"b', r'"a\"b"'), ("a\\nb", r'"a\\nb"'), ("a\nb", r'"a\nb"'), ("&lt;", '"&amp;lt;"'), ("a\x00b", '"a b"')],
)
def test_what_dot_would_take_for_a_command_is_escaped(text, written):
    assert f"label={written}, shape" in to_dot(drawn(labels=(label("t", text, 50, 50),)))
