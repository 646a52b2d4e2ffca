"""Which licence carries what is made of works under several.

The rules are those of Creative Commons' adapter's licence chart (creativecommons.org/faq, "If I derive or adapt
material offered under a Creative Commons license …"): what is free or under CC BY goes into anything; CC BY-NC asks for
a licence with NC; CC BY-SA and CC BY-NC-SA for themselves, in the same version or, from 2.0 on, in a later one. Where
CC only advises against a choice (CC BY on an adaptation of CC BY-NC), the stricter reading is taken.
"""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import TYPE_CHECKING

from corpusbuilder.records.base import Record
from corpusbuilder.stages.release.licences.known import Licence, creative_commons

if TYPE_CHECKING:
    from corpusbuilder.stages.release.licences.judging import Judgement


class Carried(Record):
    """The licence of something that is made of several works, or why there is none."""

    licences: tuple[Licence, ...] = ()
    """All hold together; empty when there is a problem."""
    problem: str | None = None
    """Which two do not go together, in one sentence without a full stop."""

    @property
    def spdx(self) -> str | None:
        """As an SPDX expression."""
        return " AND ".join(licence.spdx for licence in self.licences) or None

    @property
    def name(self) -> str | None:
        """For people."""
        return " and ".join(licence.name for licence in self.licences) or None


def together(licences: Iterable[Licence]) -> Carried:
    """What carries one work that is made of works under each of ``licences``."""
    unique = sorted(dict.fromkeys(licences), key=lambda licence: licence.spdx)
    binding = [licence for licence in unique if licence.kind != "public_domain"]
    if not binding:
        return Carried(licences=tuple(unique[:1]))
    copyleft = [licence for licence in binding if licence.kind == "copyleft"]
    commons = [licence for licence in binding if licence.kind == "creative_commons"]
    problem = _clash_of_copyleft(copyleft, commons)
    joined = _joined(commons) if commons and not problem else Carried(problem=problem)
    if joined.problem:
        return joined
    others = [x for x in binding if x.kind in {"permissive", "permission"}]
    kept = [licence for licence in others if not (commons and licence.yields_to_creative_commons)]
    # What only asks for a name goes into a copyleft work, and its notice stays.
    return Carried(licences=(*joined.licences, *copyleft, *kept))


def carried_by_examples(document: "Judgement", own: "Judgement") -> Carried:
    """The licence of examples that are made of a document and of annotations.

    Args:
        document: what the document's licence means.
        own: what the licence of the annotations means: ``release.licence``.
    """
    if not document.publishable:
        return Carried(problem=document.why)
    if not own.options:
        return Carried(problem=f"the licence of the annotations is not usable: {own.why}")
    # Whoever may choose takes the first choice that works.
    tried = [together((*ours, *theirs)) for theirs, ours in product(document.options, own.options)]
    return next((carried for carried in tried if carried.problem is None), tried[0])


def of_whole(parts: Sequence[Carried]) -> Carried:
    """The one licence that could carry all parts as a single work.

    Where there is a problem, the parts can still be passed on side by side, each under its own licence: such a
    collection is no adaptation of any of them.
    """
    if not parts:
        return Carried(problem="there is nothing to license")
    if any(licence.kind == "permission" for part in parts for licence in part.licences):
        return Carried(problem="what a rights holder allowed the makers of the dataset is no licence for others")
    broken = next((part for part in parts if part.problem), None)
    return broken or together(licence for part in parts for licence in part.licences)


def _clash_of_copyleft(copyleft: Sequence[Licence], commons: Sequence[Licence]) -> str | None:
    """A copyleft licence takes in what asks for no more than a name."""
    strict = [x for x in commons if x.share_alike or x.non_commercial or x.no_derivatives]
    if len(copyleft) > 1 or (copyleft and strict):
        first, second = (*copyleft, *strict)[:2]
        return _both_only_themselves(first, second)
    return None


def _joined(commons: Sequence[Licence]) -> Carried:
    """What carries a work made of works under Creative Commons licences."""
    if len(commons) == 1:
        return Carried(licences=(commons[0],))
    elements = frozenset[str]().union(*(licence.elements for licence in commons))
    alike = [licence for licence in commons if licence.share_alike]
    for licence in alike:
        other = next((x for x in commons if not x.elements <= licence.elements), None)
        if other:
            return Carried(problem=_only_itself(licence, other))
        if licence.version == "1.0" and any(x.version != "1.0" for x in alike):
            return Carried(problem=f"{licence.name} has no clause that would allow a later version of it")
    exact = [licence for licence in commons if licence.elements == elements]
    version = max(licence.version for licence in exact or commons)
    # Of several national versions none is preferred: what they are versions of is taken.
    newest = [licence for licence in exact if licence.version == version]
    carrying = newest[0] if len(newest) == 1 else creative_commons(elements, version)
    if carrying is None:  # ND and SA together: no such licence exists
        return Carried(problem=_only_itself(commons[0], commons[-1]))
    return Carried(licences=(carrying,))


def _only_itself(alike: Licence, other: Licence) -> str:
    return f"what is made of a work under {alike.name} can be passed on under {alike.name} only, not with {other.name}"


def _both_only_themselves(first: Licence, second: Licence) -> str:
    return f"{first.name} and {second.name} cannot both hold for one work: no compatibility between them is known"
