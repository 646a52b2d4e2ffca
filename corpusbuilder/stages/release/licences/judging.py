"""What a stated licence means for a release that holds the content: figures, passages, and questions made of them.

An example quotes its document, crops its figures and builds on both: it is an adaptation in the sense of the Creative
Commons licences. So a licence without derivatives keeps a document out, though it may be passed on as it is.
What cannot be made sense of is not published: abstaining is reported, guessing would be found out by a lawyer.
"""

from functools import lru_cache
from typing import Literal

from corpusbuilder.records.base import Record
from corpusbuilder.stages.release.licences.combining import together
from corpusbuilder.stages.release.licences.expression import Options, options_of
from corpusbuilder.stages.release.licences.known import (
    Licence,
    forbids,
    known_licence,
    names_creative_commons,
    says_unknown,
)


class Judgement(Record):
    """What a licence as somebody wrote it means."""

    stated: str | None
    """As it was written; null when nothing was."""
    options: Options = ()
    """What it lets one choose from, the freest first; empty when it is not understood or forbids everything."""
    publishable: bool
    """Whether a release with the content may be published."""
    why: str
    """One sentence: why it may, or why not."""
    reading: Literal["understood", "unstated", "unknown", "forbids"]

    @property
    def licences(self) -> tuple[Licence, ...]:
        """What holds together under the freest choice."""
        return self.options[0] if self.options else ()

    @property
    def spdx(self) -> str | None:
        """As an SPDX expression in its usual spelling; None when it is not understood."""
        return " OR ".join(map(_conjunction, self.options)) or None

    @property
    def name(self) -> str:
        """For people: ``CC BY-SA 4.0``, or as it was written."""
        return " and ".join(licence.name for licence in self.licences) or self.stated or "not stated"

    @property
    def urls(self) -> tuple[str, ...]:
        """Where the licences of the freest choice can be read."""
        return tuple(licence.url for licence in self.licences if licence.url)

    @property
    def needs_attribution(self) -> bool:
        """Whether the author has to be named."""
        return any(licence.attribution for licence in self.licences)

    @property
    def share_alike(self) -> bool:
        """Whether adaptations carry the same licence."""
        return any(licence.share_alike for licence in self.licences)

    @property
    def non_commercial(self) -> bool:
        """Whether use for profit is excluded."""
        return any(licence.non_commercial for licence in self.licences)

    @property
    def no_derivatives(self) -> bool:
        """Whether adaptations must not be passed on."""
        return any(licence.no_derivatives for licence in self.licences)

    @property
    def hub(self) -> str:
        """What the Hub's metadata call it: its identifier, ``other`` or ``unknown``."""
        if len(self.licences) == 1:
            return self.licences[0].hub
        return "unknown" if self.reading == "unstated" else "other"


@lru_cache(maxsize=1024)
def judge(licence: str | None) -> Judgement:
    """What a licence as a person or a PDF states it means.

    Args:
        licence: an SPDX expression, a name in words in English or French, an address of creativecommons.org, or
            anything else; None when nobody stated one.
    """
    stated = " ".join((licence or "").split())
    if not stated or says_unknown(stated):
        why = "no licence is stated" if not stated else f"its licence is stated as “{_short(stated)}”"
        return Judgement(stated=stated or None, publishable=False, why=why, reading="unstated")
    if forbids(stated):
        why = f"“{_short(stated)}” allows nobody to pass it on"
        return Judgement(stated=stated, publishable=False, why=why, reading="forbids")
    options = options_of(stated)
    if options is None:
        return Judgement(stated=stated, publishable=False, why=_why_unknown(stated), reading="unknown")
    ranked = tuple(sorted(options, key=_restrictions))
    problem = _problem(ranked[0])
    why = problem or "its licence allows passing on what is made of it"
    return Judgement(stated=stated, options=ranked, publishable=problem is None, why=why, reading="understood")


def is_publishable(licence: str | None) -> bool:
    """Whether a release may be published with the content of a document under this licence: see `judge`."""
    return judge(licence).publishable


def hub_identifier(licence: str | None) -> str:
    """The name by which the Hub's card metadata knows it: its identifier, ``other`` or ``unknown``."""
    return judge(licence).hub


def _problem(licences: tuple[Licence, ...]) -> str | None:
    """Why a document under these licences cannot be part of a published release; None when it can."""
    closed = next((licence for licence in licences if licence.no_derivatives), None)
    if closed:
        return (
            f"{closed.name} allows passing it on unchanged only: questions made of it and figures cut out of it are "
            "adaptations"
        )
    return together(licences).problem


def _restrictions(licences: tuple[Licence, ...]) -> tuple[bool | int | str, ...]:
    def asks(name: str) -> bool:
        return any(getattr(licence, name) for licence in licences)

    conditions = (asks("no_derivatives"), asks("non_commercial"), asks("share_alike"))
    copyleft = any(licence.kind == "copyleft" for licence in licences)
    return (
        _problem(licences) is not None,
        *conditions,
        copyleft,
        asks("attribution"),
        len(licences),
        _conjunction(licences),
    )


def _conjunction(licences: tuple[Licence, ...]) -> str:
    return " AND ".join(licence.spdx for licence in licences)


def _why_unknown(stated: str) -> str:
    if names_creative_commons(stated) and known_licence(f"{stated} 4.0"):
        return f"“{_short(stated)}” does not say which version of the licence it is, such as 4.0"
    return f"“{_short(stated)}” is no licence that is known here"


def _short(text: str, longest: int = 80) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
