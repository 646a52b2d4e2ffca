"""The data card of a release and what belongs to it: plots, citation, Croissant. All of it is made of `CardFacts`."""

from corpusbuilder.stages.release.card.counting import facts_of
from corpusbuilder.stages.release.card.croissant import CROISSANT, DataFile, croissant_json, data_files
from corpusbuilder.stages.release.card.escaping import escape_markdown
from corpusbuilder.stages.release.card.facts import CardFacts, SourceFacts
from corpusbuilder.stages.release.card.plots import plots_of
from corpusbuilder.stages.release.card.rendering import render_card, template_path

__all__ = [
    "CROISSANT",
    "CardFacts",
    "DataFile",
    "SourceFacts",
    "croissant_json",
    "data_files",
    "escape_markdown",
    "facts_of",
    "plots_of",
    "render_card",
    "template_path",
]
