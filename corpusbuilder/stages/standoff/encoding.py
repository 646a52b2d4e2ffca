"""A string in which every stretch of a source is replaced by a mark, and what brings it back.

``"What does […] mean?"`` with one copy: the characters 10 to 37 of the text whose SHA-256 is ``4f2c…``. What was
taken out comes back exactly, character for character; what is left has no run of words of the source.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal, TypeAlias

from corpusbuilder.stages.standoff.sources import RUN, Match, SourceIndex
from corpusbuilder.stages.standoff.words import Word, words_in

MARK: Final = "[…]"
"""Stands for a stretch of a source."""
Case: TypeAlias = Literal["lower", "upper", "capital", "small", "title"]
"""``capital`` and ``small`` concern the first character only; ``title``: it is a capital, and all others are small."""
Manner: TypeAlias = Literal["own", "written", "name", "title"]
"""``own``: the source's from end to end; ``written``: by an annotator, with stretches of the source in it; ``name``: of
a thing: the first three words are kept; ``title``: of a book, which its cover has in an order of its own: of a long one
no word after the third is kept that the source has anywhere."""
_CASES: Final[Mapping[Case | None, Callable[[str], str]]] = {
    None: str,
    # One character at a time: what becomes of a Greek sigma must not depend on what is copied beside it.
    "lower": lambda text: "".join(map(str.lower, text)),
    "upper": lambda text: "".join(map(str.upper, text)),
    "capital": lambda text: text[:1].upper() + text[1:],
    "small": lambda text: text[:1].lower() + text[1:],
    "title": lambda text: text[:1].upper() + "".join(map(str.lower, text[1:])),
}
_THEREAFTER: Final[Mapping[Case, Case | None]] = {"capital": None, "small": None, "title": "lower"}
"""The case of the characters after the first one, where that is another."""
_KEPT: Final = RUN - 1
LONG_TITLE: Final = 8
"""So many words of a title are a long one."""
_LEAST_NAME: Final = 2
_LEAST_LIST: Final = 3
"""So many words of labels in a row are a list of them: they may stand on the page in this order."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Characters of a source, or, without a digest, the mark itself where an annotator wrote it."""

    sha256: str | None
    """Of the text that it is taken from."""
    start: int = 0
    """First code point."""
    end: int = 0
    """One past the last."""
    case: Case | None = None
    """What the characters must be turned into."""

    def of(self, text: str) -> str:
        """The characters."""
        return in_case(text[self.start : self.end], self.case)


Piece: TypeAlias = str | Copy


def in_case(text: str, case: str | None) -> str:
    """``text`` in lower or upper case, or as it is.

    Raises:
        KeyError: there is no such case.
    """
    return _CASES[case](text)  # type: ignore[index]  # what comes from a file is any string


def encode(pieces: Sequence[Piece], index: SourceIndex, manner: Manner) -> list[Piece]:
    """``pieces`` with every stretch of a source in their literal parts taken out."""
    found: list[Piece] = []
    for piece in pieces:
        found.extend([piece] if isinstance(piece, Copy) else _encode(piece, index, manner))
    return found


def _encode(text: str, index: SourceIndex, manner: Manner) -> list[Piece]:
    if manner == "own" and (place := index.locate(text)):
        return [Copy(index.digests[place.text], place.start, place.end)]
    found = words_in(text)
    words = tuple(word.text for word in found)
    if manner in {"own", "written"} and (whole := index.whole(words)):
        matches: list[tuple[int, Match]] = [(0, whole)]
    else:
        matches = list(_matches(words, index, manner))
    pieces: list[Piece] = []
    end = 0
    for first, match in matches:
        pieces.append(text[end : found[first].start])
        pieces.extend(_copied(text, found[first : first + match.length], index, match.at))
        end = found[first + match.length - 1].end
    return [*pieces, text[end:]]


def _matches(words: Sequence[str], index: SourceIndex, manner: Manner) -> Iterator[tuple[int, Match]]:
    """What is the source's, with the index of its first word; in order, none over another."""
    is_long_title = manner == "title" and len(words) >= LONG_TITLE
    place = _KEPT if is_long_title else 0
    while place < len(words):
        run = index.run(words, place, least=1 if manner == "own" or is_long_title else RUN)
        taken = [run] if run else _list_of_names(words, place, index) if manner == "written" else []
        if run and manner in {"name", "title"} and not is_long_title:
            yield place + _KEPT, Match(run.length - _KEPT, run.at + _KEPT)
            place += run.length
            continue
        for match in taken:
            yield place, match
            place += match.length
        place += not taken


