"""Level 3: the labels, callouts, entries of the key and parts that a step names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from corpusbuilder.backends.grounders.diagram.inventory import Inventory, inventory
from corpusbuilder.backends.grounders.diagram.shapes import region_of
from corpusbuilder.backends.grounders.found import Found
from corpusbuilder.language.names import NameMention, find_names
from corpusbuilder.records.diagram import DiagramLabel
from corpusbuilder.records.document import Figure
from corpusbuilder.records.evidence import RegionEvidence
from corpusbuilder.records.geometry import centre
from corpusbuilder.records.text import listed, tokens


def _words(listed_: str) -> frozenset[str]:
    return frozenset(listed_.split())


LEAST_SCORE: Final = 0.5
"""Of an element that is evidence; below it is a candidate."""
NOTHING: Final = "the step names nothing that was read in the figure"
_ABOUT_WORDS: Final = _words(
    # A step with one of these is about what is written, unless it speaks of the thing as well.
    "label labels word words text name names inscription caption term title heading written printed reads read writing "
    "etiquette etiquettes mot mots texte nom noms terme titre ecrit ecrite ecrits lit lire imprime imprimee libelle "
    "mention mentions"
)
_ABOUT_THINGS: Final = _words(
    "part parts structure structures organ region area zone shape line leader points point pointing drawn coloured "
    "colored shaded colour color partie parties organe forme trait ligne designe pointe dessine dessinee colore "
    "coloree couleur teinte layer couche body corps object objet element place lies lie located situated inside within "
    "surrounds contains situe situee trouve entoure contient interieur marked marque marquee repere"
)
_PLACES: Final = {
    "top": (1, -1), "upper": (1, -1), "uppermost": (1, -1),
    "haut": (1, -1), "superieur": (1, -1), "superieure": (1, -1),
    "bottom": (1, 1), "lower": (1, 1), "lowest": (1, 1), "bas": (1, 1), "inferieur": (1, 1), "inferieure": (1, 1),
    "left": (0, -1), "leftmost": (0, -1), "gauche": (0, -1),
    "right": (0, 1), "rightmost": (0, 1), "droite": (0, 1),
}  # fmt: skip
"""Words for a side of the figure: axis and direction."""


@dataclass
class _Named:
    """What the names of a step come to in one figure."""

    ids: dict[str, None] = field(default_factory=dict)
    """In order, each once."""
    methods: set[str] = field(default_factory=set)
    doubts: list[str] = field(default_factory=list)
    maybe: list[tuple[str, ...]] = field(default_factory=list)
    similarity: float = 1.0

    def add(self, ids: Iterable[str], method: str) -> None:
        """Take elements in."""
        self.ids.update(dict.fromkeys(ids))
        self.methods.add(method)

    @property
    def method(self) -> str:
        """The name of the most that was used."""
        order = ("diagram.legend", "diagram.callout", "diagram.part", "diagram.label")
        return next(method for method in order if method in self.methods)


def find_named(text: str, figures: Sequence[Figure], *, language: str) -> Found:
    """What a step names in a figure: the label and, where the diagram links one to it, the part that it names.

    Args:
        text: of the step.
        figures: those that the question is about.
        language: BCP 47.
    """
    known = [inventory(figure) for figure in figures]
    found = [(i, m) for i in known if (m := find_names(text, i.names, language=language))]
    if not found:
        return Found(problems=(NOTHING,)) if figures else Found()
    most = max(_weight(mentions) for _, mentions in found)
    best = [(i, mentions) for i, mentions in found if _weight(mentions) == most]
    named = [(i, _collect(i, mentions, text)) for i, mentions in best]
    if len(best) > 1:
        maybe = tuple(e for i, n in named for e in _regions(i, [tuple(n.ids)], n))
        return Found(candidates=maybe, problems=(f"{len(best)} figures have what the step names",))
    return _concluded(*named[0])


def _weight(mentions: Sequence[NameMention]) -> float:
    """How much of a step a figure's names account for."""
    return round(sum((m.end - m.start) * m.similarity for m in mentions), 3)


