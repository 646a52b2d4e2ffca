"""The items of a text, and what stands around each of them."""

from collections.abc import Sequence
from typing import Final

from corpusbuilder.language.names import NameMention
from corpusbuilder.language.relations.items import Item

ARROWS: Final = frozenset(["arrow", "line", "path"])
"""Kinds of items that name an arrow or a line."""


class Line:
    """Looks around in the items of one text.

    Args:
        items: of the text.
        french: whether it is French.
    """

    def __init__(self, items: Sequence[Item], *, french: bool) -> None:
        self._items, self._french = items, french

    @property
    def mentions(self) -> list[NameMention]:
        """The names, in order."""
        return [item.mention for item in self._items if item.mention]

    def _kind(self, place: int) -> str:
        return self._items[place].kind if 0 <= place < len(self._items) else ""

    def _is(self, place: int, *texts: str) -> bool:
        """Whether the item is written as one of ``texts``, capitals apart."""
        return 0 <= place < len(self._items) and self._items[place].text.lower() in texts

    def _texts(self, first: int, count: int) -> list[str]:
        return [item.text for item in self._items[first : first + count]]

    def _skipping(self, place: int) -> int:
        while self._kind(place) in ("the", "a", "skip", "generic"):
            place += 1
        return place

    def _names_follow(self, place: int) -> bool:
        while self._kind(place) in ("the", "a", "this", "generic", "called", "skip"):
            place += 1
        return self._kind(place) in ("name", "word")

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

    def _by(self, place: int) -> bool:
        return self._kind(place) == "by"

    def _helped(self, place: int) -> bool:
        at = place - 1
        while self._kind(at) in ("skip", "and") or (self._kind(at) == "not" and not self._is_be(at)):
            at -= 1
        return self._kind(at) == "be" or self._is_be(at)

    def _is_be(self, place: int) -> bool:
        """Whether it is a "not" within a form of "be": "isn't", "weren't"."""
        return self._kind(place) == "not" and self._items[place].text[:2].lower() in ("is", "ar", "wa", "we")

    def _had(self, place: int) -> bool:
        at = place - 1
        while self._kind(at) in ("skip", "not"):
            at -= 1
        return self._kind(at) == "have"

    def _is_of_arrow(self, place: int) -> bool:
        """Whether the verb at ``place`` is that of an arrow: "by an arrow that starts"."""
        at = place - 1
        while self._kind(at) in ("rel", "this", "skip", "self", "along", "called"):
            at -= 1
        return self._kind(at) in ARROWS

    def _last_mark_is_verb(self, place: int) -> bool:
        at = place - 1
        while at >= 0 and self._kind(at) in ("skip", "at", "to", "self", "nobody", "then"):
            at -= 1
        return self._kind(at) in ("verb", "along") or self._kind(at) in ARROWS

    def _is_some(self, place: int) -> bool:
        """Whether it is a partitive article before something without a name: "reçoit de l'eau de A"."""
        article = self._kind(place + 1) == "the" or self._is(place, "du", "des")
        return article and self._kind(self._skipping(place + 1)) == "word"
