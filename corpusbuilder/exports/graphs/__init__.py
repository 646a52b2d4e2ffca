"""The graph of one figure for other tools: AI2D's JSON, networkx, Graphviz DOT.

>>> from corpusbuilder.exports.graphs import to_ai2d, to_dot, to_networkx
"""

from corpusbuilder.exports.graphs.ai2d import to_ai2d
from corpusbuilder.exports.graphs.dot import to_dot
from corpusbuilder.exports.graphs.multigraph import to_networkx, to_node_link

__all__ = ["to_ai2d", "to_dot", "to_networkx", "to_node_link"]
