"""The exact grounder: citations, then the diagram graph, then names, then the words of the passages. No model."""

from corpusbuilder.backends.grounders.diagram.grounder import DiagramGrounder, DiagramOptions
from corpusbuilder.backends.grounders.diagram.shapes import element_polygon, region_of
from corpusbuilder.backends.registry import Backend

__all__ = ["BACKEND", "DiagramGrounder", "DiagramOptions", "element_polygon", "region_of"]

BACKEND = Backend(options=DiagramOptions, create=DiagramGrounder)
