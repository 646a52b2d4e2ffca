"""Clauses: the frame in the making, what becomes of it at its end, and who was named before."""

from collections.abc import Callable, Sequence
from typing import Literal

from corpusbuilder.language.relations.frames import Frame, Party, Relation, Role
from corpusbuilder.language.relations.items import Item
from corpusbuilder.language.relations.line import Line


class Clauses(Line):
    """A text as a row of clauses. `earlier` gives who was named in the steps before."""

    def __init__(
        self, items: Sequence[Item], *, french: bool, earlier: Callable[[], Sequence[Sequence[Party]]]
    ) -> None:
        super().__init__(items, french=french)
        self._earlier = earlier
        self._relations: list[Relation] = []
        self._denied: list[Relation] = []
        self._heard: list[list[Party]] = []
        """Who was named in the clauses before, a list for each."""
        self._things: set[str] = set()
        """What was spoken of and has no name in the figure."""
        self._begin()

    def _begin(self) -> None:
        """A sentence begins."""
        self._frame = Frame()
        self._main: Frame | None = None
        """The clause around a relative one."""
        self._base: Frame | None = None
        """What was said before a "not", to go on with after "but"."""
        self._asked: tuple[Frame, Role] | None = None
        """A frame of which the next clause tells the rest: "what A leads to … it is B"; and the role of that rest."""
        self._pending: Role | None = None
        """The role that the next name gets."""
        self._noun_role: Role | None = None
        """The role of what is to be named as the source, the head and so on."""
        self._of_role: Role | None = None
        """The role of what comes after "of" in "A is the source of ..."."""
        self._last: Role | None = None
        """The role of the last name."""
        self._joined: Literal["", "and", "comma"] = ""
        self._then = False
        self._instead = False
        """Whether the next name is what is not meant: "rather than to C"."""
        self._untrue = False
        """Whether the sentence denies what it says: "it is not true that ..."."""
        self._free = False
        """Whether the subject may follow the verb: "ce que donne A"."""
        self._reflexive = False
        """Whether the next verb is: "se"."""
        self._clitic: Party | None = None
        """The object before a French verb: "B le mange"."""
        self._awaited: Role | None = None
        """The role of what is named at the end: "the stage to which A leads is B"."""
        self._seat: Role | None = None
        """The role of what "the end of the arrow" is at, or what is found there."""
        self._anew = False
        """Whether "another one" was said, of which nothing is known yet."""
        self._at_first = False
        """Whether a French "à" stood before the verb."""
        self._beside = -1
        """Index of the item that stands along the arrow."""

    def _flush(self) -> None:
        frame = self._frame
        self._fill_from_before(frame)
        (self._denied if frame.negated or self._untrue else self._relations).extend(frame.relations())
        source, target = frame.ends()
        every = [p for group in (target, source, *frame.subjects, frame.objects, frame.aside) for p in group]
        if heard := [p for p in every if p.names] or [p for p in every if p.text in self._things]:
            self._heard.append(list(dict.fromkeys(heard)))

    def _fill_from_before(self, frame: Frame) -> None:
        """The other end of "the arrow" that ends at B: the arrow was spoken of before."""
        source, target = frame.ends()
        if frame.definite and frame.arrow and not frame.negated and bool(source) != bool(target):
            known = {n.text for p in (*source, *target) for n in p.names}
            for group in [*([frame.aside] if frame.owned and frame.aside else []), *self._groups()]:
                if not any(p.names for p in group):
                    (frame.target if source else frame.source).extend(group[:1])
                    return
                names = tuple(dict.fromkeys(n for p in group for n in p.names if n.text not in known))
                if names:
                    party = Party(names[0].text, names, min(p.similarity for p in group), resolved=True)
                    (frame.target if source else frame.source).append(party)
                return

    def _groups(self) -> list[Sequence[Party]]:
        return [*reversed(self._heard), *self._earlier()]

    @property
    def heard(self) -> list[Party]:
        """Who was named in the last clause that named something."""
        return self._heard[-1] if self._heard else []

    def _current(self) -> list[Party]:
        source, target = self._frame.ends()
        return [p for group in (target, source, *self._frame.subjects) for p in group if p.names]

    def _strand(self) -> None:
        """Give what stands before to the preposition at the end: "it is B that A leads to"."""
        frame, role = self._frame, self._pending
        if role not in ("source", "target") or not (frame.objects and frame.subject and frame.verb):
            return
        if frame.verb_class in ("move", "begin", "end") and not getattr(frame, role):
            getattr(frame, role).extend(frame.objects)
            frame.objects, self._pending = [], None

    def _end_sentence(self) -> None:
        self._strand()
        asked = self._asked_at_end()
        self._flush()
        if self._main is not None:
            self._frame = self._main
            self._flush()
        self._begin()
        self._asked = asked

    def _asked_at_end(self) -> tuple[Frame, Role] | None:
        frame, role = self._frame, self._pending
        if role not in ("source", "target", "object") or not (frame.telling and (frame.subject or frame.arrow)):
            return None
        return (frame.copy(), role) if not frame.complete and not frame.objects else None

    def _next_frame(self, frame: Frame) -> None:
        self._flush()
        self._frame = frame
        self._last = None

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

    def _last_parties(self) -> list[Party]:
        frame = self._frame
        if self._last == "open":
            return frame.subjects[-1][-1:] if frame.subjects else []
        if self._last is None:
            return []
        return list(getattr(frame, "objects" if self._last == "object" else self._last))[-1:]

    def _drop_last(self) -> None:
        """Take the last name out of its role."""
        frame = self._frame
        if self._last == "open":
            frame.subjects[-1].pop()
            frame.subjects = [group for group in frame.subjects if group]
        elif self._last is not None:
            getattr(frame, "objects" if self._last == "object" else self._last).pop()
