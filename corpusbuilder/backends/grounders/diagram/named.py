"""Level 3: the labels, callouts, entries of the key and parts that a step names."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from corpusbuilder.backends.grounders.diagram.claimed import contradictions
from corpusbuilder.backends.grounders.diagram.inventory import Inventory, inventory
from corpusbuilder.backends.grounders.diagram.shapes import region_of
from corpusbuilder.backends.grounders.found import Found
from corpusbuilder.language.denials import scope_of
from corpusbuilder.language.lexicon import ARROW_WORDS
from corpusbuilder.language.names import NameMention, find_names
from corpusbuilder.language.said import MOST_CHARACTERS
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
    "mention mentions named called labelled labeled entitled nomme nommee nommes nommees appele appelee appeles "
    "appelees intitule intitulee etiquete etiquetee"
)
_ABOUT_THINGS: Final = _words(
    "part parts portion portions structure structures organ region area zone shape line leader points point pointing "
    "drawn coloured "
    "colored shaded colour color partie parties organe forme trait ligne designe pointe dessine dessinee colore "
    "coloree couleur teinte layer couche body corps object objet element place lies lie located situated inside within "
    "where designates designated denotes indicates indicated designee indique indiquee indiques indiquees shapes forms "
    "surrounds contains situe situee trouve entoure contient interieur marked marque marquee repere"
)
_ABOUT_LINES: Final = _words(
    "line lines leader leaders point points pointing pointed trait traits ligne lignes rappel pointe pointent"
)
_PRONOUNS: Final = _words("it its they their them this these il elle ils elles son sa ses leur leurs celui celle cela")
_SEQUENCE: Final = _words("next following previous preceding suivant suivante precedent precedente")
_AREA: Final = _words("area region zone territory land surface territoire aire etendue parcelle")
_AREAS: Final = _words("areas regions zones territories lands surfaces territoires aires etendues parcelles")
_COLOURED: Final = _words(
    "coloured colored colour color shaded tinted hatched filled painted coloree colorees coloriee coloriees colore "
    "colores couleur teinte teintes hachuree hachurees peinte peintes remplie remplies"
)
_KEY: Final = _words("key legend legende legendes entry entree")
_REFERENCE: Final = re.compile(
    r"(?i)\b(?:fig(?:ure)?s?\.?|schéma|diagram|map|carte)\s*(\d{1,3}(?:[.\-–]\d{1,3})*[a-z]?)\b"
)
_NUMERO: Final = re.compile(r"(?i)\bn(?:o\.?|º|°|r\.)\s*(?=\d)")
"""The "no" of "no. 3" denies nothing."""
_PLACES: Final = {
    "top": (1, -1), "upper": (1, -1), "uppermost": (1, -1),
    "haut": (1, -1), "superieur": (1, -1), "superieure": (1, -1),
    "bottom": (1, 1), "lower": (1, 1), "lowest": (1, 1), "bas": (1, 1), "inferieur": (1, 1), "inferieure": (1, 1),
    "left": (0, -1), "leftmost": (0, -1), "gauche": (0, -1),
    "right": (0, 1), "rightmost": (0, 1), "droite": (0, 1),
}  # fmt: skip
"""Words for a side of the figure: axis and direction."""


class Talk(NamedTuple):
    """What a step speaks of beside the things that it names."""

    only_words: bool
    """Of what is written, and of nothing that is drawn."""
    of_lines: bool
    """Of the thin lines from names to parts."""


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
    known = [inventory(figure) for figure in _spoken_of(text, figures)]
    found = [(i, m) for i in known if (m := find_names(text, i.names, language=language))]
    if not found:
        return Found(problems=(NOTHING,)) if figures else Found()
    most = max(_weight(mentions) for _, mentions in found)
    best = [(i, mentions) for i, mentions in found if _weight(mentions) == most]
    named = [(i, _collect(i, mentions, text, language)) for i, mentions in best]
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


def _spoken_of(text: str, figures: Sequence[Figure]) -> Sequence[Figure]:
    """The figures whose numbers a step gives; all of them where it gives none."""
    said = set(_REFERENCE.findall(text[:MOST_CHARACTERS]))
    return [f for f in figures if f.number in said] or figures if said else figures


def _collect(known: Inventory, mentions: Sequence[NameMention], text: str, language: str) -> _Named:
    """The elements of all names in a step."""
    named = _Named()
    words = {word.text for word in tokens(text[:MOST_CHARACTERS])}
    talk = Talk(bool(words & _ABOUT_WORDS) and not words & _ABOUT_THINGS, bool(words & _ABOUT_LINES))
    for mention in mentions:
        named.similarity = min(named.similarity, mention.similarity)
        labels = _meant(known, [known.labels[key] for key in mention.name.keys], words)
        if len(labels) != 1 and not _one_thing(known, labels):
            named.doubts.append(f"{len(labels)} labels read {listed([mention.name.text])}")
            named.maybe += [tuple(ids) for ids, _ in (_belongings(known, label, talk) for label in labels)]
            continue
        for label in labels:
            named.add(*_belongings(known, label, talk))
            of_thing = label.role == "number" or words & _ABOUT_THINGS
            of_area = len(mentions) == 1 and words & _AREA and known.lacks_its_area(label)
            if of_area or (of_thing and _is_unread(known, label)):
                named.doubts.append(f"the part that {listed([mention.name.text])} names was not made out")
    _add_areas(known, mentions, words, named)
    if _may_relate(known, mentions, text, talk):
        named.doubts.append("it names things at lines, and what it says of them was not made out")
    named.doubts += contradictions(known, mentions, text, language)
    if scope_of(_NUMERO.sub(" ", text[:MOST_CHARACTERS]), language).denies:
        named.doubts.append("the step denies something of what it names")
    return named


def _may_relate(known: Inventory, mentions: Sequence[NameMention], text: str, talk: Talk) -> bool:
    """Whether a step may well speak of a connector, there or not: of two things at lines, or of one and of "it"."""
    words = [word.text for word in tokens(text[:MOST_CHARACTERS])]
    if talk.only_words and not any(word.startswith(tuple(ARROW_WORDS)) for word in words):
        return False
    names = {mention.name.text for mention in mentions if known.related & set(mention.name.keys)}
    speaks_of_more = words[0] in _PRONOUNS or not _SEQUENCE.isdisjoint(words)
    return len(names) > 1 or (bool(names) and speaks_of_more)


def _is_unread(known: Inventory, label: DiagramLabel) -> bool:
    """Whether a label, or what explains it in the key, names a part of which nothing was read."""
    entry = known.entry(label) if label.role == "number" else None
    if label.role == "legend" and (numbers := known.callouts(label)):
        return all(known.lacks_its_part(number) for number in numbers) and not known.regions(label.id)
    return known.lacks_its_part(label) and not (entry and known.regions(entry.id))


def _add_areas(known: Inventory, mentions: Sequence[NameMention], words: set[str], named: _Named) -> None:
    """The areas of the colour of an entry of the key, where the step speaks of areas by their colour alone."""
    labels = [known.labels[key] for mention in mentions for key in mention.name.keys]
    many = bool(words & _AREAS)
    if len(labels) != 1 or not (words & (_AREA | _AREAS)) or not words & _COLOURED:
        return
    areas = [region.id for region in known.coloured(labels[0]) if region.id not in named.ids]
    if len(areas) > 1 and not many:
        named.doubts.append(f"{len(areas)} areas have the colour of {listed([mentions[0].name.text])}")
        named.maybe += [(*named.ids, area) for area in areas]
    elif areas:
        named.add(areas, "diagram.legend")


def _meant(known: Inventory, labels: Sequence[DiagramLabel], words: set[str]) -> Sequence[DiagramLabel]:
    """Of several labels with the same text, the one at the side of which the step speaks."""
    if len(labels) < 2:
        return labels
    entries = [label for label in labels if label.role == "legend"]
    kind = entries if words & _KEY else [label for label in labels if label not in entries]
    if len(kind) == 1 and entries:
        return kind
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


def _belongings(known: Inventory, label: DiagramLabel, talk: Talk) -> tuple[list[str], str]:
    """The elements that show what a label names, and how they were found.

    The thin line from a label to its part is evidence of a step that speaks of it; of others the part is.
    """
    if label.role == "connector_label":
        return [label.id, *(connector.id for connector in known.marked(label.id))], "diagram.label"
    if label.role == "number":
        entry = known.entry(label)
        parts = [label.id, *_part(known, label.id, talk)]
        return [*parts, *([entry.id, *_part(known, entry.id, talk)] if entry else [])], "diagram.callout"
    if talk.only_words:
        return [label.id], "diagram.label"
    parts = _part(known, label.id, talk)
    if label.role == "legend":
        callouts = known.callouts(label)
        numbers = [number.id for number in callouts if talk.of_lines]
        shapes = [i for number in callouts for i in _part(known, number.id, talk)]
        return [label.id, *numbers, *shapes, *parts], "diagram.legend"
    return [label.id, *parts], "diagram.part" if parts else "diagram.label"


def _part(known: Inventory, label_id: str, talk: Talk) -> list[str]:
    """The leaders and regions of a label."""
    leaders = known.leaders(label_id) if talk.of_lines else []
    return [*(c.id for c in leaders), *(r.id for r in known.regions(label_id))]
