"""The numbers by which figures are called: "Figure 3.2", "Fig. 3 –", "Doc. 4", "Planche III"."""

import re
from typing import Final, NamedTuple

from corpusbuilder.records.page import Line

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
    "infographic": "chart",
    "infographie": "chart",
    "sketch": "diagram",
    "drawing": "diagram",
    "dessin": "diagram",
    "frise": "diagram",
    "plan": "map",
    "box": "box",
    "encadré": "box",
}
"""Words that call a figure, in lower case without the point, and the kind of thing they name."""

NUMBER: Final = (
    r"(?:\d{1,3}–\d{1,3}[a-z]?(?!\w)(?![.–]\d)|\d{1,3}(?:[.\-]\d{1,3}){0,2}(?:[a-z]|\s?(?:bis|ter|quater))?(?!\w)"
    r"|[IVXLC]{1,7}(?![\w'’])|[A-Z](?:[.\-–]\d{1,3}){1,2}(?!\w))"
)
"""A figure number: ``3``, ``3.2``, ``3-2``, ``3–2``, ``3a``, ``12 bis``, ``III``, ``A.1``."""

WORD: Final = "|".join(sorted((re.escape(word) for word in LABEL_WORDS), key=len, reverse=True))
"""Alternatives of label words for a pattern with `re.IGNORECASE`."""

_MORE: Final = r"(?:\s*(?:[,;&–—-]|\bet\b|\band\b|\bà\b|\bto\b)\s*\d{1,3}(?:\.\d{1,3}){0,2}[a-z]?(?!\w))*"
"""The further numbers of "Fig. 27 et 28"."""
_LABEL: Final = re.compile(
    rf"\s*(?P<word>(?i:{WORD}))\b\.?\s*(?:(?i:n\s?[°ºo]|no\.)\s*)?(?P<number>{NUMBER}){_MORE}(?P<rest>.*)", re.DOTALL
)
_PLAIN_NUMBER: Final = re.compile(r"\d{1,2}[a-z]?\.?|[A-Z]")
_LIGHT: Final = 225
"""So light, digits would not show on white paper."""
_DARKER: Final = 60
DASH: Final = re.compile(r"(?<=\d)[-–](?=\d)")
"""Between the two numbers of "4–1", which is one number in some books and a range in others."""
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
    return Label(match["word"], _first_of(match), LABEL_WORDS[match["word"].lower()], match.start("rest") + after.end())


def number_on_ground(line: Line) -> str | None:
    """The number in a coloured square or disc with which a line begins: light digits, and darker words behind them.

    So schoolbooks call the documents of a page: "1 The rain in the valley". Light digits alone tell of the ground.
    """
    if len(line.words) < 3 or not _PLAIN_NUMBER.fullmatch(line.words[0].text):
        return None
    number, word = (_lightness(line.words[place].color) for place in (0, 1))
    return line.words[0].text.strip(".") if number >= _LIGHT and word <= number - _DARKER else None


def _lightness(color: str) -> int:
    """Of the darkest channel, 0 to 255."""
    return min(int(color[i : i + 2], 16) for i in (1, 3, 5))


def is_bare_label(text: str) -> bool:
    """Whether ``text`` is a label and nothing else."""
    label = read_label(text)
    return label is not None and label.end >= len(text.rstrip())


def number_called(text: str) -> str | None:
    """The number with which a known caption calls its figure, whatever follows it ("Fig. 12, sagittate; 13, …").

    Where `read_label` must tell captions from sentences, this trusts its caller that ``text`` is a caption.
    """
    match = _LABEL.match(text)
    return _first_of(match) if match is not None and match["word"][0].isupper() else None


def _first_of(match: re.Match[str]) -> str:
    """The number of a label; of "Figs. 5–8" the first, while "Fig. 4–1" is one number."""
    number: str = match["number"]
    return DASH.split(number)[0] if match["word"].lower().endswith("s") else number
