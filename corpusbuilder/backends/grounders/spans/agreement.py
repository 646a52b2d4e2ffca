"""Whether a place says what a step says, and not the contrary of it with the same words.

Each rule names one way in which two sentences of the same words differ in what they say. A rule that is broken is
enough: what a step says otherwise is not supported, however much of it is there.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from typing import Final, TypeAlias

from corpusbuilder.backends.grounders.spans.coverage import Cover
from corpusbuilder.backends.grounders.spans.index import Sentence, points_back
from corpusbuilder.backends.grounders.spans.statement import Statement
from corpusbuilder.language.clauses import clause_spans
from corpusbuilder.language.denials import scope_of
from corpusbuilder.language.terms import ARTICLES, Term
from corpusbuilder.language.words import words_of
from corpusbuilder.records.text import tokens

_PASSIVE: Final = {
    "en": re.compile(
        r"\b(?:is|are|was|were|been|being|be|gets?|got)\s+(?:\w+ly\s+|not\s+|also\s+|then\s+)?\w+(?:ed|en|wn|ung|ught|ade|uilt|eld|id|ost|old|orn|ut)\b"
        r"|\b\w+(?:ed|en|wn|ught|ade|uilt)\s+(?:\w+\s+){0,2}?by\b",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"\b(?:est|sont|était|étaient|fut|furent|été|être|sera|seront)\s+(?:\w+ment\s+|pas\s+|aussi\s+|ensuite\s+)?"
        r"\w+(?:ée?s?|ie?s?|it|is|ites?|ises?|ue?s?|erte?s?)\b|\b\w+(?:ée?s?|ie?s?|ue?s?|ite?s?)\s+(?:\w+\s+){0,2}?par\b",
        re.IGNORECASE,
    ),
}
_AGENT: Final = {"en": re.compile(r"\bby\b", re.IGNORECASE), "fr": re.compile(r"\bpar\b", re.IGNORECASE)}
_FROM: Final = {"en": re.compile(r"\bfrom\b|\bout of\b"), "fr": re.compile(r"\bd(?:e|es|u)?\b|\bdepuis\b")}
_TO: Final = {
    "en": re.compile(r"\b(?:in)?to\b|\btowards?\b|\buntil\b"),
    "fr": re.compile(r"\bvers\b|\bà\b|\baux?\b|\bjusqu"),
}

_Pair: TypeAlias = tuple[Term, Term]
_SUBJECT_TOKENS: Final = 6
"""Words at the beginning of a sentence that may be its subject."""


def disagreement(statement: Statement, cover: Cover, text: str) -> str:
    """What a place says otherwise than a step, in a few words; empty when nothing.

    Args:
        statement: of the step.
        cover: which of its terms the place has.
        text: the clauses of the place that have them.
    """
    return next(_differences(statement, cover, text), "")


def _differences(statement: Statement, cover: Cover, text: str) -> Iterator[str]:
    ours, theirs = statement.scope, scope_of(text, statement.language)
    turned = _opposite(statement, cover)
    if ours.denies != theirs.denies and not turned:  # "not deep" is shallow
        yield "it denies what the place says" if ours.denies else "the place denies what it says"
    if turned and ours.denies == theirs.denies:
        yield f'the place has the opposite of "{turned}"'
    if ours.only and not theirs.only:
        yield "the place does not say that this is all"
    if ours.all and theirs.some and not theirs.all:
        yield "the place says it of some only"
    if ours.most and not theirs.most:
        yield "the place has no superlative"
    if missing := [t.text for t in cover.missing if t.kind == "number"]:
        yield f"the place has no {missing[0]}"
    if missing := [t.text for t in cover.missing if t.kind == "name"]:
        yield f'the place does not speak of "{missing[0]}"'
    if replaced := _replaced(statement, cover):
        yield f'the place has "{replaced[1]}" for "{replaced[0]}"'
    if _numbers_are_moved(cover):
        yield "its numbers belong to other things there"
    if _is_turned_round(statement, cover, text):
        yield "who does what to whom is turned round"


def mixture(statement: Statement, cover: Cover, sentence: Sentence) -> str:
    """Whether a step says of one thing what a sentence with two statements says of another; empty when not.

    "Arteries lead away from the heart; veins lead back" has all the words of "veins lead away from the heart".
    """
    pairs = [(ours, theirs) for ours, theirs in cover.pairs if not ours.light]
    for start in sentence.statements:
        left = [(o, t) for o, t in pairs if t.start < start and not _has(cover, o, start, len(sentence.text))]
        right = [(o, t) for o, t in pairs if t.start >= start]
        right = [(o, t) for o, t in right if not _has(cover, o, 0, start)]
        if left and right and not (_joined(statement, left, right) or _inherited(left, right, sentence, start)):
            return "the place says these things of different ones"
    return ""


def _has(cover: Cover, term: Term, start: int, end: int) -> bool:
    return any(start <= t.start < end and not t.keys.isdisjoint(term.keys) for t in cover.place)


def _joined(statement: Statement, left: Sequence[_Pair], right: Sequence[_Pair]) -> bool:
    """Whether the step has two parts as well, one for each of the statements of the sentence."""
    here, there = [o.start for o, _ in left], [o.start for o, _ in right]
    first, last = (here, there) if max(here) < min(there) else (there, here)
    if max(first) >= min(last):
        return False
    clauses = clause_spans(statement.text, 0, len(statement.text), statement.language)
    return any(max(first) < start <= min(last) for start, _ in clauses)


def _inherited(left: Sequence[_Pair], right: Sequence[_Pair], sentence: Sentence, start: int) -> bool:
    """Whether the second statement has its subject or a pronoun from the first: "…, and supplies it"."""
    if len(left) > min(len(right), 2):
        return False
    opening = tokens(sentence.text[start : start + 40])[1:2]
    own_subject = bool(opening) and opening[0].text in ARTICLES[sentence.language]
    early = all(t.first <= _SUBJECT_TOKENS for _, t in left)
    return points_back(sentence.text[start:], sentence.language) or (early and not own_subject)


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
        if absent and term.keys.isdisjoint(there):
            if not (known.opposites(term.keys).isdisjoint(place) and term.keys.isdisjoint(turned)):
                return term.text
    return ""


def _replaced(statement: Statement, cover: Cover) -> tuple[str, str] | None:
    """A word of the step and another one that stands in its place, when they are known to be no synonyms.

    Of words in the table it is known; of nouns it is believed, for what has another name is another thing.
    """
    known = words_of(statement.language)
    matches = {ours.first: theirs for ours, theirs in cover.pairs}
    told = [t for t in cover.said if not t.light]
    taken = {theirs.first for theirs in matches.values()}
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


def _is_turned_round(statement: Statement, cover: Cover, text: str) -> bool:
    """Whether two things stand on the other side of what joins them, and no passive or the like accounts for it."""
    code = statement.language
    pairs = [(ours, theirs) for ours, theirs in cover.once() if not ours.light or ours.kind == "mark"]
    passive_here = _PASSIVE[code].search(statement.text) is not None and _AGENT[code].search(statement.text) is not None
    passive_there = _PASSIVE[code].search(text) is not None and _AGENT[code].search(text) is not None
    any_passive_here = _PASSIVE[code].search(statement.text) is not None
    any_passive_there = _PASSIVE[code].search(text) is not None
    for (a, pa), (v, pv), (b, pb) in zip(pairs, pairs[1:], pairs[2:], strict=False):
        if v.noun or pv.noun or v.kind in ("name", "number") or "mark" in (a.kind, b.kind):
            continue
        if pb.start < pv.start < pa.start and any_passive_here == any_passive_there:
            return True
        if pa.start < pv.start < pb.start and passive_here != passive_there:
            here = _AGENT[code].search(statement.text[v.end : b.start]) is not None
            there = _AGENT[code].search(text[pv.end - cover.shift : pb.start - cover.shift]) is not None
            if here != there:
                return True
    if any_passive_here == any_passive_there and _names_are_exchanged(pairs):
        return True
    return _ends_are_exchanged(statement, cover, text, pairs)


def _names_are_exchanged(pairs: Sequence[tuple[Term, Term]]) -> bool:
    """Whether two names stand in the other order, with something said between them in both."""
    named = [place for place, (_, theirs) in enumerate(pairs) if theirs.kind == "name"]
    for first, second in combinations(named, 2):
        (_, one), (_, other) = pairs[first], pairs[second]
        between = [t for o, t in pairs[first + 1 : second] if not o.noun and o.kind == "word"]
        if other.start < one.start and any(other.start < t.start < one.start for t in between):
            return True
    return False


def _ends_are_exchanged(statement: Statement, cover: Cover, text: str, pairs: Sequence[tuple[Term, Term]]) -> bool:
    """Whether what is "from A to B" here is "from B to A" there."""
    code = statement.language
    for (a, pa), (b, pb) in combinations(pairs, 2):
        if pb.start >= pa.start:
            continue
        here = _from_to(statement.text, a.start, b.start, code)
        if here and _from_to(text, pb.start - cover.shift, pa.start - cover.shift, code):
            return True
    return False


def _from_to(text: str, first: int, second: int, code: str) -> bool:
    before = text[max(first - 12, 0) : first].casefold()
    between = text[first:second].casefold()
    return bool(_FROM[code].search(before)) and bool(_TO[code].search(between)) and second - first < 80
