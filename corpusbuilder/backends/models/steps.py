"""Cuts a trace of reasoning into steps, English or French."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

_FENCED: Final = re.compile(r"(```.*?(?:```|\Z))", re.DOTALL)
_NUMBERED: Final = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]*)?(?:\*\*)?(?:(?:step|étape|etape)[ \t]*(\d{1,3})\b|\(?(\d{1,3})[.)](?=[ \t*]))",
    re.IGNORECASE | re.MULTILINE,
)
_PARAGRAPH: Final = re.compile(r"\n[ \t]*\n\s*")
_BULLET: Final = r"(?:[-*•–][ \t]+)?"
_TURNS: Final = (
    # English
    "first(?:ly)?|second(?:ly)?|third(?:ly)?|next|then|so|therefore|thus|hence|now|wait|but|however|also|finally|"
    "lastly|let me|let's|let’s|okay|ok|hmm|alternatively|actually|after that|in conclusion|to conclude|"
    # French
    "d'abord|d’abord|tout d'abord|tout d’abord|premièrement|deuxièmement|troisièmement|ensuite|puis|alors|donc|ainsi|"
    "par conséquent|or|mais|cependant|toutefois|pourtant|enfin|finalement|attends|attendez|voyons|maintenant|"
    "en conclusion|après cela|de plus|par ailleurs|bon|c'est pourquoi|c’est pourquoi"
)
_TURN: Final = re.compile(
    rf"(?:(?<=[.!?…:])|(?<=[.!?…][»”\")]))\s+(?={_BULLET}(?:{_TURNS})\b)|\n(?={_BULLET}(?:{_TURNS})\b)", re.IGNORECASE
)
_CAPITAL: Final = re.compile(rf"{_BULLET}\W*[^\W\d_]")


def cut_into_steps(trace: str) -> Iterator[str]:
    """The steps of a trace, without blanks around them."""
    marks = _numbered(trace)
    if len(marks) >= 2:
        yield from _filled(trace[start:end] for start, end in zip([0, *marks], [*marks, len(trace)], strict=True))
        return
    yield from _thoughts(trace)


def _numbered(trace: str) -> list[int]:
    """Where the steps begin that count up from the first number; sub-lists that start again are part of a step."""
    starts: list[int] = []
    expected: int | None = None
    fences = [match.span() for match in _FENCED.finditer(trace)]
    for match in _NUMBERED.finditer(trace):
        if any(start <= match.start() < end for start, end in fences):
            continue
        number = int(match[1] or match[2])
        if expected is None and number not in {0, 1}:
            continue
        if expected is None or number == expected:
            starts.append(match.start())
            expected = number + 1
    return starts


def _thoughts(trace: str) -> Iterator[str]:
    """Paragraphs, and in them what begins a new thought. Fenced text belongs to the thought before it."""
    step = ""
    for piece in _FENCED.split(trace):
        if piece.startswith("```"):
            step += piece
            continue
        first, *others = [turn for paragraph in _PARAGRAPH.split(piece) for turn in _turns(paragraph)]
        step += first
        for other in others:
            yield from _filled([step])
            step = other
    yield from _filled([step])


def _turns(paragraph: str) -> Sequence[str]:
    """A paragraph cut before each sentence that takes a new turn."""
    starts = [match.end() for match in _TURN.finditer(paragraph) if _is_sentence(paragraph, match.end())]
    return [paragraph[start:end] for start, end in zip([0, *starts], [*starts, len(paragraph)], strict=True)]


def _is_sentence(paragraph: str, start: int) -> bool:
    letter = _CAPITAL.match(paragraph, start)
    return letter is not None and letter[0][-1].isupper()


def _filled(pieces: Sequence[str] | Iterator[str]) -> Iterator[str]:
    return (piece.strip() for piece in pieces if piece.strip())
