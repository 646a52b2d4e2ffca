"""What one clause has said so far of one relation, and the relations that follow from it."""

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from corpusbuilder.language.names import Name
from corpusbuilder.language.relations.verbs import VerbClass
from corpusbuilder.language.relations.vocabulary import VerbForm

Role: TypeAlias = Literal["source", "target", "open", "object", "via", "pair", "agent", "weak", "place", "aside"]
Sense: TypeAlias = Literal["directed", "either", "mutual"]

MOST_RELATIONS: Final = 64
"""Relations that are read from one text: "A, B, C … lead to D, E, F …" multiply."""
_OBJECT_OF: Final[dict[VerbClass, Literal["source", "target"]]] = {
    "drive": "target",
    "draw": "source",
    "turn": "source",
}
_TELLING: Final = frozenset(["drive", "draw", "turn", "move", "begin", "end", "join"])


@dataclass(frozen=True, slots=True)
class Party:
    """What stands at one end of a relation."""

    text: str
    """As written, or the name for which a pronoun stands."""
    names: tuple[Name, ...] = ()
    """One; several, any of which may be meant, for a pronoun; none for something that nothing known is called."""
    similarity: float = 1.0
    """Below 1 where a slip was forgiven."""
    resolved: bool = False
    """Whether a pronoun stands there."""


@dataclass(frozen=True, slots=True)
class Relation:
    """That something runs from one thing to another."""

    source: Party | None
    """None when the step does not name it: "an arrow ends at B"."""
    target: Party | None
    sense: Sense = "directed"
    """``either``: "A and B are joined"; ``mutual``: both ways."""
    drawn: Literal["arrow", "line", ""] = ""
    """What the step calls it, if it does."""
    verb: str = ""
    """The word that says it, as written, where the subject is the target: "eats"."""
    along: str = ""
    """The words that are said to stand along it."""
    indirect: bool = False
    """Whether it is said to run over things in between."""
    acting: Party | None = None
    """What acts on the arrow between the two: "a line from C ends at the arrow from A to B"."""
    clear: bool = True
    """False when it is said that the two are related, and not which way."""


_LISTS: Final = ("source", "target", "objects", "via", "pair", "agent", "weak", "place", "aside", "acting")


