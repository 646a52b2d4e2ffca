"""Reads items from left to right into frames: which name is whose source, clause by clause."""

from typing import Final

from corpusbuilder.language.pronouns import antecedents
from corpusbuilder.language.relations.frames import Frame, Party, Relation, distinct, either
from corpusbuilder.language.relations.joints import Joints
from corpusbuilder.language.relations.line import ARROWS
from corpusbuilder.language.relations.nouns import PHRASE, PRONOUNS, Phrase
from corpusbuilder.language.relations.vocabulary import VerbForm

_EVENT: Final = ("this", "that", "cela", "ceci", "ça")
_UNKNOWN: Final = VerbForm("", "unknown", frozenset(["finite"]))


class Reader(Joints):
    """Reads one text.

    Args:
        items: of the text.
        french: whether it is French.
        earlier: gives who was named in the steps before, the last first; see `antecedents`.
    """

    def read(self) -> tuple[list[Relation], list[Relation]]:
        """The relations that are asserted and those that are denied, in order."""
        place = 0
        while place < len(self._items):
            noun = self._kind(place) in PHRASE or self._kind(place) in PRONOUNS
            place = self._phrase_at(place) if noun else self._mark_at(place)
        self._end_sentence()
        return distinct(self._relations), distinct(self._denied)

    def _phrase_at(self, place: int) -> int:
        phrase = self._phrase(place)
        party = phrase.party
        if place <= self._beside < phrase.after:
            return phrase.after
        if phrase.pronoun:
            party = antecedents(phrase.pronoun, self._current(), self._groups())
            if party is None and phrase.pronoun in ("it", "they") and self._frame.arrow:
                return phrase.after
        event = phrase.pronoun == "it" and self._is(place, *_EVENT) and self._opens_clause(phrase.after)
        if event and self._joined and self._frame.complete:
            source, target = self._frame.ends()
            party = either(target[0], source[0])  # "A gives B, and this gives C"
        if party is None:
            return self._nothing_named(place, phrase)
        if phrase.trailing and not self._is_verb_ahead(phrase):
            party = Party(" ".join([party.text, *self._texts(phrase.after, phrase.trailing)]))
            phrase = phrase._replace(after=phrase.after + phrase.trailing, trailing=0)
        self._place(party, place, phrase)
        if phrase.trailing:
            self._verb(_UNKNOWN, self._items[phrase.after].text, place)
        return phrase.after + phrase.trailing

    def _nothing_named(self, place: int, phrase: Phrase) -> int:
        item = self._items[place]
        if (
            item.kind in ("this", "the")
            and phrase.after < len(self._items)
            and self._items[phrase.after].kind in ARROWS
        ):
            self._frame.definite = True
        self._anew = self._anew or self._says_another(place, phrase.after)
        if phrase.generic and self._kind(phrase.after) not in ("arrow", "line", "path"):
            self._pending = None
        return max(phrase.after, place + 1)

    def _mark_at(self, place: int) -> int:
        item = self._items[place]
        handler = getattr(self, f"_on_{item.kind}", None)
        if handler is not None:
            handler(place)
        return place + 1

    def _on_verb(self, place: int) -> None:
        item = self._items[place]
        if item.verb is not None:
            self._verb(item.verb, item.text, place, accented=item.accented)

    def _on_clitic(self, _: int) -> None:
        self._clitic = antecedents("it", self._current(), self._groups())

    def _on_self(self, _: int) -> None:
        self._reflexive = True

    def _verb(self, verb: VerbForm, text: str, place: int, *, accented: bool = False) -> None:
        """A verb: perhaps of a new frame with the same subject; it says what the next name is."""
        participle = "past" in verb.tags and ("finite" not in verb.tags or accented or self._helped(place))
        if self._is_infinitive_of_causative():
            self._take_verb(verb, text, passive=True)
            return
        self._frame_for_verb(verb, place, participle=participle)
        frame = self._frame
        if verb.verb_class == "still" and (self._noun_role or frame.verb_class not in (None, "still")):
            self._pending = self._pending if self._noun_role else self._pending or "aside"
            self._take_seat()  # "at the end of the arrow that leaves A we find B"
            self._noun_role = self._noun_role if frame.arrow else None  # "the head of A touches B"
            return
        self._settle_subject(verb)
        object_first = bool(frame.objects) and frame.verb is None
        if frame.verb is not None:
            frame.settle()
        participle = participle and verb.verb != "devenir"  # "A est devenu B"
        told = self._helped(place) or self._by(self._skipping(place + 1)) or accented
        self._take_verb(verb, text, passive=participle and told and not self._had(place))
        if not (object_first or frame.passive or self._free or verb.verb_class == "still"):
            self._await_object()

    def _take_verb(self, verb: VerbForm, text: str, *, passive: bool) -> None:
        frame = self._frame
        frame.verb, frame.verb_text, frame.passive = verb, text, passive
        frame.reflexive, self._reflexive = self._reflexive, False
        self._joined, self._noun_role, self._pending = "", None, None

    def _await_object(self) -> None:
        if self._clitic is None:
            self._pending = "object"
        else:
            self._frame.objects.append(self._clitic)
            self._clitic = None

    def _is_infinitive_of_causative(self) -> bool:
        """Whether it is the second verb of "A se fait manger par B"."""
        frame = self._frame
        causative = frame.verb is not None and frame.verb.verb in ("faire", "laisser")
        return causative and frame.reflexive and not frame.complete

    def _frame_for_verb(self, verb: VerbForm, place: int, *, participle: bool) -> None:
        """The frame to which the verb belongs: this one, the one around a relative clause, or a new one."""
        frame = self._frame
        if frame.verb_class == "join" and self._is_of_arrow(place):
            frame.pair, frame.subjects, frame.objects = [*frame.subject, *frame.objects], [], []
        stands_alone = self._kind(place - 1) == "name" and self._last not in ("open", None) and not participle
        if self._main is not None and (self._joined == "comma" or stands_alone):
            main, self._main = self._main, None
            self._next_frame(main)
        elif frame.complete and frame.verb is not None and verb.verb_class != "still":
            self._continue(verb, place)

    def _settle_subject(self, verb: VerbForm) -> None:
        frame = self._frame
        unknown = not any(p.names for p in frame.subject)
        if verb.verb_class == "begin" and verb.verb != "originate" and frame.verb is None and frame.subject and unknown:
            frame.subjects, frame.arrow = [], frame.arrow or "line"  # "the grain road begins at A"
        if verb.verb == "succeder" and self._at_first and not frame.source:
            frame.source, frame.target, self._free = frame.target, [], True  # "à A succède B"

    def _continue(self, verb: VerbForm, place: int) -> None:
        """A further verb of the same subject; after "then" or as a participle perhaps of the last object."""
        frame, target = self._frame, self._frame.ends()[1]
        shared = self._shared()
        subject = frame.subject
        loose = self._then or (verb.tags == {"ing"} and self._joined == "comma")
        itself = self._is(place - 1, "lui-même", "elle-même", "eux-mêmes", "elles-mêmes", "itself", "themselves")
        attached = (verb.tags == {"ing"} and not self._joined) or ("past" in verb.tags and itself)
        if attached and target:
            shared = Frame(subjects=[list(target)])
        elif loose and subject and target and len(subject) == len(target) == 1:
            shared = Frame(subjects=[[either(target[0], subject[0])]])
        elif self._then and target:
            shared = Frame(source=list(target), arrow=frame.arrow)
        if self._anew:
            shared = Frame(arrow=frame.arrow)
        self._then = self._anew = False
        self._next_frame(shared)