def _list_of_names(words: Sequence[str], place: int, index: SourceIndex) -> list[Match]:
    """The labels, captions and headings that follow one another from here on; empty for a single word."""
    names: list[Match] = []
    length = 0
    while name := index.name(words, place + length):
        names.append(name)
        length += name.length
    return names if length >= _LEAST_LIST or (names and names[0].length >= _LEAST_NAME) else []


def _copied(text: str, found: Sequence[Word], index: SourceIndex, at: int) -> list[Piece]:
    """The words ``found`` of ``text``, and what is between them, as copies of the words at ``at``."""
    pieces: list[Piece] = []
    for step, token in enumerate(found):
        place = index.places[at + step]
        source = index.texts[place.text]
        digest = index.digests[place.text]
        if step:
            before = index.places[at + step - 1]
            gap = text[found[step - 1].end : token.start]
            is_same = before.text == place.text and source[before.end : place.start] == gap
            _join(pieces, Copy(digest, before.end, place.start, _case_beside(pieces, gap)) if is_same else gap)
        for piece in _word(text[token.start : token.end], source, digest, place.start, place.end):
            _join(pieces, piece)
    return pieces


def _case_beside(pieces: Sequence[Piece], gap: str) -> Case | None:
    """The case of the last copy, if what is between two words may be turned into it: they are one copy then."""
    last = pieces[-1]
    case = _thereafter(last.case) if isinstance(last, Copy) else None
    return case if in_case(gap, case) == gap else None


def _join(pieces: list[Piece], piece: Piece) -> None:
    """Append a piece, as part of the last one where it goes on in the same text."""
    last = pieces[-1] if pieces else None
    if isinstance(last, Copy) and isinstance(piece, Copy) and _goes_on(last, piece):
        pieces[-1] = Copy(last.sha256, last.start, piece.end, last.case)
    else:
        pieces.append(piece)


def _goes_on(last: Copy, piece: Copy) -> bool:
    """Whether ``piece`` begins where ``last`` ends and is turned into the same case by the same rule."""
    is_next = (last.sha256, last.end) == (piece.sha256, piece.start)
    return is_next and piece.case == _thereafter(last.case)


def _thereafter(case: Case | None) -> Case | None:
    return case if case is None else _THEREAFTER.get(case, case)


def _word(word: str, source: str, digest: str, start: int, end: int) -> Iterator[Piece]:
    """A word as a copy of the same word, which may be written in another way: only what differs is literal."""
    original = source[start:end]
    for case in _CASES:
        if in_case(original, case) == word:
            yield Copy(digest, start, end, case)
            return
    for tag, i0, i1, j0, j1 in SequenceMatcher(None, original, word, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Copy(digest, start + i0, start + i1)
        elif j1 > j0:
            yield word[j0:j1]


def marked(pieces: Sequence[Piece]) -> tuple[str, list[Copy]]:
    """The string with its marks, and what stands at each of them."""
    text: list[str] = []
    copies: list[Copy] = []
    for piece in _plain(pieces):
        if isinstance(piece, Copy):
            text.append(MARK)
            copies.append(piece)
        else:
            text.append(piece)
            copies.extend([Copy(None)] * piece.count(MARK))
    return "".join(text), copies


def _plain(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Literals that follow one another as one: the mark is looked for in the string as a whole."""
    literal = ""
    for piece in pieces:
        if isinstance(piece, str):
            literal += piece
            continue
        yield literal
        literal = ""
        yield piece
    yield literal


def decode(text: str, copies: Sequence[Copy], texts: Mapping[str, str]) -> str:
    """The string as it was.

    Args:
        text: with marks.
        copies: one for each mark, in order.
        texts: texts of the sources by SHA-256.

    Raises:
        ValueError: the number of copies is not that of the marks, or a copy is none of its text.
        KeyError: a text is missing.
    """
    literals = text.split(MARK)
    if len(literals) != len(copies) + 1:
        raise ValueError(f"{len(literals) - 1} marks and {len(copies)} copies")
    parts = [literals[0]]
    for copy, literal in zip(copies, literals[1:], strict=True):
        if copy.sha256 is None:
            parts.append(MARK)
        else:
            source = texts[copy.sha256]
            if not 0 <= copy.start <= copy.end <= len(source):
                raise ValueError(f"{copy.start}:{copy.end} is no part of a text of {len(source)} characters")
            parts.append(copy.of(source))
        parts.append(literal)
    return "".join(parts)
