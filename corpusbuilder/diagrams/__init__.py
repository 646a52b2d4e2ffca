"""From the drawing of a figure to its graph: labels, connectors, regions. Pure geometry, no model."""
