"""Finds the names of things in a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

from corpusbuilder.records.text import occurrences, stems, tokens


@dataclass(frozen=True, slots=True)
class Name:
    """What something is called."""

    text: str
    keys: tuple[str, ...]
    """What bears it: ids of elements. More than one where the name alone does not say which."""


@dataclass(frozen=True, slots=True)
class NameMention:
    """A name in a sentence."""

    name: Name
    start: int
    """First code point."""
    end: int
    """One past the last."""
    similarity: float = 1.0
    """1 for the name as it is, up to case, accents, articles and endings; below where a slip was forgiven."""


def find_names(text: str, names: Sequence[Name], *, language: str) -> list[NameMention]:  # noqa: ARG001 - for slips
    """Where ``names`` stand in ``text``, in order and without overlap; the longest name wins where several fit.

    Args:
        text: one step of reasoning.
        names: each text once; see `Name.keys`.
        language: BCP 47; decides which words are articles and which endings are forgiven.
    """
    words = tokens(text)
    said = [word.stem for word in words]
    taken: set[int] = set()
    found: list[NameMention] = []
    for name in sorted(names, key=lambda n: (-len(stems(n.text)), n.text)):
        wanted = stems(name.text)
        for first in occurrences(said, wanted):
            places = set(range(first, first + len(wanted)))
            if not places & taken:
                taken |= places
                found.append(NameMention(name, words[first].start, words[first + len(wanted) - 1].end))
    return sorted(found, key=lambda mention: mention.start)
