"""What a reference to a figure looks like in running text: "Figures 3.2 and 3.4", "(fig. 3a-c)", "document 2 p. 45"."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from corpusbuilder.stages.parse.labels import LABEL_WORDS, WORD

_BIS: Final = r"(?:\s?(?:bis|ter|quater)\b)"
_TAIL: Final = rf"(?:{_BIS}|[a-zA-H](?!\w))?(?![\w])(?![.,]\d)"
_ARABIC: Final = rf"\d{{1,3}}(?:[.\-]\d{{1,3}}){{0,2}}{_TAIL}"
_DASHED: Final = rf"\d{{1,3}}–\d{{1,3}}(?![.–]\d){_TAIL}"
_ROMAN: Final = r"(?:[IVXLC]{2,7}|[IVX])(?![\w'’])"
_LETTERED: Final = r"[A-Z](?:[.\-–]\d{1,3}){1,2}(?!\w)"
_FIRST: Final = rf"(?:{_DASHED}|{_ARABIC}|{_ROMAN}|{_LETTERED})"
_OF_MANY: Final = rf"(?:{_ARABIC}|{_ROMAN}|{_LETTERED})"
_PARTS: Final = r"(?:(?:\s?\([a-zA-H]\))|(?<=[a-zA-H])\s{0,3}(?:[-–—,&/]|\bet\b|\band\b)\s{0,3}[b-xB-H](?![\w'’.]))*"
"""Further panels of the figure just named: "3a-c", "3a, b", "3 (a)"."""
_BETWEEN: Final = r"\s{0,3}(?:(?:,|;)\s{0,3}(?:et|and|&)\b|,|;|/|&|–|—|-|\b(?:et|and|ou|or|à|to|through)\b)\s{0,3}"
_MEASURE: Final = (
    r"(?!\s{0,3}(?:%|°|€|\$|(?:cm|mm|km|kg|ha|m|g|people|persons?|personnes?|men|hommes?|women|femmes?|children|enfants|"
    r"years?|ans|ann[ée]es?|centuries|si[èe]cles?|days?|jours?|hours?|heures?|minutes?|times|fois|thousand|mille|"
    r"millions?|milliards?|billion|others?|autres)\b))"
)
"""A number before one of these counts something."""
_LIST: Final = rf"{_FIRST}{_PARTS}{_MEASURE}(?:{_BETWEEN}{_ARABIC}{_PARTS}{_MEASURE})*"
_PAGE: Final = r"(?:\s{0,3},?\s{0,3}\(?(?:(?:on|de la|à la)\s)?\b(?:pp?\.|page)\s{0,3}(?P<page>\d{1,4})\b\)?)?"
_NO: Final = r"(?:(?i:n\s?[°ºo]|nos?\.)\s{0,3})?"
_REFERENCE: Final = re.compile(rf"\b(?P<word>(?i:{WORD}))\b\.?\s{{0,3}}{_NO}(?P<numbers>{_LIST}){_PAGE}")
_MEMBER: Final = re.compile(rf"(?P<between>{_BETWEEN})?(?P<number>{_FIRST}){_PARTS}")
_MEMBER_OF_MANY: Final = re.compile(rf"(?P<between>{_BETWEEN})?(?P<number>{_OF_MANY}){_PARTS}")
"""Of "Figures 2–4"; "Figure 4–1" is one number in some books."""
_RANGE: Final = frozenset({"-", "–", "—", "to", "à", "through"})

_MISREAD: Final = re.compile(
    r"\b(?P<word>(?i:f[il1]gs?|figures?|docs?|tab))\b[.,;:]?\s{0,3}(?P<numbers>(?=[0-9lIOo|]*[0-9lI])[0-9lIOo|]{1,3})(?!\w)"
)
_DIGITS: Final = str.maketrans("lI|Oo", "11100")


class Member(NamedTuple):
    """One number of a reference."""

    number: str
    start: int
    """First code point in the text; that of the first number is where the reference's word begins."""
    end: int
    ends_range: bool
    """Whether this and the number before it stand for all between, too."""


class Reference(NamedTuple):
    """A place where a text calls figures by number."""

    kind: str
    """What its word names: a value of `LABEL_WORDS`."""
    members: tuple[Member, ...]
    start: int
    end: int
    page: str | None = None
    """The printed page that it names."""


def references(text: str, *, scanned: bool = False) -> Iterator[Reference]:
    """The references of a text, in order.

    Args:
        text: of a passage.
        scanned: whether it was read by OCR, which takes a point for a comma and a one for an l.
    """
    last = 0
    for match in _REFERENCE.finditer(text):
        yield Reference(
            LABEL_WORDS[match["word"].lower()], tuple(_members(match)), match.start(), match.end(), match["page"]
        )
        last = match.end()
    if scanned and last < len(text):
        yield from _misread(text)


def _members(match: re.Match[str]) -> Iterator[Member]:
    base = match.start("numbers")
    member = _MEMBER_OF_MANY if match["word"].lower().endswith("s") else _MEMBER
    for place, found in enumerate(member.finditer(match["numbers"])):
        between = (found["between"] or "").strip()
        start = match.start() if place == 0 else base + found.start("number")
        yield Member(found["number"], start, base + found.end(), between in _RANGE)


def _misread(text: str) -> Iterator[Reference]:
    """References that only OCR can have written: those that read well are found as they stand."""
    taken = [match.span() for match in _REFERENCE.finditer(text)]
    for match in _MISREAD.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in taken):
            continue
        kind = LABEL_WORDS.get(match["word"].lower(), "figure")
        number = match["numbers"].translate(_DIGITS)
        yield Reference(kind, (Member(number, *match.span(), False),), *match.span())  # noqa: FBT003 - a tuple's field
