"""How deep headings stand: by the table of contents, by size and weight of the type, and by their numbering."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from corpusbuilder.stages.parse.model import TextBlock

Style: TypeAlias = tuple[float, bool, bool, str]
"""Size, whether in capitals, whether bold, family of the font."""
_Rank: TypeAlias = tuple[float, int]
"""Of the style and, within it, of the numbering; the smaller stands higher."""

_ALIKE: Final = 1.03
"""Sizes of typeset headings that differ by less are one."""
_ALIKE_RECOGNISED: Final = 1.12
"""Sizes that were measured on a picture."""
_SURE_CAPITALS: Final = 8
"""A heading with fewer letters may be in capitals because it is an abbreviation."""
_SUFFIX: Final = re.compile(
    r"[-,].*$|\d+|(?:bold|italic|oblique|regular|medium|semi|light|black|roman|book|mt|ps)+$", re.IGNORECASE
)
_KINDS: Final = (
    (
        "word",
        re.compile(r"(?:chap\w*|unit\w*|part\w*|le[cç]on|lesson|topic|th[eè]me)\.?\s+(?:\d|[IVXL])", re.IGNORECASE),
    ),
    ("decimal3", re.compile(r"\d{1,2}\.[\dIl]{1,2}\.\d")),
    ("decimal2", re.compile(r"\d{1,2}\.[\dIl]{1,2}\b")),
    ("decimal1", re.compile(r"\d{1,2}\s*[.)]?[\s—–-]")),
    ("roman", re.compile(r"[IVXL]{1,6}l*\s*[.)—–-]")),
    ("letter", re.compile(r"[A-Z]\s*[.)]\s")),
    ("small", re.compile(r"[a-z]\s*[.)]\s")),
)


def style_of(block: TextBlock) -> Style:
    """How a heading is set. Colour plays no part: it often changes from chapter to chapter; nor do italics."""
    words = [word for line in block.lines for word in line.words]
    return (
        round(block.lines[0].size * 2) / 2,
        block.text.isupper(),
        all(word.bold for word in words),
        family(words[0].font) if words else "",
    )


def family(font: str) -> str:
    """The name of a font without weight, posture and design size; nothing for fonts that have no name of their own."""
    return (
        ""
        if font.lower().startswith(("type3", "type 3"))
        else _SUFFIX.sub("", _SUFFIX.sub("", font.rsplit("+", maxsplit=1)[-1]))
    )


def heading_levels(
    blocks: Sequence[TextBlock], found: Sequence[int], listed: Mapping[int, int], *, body_font: str, recognised: bool
) -> dict[int, int]:
    """The level, from 1, of each heading.

    Args:
        blocks: of a document, in reading order.
        found: indices of the headings.
        listed: levels of those that the table of contents names. They hold, and for others of the same rank, too.
        body_font: of the text.
        recognised: whether the text was read from pictures, where sizes vary and type tells little.
    """
    ranks = _ranks(blocks, found, body_font=body_font, recognised=recognised)
    by_rank = {rank: place for place, rank in enumerate(sorted(set(ranks.values())), start=1)}
    told: dict[_Rank, Counter[int]] = {}
    for i, level in listed.items():
        if i in ranks:
            told.setdefault(ranks[i], Counter())[level] += 1
    deepest = max(listed.values(), default=0)
    levels = {}
    for i in found:
        rank = ranks[i]
        if i in listed:
            levels[i] = listed[i]
        elif rank in told:
            levels[i] = max(told[rank], key=lambda level: (told[rank][level], -level))
        else:
            levels[i] = max(by_rank[rank], deepest + 1) if listed else by_rank[rank]
    return levels


def _ranks(blocks: Sequence[TextBlock], found: Sequence[int], *, body_font: str, recognised: bool) -> dict[int, _Rank]:
    sizes = _size_classes([blocks[i].lines[0].size for i in found], _ALIKE_RECOGNISED if recognised else _ALIKE)
    largest = max(found, key=lambda i: (blocks[i].lines[0].size, -i), default=None)
    usual = {family(body_font)} | ({style_of(blocks[largest])[3]} if largest is not None else set())
    groups: dict[tuple[float, bool, bool], list[int]] = {}
    for i in found:
        _, _, bold, name = style_of(blocks[i])
        groups.setdefault((-sizes[blocks[i].lines[0].size], not bold, not _is_native(name, usual)), []).append(i)
    ranks: dict[int, _Rank] = {}
    step = 0
    for _, members in sorted(groups.items()):
        capitals = [i for i in members if blocks[i].text.isupper()]
        if not recognised and sum(len(blocks[i].text) >= _SURE_CAPITALS for i in capitals) < 2:
            capitals = []
        others = [i for i in members if i not in set(capitals)]
        for part in filter(None, (capitals, others)):
            depths = _numbering_depths([blocks[i].text for i in part], unnumbered_below=recognised)
            ranks.update({i: (step, depth) for i, depth in zip(part, depths, strict=True)})
            step += 1
    return ranks


def _size_classes(sizes: Sequence[float], ratio: float) -> dict[float, float]:
    """The size of the class of each size; sizes of a class follow one another closely."""
    classes: dict[float, float] = {}
    above = start = 0.0
    for size in sorted(set(sizes), reverse=True):
        if not above or above > ratio * size:
            start = size
        classes[size] = start
        above = size
    return classes


def _is_native(name: str, usual: set[str]) -> bool:
    """Whether a family is that of the text or of the title; another one at the same size marks asides."""
    if not name or "" in usual:
        return True
    return any(name[:length] == other[:length] for other in usual if (length := _most(name, other)))


def _most(name: str, other: str) -> int:
    """So many first letters are the same in two names of one family."""
    return -(-6 * max(len(name), len(other)) // 10)


def _numbering_depths(titles: Sequence[str], *, unnumbered_below: bool) -> list[int]:
    """How deep each of the headings of one style stands by its numbering, from 0.

    Chapters stand above all, decimals by their length, and else what is met first stands higher.
    """
    kinds = [next((name for name, pattern in _KINDS if pattern.match(title)), "") for title in titles]
    met = list(dict.fromkeys(kind for kind in kinds if kind))
    decimals = iter(sorted(kind for kind in met if kind.startswith("decimal")))
    order = [next(decimals) if kind.startswith("decimal") else kind for kind in met]
    order.sort(key=lambda kind: kind != "word")
    depth_of = {kind: depth for depth, kind in enumerate(order)}
    rest = len(order) if unnumbered_below else 0
    return [depth_of.get(kind, rest) for kind in kinds]
