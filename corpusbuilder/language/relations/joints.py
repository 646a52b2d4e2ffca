"""What joins or parts clauses: "and", "then", "which", "not", "but", commas and stops."""

from corpusbuilder.language.relations.frames import Frame, Party, Role, either
from corpusbuilder.language.relations.marks import OPPOSITE, Marks
from corpusbuilder.language.relations.nouns import PRONOUNS


class Joints(Marks):
    """Joins and parts clauses."""

    def _on_and(self, _: int) -> None:
        self._joined = "and"
        if self._pending in ("aside", "place"):
            self._pending = None

    def _on_comma(self, _: int) -> None:
        self._strand()
        if self._joined != "and":
            self._joined = "comma"
        self._pending = None
        frame = self._frame
        if frame.target and not any(p.names and not p.resolved for p in frame.target) and not self._is_clause(frame):
            frame.target = []  # "to answer, …", "at this stage, …"

    @staticmethod
    def _is_clause(frame: Frame) -> bool:
        return bool(frame.verb or frame.arrow or frame.sign or frame.subjects or frame.source)

    def _on_be(self, _: int) -> None:
        self._strand()
        self._joined = ""
        self._await_the_rest()

    def _await_the_rest(self) -> None:
        """What was asked for or sits at the end of the arrow is named next."""
        role = self._awaited if self._frame.verb is not None else None
        if role and not (role in ("source", "target") and getattr(self._frame, role)):
            self._pending, self._awaited = role, None
        else:
            self._take_seat()

    def _take_seat(self) -> None:
        if self._seat and self._frame.arrow and not self._noun_role and not getattr(self._frame, self._seat):
            self._noun_role, self._pending, self._seat = self._seat, None, None

    def _on_nobody(self, _: int) -> None:
        self._await_the_rest()
        if self._free and self._frame.verb is not None and self._pending is None:
            self._pending, self._free = "object", False

    def _on_stop(self, place: int) -> None:
        frame = self._frame
        half = bool(frame.source) != bool(frame.target) or (frame.verb_class == "join" and not frame.complete)
        if self._items[place].text == ";" and frame.arrow and not frame.subjects and half:
            self._pending, self._joined = None, "comma"  # "its tail is at A; its head is at B"
        else:
            self._end_sentence()

    def _on_then(self, place: int) -> None:
        self._then = True
        if self._items[place].text.lower() == "next" and self._last in ("source", None):
            self._frame.sign = True  # "after A, the next is B"

    def _on_not(self, place: int) -> None:
        if self._is(place, "sans", "without") and self._kind(self._skipping(place + 1)) in ("source", "target"):
            return  # "a line without a head"
        if self._items[place].text.lower() in ("no", "aucun", "aucune") and self._frame.complete:
            self._base = None
            self._next_frame(Frame(negated=True))
            return
        if self._is_aside_in_cleft(place):
            self._instead = True
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

    def _is_aside_in_cleft(self, place: int) -> bool:
        """Whether it is "it is B, not C, that A leads to"."""
        frame = self._frame
        bare = not (frame.verb or frame.arrow or frame.sign) and self._last is not None
        at = self._skipping(place + 1 + int(self._kind(place + 1) in ("to", "from", "by", "at", "of")))
        return (
            bare
            and self._kind(place - 1) in ("comma", "and")
            and self._kind(at) in ("name", "word")
            and self._kind(at + 1) == "comma"
            and self._kind(at + 2) == "rel"
        )

    def _is_after_verb(self, place: int) -> bool:
        """Whether the frame is the one that is negated: "A ne mène pas …"."""
        return self._kind(place - 1) in ("verb", "be", "have") and not self._joined

    def _on_but(self, _: int) -> None:
        if self._base is not None and self._frame.negated:
            self._next_frame(self._base)
            self._base = None
        elif self._frame.complete or (self._last == "open" and self._frame.verb is None):
            self._joined = "and"  # "not only A but also B leads …"

    def _on_rel(self, place: int) -> None:
        before = self._kind(place - 1) if self._kind(place - 1) != "comma" else self._kind(place - 2)
        if self._is(place, "que", "qu") and self._is(place - 2, "plus", "moins", "aussi"):
            self._instead = True  # "plus grand que B"
            return
        if self._is_what(place) or self._asks_for(place) or self._follows_from_all(place):
            return
        if before not in ("name", "word", "from", "to", "via", "of"):
            self._pending = None if self._pending in ("aside", "place") else self._pending
            return
        if self._frame.arrow and self._kind(self._skipping(place + 1)) in ("source", "target"):
            return  # "an arrow between A and B, dont la pointe …"
        if self._is_of_arrow_too(place):
            return
        parties = self._last_parties()
        frame = self._frame
        bare = not (frame.verb or frame.arrow or frame.subjects or self._pending)
        cleft = bare and self._last in (*OPPOSITE, "place", "agent")
        if not parties or cleft:  # "it is from A that B comes"
            return
        role, self._pending = self._pending, None
        if self._frame.complete:
            self._flush()
        else:
            self._main = self._frame
        self._frame = Frame()
        self._relative(place, role, parties)

    def _is_what(self, place: int) -> bool:
        """Whether it goes on from "B is what", "B est ce que", "B est ce dont"; "ce que" alone frees the subject."""
        pointed = self._kind(place - 1) == "this" and self._french
        que = self._is(place, "que", "qu")
        self._free = self._free or (pointed and que)
        said = self._kind(place - 2) == "be" if pointed else self._is(place, "what") and self._kind(place - 1) == "be"
        parties, frame = self._last_parties(), self._frame
        if not said or not parties or frame.verb or frame.arrow or self._last != "open" or self._is(place, "quoi"):
            return False
        named = self._kind(self._skipping(place + 1)) in ("name", "word", *PRONOUNS)
        self._last, self._pending = None, None
        if self._is(place, "dont"):
            self._frame, self._free = Frame(source=list(parties)), True
        elif que or (named and not pointed):
            self._frame = Frame(objects=list(parties))
        else:
            self._frame = Frame(subjects=[list(parties)])
            self._last = "open"
        return True

    def _follows_from_all(self, place: int) -> bool:
        """Whether it is "…, ce qui donne C": of the whole clause before, or of where it led."""
        target, source = self._frame.ends()[::-1]
        if not (self._kind(place - 1) == "this" and self._is(place, "qui") and len(source) == len(target) == 1):
            return False
        self._next_frame(Frame(subjects=[[either(target[0], source[0])]]))
        self._joined, self._pending, self._last = "", None, "open"
        return True

    def _asks_for(self, place: int) -> bool:
        """Whether it is to be told at the end: "the stage to which A leads is B", "ce à quoi mène A, c'est B"."""
        frame = self._frame
        if frame.arrow or frame.subject or frame.source or frame.target or self._awaited:
            return False
        if frame.verb_class not in (None, "still"):
            return False
        if self._pending in OPPOSITE and self._kind(place - 1) in ("from", "to", "of"):
            self._awaited = self._pending
        elif self._kind(place - 1) in ("this", "verb", "nobody") and self._is(place, "dont", "qui", "who", "what"):
            self._awaited = "source" if self._is(place, "dont") else "open"
        else:
            return False
        self._pending, self._free = None, self._french and not self._is(place, "qui")
        self._next_frame(Frame())
        return True

    def _is_of_arrow_too(self, place: int) -> bool:
        """Whether it is the arrow that goes on: "une flèche partant de A qui va vers B"."""
        frame, at = self._frame, self._skipping(place + 1)
        verb = self._items[at].verb if self._kind(at) == "verb" else None
        if self._is(place, "que", "qu", "dont", "what") or verb is None or not frame.arrow or frame.subjects:
            return False
        if frame.source and not frame.target and not frame.objects:
            return verb.verb_class in ("move", "end") and "finite" in verb.tags
        return bool(frame.target and not frame.source and not frame.objects) and verb.verb_class == "begin"

    def _relative(self, place: int, role: Role | None, parties: list[Party]) -> None:
        self._joined, self._then, self._last = "", False, None
        if self._is(place, "dont", "d'où", "d’où", "où") and role is None:
            role = "source" if not self._is(place, "où") else None
        elif role is None and self._items[place].text.lower().startswith(("au", "du", "desq")):
            role = "target" if self._items[place].text.lower().startswith("au") else "source"
        if role in ("source", "target", "via"):
            getattr(self._frame, role).extend(parties)
            self._last = role
        elif self._kind(self._skipping(place + 1)) == "name" or self._is(place, "que", "qu"):
            self._frame.objects = list(parties)
        else:
            self._frame.subjects = [list(parties)]
            self._last = "open"
