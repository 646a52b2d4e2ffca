"""The page on which people review: the labeling config, its words, and the instruction, in English and French."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final
from xml.sax.saxutils import escape

LANGUAGES: Final = ("en", "fr")
"""A page in another language has English words."""
COLOURS: Final = (
    "#cc6600",
    "#6600ff",
    "#00cc66",
    "#ff00ff",
    "#003333",
    "#cccc00",
    "#663300",
    "#9999cc",
    "#660099",
    "#666666",
)
"""Of the steps, in turn. Ten colours of sRGB whose smallest distance in CIELAB (CIE76) is large (23) for normal sight
and for the three colour blindnesses as Machado et al. (2009) simulate them; Okabe and Ito's eight have 7 of it."""
NO_KEY: Final = "f19"
"""A key that no keyboard has: what has no hotkey of its own is given one by the server, a letter of other use."""
_SLOT: Final = re.compile(r"\[\[(\w+)\]\]")


def page_language(language: str) -> str:
    """The language of the page for people who read ``language`` (BCP 47)."""
    base = language.split("-", maxsplit=1)[0].lower()
    return base if base in LANGUAGES else LANGUAGES[0]


@cache
def labeling_config(language: str) -> str:
    """The labeling config, the same for all tasks in one language."""
    known = page_language(language)
    slots = {name: escape(text, {'"': "&quot;"}) for name, text in words(known)["page"].items()}
    slots |= {"style": _style(), "no_key": NO_KEY}
    return _SLOT.sub(lambda slot: slots[slot[1]], _read("labeling.xml"))


@cache
def instruction(language: str) -> str:
    """What annotators read before they begin, as HTML."""
    return _read(f"guidelines.{page_language(language)}.html")


@cache
def words(language: str) -> Mapping[str, Any]:
    """What the page says in ``language``, by section and name."""
    return tomllib.loads(_read(f"words.{page_language(language)}.toml"))


def colour(step: int) -> str:
    """The colour of a step, counted from 1."""
    return COLOURS[(step - 1) % len(COLOURS)]


def pale(hexadecimal: str) -> str:
    """A colour mixed with white, for what is only proposed."""
    parts = (int(hexadecimal[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(part * 0.55 + 255 * 0.45):02x}" for part in parts)


def _style() -> str:
    """The style sheet with a rule for the colour of every step; without comments, which the server does not know."""
    every = len(COLOURS)
    rules = [
        f".cb-steps div div:nth-child({every}n + {place}) .cb-step {{ border-left-color: {shade}; }}"
        for place, shade in enumerate(COLOURS, start=1)
    ]
    sheet = re.sub(r"/\*.*?\*/", "", _read("page.css"), flags=re.DOTALL)
    return "\n".join([sheet.strip(), *rules])


def _read(name: str) -> str:
    path = resources.files("corpusbuilder").joinpath("backends/labelstudio/page", name)
    return path.read_text(encoding="utf-8")
