"""The clauses of a sentence: the runs between the signs and conjunctions that may join two statements.

Without a parser nobody knows whether what stands between two commas is a statement. What is cut here is therefore
where a statement *may* begin; whoever looks for the least that says something joins neighbours until it does.
"""

import re
from collections.abc import Iterator
from typing import Final

_STRONG: Final = r"\s*[;:](?=\s|\Z)|\s[–—-](?=\s)|(?<=\w)—(?=\w)"
_JOINTS: Final = {
    "en": re.compile(
        _STRONG + r"|,?\s+(?=(?:and|but|or|while|whereas|although|though|because|since|so that|so|yet|nor|which|who"
        r"|that|whose|where|when|"
        r"if|as (?=they|it|he|she|we|the|there|this|these|its|their)|unless|until|before|after|thus"
        r"|therefore)\b)|,(?=\s)",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        _STRONG
        + r"|,?\s+(?=(?:et|mais|ou|tandis qu|alors qu|bien qu|quoiqu|parce qu|puisqu|car|donc|ni|qui|dont|où|lorsqu|"
        r"quand|comme (?=il|elle|on|le|la|les)|si|jusqu'à ce qu|avant|après|ainsi|pendant qu|de sorte qu|afin"
        r"|auquel|à laquelle|dans lequel|"
        r"dans laquelle)(?:e\b|['’]|\b))|,(?=\s)",
        re.IGNORECASE,
    ),
}
_NEW: Final = {
    "en": re.compile(
        r"[;:]\s|\s[–—-]\s|(?<=\w)—(?=\w)|,?\s(?=(?:but|while|whereas|although|though|because|since|if|when"
        r"|unless|until|so that)\b)"
        r"|,\s(?=(?:and|or|so|yet|nor)\s+\S+\s+\S+\s+\S)",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"\s?[;:]\s|\s[–—-]\s|(?<=\w)—(?=\w)|,?\s(?=(?:mais|car|si|quand)\b|(?:tandis|alors|bien|parce|de sorte"
        r"|pendant) qu|(?:lors|puis|quoi)qu)"
        r"|,\s(?=(?:et|ou|donc|ni)\s+\S+\s+\S+\s+\S)",
        re.IGNORECASE,
    ),
}
"""Where a new statement begins rather than another part of one."""
_OPENING: Final = {
    "en": re.compile(r"[\s,;:–—-]*(?:(?:and|but|or|so|yet|nor|while|whereas)\s+)?", re.IGNORECASE),
    "fr": re.compile(r"[\s,;:–—-]*(?:(?:et|mais|ou|donc|car|tandis que|alors que)\s+)?", re.IGNORECASE),
}
_SUBORDINATE: Final = re.compile(
    r"(?:although|though|because|since|if|when|unless|until|so that|si|quand|bien qu|parce qu|de sorte qu|pendant qu|"
    r"lorsqu|puisqu|quoiqu|car)(?:e|['’])?\b",
    re.IGNORECASE,
)
_AND: Final = re.compile(r"(?:and|or|et|ou|ni|nor)\b", re.IGNORECASE)
_OPENED: Final = {
    "en": re.compile(
        r"(?:and|but|or|while|whereas|although|though|because|since|so|yet|nor|which|who|whose|where|when|if|as|unless|"
        r"until|before|after|thus|therefore|that|for|the|an?|its?|they|he|she|this|these)\b",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"(?:et|mais|ou|tandis|alors|bien|quoiqu|parce|puisqu|car|donc|ni|qui|dont|où|lorsqu|quand|comme|si"
        r"|jusqu|avant|"
        r"après|ainsi|pendant|de sorte|afin|auquel|que|qu|le|la|les|une?|des|ils?|elles?|ce|cette|ces)\b",
        re.IGNORECASE,
    ),
}
_OUTER: Final = " \t\n\r\u00a0\u202f,;:–—-"


def clause_spans(text: str, start: int, end: int, language: str) -> Iterator[tuple[int, int]]:
    """The clauses of the sentence ``text[start:end]`` as offsets into ``text``, without blanks and commas around.

    A conjunction belongs to the clause that it opens. A comma inside a number is no joint.
    """
    joints = _JOINTS.get(language[:2], _JOINTS["en"])
    begin = start
    for joint in joints.finditer(text, start, end):
        yield from _stripped(text, begin, joint.start())
        begin = joint.end()
    yield from _stripped(text, begin, end)


def statement_starts(text: str, language: str) -> Iterator[tuple[int, bool]]:
    """Where in a sentence a statement with a subject and a verb of its own is likely to begin, the first one apart.

    With each comes whether it is a main statement: one with "because" or "when" is none. The last member of a list
    ("coal, iron, and fine white salt") begins none: it has a comma before it already.
    """
    begin = 0
    for match in _NEW.get(language[:2], _NEW["en"]).finditer(text):
        listed = match[0].startswith(",") and "," in text[begin : match.start()] and _AND.match(text, match.end())
        if not listed and text[begin : match.start()].count(" ") >= 2:
            yield match.end(), _SUBORDINATE.match(text, match.end()) is None
            begin = match.end()


def goes_on(clause: str, language: str) -> bool:
    """Whether a clause goes on with what was said before the one in front of it: "…, has none"."""
    return _OPENED.get(language[:2], _OPENED["en"]).match(clause) is None


def without_conjunction(text: str, start: int, end: int, language: str) -> int:
    """Where the clause ``text[start:end]`` begins when the conjunction that joins it to another one is left out."""
    match = _OPENING.get(language[:2], _OPENING["en"]).match(text, start, end)
    return match.end() if match and match.end() < end else start


def without_joint(text: str, start: int, end: int) -> int:
    """Where ``text[start:end]`` ends without the blanks, commas and the like that join it to what follows."""
    return next((after for _, after in _stripped(text, start, end)), end)


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start] in _OUTER:
        start += 1
    while end > start and text[end - 1] in _OUTER:
        end -= 1
    if start < end:
        yield start, end
