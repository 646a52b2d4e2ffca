"""The scripted teacher's words: one TOML file a language."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from corpusbuilder.backends.teachers.rules.candidate import draw
from corpusbuilder.records.document import Figure

LANGUAGES = ("en", "fr")


class Words:
    """How things are said in one language. The same key draws the same wording."""

    def __init__(self, language: str, seed: int) -> None:
        self.language = language
        self._seed = seed
        self.table = _table(language)

    def say(self, form: str, section: str, slots: Mapping[str, object], *key: str) -> str:
        """A sentence of a form, filled in."""
        variants: list[str] = self.table[form][section]
        variant = variants[draw(self._seed, "scripted", form, section, *key) % len(variants)]
        return _typeset(variant, self.language).format_map(self._shown(slots))

    def knows(self, form: str) -> bool:
        """Whether there are words for a form of question."""
        return form in self.table

    def place(self, figure: Figure) -> str:
        """The figure inside a sentence: "in Figure 3.2"."""
        words: dict[str, str] = self.table["figure"]
        return words["numbered"].format(number=figure.number) if figure.number else words["plain"]

    def _shown(self, slots: Mapping[str, object]) -> dict[str, object]:
        """Lists as lists in a sentence, and a whole sentence also as a part of one."""
        shown = {name: self._listed(value) if isinstance(value, tuple) else value for name, value in slots.items()}
        if isinstance(sentence := slots.get("sentence"), str):
            stripped = sentence.rstrip(" .")
            shown["claim"] = stripped[:1].lower() + stripped[1:]
        if isinstance(meaning := slots.get("meaning"), str):
            shown["meaning"] = meaning.rstrip(" .")
        return shown

    def _listed(self, items: tuple[str, ...]) -> str:
        *first, last = items
        joined: str = self.table["list"]["comma"].join(first)
        return f"{joined}{self.table['list']['last']}{last}" if first else last


@cache
def _table(language: str) -> dict[str, Any]:
    path = resources.files("corpusbuilder").joinpath("backends/teachers/scripted", f"words.{language}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def _typeset(variant: str, language: str) -> str:
    """French spacing: no-break spaces before high signs and inside guillemets."""
    if language != "fr":
        return variant
    return re.sub(r" (?=[?!;:»])|(?<=«) ", "\u00a0", variant)
