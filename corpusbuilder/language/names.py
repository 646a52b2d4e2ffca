"""Finds the names of things in a sentence: as they are, inflected, joined, abbreviated, or with one slip."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpusbuilder.language.name_index import SIMILARITY, Match, Name, name_index
from corpusbuilder.language.said import GENERIC, Said
from corpusbuilder.records.text import tokens

__all__ = ["Name", "NameMention", "find_names", "named"]


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


def find_names(text: str, names: Sequence[Name], *, language: str) -> list[NameMention]:
    """Where ``names`` stand in ``text``, in order and without overlap; the longest name wins where several fit.

    Where several names fit the same words equally well, the mention bears the keys of all of them.

    Args:
        text: one step of reasoning.
        names: each text once; see `Name.keys`.
        language: BCP 47; decides which words are articles and which endings are forgiven.
    """
    if not names:
        return []
    said = Said(text, language[:2])
    ranked = sorted(name_index(tuple(names), language[:2]).matches(said), key=lambda m: (m.rank, m.name.text))
    chosen: dict[tuple[int, int], list[Match]] = {}
    taken: set[int] = set()
    for match in ranked:
        equal = chosen.get((match.first, match.after), ())
        places = set(range(match.first, match.after))
        if equal and equal[0].rank == match.rank:
            chosen[match.first, match.after].append(match)
        elif not places & taken:
            taken |= places
            chosen[match.first, match.after] = [match]
    return [_mention(chosen[place], said) for place in sorted(chosen) if _is_special(chosen[place][0], said)]


def _mention(equal: Sequence[Match], said: Said) -> NameMention:
    first = equal[0]
    keys = tuple(dict.fromkeys(key for match in equal for key in match.name.keys))
    name = first.name if keys == first.name.keys else Name(first.name.text, keys)
    start, end = said.words[first.first].start, said.words[first.after - 1].end
    return NameMention(name, start, end, SIMILARITY[first.way])


def _is_special(match: Match, said: Said) -> bool:
    """Whether a name is more than a word for a piece of any drawing, or that word is all that is spoken of."""
    if any(word.stem not in GENERIC for word in tokens(match.name.text)) or said.is_quoted(match.first, match.after):
        return True
    return not any(said.is_content(place) for place in range(len(said.words)))


def named(pairs: Iterable[tuple[str, str]]) -> tuple[Name, ...]:
    """Names from pairs of text and key; what has the same text is one name with all its keys."""
    keys: dict[str, list[str]] = {}
    for text, key in pairs:
        keys.setdefault(text, []).append(key)
    return tuple(Name(text, tuple(ids)) for text, ids in keys.items() if text.strip())
