"""One figure as a graph of networkx."""

from typing import TYPE_CHECKING, Any

from corpusbuilder.errors import MissingExtraError
from corpusbuilder.exports.graphs.parts import graph_parts
from corpusbuilder.records.document import Figure

if TYPE_CHECKING:
    import networkx as nx


def to_networkx(figure: Figure) -> "nx.MultiDiGraph[str]":
    """The graph of a figure as a ``networkx.MultiDiGraph``; what is a node and what an edge: `graphs.parts`.

    Nodes are our element ids with ``kind`` (label, region, arrow, line, leader, end), ``text``, ``role``, ``box``,
    ``polygon``, ``method`` and ``score``; edges have ``kind`` (arrow, line, leader, name), ``text`` (the words along
    them), ``directed``, ``head_style``, ``points``, ``polygon``, ``method`` and ``score``. Lines without a head run
    as they are drawn and have ``directed`` false. All places are pixels of the figure's image.

    Raises:
        MissingExtraError: networkx is not installed.
    """
    try:
        import networkx as nx
    except ImportError:
        raise MissingExtraError("networkx", "graphs", purpose="the graph of a figure as networkx") from None
    parts = graph_parts(figure.diagram)
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(
        figure_id=figure.id, caption=figure.caption or "", width=figure.image.width, height=figure.image.height
    )
    for node in parts.nodes:
        graph.add_node(node.id, **node.attributes)
    for edge in parts.edges:
        graph.add_edge(edge.tail, edge.head, key=edge.key, **edge.attributes)
    return graph


def to_node_link(figure: Figure) -> dict[str, Any]:
    """The same as JSON, for ``networkx.node_link_graph(data, edges="edges")``.

    It needs no networkx: the form is simple, and other tools (D3) read it, too.
    """
    parts = graph_parts(figure.diagram)
    about = {"figure_id": figure.id, "caption": figure.caption or ""}
    ends = [{"source": edge.tail, "target": edge.head, "key": edge.key} for edge in parts.edges]
    return {
        "directed": True,
        "multigraph": True,
        "graph": about | {"width": figure.image.width, "height": figure.image.height},
        "nodes": [node.attributes | {"id": node.id} for node in parts.nodes],
        "edges": [edge.attributes | end for edge, end in zip(parts.edges, ends, strict=True)],
    }
