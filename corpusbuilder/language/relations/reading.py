"""Reads items from left to right into frames: which name is whose source, clause by clause."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, Literal, NamedTuple

from corpusbuilder.language.pronouns import Pronoun, antecedents
from corpusbuilder.language.relations.frames import Frame, Party, Relation, Role, distinct
from corpusbuilder.language.relations.items import Item
from corpusbuilder.language.relations.vocabulary import VerbForm

_PHRASE: Final = frozenset(["the", "a", "this", "skip", "generic", "called", "word", "name", "along", "quality"])
_PRONOUNS: Final = frozenset(["it", "they", "latter", "former", "there", "this"])
_PRONOUN_ITEMS: Final = frozenset(["it", "they", "latter", "former", "there"])
_ARROWS: Final = frozenset(["arrow", "line", "path"])
_UNKNOWN: Final = VerbForm("", "unknown", frozenset(["finite"]))
_OPPOSITE: Final[dict[Role, Role]] = {"source": "target", "target": "source"}
_AT_OR_TO: Final = frozenset(["à", "a", "au", "aux"])
_LOCATIVE: Final = frozenset(["dans", "en", "sur"])
_BETWEEN_NAME_AND_ROLE: Final = frozenset(["be", "the", "a", "at", "as", "for", "to", "skip", "comma"])


class _Phrase(NamedTuple):
    party: Party | None
    after: int
    """Index of the item after it."""
    trailing: int = 0
    """How many unknown words stand right after the name."""
    pronoun: Pronoun | None = None
    generic: bool = False


class Reader:
    """One text.

    Args:
        items: of the text.
        french: whether it is French.
        earlier: gives what earlier texts named, the last first asked for; see `antecedents`.
    """

    def __init__(
        self, items: Sequence[Item], *, french: bool, earlier: Callable[[], Sequence[Sequence[Party]]]
    ) -> None:
        self._items, self._french, self._earlier = items, french, earlier
        self._relations: list[Relation] = []
        self._denied: list[Relation] = []
        self._asked: tuple[Frame, Role] | None = None
        """ "What A leads to": a frame of which the next clause tells the rest, "… is B"."""
        self._heard: list[list[Party]] = []
        """Who was named in the clauses before, a list for each."""
        self._frame = Frame()
        self._main: Frame | None = None
        self._base: Frame | None = None
        """What was said before a "not", to go on with after "but"."""
        self._begin()

    def _begin(self) -> None:
        self._pending: Role | None = None
        self._noun_role: Role | None = None
        self._of_role: Role | None = None
        self._last: Role | None = None
        self._joined: Literal["", "and", "comma"] = ""
        self._then = False
        self._weak: list[Party] = []
        self._free = False
        """Whether it began with "ce que …", of which the subject may follow the verb and "c'est …" tells the object."""

    def read(self) -> tuple[list[Relation], list[Relation]]:
        """The relations that are asserted and those that are denied, in order."""
        place = 0
        while place < len(self._items):
            kind = self._items[place].kind
            if kind in _PHRASE or kind in _PRONOUN_ITEMS:
                place = self._phrase_at(place)
            else:
                place = self._mark_at(place)
        self._end_sentence()
        return distinct(self._relations), distinct(self._denied)

    # Clauses

    def _flush(self) -> None:
        frame = self._frame
        if self._weak and frame.target and not frame.source and not frame.subject:
            frame.source = self._weak
        self._weak = []
        self._fill_from_before(frame)
        (self._denied if frame.negated else self._relations).extend(frame.relations())
        source, target = frame.ends()
        named = [p for group in (target, source, *frame.subjects, frame.objects) for p in group if p.names]
        if named:
            self._heard.append(list(dict.fromkeys(named)))

    def _fill_from_before(self, frame: Frame) -> None:
        """ "The arrow ends at B": the arrow of which was spoken before."""
        source, target = frame.ends()
        if frame.definite and frame.arrow and not frame.negated and bool(source) != bool(target):
            known = {n.text for p in (*source, *target) for n in p.names}
            for group in self._groups():
                names = tuple(dict.fromkeys(n for p in group for n in p.names if n.text not in known))
                if names:
                    party = Party(names[0].text, names, min(p.similarity for p in group), resolved=True)
                    (frame.target if source else frame.source).append(party)
                return

    def _groups(self) -> list[Sequence[Party]]:
        return [*reversed(self._heard), *self._earlier()]

    def _end_sentence(self) -> None:
        asked = self._asked_at_end()
        self._flush()
        if self._main is not None:
            self._frame, self._main = self._main, None
            self._flush()
        self._frame, self._base = Frame(), None
        self._begin()
        self._asked = asked

    def _asked_at_end(self) -> tuple[Frame, Role] | None:
        frame, role = self._frame, self._pending
        if role not in ("source", "target", "object") or not (frame.telling and (frame.subject or frame.arrow)):
            return None
        return (frame.copy(), role) if not frame.complete and not frame.objects else None

    def _is_answer(self, place: int) -> bool:
        """ "… it is B": the rest of what was asked."""
        at = place - 1
        while self._kind(at) in ("the", "a", "skip", "generic"):
            at -= 1
        said = self._kind(at) == "be" or self._items[max(at, 0)].text.lower() in ("c'est", "c’est", "ce sont")
        return self._asked is not None and said and self._frame.verb is None

    def _next_frame(self, frame: Frame) -> None:
        self._flush()
        self._frame = frame
        self._last = None
        self._via_reset()

    def _via_reset(self) -> None:
        self._weak = []

    def _shared(self) -> Frame:
        """What the next verb of the same subject begins with."""
        frame = self._frame
        subject = frame.subject
        before_verb = Frame(subjects=[subject] if subject else [], arrow=frame.arrow)
        if not subject and frame.arrow:
            before_verb.source = list(frame.source) if self._leads else []
            before_verb.target = [] if self._leads else list(frame.target)
        return before_verb

    @property
    def _leads(self) -> bool:
        """Whether the frame goes on from its source; of "to B from A and from C" it is the target that stays."""
        return self._last != "source"

    # Nouns

    def _phrase_at(self, place: int) -> int:
        phrase = self._phrase(place)
        party = phrase.party
        if phrase.pronoun:
            party = antecedents(phrase.pronoun, self._current(), self._groups())
            if party is None and phrase.pronoun in ("it", "they") and self._frame.arrow:
                return phrase.after
        if party is None:
            return self._nothing_named(place, phrase)
        if phrase.trailing and not self._is_verb_ahead(phrase):
            party = Party(" ".join([party.text, *self._texts(phrase.after, phrase.trailing)]))
            phrase = phrase._replace(after=phrase.after + phrase.trailing, trailing=0)
        self._place(party, place, phrase)
        if phrase.trailing:
            self._verb(_UNKNOWN, self._items[phrase.after].text, place)
        return phrase.after + phrase.trailing

    def _nothing_named(self, place: int, phrase: _Phrase) -> int:
        item = self._items[place]
        if (
            item.kind in ("this", "the")
            and phrase.after < len(self._items)
            and self._items[phrase.after].kind in _ARROWS
        ):
            self._frame.definite = True
        return max(phrase.after, place + 1)

    def _texts(self, first: int, count: int) -> list[str]:
        return [item.text for item in self._items[first : first + count]]

    def _current(self) -> list[Party]:
        source, target = self._frame.ends()
        return [p for group in (target, source, *self._frame.subjects) for p in group if p.names]

    def _phrase(self, place: int) -> _Phrase:
        """The noun phrase that begins here: articles, words for what is named, unknown words, a name."""
        kind = self._items[place].kind
        if kind in _PRONOUN_ITEMS:
            return _Phrase(None, place + 1, pronoun=kind)  # type: ignore[arg-type] - one of them
        first: int | None = None
        generic = this = False
        at = place
        while at < len(self._items):
            item = self._items[at]
            if item.kind in ("the", "a", "this"):
                if first is not None:
                    break
                this = this or item.kind == "this"
            elif item.kind == "word" and item.quoted:
                return _Phrase(Party(item.text), at + 1)
            elif item.kind == "word" or (item.kind == "quality" and self._kind(at + 1) in ("word", "name", "quality")):
                first = at if first is None else first
            elif item.kind == "name":
                return self._named(at, first)
            elif item.kind in ("generic", "called"):
                first, generic = None, True
                if self._french and item.kind == "generic" and self._kind(at + 1) == "of":
                    at += 1
            elif item.kind == "along":
                self._frame.along = item.text
            elif item.kind not in ("skip", "quality"):
                break
            at += 1
        if first is not None:
            return _Phrase(Party(" ".join(i.text for i in self._items[first:at] if i.kind in ("word", "quality"))), at)
        pronoun: Pronoun | None = (
            "it" if this and (generic or at == place + 1) and self._kind(at) not in _ARROWS else None
        )
        return _Phrase(None, at, pronoun=pronoun, generic=generic)

    def _kind(self, place: int) -> str:
        return self._items[place].kind if 0 <= place < len(self._items) else ""

    def _named(self, at: int, first: int | None) -> _Phrase:
        item = self._items[at]
        assert item.mention is not None
        party = Party(item.mention.name.text, (item.mention.name,), item.mention.similarity)
        if first is not None and not item.quoted and self._kind(at - 1) in ("word", "quality"):
            words = [i.text for i in self._items[first : at + 1] if i.kind in ("word", "name", "quality")]
            party = Party(" ".join(words))
        after = at + 1
        while self._kind(after) in ("word", "quality") and not self._items[after].quoted and not item.quoted:
            after += 1
        return _Phrase(party, at + 1, after - at - 1)

    def _is_verb_ahead(self, phrase: _Phrase) -> bool:
        """Whether the unknown words after a name are a verb, and not part of a longer name."""
        after = self._kind(phrase.after + phrase.trailing)
        if any(item.kind == "quality" for item in self._items[phrase.after : phrase.after + phrase.trailing]):
            return False
        if after in ("verb", "be", "have", "not"):
            return False
        if self._pending is None and not self._frame.verb and self._last is None:
            return after not in ("", "stop")
        return not self._has_verb(phrase.after)

    def _has_verb(self, place: int) -> bool:
        """Whether the sentence around ``place`` has a verb that we know."""
        first = place
        while first > 0 and self._items[first - 1].kind != "stop":
            first -= 1
        for item in self._items[first:]:
            if item.kind == "stop" and item.start > self._items[place - 1].start:
                return False
            if item.kind in ("verb", "be", "sign", "nobody", "have"):
                return True
        return False

    def _place(self, party: Party, place: int, phrase: _Phrase) -> None:
        """Give a party its role in the frame."""
        if self._asked is not None and self._is_answer(place):
            frame, role = self._asked
            self._asked = None
            self._frame, self._last = frame, "open"
            self._add(party, role)
            return
        after = phrase.after + phrase.trailing
        role = self._role_of(place, after, trailing=bool(phrase.trailing))
        if role == "source" and self._frame.source and self._frame.target and not self._extends(role):
            self._next_frame(Frame(arrow=self._frame.arrow, verb=self._frame.verb))
        elif role == "target" and self._frame.target and not self._extends(role):
            chained = (self._then or self._last == "target") and self._frame.complete
            source = self._frame.target if chained else []
            follow = Frame(source=list(source), arrow=self._frame.arrow, verb=self._frame.verb)
            self._next_frame(follow if source or self._frame.source else replace(self._shared(), verb=self._frame.verb))
        elif role == "target" and self._then and self._frame.objects and self._frame.complete:
            self._next_frame(Frame(source=list(self._frame.ends()[1]), arrow=self._frame.arrow, verb=self._frame.verb))
        self._add(party, role)
        self._pending, self._joined, self._then = None, "", False
        self._of_role = None
        self._last = role

    def _extends(self, role: Role) -> bool:
        """Whether the next party is coordinated with the one before it."""
        return bool(self._joined) and not self._then and self._last == role

    def _role_of(self, place: int, after: int, *, trailing: bool) -> Role:
        if self._pending:
            return self._pending
        if self._noun_role and not self._opens_clause(after):
            role, self._noun_role = self._noun_role, None
            self._frame.sign = True
            return role
        if self._joined and self._last == "pair" and len(self._frame.pair) == 1:
            return "pair"
        opens = trailing or self._opens_clause(after)
        if opens and (self._joined or self._then) and self._frame.complete:
            self._next_frame(Frame())
            self._main = None
            return "open"
        if self._then and self._last in ("target", "object", "open") and not opens:
            return "target" if self._frame.telling else "open"
        if self._joined and self._last and not (opens and self._last != "open"):
            return self._last
        return "object" if self._frame.verb and not opens and self._last == "object" else "open"

    def _opens_clause(self, place: int) -> bool:
        """Whether a finite verb follows, perhaps after more names of the same subject."""
        at = place
        while at < len(self._items):
            item = self._items[at]
            if item.kind == "verb" and item.verb:
                participle = "finite" not in item.verb.tags and (
                    self._french or "ing" in item.verb.tags or self._by(at + 1)
                )
                return not participle and not (item.accented and self._french)
            if item.kind in ("be", "have", "not", "self"):
                return True
            if item.kind not in ("and", "name", "skip", "the", "a"):
                return False
            at += 1
        return False

    def _by(self, place: int) -> bool:
        return self._kind(place) == "by"

    def _add(self, party: Party, role: Role) -> None:
        frame = self._frame
        if role == "open":
            if self._joined and self._last == "open" and frame.subjects and (party.names or self._joined == "and"):
                frame.subjects[-1].append(party)
            else:
                frame.subjects.append([party])
        elif role != "aside":
            getattr(frame, role if role != "object" else "objects").append(party)

    # Marks

    def _mark_at(self, place: int) -> int:
        item = self._items[place]
        handler = getattr(self, f"_on_{item.kind}", None)
        if handler is not None:
            handler(place, item)
        return place + 1

    def _on_from(self, place: int, item: Item) -> None:
        self._mark("source")

    def _on_to(self, place: int, item: Item) -> None:
        at = self._french and item.text.lower() in _AT_OR_TO
        verb_class = self._frame.verb_class
        begins = verb_class == "begin" and self._last_mark_is_verb(place)
        self._mark("source" if at and (begins or verb_class == "draw") else "target")

    def _on_for(self, place: int, item: Item) -> None:
        """ "Food for B", "provides water for B"; elsewhere it tells nothing."""
        given = self._frame.verb_class == "drive" or (self._frame.source and self._frame.sign)
        self._pending = "target" if given and not self._noun_role else "aside"

    def _on_thence(self, place: int, item: Item) -> None:
        """The French "en": from there."""
        party = antecedents("there", self._current(), self._groups())
        if party and not self._frame.source:
            self._frame.source.append(party)
            self._last = "source"

    def _mark(self, role: Role) -> None:
        self._pending, self._noun_role = role, None

    def _on_via(self, place: int, item: Item) -> None:
        self._pending = "via"

    def _on_between(self, place: int, item: Item) -> None:
        self._pending = "pair"

    def _on_aside(self, place: int, item: Item) -> None:
        self._pending = "aside"

    def _on_at(self, place: int, item: Item) -> None:
        verb_class = self._frame.verb_class
        if self._noun_role:
            return
        if verb_class == "join" and item.text.lower() in ("with", "avec"):
            self._pending = "object"
        elif verb_class in ("begin", "end") and self._last_mark_is_verb(place):
            self._mark("source" if verb_class == "begin" else "target")
        elif item.text.lower() in _LOCATIVE and verb_class in ("move", "turn") and self._last != "target":
            self._mark("target")
        else:
            self._pending = "aside"

    def _last_mark_is_verb(self, place: int) -> bool:
        at = place - 1
        while at >= 0 and self._kind(at) in ("skip", "at", "to", "self", "nobody"):
            at -= 1
        return self._kind(at) in ("verb", "along") or self._kind(at) in _ARROWS

    def _on_by(self, place: int, item: Item) -> None:
        verb_class = self._frame.verb_class
        if self._frame.passive:
            self._pending = "agent"
        elif self._french and verb_class in ("begin", "end"):
            self._mark("source" if verb_class == "begin" else "target")
        else:
            self._pending = "via" if self._french and verb_class == "move" else "aside"

    def _on_of(self, place: int, item: Item) -> None:
        if self._noun_role:
            self._pending = _OPPOSITE[self._noun_role] if self._names_follow(place + 1) else None
        elif self._of_role and self._names_follow(place + 1):
            self._pending = self._of_role
        elif self._french:
            self._de(place, item)
        else:
            self._pending = "aside"

    def _names_follow(self, place: int) -> bool:
        while self._kind(place) in ("the", "a", "this", "generic", "called", "skip"):
            place += 1
        return self._kind(place) in ("name", "word")

    def _de(self, place: int, item: Item) -> None:
        """The French "de": from, of, by or some, by what stands before it."""
        before = self._kind(place - 1)
        verb_class = self._frame.verb_class
        if before in ("verb", "skip") and self._frame.passive and verb_class in ("drive", "draw"):
            self._pending = "agent"
        elif before == "verb" and verb_class in ("drive", "draw", "turn") and self._pending == "object":
            if verb_class == "draw":
                self._mark("source")
        elif before in ("name", "word") and self._last not in ("target", "aside", None):
            self._pending = self._last if self._joined else "aside"
        elif before == "generic":
            return
        else:
            self._mark("source")

    def _on_arrow(self, place: int, item: Item) -> None:
        self._drawn("arrow", place)

    def _on_line(self, place: int, item: Item) -> None:
        self._drawn("arrow" if self._frame.arrow == "arrow" else "line", place)

    def _on_path(self, place: int, item: Item) -> None:
        self._drawn(self._frame.arrow, place)

    def _drawn(self, arrow: Literal["arrow", "line", ""], place: int) -> None:
        opens = (self._joined or self._then) and self._frame.complete
        ends_there = (
            self._pending == "target"
            and self._kind(place - 2) in ("to", "at", "aside")
            or (self._pending == "target" and self._kind(place - 1) in ("to", "at"))
        )
        acting = self._frame.source or self._frame.subject
        if opens:
            self._next_frame(Frame())
        elif ends_there and acting and not self._frame.target:
            self._frame = Frame(acting=list(acting[:1]))
            self._last = None
        self._frame.arrow = arrow
        self._frame.definite = self._frame.definite or self._kind(place - 1) in ("the", "this")
        self._pending = None
        self._joined = ""
        self._take_along(place)

    def _take_along(self, place: int) -> None:
        """Quoted words right after "arrow" or "arrow labelled" stand along it, unless they name one of its ends."""
        at = place + 1
        while self._kind(at) in ("called", "skip", "the", "generic"):
            at += 1
        if self._kind(at) == "word" and self._items[at].quoted:
            self._frame.along = self._items[at].text

    def _on_double(self, place: int, item: Item) -> None:
        self._frame.double = True

    def _on_indirect(self, place: int, item: Item) -> None:
        self._frame.indirect = True

    def _on_self(self, place: int, item: Item) -> None:
        self._reflexive_next = True

    _reflexive_next = False

    def _on_source(self, place: int, item: Item) -> None:
        self._on_role("source", place)

    def _on_target(self, place: int, item: Item) -> None:
        self._on_role("target", place)

    def _on_role(self, role: Role, place: int) -> None:
        """ "A is the source of …", "its tail is at A": a noun that says which end a name is."""
        at = place - 1
        while self._kind(at) in _BETWEEN_NAME_AND_ROLE:
            at -= 1
        group = self._frame.subjects[-1] if self._frame.subjects else []
        owned = self._items[place - 1].text.lower() == "s"
        if (
            self._kind(at) in ("name", "word", *_PRONOUN_ITEMS)
            and self._last == "open"
            and group
            and not self._frame_has(role)
        ):
            self._frame.subjects.pop()
            given = _OPPOSITE[role] if owned else role
            getattr(self._frame, given).extend(group)
            self._pending, self._noun_role = None, role if owned else None
            self._of_role = None if owned else _OPPOSITE[role]
            self._last = given
            self._frame.sign = True
        else:
            self._pending, self._noun_role = None, role

    def _frame_has(self, role: Role) -> bool:
        return bool(getattr(self._frame, role))

    def _on_sign(self, place: int, item: Item) -> None:
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
            other = _OPPOSITE[role]
            if getattr(frame, role) and getattr(frame, other):
                self._next_frame(Frame())
            if not getattr(self._frame, role):
                getattr(self._frame, role).extend(group)
            self._pending = other
        self._frame.sign, self._joined = True, ""

    def _on_and(self, place: int, item: Item) -> None:
        self._joined = "and"
        if self._pending == "aside":
            self._pending = None

    def _on_comma(self, place: int, item: Item) -> None:
        if self._joined != "and":
            self._joined = "comma"
        self._pending = None
        frame = self._frame
        if frame.target and not any(p.names and not p.resolved for p in frame.target) and not self._is_clause(frame):
            frame.target = []  # "to answer, …", "at this stage, …"

    @staticmethod
    def _is_clause(frame: Frame) -> bool:
        return bool(frame.verb or frame.arrow or frame.sign or frame.subjects or frame.source)

    def _on_nobody(self, place: int, item: Item) -> None:
        if self._free and self._frame.verb is not None:
            self._pending, self._free = "object", False

    def _on_stop(self, place: int, item: Item) -> None:
        self._end_sentence()

    def _on_then(self, place: int, item: Item) -> None:
        self._then = True

    def _on_not(self, place: int, item: Item) -> None:
        if item.text.lower() in ("no", "aucun", "aucune") and self._frame.complete:
            self._base = None
            self._next_frame(Frame(negated=True))
            return
        if self._base is None:
            self._base = self._shared() if self._frame.complete else self._frame.copy()
            self._base.verb, self._base.passive = self._frame.verb, self._frame.passive
            self._base.verb_text, self._base.arrow = self._frame.verb_text, self._frame.arrow
        if self._frame.complete and not self._is_after_verb(place):
            last = self._last
            self._next_frame(self._base.copy())
            self._pending = self._pending or (last if last != "open" else None)
        self._frame.negated = True

    def _is_after_verb(self, place: int) -> bool:
        """ "A ne mène pas …": the frame is the one that is negated."""
        return self._kind(place - 1) in ("verb", "be", "have") and not self._joined

    def _on_but(self, place: int, item: Item) -> None:
        if self._base is not None and self._frame.negated:
            self._next_frame(self._base)
            self._base = None
        elif self._frame.complete:
            self._joined = "and"

    def _on_rel(self, place: int, item: Item) -> None:
        before = self._kind(place - 1) if self._kind(place - 1) != "comma" else self._kind(place - 2)
        if before not in ("name", "word", "from", "to", "via", "of"):
            return
        if self._french and self._kind(place - 1) == "this" and item_is(self._items[place], "que", "qu"):
            self._free = True
        parties = self._last_parties()
        frame = self._frame
        cleft = self._last in _OPPOSITE and not (frame.verb or frame.arrow or frame.subjects or self._pending)
        if not parties or cleft:  # "it is from A that B comes"
            return
        role, self._pending = self._pending, None
        if self._frame.complete:
            self._flush()
        else:
            self._main = self._frame
        self._frame = Frame()
        self._relative(place, role, parties)

    def _relative(self, place: int, role: Role | None, parties: list[Party]) -> None:
        self._joined, self._then, self._last = "", False, None
        if item_is(self._items[place], "dont", "d'où", "d’où", "où") and role is None:
            role = "source" if not item_is(self._items[place], "où") else None
        if role in ("source", "target", "via"):
            getattr(self._frame, role).extend(parties)
            self._last = role
        elif self._kind(self._skipping(place + 1)) == "name" or item_is(self._items[place], "que", "qu"):
            self._frame.objects = list(parties)
        else:
            self._frame.subjects = [list(parties)]
            self._last = "open"

    def _skipping(self, place: int) -> int:
        while self._kind(place) in ("the", "a", "skip", "generic"):
            place += 1
        return place

    def _last_parties(self) -> list[Party]:
        frame = self._frame
        if self._last == "open":
            return frame.subjects[-1][-1:] if frame.subjects else []
        if self._last in (None, "aside"):
            return []
        return list(getattr(frame, "objects" if self._last == "object" else self._last))[-1:]

    def _on_verb(self, place: int, item: Item) -> None:
        assert item.verb is not None
        self._verb(item.verb, item.text, place, accented=item.accented)

    def _verb(self, verb: VerbForm, text: str, place: int, *, accented: bool = False) -> None:
        participle = "past" in verb.tags and ("finite" not in verb.tags or accented or self._helped(place))
        passive = participle and (
            self._helped(place) or self._by(self._skipping(place + 1)) or (accented and not self._had(place))
        )
        passive = passive and not self._had(place)
        frame = self._frame
        if (
            self._main is not None
            and self._joined == "comma"
            or (
                self._main is not None
                and self._kind(place - 1) == "name"
                and self._last not in ("open", None)
                and not participle
            )
        ):
            self._resume()
        elif frame.complete and frame.verb is not None and verb.verb_class != "still":
            self._continue(verb, place)
        frame = self._frame
        if verb.verb_class == "still" and frame.verb is not None and frame.verb_class != "still":
            self._pending = "aside" if self._pending is None else self._pending
            return
        if verb.verb_class == "begin" and frame.subject and not any(p.names for p in frame.subject):
            frame.subjects, frame.arrow = [], frame.arrow or "line"  # "the grain road begins at A"
        object_first = bool(frame.objects) and frame.verb is None
        if frame.verb is not None:
            frame.settle()
        frame.verb, frame.verb_text, frame.passive = verb, text, passive
        frame.reflexive, self._reflexive_next = self._reflexive_next, False
        self._joined = ""
        self._noun_role = None
        unmarked = object_first or passive or self._free or verb.verb_class == "still"
        self._pending = None if unmarked else "object"

    def _resume(self) -> None:
        """The relative clause is over: back to the clause around it."""
        main = self._main
        assert main is not None
        self._main = None
        self._next_frame(main)
        self._last = None

    def _continue(self, verb: VerbForm, place: int) -> None:
        """A further verb of the same subject; after "then" or as a participle perhaps of the last object."""
        frame, target = self._frame, self._frame.ends()[1]
        shared = self._shared()
        subject = frame.subject
        loose = self._then or (verb.tags == {"ing"} and self._joined == "comma")
        attached = verb.tags == {"ing"} and not self._joined
        if attached and target:
            shared = Frame(subjects=[list(target)])
        elif loose and subject and target and len(subject) == len(target) == 1:
            names = (*target[0].names, *subject[0].names)
            shared = Frame(
                subjects=[
                    [Party(target[0].text, names, min(target[0].similarity, subject[0].similarity), resolved=True)]
                ]
            )
        elif self._then and target:
            shared = Frame(source=list(target), arrow=frame.arrow)
        self._then = False
        self._next_frame(shared)

    def _helped(self, place: int) -> bool:
        at = place - 1
        while self._kind(at) in ("skip", "not", "and"):
            at -= 1
        return self._kind(at) == "be"

    def _had(self, place: int) -> bool:
        at = place - 1
        while self._kind(at) in ("skip", "not"):
            at -= 1
        return self._kind(at) == "have"


def item_is(item: Item, *texts: str) -> bool:
    """Whether it is written as one of ``texts``, capitals apart."""
    return item.text.lower() in texts