def _concluded(known: Inventory, named: _Named) -> Found:
    weak = [i for i in named.ids if known.elements[i].score < LEAST_SCORE]
    doubts = list(named.doubts)
    if weak:
        doubts.append("what the step names was not read with certainty")
    certain = _regions(known, [tuple(named.ids)], named) if named.ids else []
    if doubts or not certain:
        maybe = (*certain, *_regions(known, named.maybe, named))
        return Found(candidates=tuple(dict.fromkeys(maybe)), problems=tuple(doubts or (NOTHING,)))
    return Found(evidence=tuple(certain))


def _regions(known: Inventory, groups: Iterable[tuple[str, ...]], named: _Named) -> list[RegionEvidence]:
    method = named.method if named.methods else "diagram.label"
    made = (region_of(known.figure, ids, method=method, confidence=named.similarity) for ids in groups if ids)
    return [region for region in made if region]


def _collect(known: Inventory, mentions: Sequence[NameMention], text: str) -> _Named:
    """The elements of all names in a step."""
    named = _Named()
    words = {word.text for word in tokens(text)}
    only_words = bool(words & _ABOUT_WORDS) and not words & _ABOUT_THINGS
    meant: list[DiagramLabel] = []
    for mention in mentions:
        named.similarity = min(named.similarity, mention.similarity)
        labels = _meant(known, [known.labels[key] for key in mention.name.keys], words)
        if len(labels) != 1 and not _one_thing(known, labels):
            named.doubts.append(f"{len(labels)} labels read {listed([mention.name.text])}")
            named.maybe += [tuple(ids) for ids, _ in (_belongings(known, label, only_words) for label in labels)]
            continue
        for label in labels:
            named.add(*_belongings(known, label, only_words))
            meant.append(label)
    if doubt := _apart(known, meant):
        named.doubts.append(doubt)
    return named


def _apart(known: Inventory, labels: Sequence[DiagramLabel]) -> str:
    """Why a number and a name, said of one thing, are not those of one part; empty when they are."""
    numbers = [label for label in labels if label.role == "number"]
    names = [label for label in labels if label.role in ("text", "legend")]
    if len(numbers) != 1 or len(names) != 1:
        return ""
    of_number, of_name = (set(_belongings(known, label, only_words=False)[0]) for label in (*numbers, *names))
    if len(of_number) == 1 or of_number & of_name:
        return ""
    return f"the part numbered {numbers[0].text} is not the one named {listed([names[0].name])}"


def _meant(known: Inventory, labels: Sequence[DiagramLabel], words: set[str]) -> Sequence[DiagramLabel]:
    """Of several labels with the same text, the one at the side of which the step speaks."""
    sides = {place for word, place in _PLACES.items() if word in words}
    if len(labels) < 2 or len(sides) != 1:
        return labels
    axis, direction = sides.pop()
    ranked = sorted(labels, key=lambda label: centre(label.box)[axis] * direction, reverse=True)
    first, second = (centre(label.box)[axis] * direction for label in ranked[:2])
    extent = known.figure.image.height if axis else known.figure.image.width
    return ranked[:1] if first - second > extent / 10 else labels


def _one_thing(known: Inventory, labels: Sequence[DiagramLabel]) -> bool:
    """Whether several labels name the same regions."""
    shapes = [{region.id for region in known.regions(label.id)} for label in labels]
    return bool(shapes) and bool(shapes[0]) and all(shape == shapes[0] for shape in shapes)


def _belongings(known: Inventory, label: DiagramLabel, only_words: bool) -> tuple[list[str], str]:  # noqa: FBT001
    """The elements that show what a label names, and how they were found."""
    if label.role == "connector_label":
        return [label.id, *(connector.id for connector in known.marked(label.id))], "diagram.label"
    if label.role == "number":
        entry = known.entry(label)
        parts = [label.id, *_part(known, label.id)]
        return [*parts, *([entry.id, *_part(known, entry.id)] if entry else [])], "diagram.callout"
    if only_words:
        return [label.id], "diagram.label"
    parts = _part(known, label.id)
    if label.role == "legend":
        numbers = [i for number in known.callouts(label) for i in (number.id, *_part(known, number.id))]
        return [label.id, *numbers, *parts], "diagram.legend"
    return [label.id, *parts], "diagram.part" if parts else "diagram.label"


def _part(known: Inventory, label_id: str) -> list[str]:
    """The leaders and regions of a label."""
    return [*(c.id for c in known.leaders(label_id)), *(r.id for r in known.regions(label_id))]
