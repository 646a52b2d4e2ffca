"""Words that mark what follows: prepositions, arrows, signs, and nouns such as "source" and "head"."""

from typing import Final, Literal

from corpusbuilder.language.pronouns import antecedents
from corpusbuilder.language.relations.frames import Frame, Role
from corpusbuilder.language.relations.line import ARROWS
from corpusbuilder.language.relations.nouns import PRONOUNS, Nouns
from corpusbuilder.records.text import fold

OPPOSITE: Final[dict[Role, Role]] = {"source": "target", "target": "source"}
_POSSESSIVES: Final = ("its", "their", "his", "her", "son", "sa", "ses", "leur", "leurs")
_AT_OR_TO: Final = ("à", "a", "au", "aux")
_INTO: Final = ("dans", "en", "sur")
_BETWEEN_NAME_AND_ROLE: Final = frozenset(
    ["be", "the", "a", "at", "as", "for", "to", "skip", "comma", "quality", "self"]
)
_PARTS_OF_ARROWS: Final = ("arrowhead", "arrowheads", "arrow head", "arrow tip", "pointe de flèche", "tête de flèche")
_NEAR: Final = (
    "near", "next", "beside", "close to", "inside", "in front", "on top",
    "pres", "proche", "a cote", "devant", "a l interieur", "a l'interieur",
)  # fmt: skip
"""How phrases begin that say where a head or a tail is."""
_LEAVES: Final = ("leave", "depart", "quitter", "partir", "repartir")
_IS: Final = frozenset(
    [
        *("constitute", "represent", "form", "make up", "serve", "provide", "supply", "lie", "sit", "stand", "locate"),
        *("situate", "position", "find", "constituer", "representer", "former", "servir", "fournir", "trouver"),
        *("situer", "placer", "entrer", "faire partie"),
    ]
)
"""Verbs that stand like "is" between a name and its role: "A constitue la nourriture de B"."""


