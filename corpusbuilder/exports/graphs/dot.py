"""One figure in the DOT language of Graphviz: labels where they stand, arrows with their heads.

``neato -n`` keeps the places of the figure; ``dot`` lays the graph out anew.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from corpusbuilder.exports.graphs.parts import Edge, Node, graph_parts
from corpusbuilder.records.document import Figure

_HEADS: Final = {"arrow": "normal", "bar": "tee", "circle": "odot", "diamond": "diamond", "dot": "dot"}
"""Our styles in the words of Graphviz."""
_CONTROLS: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_SURE: Final = 0.8


def to_dot(figure: Figure) -> str:
    """The graph of a figure as a DOT file; what is a node and what an edge: `corpusbuilder.exports.graphs.parts`."""
    parts = graph_parts(figure.diagram)
    lines = [
        f"digraph {_quoted(figure.id)} {{",
        f"  graph [label={_text(figure.caption or '')}, splines=true];",
        *(f"  {_quoted(node.id)} {_attributes(_node(node, figure.image.height))};" for node in parts.nodes),
        *(f"  {_quoted(edge.tail)} -> {_quoted(edge.head)} {_attributes(_edge(edge))};" for edge in parts.edges),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _node(node: Node, height: int) -> dict[str, str]:
    about = node.attributes
    x0, y0, x1, y1 = about["box"]
    place = {"pos": f'"{(x0 + x1) / 2:.2f},{height - (y0 + y1) / 2:.2f}"'}
    return {"label": _text(about["text"]), "shape": _shape(about), **_doubt(about), **place}


def _shape(about: Mapping[str, Any]) -> str:
    if about["kind"] == "label":
        return "box" if "outline" in about else "plaintext"
    return "ellipse" if about["kind"] == "region" else "point"


def _edge(edge: Edge) -> dict[str, str]:
    about = edge.attributes
    if about["kind"] == "name":
        return {"style": "dotted", "arrowhead": "none"}
    shown = about["directed"] and about.get("part") != "before"
    head = _HEADS.get(about.get("head_style", "arrow"), "normal") if shown else "none"
    words = {"label": _text(about["text"])} if about["text"] and about.get("part") != "after" else {}
    return {"arrowhead": head, **words, **_doubt(about)}


def _doubt(about: Mapping[str, Any]) -> dict[str, str]:
    """What is not certain is dashed."""
    return {} if about["score"] >= _SURE else {"style": "dashed"}


def _attributes(values: Mapping[str, str]) -> str:
    return "[" + ", ".join(f"{key}={value}" for key, value in values.items()) + "]"


def _quoted(name: str) -> str:
    """A name as DOT quotes it: within quotation marks only they themselves are special, and a backslash at the end."""
    bare = _CONTROLS.sub(" ", name).replace("\n", " ").replace("\\", "/")
    return '"' + bare.replace('"', '\\"') + '"'


def _text(text: str) -> str:
    """A text as it is to be shown: nothing in it is a command, an HTML entity or one of Graphviz's escapes."""
    shown = _CONTROLS.sub(" ", text).replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
    return '"' + shown.replace("\n", "\\n") + '"'
