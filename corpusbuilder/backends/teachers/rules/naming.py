"""How a reader names a figure: by its number, else by its title, else by its page."""

import re
from typing import Final

from corpusbuilder.backends.teachers.rules.language import fold
from corpusbuilder.backends.teachers.rules.wording import Wording
from corpusbuilder.records.document import Figure, Unit

_NOUNS: Final = {
    "en": {
        "figure": "figure", "fig": "figure", "diagram": "diagram", "map": "map", "chart": "chart", "graph": "graph",
        "plate": "plate", "illustration": "illustration", "document": "document", "sketch": "sketch", "photo": "photo",
        "picture": "picture", "plan": "plan", "drawing": "drawing", "timeline": "timeline", "table": "table",
    },
    "fr": {
        "figure": "figure", "fig": "figure", "schema": "schéma", "carte": "carte", "document": "document",
        "doc": "document", "croquis": "croquis", "planche": "planche", "graphique": "graphique", "photo": "photo",
        "illustration": "illustration", "plan": "plan", "dessin": "dessin", "frise": "frise", "tableau": "tableau",
    },
}  # fmt: skip
_KINDS: Final = {
    "en": {"diagram": "diagram", "map": "map", "chart": "chart"},
    "fr": {"diagram": "schéma", "map": "carte", "chart": "graphique"},
}
_LABEL: Final = re.compile(
    r"\s*(?P<noun>[^\W\d_]+)\.?\s*(?:n°\s*)?(?P<number>\d[\w.,\-–]*)?\s*[.:–—-]*\s*(?P<title>.*)", re.DOTALL
)
_LONGEST_TITLE: Final = 10


def figure_place(figure: Figure, unit: Unit, wording: Wording, language: str) -> str | None:
    """The phrase that places something in a figure, such as "in Figure 3.2" or "dans le schéma de la page 9".

    None when no name is unambiguous within the unit.
    """
    name = _name(figure, language)
    if sum(_name(other, language) == name for other in unit.figures) > 1:
        return None
    form, noun, value = name
    section = f"{noun} {form}"
    return wording.say("figure", section, {"number": value, "title": value, "page": value}, figure.id)


def _name(figure: Figure, language: str) -> tuple[str, str, str]:
    """Form (numbered, titled or paged), noun, and the number, title or page."""
    noun, title = _caption(figure, language)
    if figure.number and re.search(r"\d", figure.number):
        return "numbered", noun, figure.number
    if title and len(title.split()) <= _LONGEST_TITLE:
        return "titled", noun, title
    return "paged", noun, str(figure.page_no)


def _caption(figure: Figure, language: str) -> tuple[str, str]:
    """The noun that the caption uses for the figure, and its title."""
    default = _KINDS[language].get(figure.kind, "figure")
    match = _LABEL.fullmatch(figure.caption or "")
    if match and (noun := _NOUNS[language].get(fold(match["noun"]))) and match["number"]:
        return noun, match["title"].strip().rstrip(".")
    numbered = "figure" if figure.number else default
    return numbered, (figure.caption or "").strip().rstrip(".")
