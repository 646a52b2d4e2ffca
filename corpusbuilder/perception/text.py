"""Which tokens of a text a span of its characters becomes, under any fast tokenizer.

Offsets are code points, as everywhere in this project and as fast tokenizers report them, also when they cut letters
into bytes: each token of an emoji then has the offsets of the whole emoji, and all of them belong to a span with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from corpusbuilder.records.evidence import SpanEvidence

AnySpan: TypeAlias = SpanEvidence | Mapping[str, Any] | Sequence[int]
AnyTokenizer: TypeAlias = Any
"""Of transformers, which is not imported; or a processor with such a tokenizer."""
Straddling: TypeAlias = Literal["include", "exclude"]


@dataclass(frozen=True, slots=True)
class TextTokens:
    """The tokens of a span."""

    indices: tuple[int, ...]
    """Ascending, from 0, in the sequence that the tokenizer makes: padding and special tokens are counted."""
    length: int
    """Tokens of the sequence in all."""
    begins_before: bool
    """Whether the first of the span's tokens holds letters from before the span."""
    ends_after: bool
    """Whether the last of the span's tokens holds letters from after the span."""
    lost: float
    """Share of the span's characters, blanks aside, 0 to 1, that none of ``indices`` shows: cut off by truncation,
    taken out by the tokenizer's normalizer, or part of a straddling token that is left out."""


def text_tokens(
    span: AnySpan,
    tokenizer: AnyTokenizer,
    text: str,
    *,
    prompt: str | None = None,
    offset: int = 0,
    straddling: Straddling = "include",
    called_with: Mapping[str, Any] | None = None,
) -> TextTokens:
    """The tokens that a fast tokenizer of transformers makes of a span of a text.

    A token belongs to the span when it shares a character with it; a blank that the tokenizer puts at a token's edge is
    nobody's. The text is tokenized with special tokens unless ``called_with`` says otherwise.

    Args:
        span: a `SpanEvidence`, a released row with ``start`` and ``end``, or two numbers, in code points of ``text``.
        tokenizer: a fast tokenizer, or a processor that has one.
        text: what the span is a part of: its passage.
        prompt: what is tokenized, where that is not ``text`` alone: a chat template filled in
            (``apply_chat_template(…, tokenize=False)``). ``text`` must stand in it once.
        offset: first code point of ``prompt`` from which on ``text`` is looked for: needed where it stands there twice.
        straddling: whether a token with letters beyond the span's ends is one of its tokens.
        called_with: what else the tokenizer is called with, such as ``{"add_special_tokens": False}`` for a filled-in
            chat template, ``truncation``, ``max_length`` or ``padding``.

    Raises:
        ValueError: the tokenizer is slow and knows no offsets; the span does not lie in the text; the text stands not
            at all or twice in the prompt.
    """
    if straddling not in {"include", "exclude"}:
        raise ValueError(f"straddling is include or exclude, got {straddling!r}")
    start, end = _ends(span, text)
    whole, shift = (text, 0) if prompt is None else (prompt, _place(text, prompt, offset))
    offsets = _offsets(tokenizer, whole, dict(called_with or {}))
    start, end = start + shift, end + shift
    touching = [(index, *_trimmed(whole, *place)) for index, place in enumerate(offsets)]
    touching = [
        (index, first, last) for index, first, last in touching if first < end and last > start and first < last
    ]
    chosen = [t for t in touching if straddling == "include" or (t[1] >= start and t[2] <= end)]
    return TextTokens(
        indices=tuple(index for index, _, _ in chosen),
        length=len(offsets),
        begins_before=any(first < start for _, first, _ in chosen),
        ends_after=any(last > end for _, _, last in chosen),
        lost=_lost(whole, start, end, [(first, last) for _, first, last in chosen]),
    )


def _ends(span: AnySpan, text: str) -> tuple[int, int]:
    ends: Any
    if isinstance(span, SpanEvidence):
        ends = (span.start, span.end)
    elif isinstance(span, Mapping):
        ends = (span.get("start"), span.get("end"))
    else:
        ends = tuple(span)
    if len(ends) != 2 or not all(isinstance(end, int) for end in ends) or not 0 <= ends[0] < ends[1] <= len(text):
        raise ValueError(f"a span is start < end within a text of {len(text)} characters, got {ends}")
    return int(ends[0]), int(ends[1])


def _place(text: str, prompt: str, offset: int) -> int:
    """Where ``text`` stands in ``prompt`` from ``offset`` on."""
    found = prompt.find(text, max(0, offset))
    if found < 0:
        raise ValueError(
            "the text does not stand in the prompt as it is: a chat template may have stripped or escaped it"
        )
    if offset <= 0 and prompt.find(text, found + 1) >= 0:
        raise ValueError("the text stands more than once in the prompt: pass the offset from which on it is meant")
    return found


def _offsets(tokenizer: AnyTokenizer, text: str, called_with: dict[str, Any]) -> list[tuple[int, int]]:
    """First and last code point, and one more, of each token; the same twice for special tokens and padding."""
    own = getattr(tokenizer, "tokenizer", None) or tokenizer
    if not getattr(own, "is_fast", False):
        raise ValueError(
            f"{type(own).__name__} is a slow tokenizer, which does not know which characters a token comes from: "
            "load the fast one (use_fast=True)"
        )
    encoded = own(text, **{**called_with, "return_offsets_mapping": True, "return_tensors": None})
    return [(int(first), int(last)) for first, last in encoded["offset_mapping"]]


def _trimmed(text: str, first: int, last: int) -> tuple[int, int]:
    """Without the blanks at the edges of a token; a token of blanks alone is left as it is."""
    letters = text[first:last]
    if not letters.strip():
        return first, last
    return first + len(letters) - len(letters.lstrip()), last - (len(letters) - len(letters.rstrip()))


def _lost(text: str, start: int, end: int, shown: Sequence[tuple[int, int]]) -> float:
    letters = {place for place in range(start, end) if not text[place].isspace()}
    seen = {place for first, last in shown for place in range(max(first, start), min(last, end))}
    return len(letters - seen) / len(letters) if letters else 0.0
