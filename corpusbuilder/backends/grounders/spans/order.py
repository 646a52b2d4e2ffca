"""Whether a step turns round who does what to whom, or says of one thing what a sentence says of another."""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from typing import Final, TypeAlias

from corpusbuilder.backends.grounders.spans.coverage import Cover
from corpusbuilder.backends.grounders.spans.index import SUBJECT_PRONOUNS, Sentence
from corpusbuilder.backends.grounders.spans.statement import Statement
from corpusbuilder.language.clauses import clause_spans
from corpusbuilder.language.terms import ARTICLES, Term
from corpusbuilder.records.text import tokens

_Pair: TypeAlias = tuple[Term, Term]
_SUBJECT_TOKENS: Final = 6
"""Words at the beginning of a sentence that may be its subject."""
_BE: Final = {
    "en": re.compile(
        r"\b(?:is|are|was|were|been|being|be|gets?|got|becomes?|became)(?:n['’]t)?\s+(?:\w+ly\s+|not\s+|also\s+|then\s+|"
        r"soon\s+|often\s+|still\s+){0,2}\Z",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"\b(?:est|sont|était|étaient|fut|furent|été|être|sera|seront|étant)\s+(?:\w+ment\s+|pas\s+|aussi\s+|ensuite\s+|"
        r"souvent\s+|bientôt\s+|donc\s+){0,2}\Z",
        re.IGNORECASE,
    ),
}
_NO_PARTICIPLE: Final = {"en": ("ing",), "fr": ("ant",)}
_AGENT: Final = {"en": re.compile(r"\s*by\b", re.IGNORECASE), "fr": re.compile(r"\s*par\b", re.IGNORECASE)}
_DONE_BY: Final = {
    "en": re.compile(r"\b\w{2,40}\s+by\b", re.IGNORECASE),
    "fr": re.compile(r"\b\w{2,40}\s+par\b", re.IGNORECASE),
}
_LOOK_BACK: Final = 40
_ONE_NAME: Final = 3
"""Words within which the parts of one name stand."""
_FROM: Final = {"en": re.compile(r"\bfrom\b|\bout of\b"), "fr": re.compile(r"\bd(?:e|es|u)?\b|\bdepuis\b")}
_TO: Final = {
    "en": re.compile(r"\b(?:in)?to\b|\btowards?\b|\buntil\b"),
    "fr": re.compile(r"\bvers\b|\bà\b|\baux?\b|\bjusqu"),
}


def is_turned_round(statement: Statement, cover: Cover, text: str) -> bool:
    """Whether two things stand on the other side of what joins them, and no passive accounts for it.

    Args:
        statement: of the step.
        cover: which of its terms the place has.
        text: of the place.
    """
    pairs = [(ours, theirs) for ours, theirs in cover.once() if not ours.light or ours.kind == "mark"]
    for first, last in combinations(range(len(pairs)), 2):
        if last - first < 2 or "mark" in (pairs[first][0].kind, pairs[last][0].kind):
            continue
        exchanged = _exchanged(pairs, first, last)
        verbs = [pair for pair in pairs[first + 1 : last] if _joins(pair)]
        if not verbs or (exchanged and _marked(pairs[first], pairs[last])):
            continue
        changes = [_is_passive(statement.text, o, code=statement.language) for o, _ in verbs]
        changes_there = [_is_passive(text, t, code=statement.language, shift=cover.shift) for _, t in verbs]
        if exchanged and changes == changes_there:
            return True
        if last - first == 2 and _has_other_agent(statement, cover, text, pairs[first : last + 1]):
            return True
        if last - first == 2 and _kept(pairs, first) and changes != changes_there:
            by_here = _has_agent(statement.text, verbs[0][0], pairs[last][0], statement.language)
            there = verbs[0][1], pairs[last][1]
            if by_here != _has_agent(text, *there, statement.language, shift=cover.shift):
                return True
    return _ends_are_exchanged(statement, cover, text, pairs)


def is_scrambled(statement: Statement, cover: Cover, text: str) -> bool:
    """Whether the words stand in another order, other than by moving one whole part to the other end.

    Circumstances ("in 1789", "with a net") may stand anywhere, and a passive turns a sentence round: they do not count.
    The check of verification that looks at the order of words doubts the same steps.

    Args:
        statement: of the step.
        cover: which of its terms the place has.
        text: of the place.
    """
    code = statement.language
    pairs = [(o, t) for o, t in cover.once() if o.kind in ("word", "name") and not o.light]
    free = [(o, t) for o, t in pairs if not (o.marked or t.marked)]
    if any(
        _is_passive(statement.text, o, code=code) != _is_passive(text, t, code=code, shift=cover.shift) for o, t in free
    ):
        return False
    if _tells_who(statement.text, code) != _tells_who(text, code):
        return False
    places = [theirs.first for _, theirs in free]
    # The parts of one name may change places: beet sugar factory, factory for beet sugar.
    falls = sum(a - b > _ONE_NAME for a, b in pairwise(places))
    return falls > 1 or (falls == 1 and places[-1] > places[0])


def _tells_who(text: str, code: str) -> bool:
    """Whether a passive tells by whom something is done."""
    return any(
        _BE[code].search(text[max(verb.start() - _LOOK_BACK, 0) : verb.start()])
        for verb in _DONE_BY[code].finditer(text)
    )


