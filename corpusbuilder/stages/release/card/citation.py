"""How to cite a release: BibTeX from what its makers say of it. No clock is asked for the year."""

import re
import unicodedata
from typing import Final

from corpusbuilder.stages.release.card.escaping import escape_bibtex
from corpusbuilder.stages.release.card.facts import CardFacts

_NOT_IN_A_KEY: Final = re.compile(r"[^a-z0-9]+")


def bibtex(facts: CardFacts) -> str:
    """An ``@misc`` entry, which every BibTeX style knows. What is not known is left out."""
    fields = {
        "title": f"{{{escape_bibtex(facts.title)}}}",
        "author": " and ".join(map(_author, facts.authors)),
        "year": facts.date[:4] if facts.date else "",
        "version": escape_bibtex(facts.version),
        "doi": escape_bibtex(facts.doi or ""),
        "url": (facts.url or "").translate({ord(char): f"%{ord(char):02X}" for char in "{}\\"}),
        "note": f"Data set, version {escape_bibtex(facts.version)}, made with corpusbuilder {facts.tool_version}",
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{_key(facts)},", *lines, "}"])


def _author(name: str) -> str:
    """Braces keep a name that BibTeX would take apart, such as that of a team."""
    escaped = escape_bibtex(name)
    return f"{{{escaped}}}" if re.search(r"\band\b|,", name) or " " not in name.strip() else escaped


def _key(facts: CardFacts) -> str:
    letters = unicodedata.normalize("NFKD", f"{facts.name} {facts.version}".lower())
    return _NOT_IN_A_KEY.sub("-", "".join(c for c in letters if not unicodedata.combining(c))).strip("-") or "dataset"
