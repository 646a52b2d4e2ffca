"""From the drawing of a figure to its graph: labels, connectors, regions. Pure geometry, no model."""

from corpusbuilder.diagrams.graph import read_diagram

__all__ = ["read_diagram"]