def _exchanged(pairs: Sequence[_Pair], first: int, last: int) -> bool:
    """Whether what stands between two things here stands between them there, and these have changed places."""
    a, b = pairs[first][1].start, pairs[last][1].start
    between = [theirs.start for _, theirs in pairs[first + 1 : last]]
    # Of a thing with two words one may be left over at either end: the north-east wind.
    return b < a and sum(b < start < a for start in between) >= max(len(between) - 2, (len(between) + 1) // 2)


def _has_other_agent(statement: Statement, cover: Cover, text: str, three: Sequence[_Pair]) -> bool:
    """Whether what is done by somebody here is done there by the same to something named before."""
    (_, thing), (verb, verb_there), (agent, agent_there) = three
    if not verb_there.start < agent_there.start < thing.start:
        return False
    code = statement.language
    here = _has_agent(statement.text, verb, agent, code)
    return here and _has_agent(text, verb_there, agent_there, code, shift=cover.shift)


def _kept(pairs: Sequence[_Pair], first: int) -> bool:
    places = [theirs.start for _, theirs in pairs[first : first + 3]]
    return places == sorted(places)


def _joins(pair: _Pair) -> bool:
    """Whether a word may be the verb, the adjective or the conjunction between two things."""
    return not any(t.noun or t.kind in ("name", "number") for t in pair)


def _marked(*ends: _Pair) -> bool:
    """Whether a preposition tells the part of one of two things in both texts: "in England" may stand anywhere.

    Where both have one, it does not tell them apart.
    """
    (a, there), (b, there_too) = ends
    marked = (a.marked and there.marked, b.marked and there_too.marked)
    return any(marked) and not all(marked)


def _is_passive(text: str, verb: Term, *, code: str, shift: int = 0) -> bool:
    start, end = verb.start - shift, verb.end - shift
    if verb.text.endswith(_NO_PARTICIPLE[code]):
        return False
    return bool(_BE[code].search(text[max(start - _LOOK_BACK, 0) : start]) or _AGENT[code].match(text, end))


def _has_agent(text: str, verb: Term, thing: Term, code: str, *, shift: int = 0) -> bool:
    """Whether "by" stands between a verb and what follows it."""
    return any(_AGENT[code].match(m[0]) for m in re.finditer(r"\s\w+", text[verb.end - shift : thing.start - shift]))


def _ends_are_exchanged(statement: Statement, cover: Cover, text: str, pairs: Sequence[_Pair]) -> bool:
    """Whether what is "from A to B" here is "from B to A" there."""
    code = statement.language
    return any(
        pb.start < pa.start
        and _from_to(statement.text, a.start, b.start, code)
        and _from_to(text, pb.start - cover.shift, pa.start - cover.shift, code)
        for (a, pa), (b, pb) in combinations(pairs, 2)
    )


def _from_to(text: str, first: int, second: int, code: str) -> bool:
    before = text[max(first - 12, 0) : first].casefold()
    between = text[first:second].casefold()
    return second - first < 80 and bool(_FROM[code].search(before)) and bool(_TO[code].search(between))


def mixture(statement: Statement, cover: Cover, sentence: Sentence) -> str:
    """Whether a step says of one thing what a sentence with two statements says of another; empty when not.

    "Arteries lead away from the heart; veins lead back" has all the words of "veins lead away from the heart".
    """
    pairs = [(ours, theirs) for ours, theirs in cover.pairs if not ours.light and theirs.first >= 0]
    for start, _ in sentence.statements:
        left = [(o, t) for o, t in pairs if t.start < start and not _has(cover, o, start, len(sentence.text))]
        right = [(o, t) for o, t in pairs if t.start >= start and not _has(cover, o, 0, start)]
        if left and right and not (_joined(statement, left, right) or _inherited(left, right, sentence, start)):
            return "the place says these things of different ones"
    return ""


def _has(cover: Cover, term: Term, start: int, end: int) -> bool:
    return any(start <= t.start < end and not t.keys.isdisjoint(term.keys) for t in cover.place)


def _joined(statement: Statement, left: Sequence[_Pair], right: Sequence[_Pair]) -> bool:
    """Whether the step has two parts as well, one for each of the statements of the sentence.

    One part may stand inside the other ("plants, and later animals, have cells"), or be a mere circumstance of it,
    which begins with a preposition.
    """
    order = sorted([(o.start, True) for o, _ in left] + [(o.start, False) for o, _ in right])
    breaks = [(a[0], b[0]) for a, b in pairwise(order) if a[1] != b[1]]
    if len(breaks) > 2:
        return False
    starts = [*_joints(statement), *(t.start for t in statement.terms if t.marked)]
    return any(any(before < start <= after for start in starts) for before, after in breaks[:1])


def _joints(statement: Statement) -> Iterator[int]:
    return (start for start, _ in clause_spans(statement.text, 0, len(statement.text), statement.language))


def _inherited(left: Sequence[_Pair], right: Sequence[_Pair], sentence: Sentence, start: int) -> bool:
    """Whether the second statement has its subject or a pronoun from the first: "…, and supplies it"."""
    words = [t.text for t in tokens(sentence.text[start : start + 40])]
    if not SUBJECT_PRONOUNS[sentence.language].isdisjoint(words[:2]):
        return True
    if len(left) > min(len(right), 2):
        return False
    opening = words[1:2]
    own_subject = bool(opening) and opening[0] in ARTICLES[sentence.language]
    early = all(t.first <= _SUBJECT_TOKENS for _, t in left)
    return sentence.points_back(start) or (early and not own_subject)
