"""From the pixels of a picture to painted paths, so that one reader of graphs serves both: OpenCV, no model."""

from corpusbuilder.diagrams.raster.trace import trace_picture

__all__ = ["trace_picture"]
