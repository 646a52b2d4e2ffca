"""What a sentence says of named things: who is named, how each name is marked, and the pairs that follow."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from corpusbuilder.language.lexicon import CONJUNCTIONS, FILLERS, OF, Lexicon, Mark
from corpusbuilder.records.text import Stems, Token, normalised, tokens

_QUOTED: Final = re.compile(r'“([^“”]*)”|«([^«»]*)»|"([^"]*)"|„([^„“”]*)[“”]')
_STOP: Final = re.compile(r"[.;:!?,]")
_LONGEST_PHRASE: Final = 4


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a sentence."""

    name: Stems
    first: int
    """Index of its first token."""
    after: int
    """Index of the token after it."""
    mark: Mark | None
    joined: bool
    """Whether it is coordinated with the mention before it: "A and B"."""


class Claim(NamedTuple):
    """That an arrow runs from one name to another, or that one lies so to the other."""

    source: Stems
    target: Stems
    mark: Mark = "target"


def quoted(text: str) -> list[str]:
    """What stands between double quotation marks of any kind, without blanks around."""
    return [next(g for g in match.groups() if g is not None).strip() for match in _QUOTED.finditer(text)]


def without_quotes(text: str) -> str:
    """``text`` with the quoted parts taken out."""
    return _QUOTED.sub(" ", text)


def without_names(text: str, names: Iterable[Stems]) -> str:
    """``text`` with every mention of ``names`` taken out."""
    words = tokens(text)
    pieces, done = [], 0
    for _, first, after in _found(words, names):
        pieces.append(text[done : words[first].start])
        done = words[after - 1].end
    return " ".join([*pieces, text[done:]])


def mentions(text: str, names: Iterable[Stems], lexicon: Lexicon) -> list[Mention]:
    """Where ``names`` stand in ``text``, in order; the longest name wins where several fit."""
    words = tokens(text)
    found: list[Mention] = []
    for name, first, after in _found(words, names):
        before = found[-1] if found else None
        mark = _mark(words, first, before.after if before else 0, text, lexicon)
        joined = before is not None and _joined(words, before, first, mark, text)
        if joined and before is not None and mark is None:
            mark = before.mark
        found.append(Mention(name, first, after, mark, joined))
    return found


def _found(words: Sequence[Token], names: Iterable[Stems]) -> Iterator[tuple[Stems, int, int]]:
    by_first: dict[str, list[Stems]] = {}
    for name in sorted({name for name in names if name}, key=lambda n: (-len(n), n)):
        by_first.setdefault(name[0], []).append(name)
    place = 0
    while place < len(words):
        for name in by_first.get(words[place].stem, ()):
            if tuple(w.stem for w in words[place : place + len(name)]) == name:
                yield name, place, place + len(name)
                place += len(name)
                break
        else:
            place += 1


def _mark(words: Sequence[Token], first: int, floor: int, text: str, lexicon: Lexicon) -> Mark | None:
    """The longest phrase of the lexicon that ends right before the name, articles and the like apart."""
    if arrow := _sign(text, words, first, floor):
        return arrow
    end = first
    while end > floor and not _STOP.search(text[words[end - 1].end : words[end].start]):
        for size in range(min(_LONGEST_PHRASE, end - floor), 0, -1):
            phrase = tuple(w.text for w in words[end - size : end])
            if phrase in lexicon and not _belongs_to_filler(words, end - size, end, floor):
                return lexicon[phrase]
        if words[end - 1].text not in FILLERS | OF:
            return None
        end -= 1
    return None


def _sign(text: str, words: Sequence[Token], first: int, floor: int) -> Mark | None:
    """An arrow drawn in characters between this name and the one before it."""
    gap = text[words[first - 1].end : words[first].start] if first > floor or first else ""
    if "→" in gap or "->" in gap:
        return "target"
    return "source" if "←" in gap or "<-" in gap else None


def _belongs_to_filler(words: Sequence[Token], start: int, end: int, floor: int) -> bool:
    """Whether a bare "of" is part of "the stage of …", which has its own mark."""
    return (
        end - start == 1
        and words[start].text in OF
        and start > floor
        and words[start - 1].text in FILLERS - {"the", "a"}
    )


def _joined(words: Sequence[Token], before: Mention, first: int, mark: Mark | None, text: str) -> bool:
    between = words[before.after : first]
    if not between:
        return "," in text[words[before.after - 1].end : words[first].start] and mark is None
    texts = [w.text for w in between]
    if mark is None:
        return all(t in FILLERS | CONJUNCTIONS for t in texts) and (
            any(t in CONJUNCTIONS for t in texts) or "," in text[words[before.after - 1].end : words[first].start]
        )
    if texts[0] not in CONJUNCTIONS:  # "from A, from B"
        return len(texts) == 1 and mark == before.mark and "," in text[words[before.after - 1].end : between[0].start]
    return mark == before.mark and "then" not in texts and "puis" not in texts


def arrow_claims(found: Sequence[Mention]) -> list[Claim]:
    """The arrows that a sentence asserts between the names in it.

    First "from A to B" and "to B from A", then what is left: "A leads to B", "B comes from A".
    """
    groups = _groups(found)
    claims: list[Claim] = []
    used: set[int] = set()
    for i, (left, right) in enumerate(pairwise(groups)):
        if {left[0].mark, right[0].mark} == {"source", "target"} and i not in used and left[0].name != right[0].name:
            flip = left[0].mark == "target"
            if flip and i + 2 < len(groups) and groups[i + 2][0].mark == "target":
                continue  # "leads to B, and from B to C": the source belongs to what follows
            claims += _between(right, left) if flip else _between(left, right)
            used |= {i, i + 1}
    for i, group in enumerate(groups):
        if i == 0 or i in used:
            continue
        # "A is joined to B by an arrow that ends at B" is about A and B.
        before = next((g for g in reversed(groups[:i]) if g[0].name != group[0].name), None)
        if before and group[0].mark == "target":
            claims += _between(before, group)
        elif before and group[0].mark == "source":
            claims += _between(group, before)
    return [claim for claim in dict.fromkeys(claims) if claim.source != claim.target]


def position_claims(found: Sequence[Mention]) -> list[Claim]:
    """The places that a sentence asserts: ``source`` lies ``mark`` of ``target``; "above B lies A" is read, too."""
    groups = _groups(found)
    claims: list[Claim] = []
    for i, group in enumerate(groups):
        mark = group[0].mark
        if mark is None:
            continue
        if i and groups[i - 1][0].mark is None:
            claims += [Claim(a.name, b.name, mark) for a in groups[i - 1] for b in group]
        elif i == 0 and len(groups) > 1 and groups[1][0].mark is None:
            claims += [Claim(a.name, b.name, mark) for a in groups[1] for b in group]
    return [claim for claim in dict.fromkeys(claims) if claim.source != claim.target]


def _groups(found: Sequence[Mention]) -> list[list[Mention]]:
    groups: list[list[Mention]] = []
    for mention in found:
        if mention.joined and groups:
            groups[-1].append(mention)
        else:
            groups.append([mention])
    return groups


def _between(sources: Sequence[Mention], targets: Sequence[Mention]) -> list[Claim]:
    return [Claim(a.name, b.name) for a in sources for b in targets]


def holds_quote(evidence: str, quote: str) -> bool:
    """Whether ``quote`` stands in ``evidence``, typography and case apart."""
    wanted = normalised(quote).text.strip(' ".,;:!?')
    return wanted in normalised(evidence).text
