"""Level 3: the labels, callouts, entries of the key and parts that a step names."""

from collections.abc import Sequence

from corpusbuilder.backends.grounders.diagram.shapes import region_of
from corpusbuilder.backends.grounders.found import Found
from corpusbuilder.language.names import Name, find_names
from corpusbuilder.records.document import Figure

NAMED = "diagram.label"
"""Method of evidence for what the step names."""


def find_named(text: str, figures: Sequence[Figure], *, language: str) -> Found:
    """What a step names in a figure: the label and, where the diagram links one to it, the part that it names.

    Args:
        text: of the step.
        figures: those that the question is about.
        language: BCP 47.
    """
    evidence = []
    for figure in figures[:1]:
        names: dict[str, list[str]] = {}
        for label in figure.diagram.labels:
            names.setdefault(label.name, []).append(label.id)
        found = find_names(text, [Name(name, tuple(ids)) for name, ids in names.items()], language=language)
        ids = [mention.name.keys[0] for mention in found if len(mention.name.keys) == 1]
        region = region_of(figure, ids, method=NAMED)
        evidence += [region] if region else []
    return Found(evidence=tuple(evidence))
