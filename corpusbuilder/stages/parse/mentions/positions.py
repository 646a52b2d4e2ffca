"""References by place: "the diagram opposite", "la carte ci-contre", "the table below"."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

from corpusbuilder.records.document import Figure, WordBox

Place: TypeAlias = Literal["above", "below", "left", "right", "beside", "facing", "next", "previous", "page", "here"]

_NOUNS: Final = {
    "map": "map",
    "carte": "map",
    "plan": "map",
    "diagram": "diagram",
    "diagramme": "diagram",
    "schéma": "diagram",
    "schema": "diagram",
    "croquis": "diagram",
    "drawing": "diagram",
    "dessin": "diagram",
    "graph": "chart",
    "chart": "chart",
    "graphique": "chart",
    "photograph": "photo",
    "photo": "photo",
    "photographie": "photo",
    "table": "table",
    "tableau": "table",
    "figure": "",
    "illustration": "",
    "image": "",
    "picture": "",
    "gravure": "",
    "engraving": "",
    "planche": "",
}
"""Nouns and the kind of figure that each wants; empty for any but a table."""
_WORDS: Final[dict[str, Place]] = {
    "opposite": "beside",
    "alongside": "beside",
    "ci-contre": "beside",
    "above": "above",
    "ci-dessus": "above",
    "précédente": "above",
    "précédent": "above",
    "preceding": "above",
    "below": "below",
    "ci-dessous": "below",
    "ci-après": "below",
    "suivante": "below",
    "suivant": "below",
    "following": "below",
    "on the right": "right",
    "at right": "right",
    "à droite": "right",
    "on the left": "left",
    "at left": "left",
    "à gauche": "left",
    "on the facing page": "facing",
    "on the opposite page": "facing",
    "facing page": "facing",
    "page ci-contre": "facing",
    "overleaf": "next",
    "on the next page": "next",
    "on the following page": "next",
    "page suivante": "next",
    "on the previous page": "previous",
    "page précédente": "previous",
    "on this page": "here",
}
_B: Final = r"\s{1,3}"
_O: Final = r"\s{0,3}"


def _any(words: Sequence[str]) -> str:
    longest = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", _B).replace(r"\-", "[-‐‑]") for word in longest)


_NOUN: Final = rf"(?P<noun>{_any(list(_NOUNS))})"
_AFTER: Final = re.compile(
    rf"\b(?:the|this|le|la|l['’]|cette|ce){_O}{_NOUN}\b(?:{_B}(?:shown|printed|given|reproduite?|de{_B}la))?{_O}\(?{_O}"
    rf"(?:(?P<where>{_any(list(_WORDS))})\b|(?:on{_B}|à{_B}la{_B}|de{_B}la{_B})?(?:page|p\.){_O}(?P<page>\d{{1,4}})\b)",
    re.IGNORECASE,
)
_BEFORE: Final = re.compile(
    rf"\b(?P<where>(?:(?<=the\s)(?:following|preceding|above)|opposite)){_B}{_NOUN}\b(?!{_B}\d)", re.IGNORECASE
)
_ALONE: Final = re.compile(r"\b(?P<where>ci[-‐‑]contre)\b", re.IGNORECASE)


class PlaceReference(NamedTuple):
    """Words that call a figure by its place."""

    start: int
    end: int
    wanted: str
    """The kind of figure, empty for any picture."""
    place: Place
    page: str | None
    """The printed page that they name."""


def place_references(text: str) -> Iterator[PlaceReference]:
    """The references by place in a text, in order; none overlap."""
    end = 0
    found = [match for pattern in (_AFTER, _BEFORE, _ALONE) for match in pattern.finditer(text)]
    for match in sorted(found, key=lambda match: (match.start(), -match.end())):
        if match.start() < end:
            continue
        end = match.end()
        groups = match.groupdict()
        where = re.sub(r"\s+", " ", groups["where"] or "").replace("‐", "-").replace("‑", "-").casefold()
        wanted = _NOUNS[groups["noun"].casefold()] if groups.get("noun") else ""
        yield PlaceReference(match.start(), end, wanted, _WORDS[where] if where else "page", groups.get("page"))


def fitting(reference: PlaceReference, word: WordBox, figures: Sequence[Figure]) -> Figure | None:
    """The one figure at the place that is named as seen from ``word``; None when none or several fit.

    Args:
        reference: what is said.
        word: the word at which it begins, with its page.
        figures: of the document; a page that ``reference`` names by its printed number is resolved by the caller.
    """
    pages = _pages(reference.place, word.page_no)
    there = [f for f in figures if f.page_no in pages and _lies(reference.place, word, f)]
    if reference.wanted:
        there = [f for f in there if f.kind == reference.wanted] or [
            f for f in there if f.kind == "other" and reference.wanted != "table"
        ]
    else:
        there = [f for f in there if f.kind != "table"]
    if len(there) > 1 and reference.place == "beside":
        there = [f for f in there if f.bbox[1] <= word.y1 and word.y0 <= f.bbox[3]]
    return there[0] if len(there) == 1 else None


def _pages(place: Place, page_no: int) -> tuple[int, ...]:
    if place == "next":
        return (page_no + 1,)
    if place == "previous":
        return (page_no - 1,)
    if place == "facing":
        return (page_no - 1, page_no + 1)
    return (page_no,)


def _lies(place: Place, word: WordBox, figure: Figure) -> bool:
    x0, y0, x1, y1 = figure.bbox
    if place == "above":
        return y1 <= word.y1
    if place == "below":
        return y0 >= word.y0
    if place == "right":
        return x0 >= word.x1
    if place == "left":
        return x1 <= word.x0
    return True