class Marks(Nouns):
    """Reads the marks."""

    def _on_from(self, _: int) -> None:
        self._mark("source")

    def _on_because(self, _: int) -> None:
        self._frame.sign = True
        self._mark("source")

    def _on_instead(self, _: int) -> None:
        self._instead = True

    def _on_untrue(self, _: int) -> None:
        self._untrue = self._frame.negated = True

    def _on_to(self, place: int) -> None:
        at = self._french and self._is(place, *_AT_OR_TO)
        verb_class = self._frame.verb_class
        if self._noun_role and (at or (self._frame.arrow and self._frame.verb_class in (None, "join", "still"))):
            return  # "its head towards B"
        if verb_class == "join" and self._frame.subject and not self._frame.objects:
            self._pending = "object"
            return
        self._at_first = at and self._frame.verb is None
        begins = verb_class == "begin" and self._last_mark_is_verb(place)
        self._mark("source" if at and (begins or verb_class == "draw") else "target")

    def _on_for(self, _: int) -> None:
        """A target in "food for B", "provides water for B", "leaves A for B"; elsewhere it tells nothing."""
        leaves = self._frame.verb is not None and self._frame.verb.verb in _LEAVES
        given = leaves or self._frame.verb_class == "drive" or (self._frame.source and self._frame.sign)
        if given:
            self._mark("target")
        else:
            self._pending = "aside"

    def _on_thence(self, _: int) -> None:
        """The French "en": from there."""
        party = antecedents("there", [], self._groups())
        if party and not self._frame.source:
            self._frame.source.append(party)
            self._last = "source"

    def _mark(self, role: Role) -> None:
        self._pending, self._noun_role = role, None

    def _on_via(self, _: int) -> None:
        self._pending = "via"

    def _on_between(self, _: int) -> None:
        self._pending = "pair"

    def _on_aside(self, place: int) -> None:
        if self._noun_role and self._frame.arrow and fold(self._items[place].text).startswith(_NEAR):
            return  # "its head is next to B"
        self._pending = "aside"

    def _on_at(self, place: int) -> None:
        item = self._items[place]
        verb_class = self._frame.verb_class
        if self._noun_role and (self._frame.arrow or self._has_source(place - 1)):
            return
        self._noun_role = None
        if self._kind(place - 1) in ARROWS and verb_class in (None, "still"):
            self._pending = "weak"
        elif item.text.lower() == "en" and verb_class is None and self._last == "source":
            self._mark("target")  # "la transformation de A en B"
        elif verb_class == "join" and item.text.lower() in ("with", "avec"):
            self._pending = "object"
        elif verb_class in ("begin", "end") and self._last_mark_is_verb(place):
            self._mark("source" if verb_class == "begin" else "target")
        elif self._is(place, *_INTO) and verb_class in ("move", "turn") and self._last != "target":
            self._mark("target")
        else:
            opens = self._frame.verb is None and self._last is None and not self._frame.arrow
            self._pending = "place" if opens else "aside"

    def _has_source(self, place: int) -> bool:
        """Whether it is the noun of "B has its source in A"."""
        owned = self._kind(place) == "source" and self._is(place - 1, *_POSSESSIVES)
        return owned and (self._kind(place - 2) == "have" or self._is(place - 2, "a"))

    def _on_by(self, _: int) -> None:
        verb_class = self._frame.verb_class
        frame = self._frame
        bare = not (frame.verb or frame.arrow or frame.subjects or frame.source or frame.target)
        if frame.passive or (bare and self._last is None):
            self._pending = "agent"
        elif self._french and verb_class in ("begin", "end"):
            self._mark("source" if verb_class == "begin" else "target")
        else:
            self._pending = "via" if self._french and verb_class == "move" else "aside"

    def _on_of(self, place: int) -> None:
        if self._noun_role:
            self._pending = OPPOSITE[self._noun_role] if self._names_follow(place + 1) else None
            if self._kind(self._skipping(place + 1)) == "arrow":
                self._seat = self._noun_role
        elif self._of_role and self._names_follow(place + 1):
            self._pending = self._of_role
        elif self._french:
            self._de(place)
        else:
            self._pending = "weak" if self._kind(place - 1) in ARROWS else "aside"

    def _de(self, place: int) -> None:
        """The French "de": from, of, by or some, by what stands before it."""
        before = self._kind(place - 1)
        verb_class = self._frame.verb_class
        if before in ("verb", "skip") and self._frame.passive and verb_class in ("drive", "draw"):
            self._pending = "agent"
        elif before == "verb" and verb_class in ("drive", "draw", "turn") and self._pending == "object":
            if verb_class == "draw" and not self._is_some(place):
                self._mark("source")
        elif before == "word" and self._last == "object" and verb_class in ("move", "draw"):
            self._mark("source")  # "tire son énergie de A"
        elif before in ("name", "word") and self._last not in ("target", "aside", None):
            self._pending = self._last if self._joined else "aside"
        elif before == "generic":
            return
        else:
            self._mark("source")

    def _on_arrow(self, place: int) -> None:
        self._drawn("arrow", place)

    def _on_line(self, place: int) -> None:
        self._drawn("arrow" if self._frame.arrow == "arrow" else "line", place)

    def _on_path(self, place: int) -> None:
        self._drawn(self._frame.arrow, place)

    def _drawn(self, arrow: Literal["arrow", "line", ""], place: int) -> None:
        opens = (self._joined or self._then) and self._frame.complete
        ends_there = (self._pending == "target" and self._kind(place - 2) in ("to", "at", "aside")) or (
            self._pending == "target" and self._kind(place - 1) in ("to", "at")
        )
        acting = self._frame.source or self._frame.subject
        if opens:
            self._next_frame(Frame())
        elif ends_there and acting and not self._frame.target:
            self._frame = Frame(acting=list(acting[:1]))
            self._last = None
        self._frame.arrow = arrow
        self._frame.handled = self._pending == "object"
        self._frame.definite = self._frame.definite or self._kind(place - 1) in ("the", "this")
        self._frame.owned = self._frame.owned or self._is(place - 1, *_POSSESSIVES)
        self._pending = None
        self._joined = ""
        self._take_along(place)

    def _take_along(self, place: int) -> None:
        """Quoted words right after "arrow" or "arrow labelled" stand along it, unless they name one of its ends."""
        at = place + 1
        while self._kind(at) in ("called", "skip", "the", "generic"):
            at += 1
        if self._kind(at) in ("word", "name") and self._items[at].quoted:
            self._frame.along = self._items[at].text
            self._beside = at

    def _on_double(self, _: int) -> None:
        self._frame.double = True

    def _on_indirect(self, _: int) -> None:
        self._frame.indirect = True

    def _on_source(self, place: int) -> None:
        self._on_role("source", place)

    def _on_target(self, place: int) -> None:
        self._on_role("target", place)

    def _on_role(self, role: Role, place: int) -> None:
        """A noun that says which end a name is: "A is the source of …", "its tail is at A"."""
        if self._is(place, *_PARTS_OF_ARROWS):
            self._frame.arrow = self._frame.arrow or "arrow"
        if self._is(place - 1, "other", "autre") and bool(self._frame.source) != bool(self._frame.target):
            role = "target" if self._frame.source else "source"  # "its head is at B, the other end at A"
        if self._holds_role(role, place):
            return
        at = place - 1
        while self._kind(at) in _BETWEEN_NAME_AND_ROLE or self._is_like_be(at):
            at -= 1
        group = self._frame.subjects[-1] if self._frame.subjects else []
        owned = any(self._is(between, "s") for between in range(at + 1, place))
        if (
            self._kind(at) in ("name", "word", *PRONOUNS)
            and self._last == "open"
            and group
            and not getattr(self._frame, role)
        ):
            self._frame.subjects.pop()
            given = OPPOSITE[role] if owned else role
            getattr(self._frame, given).extend(group)
            self._pending, self._noun_role = None, role if owned else None
            self._of_role = None if owned else OPPOSITE[role]
            self._last = given
            self._frame.sign = True
        else:
            self._pending, self._noun_role = None, role

    def _is_like_be(self, place: int) -> bool:
        """Whether it stands between a name and its role: "makes up", "is part of"."""
        if self._kind(place) == "of":
            return self._is(place - 1, "part", "one", "un", "une") or self._is_like_be(place - 1)
        if self._kind(place) == "generic":
            return self._is(place, "part")
        verb = self._items[place].verb if place >= 0 else None
        return verb is not None and (verb.verb in _IS or verb.verb.startswith(("serve ", "servir ")))

    def _holds_role(self, role: Role, place: int) -> bool:
        """Whether it is the role of the name right before: "with A at its tail", "has A as its source"."""
        at = place - 1 - int(self._kind(place - 1) in ("the", "a"))
        marked = self._kind(at) in ("at", "for", "by") or self._is(at, "à")
        joint = self._kind(at) == "as" or (at < place - 1 and marked)
        parties = self._last_parties()
        if getattr(self._frame, role) or not (joint and parties and self._kind(at - 1) in ("name", "word", *PRONOUNS)):
            return False
        self._drop_last()
        getattr(self._frame, role).extend(parties)
        self._frame.sign, self._pending, self._noun_role, self._last = True, None, None, role
        return True

    def _on_sign(self, place: int) -> None:
        item = self._items[place]
        frame = self._frame
        group = (
            frame.subjects.pop()
            if frame.subjects and self._last == "open"
            else list(getattr(frame, self._last or "source", []))
        )
        if item.text == "↔":
            frame.pair, frame.double, self._pending = [*frame.pair, *group], True, "pair"
        else:
            role: Role = "source" if item.text == "→" else "target"
            other = OPPOSITE[role]
            if getattr(frame, role) and getattr(frame, other):
                self._next_frame(Frame())
            if not getattr(self._frame, role):
                getattr(self._frame, role).extend(group)
            self._pending = other
        self._frame.sign, self._joined = True, ""