@dataclass(slots=True)
class Frame:
    """A clause in the making."""

    source: list[Party] = field(default_factory=list)
    target: list[Party] = field(default_factory=list)
    subjects: list[list[Party]] = field(default_factory=list)
    """Groups of things without a mark, in order; the subject is the last of them with a name."""
    objects: list[Party] = field(default_factory=list)
    via: list[Party] = field(default_factory=list)
    pair: list[Party] = field(default_factory=list)
    agent: list[Party] = field(default_factory=list)
    weak: list[Party] = field(default_factory=list)
    """Where the arrow is said to be, "the arrow at A": the end of which nothing else is said."""
    place: list[Party] = field(default_factory=list)
    """Named before the verb, "at A an arrow starts"."""
    aside: list[Party] = field(default_factory=list)
    """Named and no end of it."""
    verb: VerbForm | None = None
    verb_text: str = ""
    passive: bool = False
    reflexive: bool = False
    arrow: Literal["arrow", "line", ""] = ""
    definite: bool = False
    """Whether it is "the arrow", of which something was said before."""
    handled: bool = False
    """Whether it is the object of the verb: "B receives an arrow"."""
    owned: bool = False
    """Whether it is "its arrow"."""
    sign: bool = False
    along: str = ""
    double: bool = False
    indirect: bool = False
    negated: bool = False
    acting: list[Party] = field(default_factory=list)
    """From what a line runs to the arrow of which the frame speaks."""

    def copy(self) -> "Frame":
        """An independent copy."""
        other = copy(self)
        for name in _LISTS:
            setattr(other, name, list(getattr(self, name)))
        other.subjects = [list(group) for group in self.subjects]
        return other

    def settle(self) -> None:
        """Before a further verb: what its verb has made source or target stays so."""
        if self.verb_class == "join" and not self.complete and len([*self.subject, *self.objects]) > 1:
            self.pair, self.subjects, self.objects = [*self.subject, *self.objects], [], []
        if self.objects or self.agent:
            bare = replace(self.copy(), subjects=[], pair=[])
            self.source, self.target = bare.ends()
            self.objects, self.agent = [], []

    @property
    def verb_class(self) -> VerbClass | None:
        """Of the verb; a reflexive one leaves it to the prepositions: "se nourrit de"."""
        if self.verb is None:
            return None
        return "move" if self.reflexive and self.verb.verb_class in _OBJECT_OF else self.verb.verb_class

    @property
    def subject(self) -> list[Party]:
        """The last group of things with a name, else the last."""
        named = [group for group in self.subjects if any(p.names or p.resolved for p in group)]
        return (named or self.subjects or [[]])[-1]

    @property
    def complete(self) -> bool:
        """Whether both ends are known."""
        source, target = self.ends()
        return bool(source and target)

    @property
    def telling(self) -> bool:
        """Whether its words speak of a relation along an arrow at all."""
        both = bool(self.source and self.target)
        return bool(self.arrow or self.sign or both or self.verb_class in _TELLING)

    def ends(self) -> tuple[list[Party], list[Party]]:
        """Sources and targets, as far as the words say which they are."""
        ends = {"source": list(self.source), "target": list(self.target)}
        role = _OBJECT_OF.get(self.verb_class) if self.verb_class else None
        if role and self.passive:
            self._turn_round(ends, role)
        elif role:
            self._take_objects(ends, role)
        elif self.objects and self.verb_class == "join":
            self._join(ends)
        elif self.objects and self.verb_class != "unknown":
            self._fill(ends, self.subject or self.objects)  # "an arrow takes A to B"
        if self.pair and bool(ends["source"]) != bool(ends["target"]):
            given = {p.text for p in (*ends["source"], *ends["target"])}
            others = [p for p in self.pair if p.text not in given]
            self._fill(ends, others if len(others) < len(self.pair) else [])
        if self.place and (self.reflexive or self.verb_class in ("begin", "end")):
            side = "source" if self.verb_class == "begin" else "target"
            ends[side] = ends[side] or self.place
        self._fill(ends, self.subject or self.weak or (self.objects if self.place else []))
        return ends["source"], ends["target"]

    def _turn_round(self, ends: dict[str, list[Party]], role: str) -> None:
        other = "target" if role == "source" else "source"
        ends[other] = ends[other] or self.agent
        if self.agent and not ends[role]:
            ends[role] = self.subject

    def _take_objects(self, ends: dict[str, list[Party]], role: str) -> None:
        other = "target" if role == "source" else "source"
        if not ends[role]:
            ends[role] = self.objects
        elif not ends[other] and not self.subject and any(p.names for p in self.objects):
            if role == "target":
                ends[other] = self.objects
            else:
                ends[role] = [*ends[role], *self.objects]  # "an arrow leaves A and another leaves C"

    def _join(self, ends: dict[str, list[Party]]) -> None:
        """The ends of what joins: "A is joined to B by an arrow", "… that starts at B", "an arrow joins A to B"."""
        if bool(ends["source"]) != bool(ends["target"]):
            given = {p.text for p in (*ends["source"], *ends["target"])}
            self._fill(ends, [p for p in (*self.subject, *self.objects) if p.text not in given])
        elif not ends["source"] and self.arrow == "arrow" and self.subject:
            ends["source"], ends["target"] = self.subject, self.objects

    @staticmethod
    def _fill(ends: dict[str, list[Party]], parties: list[Party]) -> None:
        if bool(ends["source"]) != bool(ends["target"]):
            missing = "target" if ends["source"] else "source"
            ends[missing] = parties

    def relations(self) -> Iterator[Relation]:
        """What it speaks of, whether it asserts or denies it; nothing when it speaks of no arrow."""
        if self._unclear():
            yield from self._related(clear=False)
            return
        if not self.telling:
            return
        source, target = self.ends()
        if source and target:
            yield from self._directed(source, target)
        elif len(self.pair) >= 2 or (self.verb_class == "join" or self.double or self.arrow or self.reflexive):
            yield from self._joined() or self._dangling(source, target)

    def _directed(self, source: Sequence[Party], target: Sequence[Party]) -> Iterator[Relation]:
        joined = self.verb_class == "join" and not self.arrow and not self.sign and not self.source
        sense: Sense = "mutual" if self.double else "either" if joined else "directed"
        turned = self.verb_text if self.verb_class == "draw" and not self.passive else ""
        for one in source:
            for other in target:
                stops = [one, *self.via, other]
                for a, b in pairwise(stops):
                    if a.text != b.text or a.names != b.names:
                        acting = self.acting[0] if self.acting else None
                        indirect = self.indirect and not self.via
                        yield Relation(a, b, sense, self.arrow, turned, self.along, indirect, acting)

    def _joined(self) -> list[Relation]:
        """What is said of neither end first: "A and B are joined", "the arrow between A and B"."""
        together = self.reflexive and not self.objects  # "A et B s'influencent"
        if not (self.pair or self.verb_class == "join" or self.double or together):
            return []
        sense: Sense = "mutual" if self.double or together else "either"
        if self.subject and self.objects and not self.pair:
            pairs = [(a, b) for a in self.subject for b in self.objects]
        else:
            parties = self.pair or self.objects or self.subject
            pairs = list(pairwise(parties))
        return [Relation(a, b, sense, self.arrow, along=self.along) for a, b in pairs]

    def _dangling(self, source: Sequence[Party], target: Sequence[Party]) -> Iterator[Relation]:
        """An arrow of which one end is named: "an arrow leaves A", "B receives an arrow"."""
        if not self.arrow:
            return
        if self.handled and not source and not target and self.subject and self.verb_class in ("drive", "draw"):
            receives = (self.verb_class == "draw") != self.passive
            source, target = ([], self.subject) if receives else (self.subject, [])
        for party in source:
            yield Relation(party, None, drawn=self.arrow, along=self.along)
        for party in target:
            yield Relation(None, party, drawn=self.arrow, along=self.along)

    def _unclear(self) -> bool:
        if self.verb_class != "unknown" or (self.source and self.target):
            return False
        marked = bool(self.source or self.target)
        return not (marked and self.arrow) and bool(self.subject and (self.objects or marked))

    def _related(self, *, clear: bool) -> Iterator[Relation]:
        others = self.objects or self.source or self.target
        for one in self.subject:
            for other in others:
                if one.names and other.names and one.names != other.names:
                    yield Relation(one, other, clear=clear, along=self.verb_text)


def distinct(relations: Iterable[Relation]) -> list[Relation]:
    """Each relation once, in order, `MOST_RELATIONS` at most."""
    return list(dict.fromkeys(relations))[:MOST_RELATIONS]


def either(one: Party, other: Party) -> Party:
    """What stands for one of two."""
    return Party(one.text, (*one.names, *other.names), min(one.similarity, other.similarity), resolved=True)
