"""Reading PDFs: pages to passages, figures, mentions and units."""

from corpusbuilder.stages.parse.stage import ParseStage

__all__ = ["ParseStage"]
