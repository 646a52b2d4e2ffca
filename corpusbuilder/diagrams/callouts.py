"""Numbers and letters that stand for something, and the entries of a key that say for what."""

import re
from typing import Final

_ROMAN: Final = r"[ivx]{2,5}|[IVX]{2,5}"
_ONE: Final = rf"\d{{1,2}}|{_ROMAN}|[A-Za-z]"
_RINGED: Final = "①-⑳❶-❿⓫-⓴Ⓐ-ⓩ"
_MARK: Final = re.compile(rf"(?:\((?P<held>{_ONE})\)|(?P<bare>{_ONE})[.)]?|(?P<ringed>[{_RINGED}]))")
_ENTRY: Final = re.compile(
    rf"(?:\((?P<held>{_ONE})\)\s*|(?P<bare>{_ONE})(?:\s?[.):]\s*|\s*[=–—-]\s+)|(?P<apart>\d{{1,2}}|[A-Za-z])\s+"
    rf"|(?P<ringed>[{_RINGED}])\s*)(?=[^\W\d_])"
)
_RANGE: Final = re.compile(r"\(?(\d{1,2})\s?[-–—]\s?(\d{1,2})\)?\s*[.):=]?\s+(?=[^\W\d_])")
_MOST_IN_RANGE: Final = 12


def mark_of(text: str) -> str | None:
    """What a text that is nothing but a callout says, without its dress: ``3`` of "(3)", "3." and "③"; else None."""
    match = _MARK.fullmatch(text)
    return _plain(match) if match else None


def marks_explained(text: str) -> tuple[str, ...]:
    """The callouts with which an entry of a key begins: ``3`` of "3. root" and "③ root", three of "1-3 petals"."""
    if match := _RANGE.match(text):
        first, last = int(match[1]), int(match[2])
        return tuple(map(str, range(first, last + 1))) if first < last <= first + _MOST_IN_RANGE else ()
    match = _ENTRY.match(text)
    return (_plain(match),) if match else ()


def _plain(match: "re.Match[str]") -> str:
    groups = match.groupdict()
    if mark := groups["ringed"]:
        return _unringed(mark)
    return str(groups["held"] or groups["bare"] or groups.get("apart"))


def _unringed(mark: str) -> str:
    """The number or letter in a ring that is one character."""
    for first, last, start in (("①", "⑳", 1), ("❶", "❿", 1), ("⓫", "⓴", 11)):
        if first <= mark <= last:
            return str(ord(mark) - ord(first) + start)
    capital = mark <= "Ⓩ"
    return chr(ord(mark) - ord("Ⓐ") + ord("A")) if capital else chr(ord(mark) - ord("ⓐ") + ord("a"))
