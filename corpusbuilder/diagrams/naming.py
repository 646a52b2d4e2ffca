"""What names the regions: leaders, numbers with their entries, words inside, colours of the key."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from corpusbuilder.diagrams.labels import Text
from corpusbuilder.diagrams.links import Link
from corpusbuilder.diagrams.plane import off_ring
from corpusbuilder.diagrams.regions import Parts
from corpusbuilder.diagrams.scene import Scene
from corpusbuilder.records.geometry import centre

CROWD: Final = 3
"""A region with so many nodes in it is named by a title only."""
TITLE_EM: Final = 2.5
"""A title is at most so many em from the edge of what it names."""
NamedBy: TypeAlias = Literal["leader", "number", "inside", "legend"]


@dataclass(frozen=True, slots=True)
class Name:
    """The text that names a region, and how one knows."""

    text: int
    by: NamedBy


def name_parts(scene: Scene, parts: Parts, links: Sequence[Link], busy: Collection[int]) -> dict[int, Name]:
    """Track of a region -> its name: a leader before a number inside, words inside, and last a colour.

    Args:
        scene: the figure.
        parts: its regions.
        links: its lines.
        busy: texts that mean something else, such as nodes and places.
    """
    named = dict(_pointed_at(scene, links))
    pointing = {link.tail[1] for link in links if link.kind == "leader"}
    numbers = sorted(scene.callouts)
    inner = name_inside(parts, scene.texts, [t for t in numbers if t not in pointing])
    for track, t in inner.items():
        named.setdefault(track, Name(scene.entries[scene.texts[t].mark or ""], "number"))
    loose = [t for t in range(len(scene.texts)) if t not in busy and t not in numbers]
    crowded = _crowded(scene, parts)
    for track, t in name_inside(parts, scene.texts, loose).items():
        if track not in crowded or _is_at_edge(scene, t, track) or _stands_out(scene, t):
            named.setdefault(track, Name(t, "inside"))
    for track, t in name_by_colour(parts, named, scene.swatches).items():
        named[track] = Name(t, "legend")
    return named


def _crowded(scene: Scene, parts: Parts) -> set[int]:
    """The regions with several nodes in them: a bare text among the nodes may be one of them."""
    around = (parts.innermost(centre(scene.tracks[k].box)) for k in sorted(set(scene.outlines.values())))
    counts = Counter(k for k in around if k is not None)
    return {k for k, count in counts.items() if count >= CROWD}


def _is_at_edge(scene: Scene, text: int, track: int) -> bool:
    """Whether a text stands at the top or the foot of a region, as titles do."""
    inner, outer, em = scene.texts[text].box, scene.tracks[track].box, scene.em
    return min(inner[1] - outer[1], outer[3] - inner[3]) <= TITLE_EM * em


def _stands_out(scene: Scene, text: int) -> bool:
    """Whether a text is larger or bolder than most labels."""
    one = scene.texts[text]
    bold = sum(other.bold for other in scene.texts)
    return one.size >= 1.15 * scene.em or (one.bold and 2 * bold < len(scene.texts))


def _pointed_at(scene: Scene, links: Sequence[Link]) -> Iterator[tuple[int, Name]]:
    """The regions at which just one text points; for a number, the entry that explains it."""
    pointed: dict[int, set[int]] = {}
    for link in links:
        if link.kind == "leader" and not _ends_in_picture(scene, link):
            pointed.setdefault(link.head[1], set()).add(link.tail[1])
    for track, texts in sorted(pointed.items()):
        if len(texts) == 1:
            (t,) = texts
            entry = scene.entries.get(scene.texts[t].mark or "")
            yield track, Name(t, "leader") if entry is None else Name(entry, "number")


def _ends_in_picture(scene: Scene, link: Link) -> bool:
    """Whether a line ends well inside a raster picture: it points at something in it, not at the whole."""
    track = scene.tracks[link.head[1]]
    return link.head[1] in scene.pictures and off_ring(link.points[-1], track.points) > 0.5 * scene.em


def name_inside(parts: Parts, texts: Sequence[Text], free: Sequence[int]) -> dict[int, int]:
    """Track of a region -> the text, among the ``free`` ones that name nothing else, that lies in it and names it."""
    held: dict[int, list[int]] = {}
    for t in free:
        around = parts.innermost(centre(texts[t].box))
        if around is not None:
            held.setdefault(around, []).append(t)
    titles = {k: _title(members, texts) for k, members in sorted(held.items())}
    return {k: title for k, title in titles.items() if title is not None}


def _title(members: Sequence[int], texts: Sequence[Text]) -> int | None:
    """The one text, or the one that stands out by size or capitals."""
    if len(members) == 1:
        return members[0]
    largest = max(texts[t].size for t in members)
    big = [t for t in members if texts[t].size >= 0.97 * largest]
    if len(big) == 1 and all(texts[t].size <= 0.9 * largest for t in members if t != big[0]):
        return big[0]
    capitals = [t for t in members if texts[t].content.isupper()]
    return capitals[0] if len(capitals) == 1 else None


def name_by_colour(parts: Parts, named: Collection[int], swatches: Mapping[int, int]) -> dict[int, int]:
    """Region without a name -> the entry of the key with its colour."""
    meaning = {parts.tracks[k].fill: t for k, t in swatches.items() if parts.tracks[k].fill}
    found = ((part.track, meaning.get(parts.tracks[part.track].fill)) for part in parts.all if part.track not in named)
    return {k: t for k, t in found if t is not None}
