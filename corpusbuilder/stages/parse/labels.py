"""The numbers by which figures are called: "Figure 3.2", "Fig. 3 –", "Doc. 4", "Planche III"."""

import re
from typing import Final, NamedTuple

LABEL_WORDS: Final = {
    "figure": "figure",
    "figures": "figure",
    "fig": "figure",
    "figs": "figure",
    "map": "map",
    "maps": "map",
    "carte": "map",
    "cartes": "map",
    "diagram": "diagram",
    "diagrams": "diagram",
    "diagramme": "diagram",
    "schéma": "diagram",
    "schémas": "diagram",
    "schema": "diagram",
    "croquis": "diagram",
    "document": "document",
    "documents": "document",
    "doc": "document",
    "docs": "document",
    "tableau": "table",
    "tableaux": "table",
    "table": "table",
    "tables": "table",
    "tab": "table",
    "photo": "photo",
    "photos": "photo",
    "photograph": "photo",
    "photographie": "photo",
    "plate": "plate",
    "plates": "plate",
    "planche": "plate",
    "planches": "plate",
    "pl": "plate",
    "illustration": "illustration",
    "illustrations": "illustration",
    "ill": "illustration",
    "image": "illustration",
    "graph": "chart",
    "graphs": "chart",
    "graphique": "chart",
    "graphe": "chart",
    "chart": "chart",
    "charts": "chart",
    "exhibit": "figure",
    "box": "box",
    "encadré": "box",
}
"""Words that call a figure, in lower case without the point, and the kind of thing they name."""

NUMBER: Final = r"(?:\d{1,3}(?:[.\-]\d{1,3}){0,2}[a-z]?(?!\w)|[IVXLC]{1,7}(?![\w'’])|[A-Z](?:[.\-]\d{1,3}){1,2}(?!\w))"
"""A figure number: ``3``, ``3.2``, ``3-2``, ``3a``, ``III``, ``A.1``."""

WORD: Final = "|".join(sorted((re.escape(word) for word in LABEL_WORDS), key=len, reverse=True))
"""Alternatives of label words for a pattern with `re.IGNORECASE`."""

_MORE: Final = r"(?:\s*(?:[,;&–—-]|\bet\b|\band\b|\bà\b|\bto\b)\s*\d{1,3}(?:\.\d{1,3}){0,2}[a-z]?(?!\w))*"
"""The further numbers of "Fig. 27 et 28"."""
_LABEL: Final = re.compile(
    rf"\s*(?P<word>(?i:{WORD}))\b\.?\s*(?:(?i:n\s?[°ºo]|no\.)\s*)?(?P<number>{NUMBER}){_MORE}(?P<rest>.*)", re.DOTALL
)
_AFTER_LABEL: Final = re.compile(r"(?:\s*[.:;)\]|–—-])+\s*|\s*$|\s+(?=[^\W\d_a-zà-öø-ÿ]|[(\[“«\"'‘])")


class Label(NamedTuple):
    """How a caption calls its figure."""

    word: str
    """As printed, without the point: ``Fig``."""
    number: str
    """As printed: ``3.2``. Of several the first."""
    kind: str
    """What the word names: a value of `LABEL_WORDS`."""
    end: int
    """Where the label ends in the text, with the punctuation and blanks after it."""


def read_label(text: str) -> Label | None:
    """The label with which ``text`` begins as a caption does, or None.

    A sentence that begins "Figure 3.2 shows" is no caption: after its number a caption has punctuation, a capital or
    nothing.
    """
    match = _LABEL.match(text)
    if match is None or not match["word"][0].isupper():
        return None
    after = _AFTER_LABEL.match(match["rest"])
    if after is None:
        return None
    return Label(match["word"], match["number"], LABEL_WORDS[match["word"].lower()], match.start("rest") + after.end())


def is_bare_label(text: str) -> bool:
    """Whether ``text`` is a label and nothing else."""
    label = read_label(text)
    return label is not None and label.end >= len(text.rstrip())


def number_called(text: str) -> str | None:
    """The number with which a known caption calls its figure, whatever follows it ("Fig. 12, sagittate; 13, …").

    Where `read_label` must tell captions from sentences, this trusts its caller that ``text`` is a caption.
    """
    match = _LABEL.match(text)
    return match["number"] if match is not None and match["word"][0].isupper() else None
