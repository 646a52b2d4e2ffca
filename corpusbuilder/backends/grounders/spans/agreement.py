"""Whether a place says what a step says, and not the contrary of it with the same words.

Each rule names one way in which two sentences of the same words differ in what they say. A rule that is broken is
enough: what a step says otherwise is not supported, however much of it is there.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from corpusbuilder.backends.grounders.spans.coverage import Cover
from corpusbuilder.backends.grounders.spans.order import is_scrambled, is_turned_round
from corpusbuilder.backends.grounders.spans.statement import Statement
from corpusbuilder.language.denials import Scope
from corpusbuilder.language.terms import Term
from corpusbuilder.language.words import words_of

_ADVERBS: Final = ("ly", "ment")

_MUCH: Final = 0.55
"""Share below which a denial may be of another part than the one that is there."""
NEARLY_ALL: Final = 0.7
"""Share from which a place is so near to a step that each word that differs tells."""


def contradiction(statement: Statement, cover: Cover, text: str, scope: Scope) -> str:
    """How a place says the contrary of a step, in a few words; empty when it does not.

    Args:
        statement: of the step.
        cover: which of its terms the place has.
        text: the place.
        scope: what the clauses of it deny and limit that have these terms.
    """
    if cover.share < _MUCH:
        return ""
    turned = _opposite(statement, cover)
    if statement.scope.denies != scope.denies and not turned:  # "not deep" is shallow
        return "it denies what the place says" if statement.scope.denies else "the place denies what it says"
    if turned and statement.scope.denies == scope.denies:
        return f'the place has the opposite of "{turned}"'
    if _numbers_are_moved(cover):
        return "its numbers belong to other things there"
    if cover.share >= NEARLY_ALL and is_turned_round(statement, cover, text):
        return "who does what to whom is turned round"
    return ""


def lack(statement: Statement, cover: Cover, text: str, scope: Scope) -> str:
    """What a step says that a place does not, though it may have all the rest, in a few words; empty when nothing.

    Args:
        statement: of the step.
        cover: which of its terms the place has.
        text: the place.
        scope: what the clauses of it deny and limit that have these terms.
    """
    return next(_lacks(statement, cover, text, scope), "")


def _lacks(statement: Statement, cover: Cover, text: str, theirs: Scope) -> Iterator[str]:
    ours = statement.scope
    for kind in ("number", "name"):
        if missing := [t.text for t in cover.missing if t.kind == kind]:
            yield f'the place does not speak of "{missing[0]}"'
    if cover.share < NEARLY_ALL:
        return  # Somebody who says the same in other words changes many of them; a single one that is changed is meant.
    if ours.only and not theirs.only:
        yield "the place does not say that this is all"
    if ours.all and theirs.some and not theirs.all:
        yield "the place says it of some only"
    if ours.most and not theirs.most:
        yield "the place has no superlative"
    if missing_thing := _lacking(statement, cover):
        yield f'the place has no "{missing_thing}"'
    if replaced := _replaced(statement, cover):
        yield f'the place has "{replaced[1]}" for "{replaced[0]}"'
    if is_scrambled(statement, cover, text):
        yield "it puts the words of the place in another order"


def _opposite(statement: Statement, cover: Cover) -> str:
    """A word of the step that is not there while its opposite is, which the step does not have."""
    known = words_of(statement.language)
    said = frozenset().union(*(term.keys for term in statement.terms))
    theirs = [term for term in cover.place if term.keys.isdisjoint(said)]
    place = frozenset().union(*(term.keys for term in theirs))
    turned = frozenset().union(*(known.opposites(term.keys) for term in theirs))
    there = frozenset().union(*(term.keys for term in cover.place))
    for term in statement.terms:
        absent = term.kind == "mark" or term.light or term in cover.missing
        contrary = not known.opposites(term.keys).isdisjoint(place) or not term.keys.isdisjoint(turned)
        if absent and contrary and term.keys.isdisjoint(there):
            return term.text
    return ""


def _lacking(statement: Statement, cover: Cover) -> str:
    """A thing that the step speaks of and the place does not: its subject, or what has no synonyms in the table.

    A word before another one that is there only qualifies it.
    """
    told = [t for t in cover.said if not t.light]
    alone = sum(term in cover.missing for term in told) == 1
    for place, term in enumerate(told):
        after = told[place + 1] if place + 1 < len(told) else None
        beside = after is not None and after.first == term.first + 1 and after not in cover.missing
        qualifies = beside and (term.first > 0 or (after is not None and after.noun))
        subject = place == 0 and not term.marked and (term.noun or term.first == 0) and not term.text.endswith(_ADVERBS)
        if (
            term in cover.missing
            and not qualifies
            and (subject or (alone and term.noun and not _known(term, statement)))
        ):
            return term.text
    return ""


def _known(term: Term, statement: Statement) -> bool:
    return words_of(statement.language).knows(term.keys)


def _replaced(statement: Statement, cover: Cover) -> tuple[str, str] | None:
    """A word of the step and another one that stands in its place, when they are known to be no synonyms.

    Of words in the table it is known; of nouns it is believed, for what has another name is another thing.
    """
    known = words_of(statement.language)
    matches = {ours.first: theirs for ours, theirs in cover.pairs}
    told = [t for t in cover.said if not t.light]
    taken = {theirs.first for theirs in matches.values()}
    if sum(t in cover.missing for t in told) > 1:
        return None
    for place, term in enumerate(told):
        if term not in cover.missing:
            continue
        before = matches.get(told[place - 1].first) if place else None
        after = matches.get(told[place + 1].first) if place + 1 < len(told) else None
        other = _in_place(cover, before, after)
        if other is None or other.first in taken:
            continue
        if (known.knows(term.keys) and known.knows(other.keys)) or (term.noun and other.noun):
            return term.text, other.text
    return None


def _in_place(cover: Cover, before: Term | None, after: Term | None) -> Term | None:
    """The one term between two that match, or right beside the one when there is no other."""
    there = [t for t in cover.place if t.kind != "mark" and not t.light]
    if before and after:
        first, last = sorted((before.first, after.first))
        between = [t for t in there if first < t.first < last]
        return between[0] if len(between) == 1 else None
    beside = before or after
    if beside is None:
        return None
    rest = [t for t in there if (t.first > beside.first if before else t.first < beside.first)]
    return (rest[0] if before else rest[-1]) if rest else None


def _numbers_are_moved(cover: Cover) -> bool:
    """Whether a number stands before a word here and before another one there, which has its own number here."""
    ours = {b: a for a, b in pairwise(cover.said) if a.kind == "number" and b.kind != "number"}
    theirs = [(a, b) for a, b in pairwise(cover.place) if a.kind == "number" and b.kind != "number"]
    for counted, number in ours.items():
        same = [n for n, b in theirs if b.keys & counted.keys]
        if same and not any(n.keys & number.keys for n in same):
            return True
    return False
