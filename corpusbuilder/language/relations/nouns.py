"""Noun phrases: what is named, known or not, and which role in the frame it gets."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from corpusbuilder.language.pronouns import Pronoun
from corpusbuilder.language.relations.clauses import Clauses
from corpusbuilder.language.relations.frames import Frame, Party, Role
from corpusbuilder.language.relations.line import ARROWS

PHRASE: Final = frozenset(["the", "a", "this", "skip", "generic", "called", "word", "name", "along", "quality"])
"""Kinds of items of which a noun phrase is made."""
_ANOTHER: Final = frozenset(["another", "autre", "autres", "second", "seconde", "deuxième", "third", "troisième"])
_ARTICLES: Final = frozenset(["the", "a", "this"])
PRONOUNS: Final[Mapping[str, Pronoun]] = {p: p for p in ("it", "they", "latter", "former", "there")}


class Phrase(NamedTuple):
    """A noun phrase."""

    party: Party | None
    after: int
    """Index of the item after it."""
    trailing: int = 0
    """How many unknown words stand right after the name."""
    pronoun: Pronoun | None = None
    generic: bool = False


class Nouns(Clauses):
    """Gives names their roles."""

    def _phrase(self, place: int) -> Phrase:
        """The noun phrase that begins here: articles, words for what is named, unknown words, a name."""
        if self._kind(place) in PRONOUNS:
            return Phrase(None, place + 1, pronoun=PRONOUNS[self._kind(place)])
        first: int | None = None
        generic = this = definite = False
        at = place
        while (kind := self._kind(at)) in PHRASE and not (kind in _ARTICLES and first is not None):
            this, definite = this or kind == "this", definite or kind in _ARTICLES
            if kind == "word" and self._items[at].quoted:
                return Phrase(self._thing(self._items[at].text, definite=True), at + 1)
            if kind == "name":
                scene = generic and self._sets_scene(place, at)
                return Phrase(None, at, generic=True) if scene else self._named(at, first)
            if kind == "word" or (kind == "quality" and self._kind(at + 1) in ("word", "name", "quality")):
                first = at if first is None else first
            elif kind in ("generic", "called"):
                first, generic = None, True
                at += int(self._french and kind == "generic" and self._kind(at + 1) == "of")  # "l'étape de A"
            elif kind == "along":
                self._frame.along = self._items[at].text
            at += 1
        if first is not None:
            words = [i for i in self._items[first:at] if i.kind in ("word", "quality")]
            text = " ".join(i.text for i in words)
            how = self._says_how(place, text, definite=definite) or all(i.kind == "quality" for i in words)
            return Phrase(None if how else self._thing(text, definite=definite), at)
        alone = this and (generic or at == place + 1) and self._kind(at) not in ARROWS
        return Phrase(None, at, pronoun="it" if alone else None, generic=generic)

    def _says_how(self, place: int, text: str, *, definite: bool) -> bool:
        """Whether it is an adjective: "B is visible", "the head pointed at B is small"."""
        said = self._is(place - 1, "on", "nous", "je", "we", "you", "i")  # "we answer"
        return (said or self._kind(place - 1) in ("be", "source", "target")) and not definite and text.islower()

    def _sets_scene(self, place: int, at: int) -> bool:
        """Whether it is "At this stage A …" and not "At the stage A …"."""
        ordered = {"first", "second", "third", "last", "next", "premier", "première", "deuxième", "seconde", "dernière"}
        said = {item.text.lower() for item in self._items[place:at]}
        frame = self._frame
        bare = not (frame.verb or frame.arrow or frame.subjects or frame.source)
        pointed = self._kind(place) == "this" or bool(said & ordered)
        scene = self._pending in ("place", "aside") or (self._at_first and self._pending == "target")
        return pointed and scene and bare and self._opens_clause(at + 1)

    def _says_another(self, place: int, after: int) -> bool:
        """Whether it is one more arrow that is spoken of: "another", "une deuxième"."""
        said = {item.text.lower() for item in self._items[max(0, place - 1) : after]}
        return self._frame.complete and bool(said & _ANOTHER) and not said & {"the", "la", "le", "l"}

    def _thing(self, text: str, *, definite: bool) -> Party:
        """Something that nothing known is called; a pronoun may stand for it if it has an article or a capital."""
        if definite or text[:1].isupper():
            self._things.add(text)
        return Party(text)

    def _named(self, at: int, first: int | None) -> Phrase:
        item = self._items[at]
        party = Party(item.text)
        if item.mention is not None:
            party = Party(item.mention.name.text, (item.mention.name,), item.mention.similarity)
        if first is not None and not item.quoted and self._kind(at - 1) in ("word", "quality"):
            words = [i.text for i in self._items[first : at + 1] if i.kind in ("word", "name", "quality")]
            party = Party(" ".join(words))
        held = at + 2
        while self._kind(held) in ("quality", "word", "skip") and not self._items[held].quoted:
            held += 1
        if not self._french and self._is(at + 1, "s") and self._kind(held) not in (*ARROWS, "source", "target"):
            owned = self._phrase(at + 2) if at + 2 < len(self._items) else Phrase(None, at + 2)
            return Phrase(Party(f"{item.text}'s {owned.party.text if owned.party else ''}".strip()), owned.after)
        after = at + 1
        if self._is(after, "first", "last", "next") and self._kind(after + 1) in ("", "stop", "comma", "then", "to"):
            return Phrase(party, after + 1)  # "look at A first"
        while self._kind(after) in ("word", "quality") and not self._items[after].quoted and not item.quoted:
            after += 1
        return Phrase(party, at + 1, after - at - 1)

    def _is_verb_ahead(self, phrase: Phrase) -> bool:
        """Whether the unknown words after a name are a verb, and not part of a longer name."""
        after = self._kind(phrase.after + phrase.trailing)
        if any(item.kind == "quality" for item in self._items[phrase.after : phrase.after + phrase.trailing]):
            return False
        if after in ("verb", "be", "have", "not"):
            return False
        if self._pending is None and not self._frame.verb and self._last is None:
            return after not in ("", "stop")
        return not self._has_verb(phrase.after)

    def _is_answer(self, place: int) -> bool:
        """Whether it is the rest of what was asked: "… it is B"."""
        at = place - 1
        while self._kind(at) in ("the", "a", "skip", "generic"):
            at -= 1
        said = self._kind(at) == "be" or self._items[max(at, 0)].text.lower() in ("c'est", "c’est", "ce sont")
        return said and self._frame.verb_class in (None, "still")

    def _place(self, party: Party, place: int, phrase: Phrase) -> None:
        """Give a party its role in the frame."""
        if self._asked is not None and self._is_answer(place):
            frame, role = self._asked
            self._asked = None
            self._frame, self._last = frame, "open"
            self._add(party, role)
            return
        after = phrase.after + phrase.trailing
        held = self._last if self._instead else None
        role = self._role_of(after, trailing=bool(phrase.trailing))
        if role == "source" and self._frame.source and self._frame.target and not self._extends(role):
            self._next_frame(Frame(arrow=self._frame.arrow, verb=self._frame.verb))
        elif role == "target" and self._frame.target and not self._extends(role):
            chained = (self._then or self._last == "target") and self._frame.complete
            source = self._frame.target if chained else []
            follow = Frame(source=list(source), arrow=self._frame.arrow, verb=self._frame.verb)
            self._next_frame(follow if source or self._frame.source else replace(self._shared(), verb=self._frame.verb))
        elif role == "target" and self._then and self._frame.objects and self._frame.complete:
            self._next_frame(Frame(source=list(self._frame.ends()[1]), arrow=self._frame.arrow, verb=self._frame.verb))
        self._add(party, "aside" if role == "weak" and not party.names else role)
        self._pending, self._joined, self._then = None, "", False
        self._of_role = None
        self._last = held or role

    def _extends(self, role: Role) -> bool:
        """Whether the next party is coordinated with the one before it."""
        return bool(self._joined) and not self._then and self._last == role

    def _role_of(self, after: int, *, trailing: bool) -> Role:
        if self._instead:
            self._instead = False
            return "aside"
        if self._pending:
            return self._pending
        frame = self._frame
        if self._joined == "and" and self._last == "object" and frame.verb_class == "join" and len(frame.objects) == 1:
            return "object"  # two are joined: "an arrow that links A and B points at B"
        if self._noun_role and not self._opens_clause(after):
            role, self._noun_role = self._noun_role, None
            self._frame.sign = True
            return role
        if self._joined and self._last == "pair" and len(self._frame.pair) == 1:
            return "pair"
        return self._unmarked_role(after, opens=trailing or self._opens_clause(after))

    def _unmarked_role(self, after: int, *, opens: bool) -> Role:
        """Of a name without a mark: a subject, or coordinated with the name before it."""
        if opens and (self._joined or self._then) and self._frame.complete:
            self._next_frame(Frame())
            self._main = None
            return "open"
        if self._then and self._last in ("target", "object", "open") and not opens:
            return "target" if self._frame.telling else "open"
        acts = self._kind(after) != "be"
        of_arrow = bool(self._frame.arrow) and self._frame.verb is None and acts  # "arrows from A and C arrive"
        if self._joined and self._last and (not opens or self._last == "open" or (of_arrow and self._joined == "and")):
            return self._last
        return "open"

    def _add(self, party: Party, role: Role) -> None:
        frame = self._frame
        if role == "open":
            if self._joined and self._last == "open" and frame.subjects and (party.names or self._joined == "and"):
                frame.subjects[-1].append(party)
            else:
                frame.subjects.append([party])
        else:
            getattr(frame, role if role != "object" else "objects").append(party)
